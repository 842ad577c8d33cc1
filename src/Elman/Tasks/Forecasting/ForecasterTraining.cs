namespace Elman;

/// <summary>
/// One training of a forecaster. First all is fitted to the rows for training; the rows for validation then choose what is averaged, the rows held out judge it; at
/// last everything is fitted to all rows, and both the validation's and the holdout's errors calibrate the quantiles.
/// </summary>
internal sealed partial class ForecasterTraining
{
    /// <summary>From so many series on, a part of them says which methods are worth fitting to all.</summary>
    private const int ManySeries = 64;

    private const int MostMethodsOfMany = 8;

    /// <summary>The fewest windows worth a net.</summary>
    private const int FewestWindows = 40;

    private readonly Series[] _series;
    private readonly ForecasterOptions _options;
    private readonly TrainingContext _context;
    private readonly SeriesLayout _layout;
    private readonly SeriesCut[] _cuts;
    private readonly FormedSeries[] _formed;
    private readonly KnownEffects? _effects;
    private readonly double[] _effectScales;
    private readonly int[] _seasons;
    private readonly bool _positive, _areCounts, _notNegative;
    private readonly List<string> _remarks = [];
    private readonly System.Diagnostics.Stopwatch _watch = System.Diagnostics.Stopwatch.StartNew();

    public ForecasterTraining(IReadOnlyList<Series> series, Frequency? frequency, ForecasterOptions options, TrainingContext context)
    {
        (_options, _context) = (options, context);
        ForecasterOptions.Settings.Check(options);
        if (series.Count == 0 || series.Any(one => one.Length == 0)) throw new ElmanException("a series to train on has no rows; give at least one series, each with rows");
        if (series.CountBy(one => one.Group).FirstOrDefault(group => group.Value > 1).Key is { } repeated)
            throw new ArgumentException($"two series have the group '{repeated}'; names must differ", nameof(series));
        _cuts = [.. series.Select(one => SeriesCut.Of(one.Length, options))];
        _series = [.. LeakCheck.Without(series, _cuts, Remark)];
        _layout = SeriesLayout.Of(_series, [.. _cuts.Select(cut => Math.Max(cut.Training, 1))], frequency);
        FormedSeries[] plain = [.. _series.Select(one => new FormedSeries(one, _layout, null, 1, options.Horizon))];
        double[][] targets = [.. plain.Zip(_cuts, (one, cut) => one.Target[..Math.Max(cut.Training, Math.Min(cut.Validation, 8))])];
        _seasons = Seasons.Of(frequency, [.. plain.Zip(_cuts, (one, cut) => one.Target[..cut.Validation])]);
        _effects = KnownEffects.Fit(targets, [.. plain.Select(one => one.Known)], _seasons);
        _effectScales = [.. plain.Zip(targets, (one, target) => _effects?.UnitOf(target, one.Known) ?? 1)];
        _formed = _effects is null ? plain : [.. _series.Select((one, i) => new FormedSeries(one, _layout, _effects, _effectScales[i], options.Horizon))];
        double[][] seen = [.. plain.Select((one, i) => one.Target[..Seen(_cuts[i])])];
        _notNegative = seen.All(one => !one.Any(value => value < 0));
        _areCounts = CountCheck.AreCounts(seen, [.. _formed.Select((one, i) => one.Values[..Seen(_cuts[i])])], _seasons);
        if (options.Head == "negative-binomial" && !_notNegative)
            throw new ElmanException($"the head negative-binomial is for counts, but column '{_layout.Target}' has values below zero; choose another head");
        double[][] formed = [.. _formed.Zip(_cuts, (one, cut) => one.Values[..Seen(cut)])];
        _positive = formed.All(one => one.All(value => !(value <= 0))) && formed.Any(one => one.Any(value => value > 0));
        Tell();
    }

    /// <summary>The row after the last that the training may see: those of an explicit holdout are never seen.</summary>
    private int Seen(SeriesCut cut) => _options.Holdout is null ? cut.Length : cut.Validation;

    /// <summary>Whether quantiles are whole numbers: asked for, or left to the data that are counts.</summary>
    private bool IsCount => _options.Head == "negative-binomial" || _options.Head == "auto" && _areCounts;

