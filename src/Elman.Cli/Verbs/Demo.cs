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

    public static Verb Create(IReadOnlyList<CommandTask> tasks, Terminal terminal)
    {
        var options = new Demo();
        var verb = new Verb("demo", "Train, backtest and forecast the daily maximum temperature of Seattle.", "elman demo")
        {
            options._output, options._threads,
        };
        foreach (var task in tasks)
            if (task.Demo(terminal) is { } own) verb.Subcommands.Add(own);
        verb.SetAction(result => options.Run(result, terminal));
        return verb;
    }

    private int Run(ParseResult given, Terminal terminal)
    {
        CommonArguments.UseThreads(given.GetValue(_threads));
        string folder = given.GetRequiredValue(_output);
        OutputPlace.CreateFolder(folder, ModelName);
        using FileLock? held = OutputPlace.Hold(Path.Combine(folder, ModelName));
        using var interruption = new Interruption(terminal);
        var done = TrainingView.Run(terminal, view =>
        {
            var data = ReadSample();
            view.Remark(string.Create(CultureInfo.InvariantCulture, $"{data.Series[0].Length} days of Seattle's weather; the last {LastYear} stay unseen by the training"));
            view.Watch(interruption.Token);
            var context = new TrainingContext { Progress = view, Phase = view.Phase, Remark = view.Remark, Cancellation = interruption.Token };
            var model = Forecaster.Train(data, new ForecasterOptions { Holdout = LastYear }, context);
            if (model.Record.Outcome == TrainingOutcome.Interrupted) return null;
            view.Remark(ForecastTraining.Summary(model, view.Elapsed));
            model.Save(Path.Combine(folder, ModelName));
            view.Phase("forecast");
            return ForecastVerb.Write(new TrainedForecaster(model, data, view.Remarks), model.Backtest(data.Series), folder, SampleName, "elman demo");
        });
        if (done is null)
        {
            terminal.Remark("stopped; nothing was written");
            return ExitCode.Interrupted;
        }

        ForecastVerb.Show(done, terminal);
        Save(folder, done, terminal);
        return ExitCode.Done;
    }

    private static SeriesSet ReadSample()
    {
        var sample = typeof(Demo).Assembly.GetManifestResourceStream(SampleName)
            ?? throw new InvalidOperationException($"the assembly does not carry {SampleName}");
        return SeriesSet.Read(Table.ReadCsv(SampleName, sample), new SeriesRoles { Targets = ["temp_max"], Time = "date" });
    }

    private static void Save(string folder, ForecastPageContent done, Terminal terminal)
    {
        string Place(string name) => Path.Combine(folder, name);
        ForecastOutput.Draw(Place("forecast.svg"), done.Model, done.Data, done.Forecasts, terminal);
        AtomicFile.Write(Place(SampleName), stream =>
        {
            using var sample = typeof(Demo).Assembly.GetManifestResourceStream(SampleName)!;
            sample.CopyTo(stream);
        });
        terminal.Out.WriteLine();
        terminal.Out.WriteLine($"wrote into {folder}: {ModelName}, forecast.csv, forecast.svg, report.html, and the data as {SampleName}");
        terminal.Out.WriteLine($"go on with: elman inspect {Place(ModelName)}");
    }
}
