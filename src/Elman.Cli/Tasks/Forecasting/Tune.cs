using System.CommandLine;
using System.Globalization;

namespace Elman.Cli;

/// <summary>elman tune: searches the settings of a forecaster on rows for validation, and trains the winner.</summary>
internal sealed class Tune
{
    private const int MostTrials = 100_000;

    /// <summary>What is kept of the time limit: the defaults' judgement, the winner's training, its fit to all rows; in full trials.</summary>
    private const double Afterwards = 2.5;

    private readonly Argument<string> _data = CommonArguments.Data();
    private readonly DataArguments _columns = DataArguments.ForTraining();
    private readonly SettingOptions<ForecasterOptions> _settings = new(ForecasterOptions.Settings, "time limit", "steps", "seed");
    private readonly Option<string> _limit = new("--time-limit")
    {
        Description = "How long the search may take; it is turned into a number of trials. [default: 10m, or none with --trials]",
        HelpName = "time",
    };

    private readonly Option<int> _trials = Checked.WholeNumber(
        "--trials", "Trials: with the number that a time limit gave, the same study again. [default: as many as the time limit allows]", 1, MostTrials, 0);
    private readonly Option<int> _jobs = Checked.WholeNumber(
        "--jobs", "Trials that run at once; the result is the same for any number. [default: the number of threads]", 1, 1024, 0);
    private readonly Option<ulong> _seed = Checked.Seed("--seed", "The same seed gives the same study and the same model.", 1);
    private readonly Option<int> _threads = CommonArguments.Threads();
    private readonly Option<string?> _study = new("--study")
    {
        Description = "Where each trial is written, as JSON lines; kept afterwards. [default: MODEL.study, deleted with success]",
        HelpName = "study.jsonl",
    };

    private readonly Option<bool> _resume = new("--resume") { Description = "Go on with the study that was interrupted." };
    private readonly Option<string> _output = new("--output", "-o") { Description = "Where the model goes.", HelpName = "MODEL", Required = true };

    public static Verb Create(Terminal terminal)
    {
        var options = new Tune();
        var verb = new Verb(
            "tune",
            "Search the settings of a forecaster, and train the best.",
            "elman tune sales.csv --target units --group store --horizon 28 --time-limit 10m -o sales.elman",
            "elman tune weather.csv --target temp_max --cell gru --trials 27 --study weather.jsonl -o weather.elman")
        {
            options._data,
        };
        options._columns.AddTo(verb);
        options._trials.DefaultValueFactory = null;
        options._jobs.DefaultValueFactory = null;
        foreach (var option in new Option[] { options._limit, options._trials, options._jobs, options._seed, options._study })
            verb.Options.Add(option);
        options._settings.AddTo(verb);
        foreach (var option in new Option[] { options._threads, options._resume, options._output })
            verb.Options.Add(option);
        verb.SetAction(result => options.Run(result, terminal));
        return verb;
    }

    private int Run(ParseResult given, Terminal terminal)
    {
        using FileLock? held = OutputPlace.Hold(given.GetRequiredValue(_output));
        var places = Places(given);
        CommonArguments.UseThreads(given.GetValue(_threads));
        using var interruption = new Interruption(terminal) { AtOnce = true };
        if (TrainingView.Run(terminal, view => Work(given, places, terminal, view, interruption)) is not { } done)
        {
            terminal.Remark($"stopped; the study so far is in {places.Study}; to go on: {ShellLine.Of(given, "--resume")}");
            return ExitCode.Interrupted;
        }

        TuneTable.Write(done.Study, done.Searched, terminal);
        if (done.Model.Report.Backtest is { } backtest) Compare(backtest, done, terminal);
        terminal.Remark($"wrote {places.Model}");
        terminal.Remark(ForecastTraining.Judgement(done.Model));
        return ExitCode.Done;
    }

    /// <summary>Makes sure that nothing is written over.</summary>
    private Place Places(ParseResult given)
    {
        string data = given.GetRequiredValue(_data), model = given.GetRequiredValue(_output), study = given.GetValue(_study) ?? model + ".study";
        var place = new Place(model, study, model + ".checkpoint", given.GetValue(_study) is not null, given.GetValue(_resume));
        OutputPlace.CheckApart(model, data, study);
        OutputPlace.CheckApart(study, data);
        OutputPlace.Check(model);
        foreach (var (file, what) in new[] { (study, "a study"), (place.Checkpoint, "an interrupted training") })
        {
            if (File.Exists(file) && !place.Resume)
                throw new ElmanException($"{file} holds {what}; go on with it by --resume, or delete it to begin anew");
        }

        return place;
    }

    private Tuned? Work(ParseResult given, Place place, Terminal terminal, TrainingView view, Interruption interruption)
    {
        var (limit, start) = (Limit(given), Start(given));
        var data = _columns.ReadSeries(given, given.GetRequiredValue(_data), terminal.Input);
        view.Remark(data.Remarks);
        view.Phase("simple methods");
        var tuning = new ForecasterTuning(data, start, view.Remark);
        var space = tuning.Space.Without(_settings.Given(given));
        if (space.Names.Count == 0)
            throw new ElmanException("every setting that is searched is given; leave some out, or use elman train forecast");
        interruption.AtOnce = false;
        view.Watch(interruption.Token);
        view.Phase("search");
        var study = Run(given, new Search(tuning, space, limit - view.Elapsed), place, view, interruption.Token);
        if (!study.IsComplete) return null;
        var best = study.Best
            ?? throw new ElmanException("no trial came to an end with a finite loss; give fewer settings to the search, or another --optimizer or --batch");
        view.Remark($"{Names.Count(study.Trials.Count, "trial")}; --trials {study.Trials.Count} gives the same study again");
        return Train(data, study, best, new Search(tuning, space, null), place, view, interruption.Token);
    }