    public Forecaster Run()
    {
        using Work.Scope work = Work.Until(_context.Cancellation);
        // First with the rows for training.
        _context.Phase?.Invoke("simple methods");
        int[] until = [.. _cuts.Select(cut => cut.Training)];
        (SimpleMethod[] methods, SimpleFits fits, Mixture mixture) = Choose(until);
        int[] shown = ForecastEngine.Shown(mixture.Mean);
        (ForecastEngine engine, SeriesModel[] models, TrainingRecord? record) = FitFirst(methods, fits, mixture, until);
        if (record is { Outcome: TrainingOutcome.Interrupted }) return Result(engine, models, Calibration.Normal(_options.Horizon), record, null);

        _context.Phase?.Invoke("backtest");
        List<Miss> validation = Measure(engine, models, cut => cut.ValidationOrigins(_options.Horizon), ShareOfNets);
        (models, Calibration calibration) = Calibrate(engine, models, validation, []);
        Forecaster judged = Result(engine, models, calibration, record, null);
        BacktestResult? backtest = Judge(judged);
        List<Miss> holdout = _options.Holdout is null ? Measure(engine, models, cut => cut.HoldoutOrigins(_options.Horizon), null) : [];

        _context.Phase?.Invoke("refit");
        // Then with all rows: also the shares, by what both the rows for validation and those held out say.
        if (_options.Holdout is null)
        {
            mixture = Shares(fits, methods, [.. Enumerable.Range(0, _series.Length)], i => [.. _cuts[i].ValidationOrigins(_options.Horizon), .. _cuts[i].HoldoutOrigins(_options.Horizon)]);
            models = [.. models.Select((model, i) => model with { Shares = mixture.Of(i), Error = mixture.ErrorOf(i) })];
        }
        int[] all = [.. _cuts.Select(Seen)];
        fits = SimpleFits.Fit(methods, Values, all, _options.Horizon, (i, m) => mixture.Of(i)[m] > 0 || Array.IndexOf(shown, m) >= 0);
        models = [.. models.Select((model, i) => model with { Coefficients = Used(fits, i, mixture, shown) })];
        if (record is not null && engine.NetShare > 0)
        {
            TrainingRecord again = Train(engine, models, all, first: false, record);
            if (again.Outcome == TrainingOutcome.Interrupted) return Result(engine, models, calibration, again, backtest);
        }
        (models, calibration) = Calibrate(engine, models, validation, holdout);
        return Result(engine, models, calibration, record, backtest, all);
    }

    /// <summary>Fits nets to the rows for training, upon simple methods that are fitted to them.</summary>
    private (ForecastEngine Engine, SeriesModel[] Models, TrainingRecord? Record) FitFirst(SimpleMethod[] methods, SimpleFits fits, Mixture mixture, int[] until)
    {
        ForecastEngine engine = NewEngine(methods, mixture, ForecastEngine.Shown(mixture.Mean), until);
        SeriesModel[] models = Models(engine, fits, mixture);
        return (engine, models, engine.Nets is null ? null : Train(engine, models, until, first: true));
    }

    private double[][] Values => [.. _formed.Select(one => one.Values)];

    /// <summary>Fits the methods and chooses their shares; of many series a part first says which methods are worth it.</summary>
    private (SimpleMethod[] Methods, SimpleFits Fits, Mixture Mixture) Choose(int[] until)
    {
        SimpleMethod[] methods = MethodPool.For(_seasons, until.Max(), _series.Length, _positive);
        if (_series.Length > ManySeries)
        {
            int[] pilot = [.. Enumerable.Range(0, ManySeries).Select(i => (int)((long)i * _series.Length / ManySeries))];
            double[] shares = Choose(methods, pilot, until).Mixture.Mean;
            double[] best = [.. shares.OrderDescending()];
            double enough = Math.Max(0.02, best[Math.Min(MostMethodsOfMany, best.Length) - 1]);
            // The last value stays: it stands in for methods that have nothing to say.
            methods = [.. methods.Where((_, m) => m == 0 || shares[m] >= enough)];
        }
        (SimpleFits fits, Mixture mixture) = Choose(methods, [.. Enumerable.Range(0, _series.Length)], until);
        return (methods, fits, mixture);
    }

    private (SimpleFits Fits, Mixture Mixture) Choose(SimpleMethod[] methods, int[] which, int[] until)
    {
        SimpleFits fits = SimpleFits.Fit(methods, [.. which.Select(i => _formed[i].Values)], [.. which.Select(i => until[i])], _options.Horizon);
        return (fits, Shares(fits, methods, which, i => _cuts[i].ValidationOrigins(_options.Horizon)));
    }

