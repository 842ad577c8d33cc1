using System.CommandLine;

namespace Elman.Cli;

/// <summary>elman train forecast: trains a forecaster on the series of a CSV file.</summary>
internal sealed class TrainForecast
{
    private static readonly ForecasterOptions Usual = new();

    private readonly Argument<string> _data = CommonArguments.Data();
    private readonly Option<string> _target = new("--target") { Description = "The column to forecast.", HelpName = "column", Required = true };
    private readonly Option<string?> _time = new("--time") { Description = "The column of the times. [default: a column named date, time, ... or the first that holds dates]", HelpName = "column" };
    private readonly Option<string[]> _covariates = new("--covariates")
    {
        Description = "Further number columns that the model sees, separated by commas.",
        HelpName = "a,b",
        DefaultValueFactory = _ => [],
        CustomParser = result => [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))],
    };

    private readonly Option<string?> _group = new("--group") { Description = "The column that names the series of a row (a store, a sensor): one model learns from all of them.", HelpName = "column" };
    private readonly Option<int> _horizon = Checked.WholeNumber("--horizon", "Steps to forecast.", 1, ForecasterOptions.LongestHorizon, Usual.Horizon);
    private readonly Option<int> _context = Checked.WholeNumber("--context", "Steps of history that a forecast looks at.", 1, ForecasterOptions.LongestContext, Usual.Context);
    private readonly Option<string> _cell = Checked.OneOf("--cell", "The recurrent cell.", Usual.Cell, "rnn", "lstm", "gru");
    private readonly Option<int> _hidden = Checked.WholeNumber("--hidden", "Hidden units per layer and direction.", 1, ForecasterOptions.MostHidden, Usual.Hidden);
    private readonly Option<int> _layers = Checked.WholeNumber("--layers", "Recurrent layers.", 1, ForecasterOptions.MostLayers, Usual.Layers);
    private readonly Option<string> _direction = Checked.OneOf("--direction", "The direction in which the context is read.", "forward", "forward", "reverse", "both");
    private readonly Option<double> _dropout = Checked.RealNumber("--dropout", "Part of the values dropped between layers while training.", 0, 0.95, Math.Round((double)Usual.Dropout, 6));
    private readonly Option<int> _epochs = Checked.WholeNumber("--epochs", "Passes over the training windows, at most.", 1, 1_000_000, Usual.Epochs);
    private readonly Option<int> _batch = Checked.WholeNumber("--batch", "Windows per training step.", 1, 65_536, Usual.BatchSize);
    private readonly Option<double> _rate = Checked.RealNumber("--lr", "The learning rate.", 1e-6, 10, Usual.LearningRate);
    private readonly Option<ulong> _seed = Checked.Seed("--seed", "The same seed gives the same model, to the bit.", Usual.Seed);
    private readonly Option<int?> _holdout = Checked.OptionalWholeNumber("--holdout", "Rows at the end of each series that are kept from the training, for backtest; 0 keeps none. [default: a fifth]", 0, 10_000_000);
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
            options._data, options._target, options._time, options._covariates, options._group, options._horizon, options._context,
            options._cell, options._hidden, options._layers, options._direction, options._dropout, options._epochs, options._batch,
            options._rate, options._seed, options._holdout, options._threads, options._memory, options._resume, options._output,
        };
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

        var table = ReadSeries(given, terminal);
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

    private int Train(ParseResult given, SeriesTable table, string checkpoint, bool resume, Terminal terminal)
    {
        string model = given.GetRequiredValue(_output);
        var forecaster = Training.Run(table.Series, Options(given, table), checkpoint, resume, terminal);
        if (forecaster.Record.Outcome == TrainingOutcome.Interrupted)
        {
            terminal.Remark($"stopped; the training so far is in {checkpoint}; to go on: {Again(given)}");
            return ExitCode.Interrupted;
        }

        forecaster.Save(model);
        File.Delete(checkpoint);
        terminal.Remark($"{Training.Summary(forecaster)}; wrote {model}");
        terminal.Remark(Training.HeldOut(forecaster, table.Series));
        return ExitCode.Done;
    }

    private SeriesTable ReadSeries(ParseResult given, Terminal terminal)
    {
        using var source = CsvSource.Open(given.GetRequiredValue(_data), terminal.Input);
        var table = SeriesReader.Read(source, new ColumnChoice(
            given.GetRequiredValue(_target), given.GetValue(_time), given.GetValue(_covariates), given.GetValue(_group)));
        terminal.Remark(table.Remarks);
        return table;
    }

    private ForecasterOptions Options(ParseResult given, SeriesTable table) => new()
    {
        Horizon = given.GetValue(_horizon),
        Context = given.GetValue(_context),
        Cell = given.GetRequiredValue(_cell),
        Hidden = given.GetValue(_hidden),
        Layers = given.GetValue(_layers),
        Direction = Enum.Parse<Direction>(given.GetRequiredValue(_direction), ignoreCase: true),
        Dropout = (float)given.GetValue(_dropout),
        Epochs = given.GetValue(_epochs),
        BatchSize = given.GetValue(_batch),
        LearningRate = given.GetValue(_rate),
        Seed = given.GetValue(_seed),
        Holdout = Holdout(given),
        TimeColumn = table.TimeColumn,
        GroupColumn = given.GetValue(_group),
    };

    /// <summary>Fewer rows than the horizon would be lost for the training and of no use for a backtest.</summary>
    private int? Holdout(ParseResult given)
    {
        int? rows = given.GetValue(_holdout);
        int horizon = given.GetValue(_horizon);
        return rows is null or 0 || rows >= horizon
            ? rows
            : throw new ElmanException($"--holdout {rows} leaves no room for a forecast of {Names.Count(horizon, "step")}; give {horizon} rows or more, or 0");
    }

    /// <summary>The command line that goes on with the training, as it may be typed into a shell.</summary>
    private static string Again(ParseResult given)
    {
        var words = given.Tokens.Select(token => token.Value).Where(word => word != "--resume").Append("--resume");
        return "elman " + string.Join(' ', words.Select(word =>
            word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || "-_./=:,+@%".Contains(c)) ? word : $"'{word.Replace("'", "'\\''")}'"));
    }
}
