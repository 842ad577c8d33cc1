using System.CommandLine;
using System.Globalization;
using Elman.Tabular;

namespace Elman.Cli;

/// <summary>elman demo: the whole job on the weather of Seattle, which the command carries with it.</summary>
internal sealed class Demo
{
    private const string SampleName = "seattle-weather.csv", ModelName = "weather.elman";
    private const int LastYear = 365;

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "The folder for the model, the forecast and the picture.",
        HelpName = "folder",
        DefaultValueFactory = _ => "elman-demo",
    };

    private readonly Option<int> _threads = CommonArguments.Threads();

    public static Verb Create(Terminal terminal)
    {
        var options = new Demo();
        var verb = new Verb("demo", "Train, backtest and forecast the daily maximum temperature of Seattle.", "elman demo")
        {
            options._output, options._threads,
        };
        verb.SetAction(result => options.Run(result, terminal));
        return verb;
    }

    private int Run(ParseResult given, Terminal terminal)
    {
        CommonArguments.UseThreads(given.GetValue(_threads));
        string folder = given.GetRequiredValue(_output);
        CreateFolder(folder);
        var table = ReadSample();
        var series = table.Series[0];
        terminal.Remark(string.Create(CultureInfo.InvariantCulture,
            $"{series.Length} days of Seattle's weather; the last {LastYear} stay unseen by the training"));

        var model = Training.Run(table, Options(), checkpoint: null, resume: false, terminal);
        if (model.Record.Outcome == TrainingOutcome.Interrupted)
        {
            terminal.Remark("stopped; nothing was written");
            return ExitCode.Interrupted;
        }

        terminal.Remark(Training.Summary(model));
        BacktestTable.Write(model.Backtest(table.Series), model.Target, terminal);
        var forecasts = model.Predict(table.Series);
        terminal.Out.WriteLine();
        terminal.Out.Write(TerminalChart.Draw(ForecastPicture.Of(series, forecasts[0], ForecastPicture.RowsShown(model)), terminal));
        terminal.Out.WriteLine();
        Save(folder, model, table, forecasts, terminal);
        return ExitCode.Done;
    }

    private static ForecasterOptions Options() => new() { Holdout = LastYear };

    private static SeriesSet ReadSample()
    {
        var sample = typeof(Demo).Assembly.GetManifestResourceStream(SampleName)
            ?? throw new InvalidOperationException($"the assembly does not carry {SampleName}");
        return SeriesSet.Read(Table.ReadCsv(SampleName, sample), new SeriesRoles { Targets = ["temp_max"], Time = "date" });
    }

    private static void CreateFolder(string folder)
    {
        try
        {
            if (File.Exists(folder))
                throw new IOException("a file has that name");
            Directory.CreateDirectory(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ElmanException($"cannot make the folder '{folder}': {failure.Message.ReplaceLineEndings(" ").TrimEnd('.')}; choose another with -o", failure);
        }

        OutputPlace.Check(Path.Combine(folder, ModelName));
    }

    private static void Save(string folder, Forecaster model, SeriesSet table, IReadOnlyList<Forecast> forecasts, Terminal terminal)
    {
        string Place(string name) => Path.Combine(folder, name);
        model.Save(Place(ModelName));
        ForecastOutput.Write(Place("forecast.csv"), model, table, forecasts);
        ForecastOutput.Draw(Place("forecast.svg"), model, table.Series, forecasts, terminal);
        AtomicFile.Write(Place(SampleName), stream =>
        {
            using var sample = typeof(Demo).Assembly.GetManifestResourceStream(SampleName)!;
            sample.CopyTo(stream);
        });
        terminal.Out.WriteLine($"wrote into {folder}: {ModelName}, forecast.csv, forecast.svg, and the data as {SampleName}");
        terminal.Out.WriteLine($"go on with: elman inspect {Place(ModelName)}");
    }
}
