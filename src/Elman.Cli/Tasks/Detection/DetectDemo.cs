using Elman.Tabular;

namespace Elman.Cli;

/// <summary>elman demo detect: taxi rides in New York, which the command carries with it; five days of them were unusual.</summary>
internal sealed class DetectDemo : TaskDemo<AnomalyDetector>
{
    private const string SampleName = "nyc_taxi.csv", JudgedName = "judged.csv";

    /// <summary>Eight weeks, before the first unusual day.</summary>
    private const int Learned = 8 * 7 * 48;

    private DetectorRows? _rows;

    protected override string ModelName => "taxi.elman";

    public static Verb Create(Terminal terminal) => new DetectDemo().Create("detect", "Learn the rides of New York's taxis, and find the days that were unusual.", terminal);

    protected override AnomalyDetector Train(TrainingContext context)
    {
        using var sample = Sample();
        var table = Table.ReadCsv(SampleName, sample);
        (_rows, _) = new DetectorColumns { Time = "timestamp" }.Read(table);
        Table first = new(SampleName, [.. table.Columns.Select(column => column switch
        {
            NumberColumn numbers => numbers with { Values = numbers.Values[..Learned] },
            TimeColumn times => times with { Values = times.Values[..Learned] },
            var other => other,
        })]);
        var options = new DetectorOptions();
        return AnomalyDetector.Train(first, new DetectorColumns { Time = "timestamp" },
            options with { CoolDown = 48, Training = options.Training with { TimeLimit = TimeSpan.FromSeconds(30) } }, context);
    }

    protected override (string Files, string Next) Show(AnomalyDetector model, Func<string, string> place, Terminal terminal)
    {
        AtomicFile.Write(place(SampleName), stream =>
        {
            using var sample = Sample();
            sample.CopyTo(stream);
        });
        var said = model.Detect(_rows!);
        var cells = new DetectionCells(model);
        CsvFile.WriteText(place(JudgedName), writer =>
        {
            CsvFile.WriteRow(writer, ["timestamp", "value", .. cells.Head]);
            for (int row = 0; row < said.Count; row++)
                CsvFile.WriteRow(writer, [Time(row), FormattableString.Invariant($"{_rows!.Values[0][row]}"), .. cells.Of(said[row])]);
        });
        terminal.Out.WriteLine($"learned from the first {Learned:N0} of {said.Count:N0} half hours, then {said.Skip(Learned).Count(one => one.IsAlarm)} alarms:");
        for (int row = Learned; row < said.Count; row++)
        {
            if (said[row].IsAlarm)
                terminal.Out.WriteLine(FormattableString.Invariant($"  {Time(row)}  {_rows!.Values[0][row],6:0} rides, expected {said[row].ExpectedValue,6:0} (-{said[row].LowerMargin:0}, +{said[row].UpperMargin:0}){(said[row].IsChangePoint ? ", a change" : "")}"));
        }

        terminal.Out.WriteLine("in truth unusual: the marathon (2 November), Thanksgiving (27 November), Christmas, New Year, the blizzard of 26 and 27 January");
        return ($"{JudgedName}, and the data as {SampleName}", $"elman detect {place(ModelName)} {place(SampleName)} --sensitivity 70 --alarm");
    }

    private string Time(int row) => FormattableString.Invariant($"{_rows!.Times![row]:yyyy-MM-dd HH:mm}");

    private static Stream Sample() =>
        typeof(DetectDemo).Assembly.GetManifestResourceStream(SampleName) ?? throw new InvalidOperationException($"the assembly does not carry {SampleName}");
}