    /// <summary>The shares of the methods by their errors from some origins of each series.</summary>
    private Mixture Shares(SimpleFits fits, SimpleMethod[] methods, int[] which, Func<int, int[]> from)
    {
        double[][][] forecasts = new double[which.Length][][];
        double[][] actual = new double[which.Length][];
        Parallel.For(0, which.Length, Work.Threads, i =>
        {
            int[] origins = from(which[i]);
            double[] values = _formed[which[i]].Values;
            forecasts[i] = fits.Run(i, values, origins, _options.Horizon);
            actual[i] = Came(values, origins);
        });
        return Mixture.Choose(forecasts, actual, Usual(methods), _options.Horizon);
    }

    private double[] Came(double[] values, int[] origins) => [.. origins.SelectMany(origin => values[origin..(origin + _options.Horizon)])];

    /// <summary>Shares where nothing can be measured: half a level, half the same place in the last season or the last value.</summary>
    private static double[] Usual(SimpleMethod[] methods)
    {
        int naive = Array.FindIndex(methods, method => method.Key.StartsWith("naive", StringComparison.Ordinal)), level = Array.FindIndex(methods, method => method.Key == "level");
        double[] shares = new double[methods.Length];
        shares[Math.Max(naive, 0)] += 0.5;
        shares[Math.Max(level, 0)] += 0.5;
        return shares;
    }

    private static double[][] Used(SimpleFits fits, int series, Mixture mixture, int[] shown) =>
        [.. fits.Of(series).Select((coefficients, m) => mixture.Of(series)[m] > 0 || Array.IndexOf(shown, m) >= 0 ? coefficients : [])];

    private SeriesModel[] Models(ForecastEngine engine, SimpleFits fits, Mixture mixture) => [.. _formed.Select((one, i) => new SeriesModel
    {
        Coefficients = Used(fits, i, mixture, ForecastEngine.Shown(mixture.Mean)),
        Shares = mixture.Of(i),
        Error = mixture.ErrorOf(i),
        EffectScale = _effectScales[i],
        Unit = engine.Inputs is { } inputs ? inputs.UsualUnit(engine.Formed(one).AsSpan(0, Math.Max(1, _cuts[i].Training))) : 1,
    })];

    private ForecastEngine NewEngine(SimpleMethod[] methods, Mixture mixture, int[] shown, int[] until)
    {
        ForecastHead head = ForecastHead.Of(_options.Head != "auto" ? _options.Head : IsCount ? "negative-binomial" : "quantiles");
        double logarithms = methods.Zip(mixture.Mean).Where(pair => pair.First is LogMethod).Sum(pair => pair.Second);
        NetInputs inputs = NetInputs.For(_layout, _options, _seasons, until.Max(), shown, _positive && logarithms > 0.5 && head is not NegativeBinomialHead);
        int windows = NetWindows.Possible(inputs, until);
        bool useful = _options.Nets > 0 && windows >= FewestWindows;
        if (_options.Nets > 0 && !useful)
            Remark($"the rows make {windows} windows to learn from, too few for a net: simple forecasts are averaged");
        return new ForecastEngine
        {
            Methods = methods,
            Head = head,
            IsCount = IsCount,
            Inputs = useful ? inputs : null,
            Nets = useful ? new NetEnsemble(inputs, head.Outputs, _options, new RandomStream(_options.Training.Seed)) : null,
            NetShare = useful ? 1 : 0,
        };
    }

    /// <summary>Trains the nets on rows for training; or, the second time, goes on with all rows for a part of the steps.</summary>
    private TrainingRecord Train(ForecastEngine engine, SeriesModel[] models, int[] until, bool first, TrainingRecord? before = null)
    {
        if (first) _context.Phase?.Invoke("nets");
        TrainingRecipe recipe = _options.Training;
        TimeSpan spent = _watch.Elapsed + _context.Spent;
        TimeSpan? left = recipe.TimeLimit is { } limit ? TimeSpan.FromSeconds(Math.Max(1, (limit - spent).TotalSeconds / (1.15 + Forecaster.RefitShare))) : null;
        recipe = first ? recipe with { TimeLimit = left } : Forecaster.RefitRecipe(recipe, before!.Steps);
        TrainingContext context = _context with { CheckpointPath = _context.CheckpointPath is { } path ? first ? path : path + TaskModel.RefitSuffix : null };
        // The nets stop by themselves, between two steps and with a checkpoint.
        using Work.Scope nets = Work.Until(CancellationToken.None);
        return NetTraining.Run(engine, _formed, models, until, _options.Training.Seed, recipe, context, Settings(first));
    }
}
