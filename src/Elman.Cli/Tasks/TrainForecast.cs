using System.CommandLine;

namespace Elman.Cli;

/// <summary>elman train forecast: trains a forecaster on the series of a CSV file.</summary>
internal sealed class TrainForecast
{
    private readonly Argument<string> _data = CommonArguments.Data();
    private readonly DataArguments _columns = DataArguments.ForTraining();
    private readonly SettingOptions<ForecasterOptions> _settings = new(ForecasterOptions.Settings);
    private readonly Option<int> _threads = CommonArguments.Threads();
    private readonly Option<long?> _memory = Checked.Size("--memory", "Memory for the backward pass, such as 256M; with less it computes more, and the result is the same. [default: no limit]");
    private readonly Option<bool> _resume = new("--resume") { Description = "Go on where an interrupted training of the same model stopped." };
    private readonly Option<string> _output = new("--output", "-o") { Description = "Where the model goes.", HelpName = "MODEL", Required = true };

    public static Verb Create(Terminal terminal)
    {
        var options = new TrainForecast();
        var verb = new Verb(
            "forecast",
            "Train a model that forecasts a column of a CSV file.",
            "elman train forecast weather.csv --target temp_max -o weather.elman",
            "elman train forecast sales.csv --target units --group store --covariates price,promo --horizon 28 -o sales.elman")
        {
            options._data,
        };
        options._columns.AddTo(verb);
        options._settings.AddTo(verb);
        foreach (var option in new Option[] { options._threads, options._memory, options._resume, options._output })
            verb.Options.Add(option);
        verb.SetAction(result => options.Run(result, terminal));
        return verb;
    }

    private int Run(ParseResult given, Terminal terminal)
    {
        string model = given.GetRequiredValue(_output), checkpoint = model + ".checkpoint";
        bool resume = given.GetValue(_resume);
        OutputPlace.CheckApart(model, given.GetRequiredValue(_data));
        OutputPlace.Check(model);
        if (File.Exists(checkpoint) && !resume)
            throw new ElmanException($"{checkpoint} holds an interrupted training; go on with --resume, or delete it to begin anew");
        CommonArguments.UseThreads(given.GetValue(_threads));
        if (given.GetValue(_memory) is { } bytes) Compute.MemoryBudget = bytes;

        var table = _columns.ReadSeries(given, given.GetRequiredValue(_data), terminal);
        if (resume && !File.Exists(checkpoint))
            terminal.Remark($"there is no {checkpoint} to resume from; beginning anew");
        try
        {
            return Train(given, table, checkpoint, resume, terminal);
        }
        catch (ElmanException failure) when (failure.InnerException is IOException && File.Exists(checkpoint))
        {
            throw new ElmanException($"{failure.Message}; the training so far is in {checkpoint}, --resume goes on from there", failure.InnerException);
        }
    }

    private int Train(ParseResult given, SeriesSet table, string checkpoint, bool resume, Terminal terminal)
    {
        string model = given.GetRequiredValue(_output);
        var forecaster = Training.Run(table, _settings.Apply(given, new ForecasterOptions()), checkpoint, resume, terminal);
        if (forecaster.Record.Outcome == TrainingOutcome.Interrupted)
        {
            terminal.Remark($"stopped; the training so far is in {checkpoint}; to go on: {Again(given)}");
            return ExitCode.Interrupted;
        }

        forecaster.Save(model);
        File.Delete(checkpoint);
        File.Delete(checkpoint + Forecaster.RefitSuffix);
        terminal.Remark($"{Training.Summary(forecaster)}; wrote {model}");
        terminal.Remark(Training.Judgement(forecaster));
        return ExitCode.Done;
    }

    /// <summary>The command line that goes on with the training, as it may be typed into a shell.</summary>
    private static string Again(ParseResult given)
    {
        var words = given.Tokens.Select(token => token.Value).Where(word => word != "--resume").Append("--resume");
        return "elman " + string.Join(' ', words.Select(word =>
            word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || "-_./=:,+@%".Contains(c)) ? word : $"'{word.Replace("'", "'\\''")}'"));
    }
}