    private ForecasterOptions Start(ParseResult given)
    {
        var start = _settings.Apply(given, new ForecasterOptions());
        if (start.Training.Epochs == 0) throw new ElmanException("--epochs is 0: trials of no epochs cannot be compared; give at least 1");
        if (start.Nets == 0) throw new ElmanException("--nets is 0: simple forecasts have no settings to search; use elman train forecast");
        return start with { Training = start.Training with { Seed = given.GetValue(_seed) } };
    }

    private TimeSpan? Limit(ParseResult given)
    {
        if (given.GetValue(_limit) is not { } text) return given.GetValue(_trials) > 0 ? null : TimeSpan.FromMinutes(10);
        var setting = TrainingRecipe.Settings["time limit"];
        return setting.TryParse(text, TrainingRecipe.Settings.Defaults)?.TimeLimit
            ?? throw new ElmanException($"--time-limit takes a time such as 30s, 5m or 2h, not {Names.Quote(text)}");
    }

    private Study Run(ParseResult given, Search search, Place place, TrainingView view, CancellationToken cancellation)
    {
        int jobs = given.GetValue(_jobs) is > 0 and var asked ? asked : Compute.Threads;
        var progress = new TuneProgress(view, search.Tuning.Rungs);
        view.Remark($"searching {string.Join(", ", search.Space.Names)}; {Names.Count(jobs, "trial")} at once, {progress.Rungs}");
        return new Tuner<ForecasterOptions>(search.Space, search.Tuning.Start, search.Tuning.Loss).Run(new TunerOptions
        {
            Trials = given.GetValue(_trials) is > 0 and var trials ? trials : null,
            TimeLimit = search.Limit,
            Afterwards = Afterwards,
            Workers = jobs,
            Seed = search.Tuning.Start.Training.Seed,
            Rungs = search.Tuning.Rungs,
            Data = search.Tuning.Fingerprint,
            StudyPath = place.Study,
            Resume = place.Resume,
            Progress = progress,
            Cancellation = cancellation,
        });
    }

    /// <summary>Trains the winner as train forecast does, and measures the defaults on the same rows, which no trial saw.</summary>
    private static Tuned? Train(SeriesSet data, Study study, Trial best, Search search, Place place, TrainingView view, CancellationToken cancellation)
    {
        view.Remark(best.Number == 0 ? "the defaults are the best: training with them" : $"training the best, trial {best.Number}: {Words(search, best)}");
        var model = Forecaster.Train(data, search.Space.Apply(best.Settings, search.Tuning.Start), new TrainingContext
        {
            Progress = view,
            Phase = view.Phase,
            // What the data are like was remarked before the search.
            Remark = line => { if (!view.Remarks.Contains(line)) view.Remark(line); },
            CheckpointPath = place.Checkpoint,
            Resume = place.Resume,
            Cancellation = cancellation,
        });
        if (model.Record.Outcome == TrainingOutcome.Interrupted) return null;
        model.Save(place.Model);
        File.Delete(place.Checkpoint);
        File.Delete(place.Checkpoint + TaskModel.RefitSuffix);
        if (!place.KeepsStudy) File.Delete(place.Study);
        view.Phase("backtest of the defaults");
        var defaults = best.Number == 0 || model.Report.Backtest is null ? null : search.Tuning.Backtest(search.Tuning.Start, cancellation);
        return new Tuned(study, search.Space.Names, model, defaults);
    }

    /// <summary>Shows the winner beside the defaults and the baselines, and says so where the search did not help.</summary>
    private static void Compare(BacktestResult winner, Tuned done, Terminal terminal)
    {
        var defaults = done.Defaults;
        var shown = defaults is null ? winner : winner with { Baselines = [defaults.Model with { Name = "defaults" }, .. winner.Baselines] };
        BacktestTable.Write(shown, done.Model, terminal);
        if (defaults?.Model.Overall.MeanAbsoluteError < winner.Model.Overall.MeanAbsoluteError)
        {
            terminal.Remark("on these rows, which no trial saw, the defaults did better: "
                + "the rows for validation say too little; give more of them with --validation, or take the defaults");
        }
    }

    /// <summary>What a trial tried, as options of the command.</summary>
    private static string Words(Search search, Trial trial)
    {
        var (options, start) = (search.Space.Apply(trial.Settings, search.Tuning.Start), search.Tuning.Start);
        var settings = search.Space.Names.Select(name => ForecasterOptions.Settings[name]);
        return string.Join(' ', settings.Where(setting => setting.Text(options) != setting.Text(start)).Select(setting => $"{setting.Option} {setting.Text(options)}"));
    }

    private sealed record Place(string Model, string Study, string Checkpoint, bool KeepsStudy, bool Resume);

    private sealed record Search(ForecasterTuning Tuning, SearchSpace<ForecasterOptions> Space, TimeSpan? Limit);

    private sealed record Tuned(Study Study, IReadOnlyList<string> Searched, Forecaster Model, BacktestResult? Defaults);
}
