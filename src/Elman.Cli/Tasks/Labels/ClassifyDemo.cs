using System.Globalization;
using System.Text;
using Elman.Tabular;

namespace Elman.Cli;

/// <summary>elman demo classify: the whole job on control charts, which the command draws itself.</summary>
internal sealed class ClassifyDemo : TaskDemo<SequenceClassifier>
{
    private const string TrainName = "charts-train.csv", TestName = "charts-test.csv", PageName = "report.html";
    private const double Sure = 0.95;

    private string _train = "", _test = "";
    private SequenceTable? _unseen;

    protected override string ModelName => "charts.elman";

    public static Verb Create(Terminal terminal) =>
        new ClassifyDemo().Create("classify", "Learn to tell normal, cyclic, rising, falling and shifted control charts apart.", terminal);

    protected override SequenceClassifier Train(TrainingContext context)
    {
        (_train, _test) = (ControlCharts.Csv(50, 1), ControlCharts.Csv(50, 2));
        _unseen = Read(TestName, _test);
        var options = new ClassifierOptions();
        options = options with
        {
            Beginnings = 2,
            Encoder = options.Encoder with { Direction = Direction.Forward },
            HeldOut = options.HeldOut with { Refit = "off" },
            Training = options.Training with { TimeLimit = TimeSpan.FromSeconds(30) },
        };
        return SequenceClassifier.Train(Read(TrainName, _train), options, _unseen, context: context);
    }

    protected override (string Files, string Next) Show(SequenceClassifier model, Func<string, string> place, Terminal terminal)
    {
        AtomicFile.WriteText(place(TrainName), _train);
        AtomicFile.WriteText(place(TestName), _test);
        AtomicFile.WriteText(place(PageName), ClassificationPage.Of(model.Report!, model, _unseen!.Labelled(), $"{TestName}: charts that the training has not seen", "elman demo classify").ToString());
        terminal.Out.WriteLine(model.Report!.ToString());
        terminal.Out.WriteLine();
        terminal.Out.WriteLine(Early(model, _unseen!));
        return ($"{PageName}, and the data as {TrainName} and {TestName}", $"elman evaluate {place(ModelName)} {place(TestName)}");
    }

    private static SequenceTable Read(string name, string csv) =>
        new SequenceColumns { Label = ControlCharts.Label }.Read(Table.ReadCsv(name, new MemoryStream(Encoding.UTF8.GetBytes(csv))));

    /// <summary>What a stream that decides as soon as it is sure gets right, and after how many steps.</summary>
    private static string Early(SequenceClassifier model, SequenceTable table)
    {
        int right = 0;
        long steps = 0, all = 0;
        var charts = table.Labelled();
        foreach (var (input, label) in charts)
        {
            var stream = model.OpenStream(Sure);
            for (int at = 0; at < input.Length && stream.Decision is null; at++) stream.Push(input.Values.Slice(at * input.Features, input.Features));
            if ((stream.Decision ?? stream.Prediction!).Label == label) right++;
            steps += stream.StepCount;
            all += input.Length;
        }

        return string.Create(CultureInfo.InvariantCulture, $"decided as soon as it is {Sure:P0} sure, it sees {(double)steps / all:P0} of a chart and is right in {(double)right / charts.Count:P1}");
    }
}
