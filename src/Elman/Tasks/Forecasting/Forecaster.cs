using System.Collections.Immutable;

namespace Elman;

/// <summary>
/// Forecasts a column of time series, with quantiles for every row of the horizon. One model learns from one series or from many. What it gives is an average,
/// chosen on rows that training had not seen, of simple methods with coefficients for each series and of recurrent nets that learn over all series what those leave.
/// </summary>
/// <remarks>
/// What training must not know it does not see: windows never cross a cut or go from one series to another, the rows for validation choose, the rows held out
/// judge. The model remembers until when it was trained, so that a backtest only counts later rows. A loaded model is not changed by use: any number of threads share it.
/// </remarks>
/// <example><code>
/// Forecaster model = Forecaster.Train([series], new ForecasterOptions { Horizon = 14 });
/// Console.WriteLine(model.Report.Backtest?.Model.Overall.MeanAbsoluteError);
/// Forecast next = model.Predict(series);
/// model.Save("weather.elman");
/// </code></example>
public sealed partial class Forecaster : TaskModel
{
    /// <summary>What a model file of a forecaster calls its task.</summary>
    public const string TaskName = "forecaster";

    /// <summary>The part of the steps that a fit to further rows takes.</summary>
    internal const double RefitShare = 0.4;

    private readonly Dictionary<string, TrainedSeries> _trained;
    private string? _fingerprint;

    internal Forecaster(
        ForecasterOptions options, SeriesLayout layout, KnownEffects? effects, int[] seasons, ForecastEngine engine, Calibration calibration,
        IReadOnlyList<TrainedSeries> trained, bool notNegative, TrainingRecord record, ForecastReport report, SeriesSchema? schema = null)
    {
        Schema = schema;
        (Options, Layout, Effects, Seasons, Engine, Calibration, TrainedSeries) = (options, layout, effects, seasons, engine, calibration, trained);
        (NotNegative, Record, Report) = (notNegative, record, report);
        _trained = trained.ToDictionary(series => series.Group);
    }

    /// <summary>What the model is made of and how it was trained.</summary>
    public ForecasterOptions Options { get; }

    /// <summary>How the training of the nets went; <see cref="TrainingRecord.Outcome"/> says whether it was interrupted.</summary>
    public override TrainingRecord Record { get; }

    /// <inheritdoc/>
    public override string Task => TaskName;

    /// <summary>What the training found out: scores on unseen rows beside what costs nothing, and of what the forecast is averaged.</summary>
    public ForecastReport Report { get; }

    /// <summary>The column that is forecast.</summary>
    public string Target => Layout.Target;

    /// <summary>Columns that the model needs up to the last row.</summary>
    public IReadOnlyList<string> Covariates => [.. Layout.Past.Select(column => column.Name)];

    /// <summary>Columns that the model needs for the rows to come, too.</summary>
    public IReadOnlyList<string> Known => [.. Layout.Known.Select(column => column.Name)];

    /// <summary>The spacing of the rows; null if they are only counted.</summary>
    public Frequency? Frequency => Layout.Frequency;

    /// <summary>Rows of the seasons, ascending.</summary>
    public IReadOnlyList<int> SeasonLengths => Seasons;

    /// <summary>The nets, whose mean stands upon the simple methods; empty if there are none.</summary>
    public IReadOnlyList<ForecastNet> Nets => Earlier is { } earlier ? [earlier.Net] : Engine.Nets?.Nets ?? [];

    /// <summary>The series that the model was trained on, and how far.</summary>
    public IReadOnlyList<TrainedSeries> TrainedSeries { get; }

    /// <summary>Whether no value of the training rows was below zero, so that no quantile is.</summary>
    public bool NotNegative { get; }

    /// <summary>Whether the target is a count, so that quantiles are whole numbers and the mean tells more than the median.</summary>
    public bool IsCount => Engine.IsCount;

    /// <summary>How the table was read that the model was trained on, so that later ones are read alike; null if it was trained on series.</summary>
    public SeriesSchema? Schema { get; private set; }

    internal SeriesLayout Layout { get; }

    internal KnownEffects? Effects { get; }

    internal int[] Seasons { get; }

    internal ForecastEngine Engine { get; }

    internal Calibration Calibration { get; }

    /// <summary>What forecasts in place of all this if the model is of an Elman before 0.2.</summary>
    internal EarlierModel? Earlier { get; init; }

    /// <summary>Trains a model.</summary>
    /// <param name="series">One series, or one for each group, all with the same columns.</param>
    /// <param name="options">What to train and how.</param>
    /// <param name="context">Who looks on, where checkpoints go, who may stop it. An interrupted training gives a model whose record says so.</param>
    /// <exception cref="ElmanException">The data or the options cannot be used, the training diverged, or the checkpoint does not fit.</exception>
    /// <exception cref="ArgumentException">The series do not belong together.</exception>
    /// <exception cref="OperationCanceledException">It was stopped while no net was trained; a checkpoint of nets that were trained before stays.</exception>
    public static Forecaster Train(IReadOnlyList<Series> series, ForecasterOptions? options = null, TrainingContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(series);
        Frequency? frequency = series.Count > 0 && series.All(one => one.Length > 0) ? TimeGrid.StepOf(series) : null;
        return new ForecasterTraining([.. series.Select(one => TimeGrid.Fill(one, frequency))], frequency, options ?? new ForecasterOptions(), context ?? new TrainingContext()).Run();
    }

    /// <summary>Trains a model on the series of a table.</summary>
    /// <inheritdoc cref="Train(IReadOnlyList{Series}, ForecasterOptions?, TrainingContext?)"/>
    /// <param name="data">The series, as <see cref="SeriesSet.Read(Table, SeriesRoles)"/> gives them.</param>
    public static Forecaster Train(SeriesSet data, ForecasterOptions? options = null, TrainingContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        Forecaster model = new ForecasterTraining(data.Series, data.Frequency, options ?? new ForecasterOptions(), context ?? new TrainingContext()).Run();
        model.Schema = data.Schema;
        return model;
    }

    /// <summary>Trains a model on a table.</summary>
    /// <inheritdoc cref="Train(IReadOnlyList{Series}, ForecasterOptions?, TrainingContext?)"/>
    /// <param name="table">The table; see <c>Elman.Tabular</c> for what it can be read from.</param>
    /// <param name="roles">Which column plays which part.</param>
    public static Forecaster Train(Table table, SeriesRoles roles, ForecasterOptions? options = null, TrainingContext? context = null) =>
        Train(SeriesSet.Read(table, roles), options, context);

    /// <summary>Forecasts the series of a table, which is read like the one that the model was trained on.</summary>
    /// <inheritdoc cref="Predict(Series, int?, ImmutableArray{double})"/>
    /// <param name="table">The table, with the rows so far; rows after the last target are the plan.</param>
    /// <exception cref="InvalidOperationException">The model was not trained on a table.</exception>
    public IReadOnlyList<Forecast> Predict(Table table, int? horizon = null, ImmutableArray<double> quantiles = default)
    {
        SeriesSchema schema = Schema ?? throw new InvalidOperationException("the model was trained on series, not on a table; give series");
        return Predict(SeriesSet.Read(table, schema.Roles, schema).Series, horizon, quantiles);
    }

    /// <summary>Forecasts the rows after the last of a series.</summary>
    /// <param name="series">The series. One that training has not seen takes the methods that suit the others.</param>
    /// <param name="horizon">Rows to forecast; those that the model was trained for if null. Past them the nets fall silent and the simple methods go on.</param>
    /// <param name="quantiles">Levels of the quantiles; those of the options if default.</param>
    /// <exception cref="ElmanException">The series has other columns or another spacing than the model was trained on, or a plan that is too short.</exception>
    public Forecast Predict(Series series, int? horizon = null, ImmutableArray<double> quantiles = default) => Predict([series], horizon, quantiles)[0];

    /// <summary>Forecasts several series at once.</summary>
    /// <inheritdoc cref="Predict(Series, int?, ImmutableArray{double})"/>
    /// <param name="series">The series, in any number.</param>
    public IReadOnlyList<Forecast> Predict(IReadOnlyList<Series> series, int? horizon = null, ImmutableArray<double> quantiles = default)
    {
        int rows = horizon ?? Options.Horizon;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows, nameof(horizon));
        FormedSeries[] formed = Prepare(series, Math.Max(rows, Options.Horizon));
        foreach (FormedSeries one in formed) CheckPlan(one.Series, rows);
        ImmutableArray<double> levels = quantiles.IsDefault ? Options.Quantiles : quantiles;
        return [.. formed.Select(one => ForecastFrom(one, [one.Length], rows, levels)[0])];
    }

    /// <summary>
    /// Measures the model on rows that its training has not seen, with a rolling origin: forecasts are made one after the other, each
    /// from all that was known at its origin, and compared with what came; beside it, forecasts that cost nothing.
    /// </summary>
    /// <param name="series">The series; a longer one than it was trained on, or with rows held out.</param>
    /// <param name="stride">Rows from one origin to the next.</param>
    /// <exception cref="ElmanException">There are no unseen rows for even one forecast, or the series does not fit the model.</exception>
    public BacktestResult Backtest(Series series, int stride = 1) => Backtest([series], stride);

    /// <inheritdoc cref="Backtest(Series, int)"/>
    public BacktestResult Backtest(IReadOnlyList<Series> series, int stride = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(stride);
        FormedSeries[] formed = Prepare(series, Options.Horizon);
        int[][] origins = [.. formed.Select(one => UnseenOrigins(one.Series, stride))];
        return origins.Any(own => own.Length > 0) ? new RollingOrigin(this, formed, origins).Run() : throw NothingUnseen(formed, [.. formed.Select(one => FirstUnseen(one.Series))]);
    }

    /// <summary>How many forecasts a backtest would make: 0 if the model was trained on all rows.</summary>
    /// <inheritdoc cref="Backtest(Series, int)"/>
    public int CountUnseen(IReadOnlyList<Series> series, int stride = 1)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(stride);
        return series.Sum(one => UnseenOrigins(TimeGrid.Fill(one, Frequency), stride).Length);
    }

    private int[] UnseenOrigins(Series series, int stride)
    {
        int from = FirstUnseen(series);
        return [.. Enumerable.Range(0, Math.Max(0, (series.Length - Options.Horizon - from) / stride + 1))
            .Select(k => from + k * stride).Where(origin => origin > 0 && origin + Options.Horizon <= series.Length)];
    }

    /// <summary>Writes the model in one piece, as a safetensors file; see <see cref="ModelFile"/>.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <exception cref="ElmanException">The place cannot be written; the old file, if any, is unchanged.</exception>
    public override void Save(string path)
    {
        if (Earlier is not null) throw EarlierModel.Refusal("can be read only");
        ForecasterFile.Save(this, path);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ElmanException">There is no such file, it is damaged, of a newer version, or holds something else.</exception>
    public static Forecaster Load(string path) => ForecasterFile.Load(ModelFile.Read(path));

    /// <summary>What the model knows of a series, or null if it was not trained on it.</summary>
    internal TrainedSeries? KnownSeries(Series series) => _trained.GetValueOrDefault(series.Group);

    /// <summary>Forecasts of one series from some origins.</summary>
    internal IReadOnlyList<Forecast> ForecastFrom(FormedSeries series, int[] origins, int horizon, ImmutableArray<double> levels)
    {
        if (Earlier is { } earlier)
            return [.. earlier.Forecast(series, origins, horizon).Select((one, k) => new Forecast(series.Series.Group, TimesFrom(series, origins[k], horizon), levels, one))];
        SeriesModel model = KnownSeries(series.Series)?.Model ?? NewcomerModels.Of(this, series, origins[0]);
        // The nets see their own horizon whole, also where less is wanted.
        int computed = Math.Max(horizon, Options.Horizon);
        Points points = Engine.Simple(series, model, origins, computed);
        if (Engine.NetShare > 0 || !Options.Conformal) Engine.AddNets(series, model, points);
        Forecast[] forecasts = new Forecast[origins.Length];
        for (int k = 0; k < origins.Length; k++)
        {
            ForecastDistribution distribution = Distribution(model, series, points, k * computed, horizon, computed, null);
            forecasts[k] = new Forecast(series.Series.Group, TimesFrom(series, origins[k], horizon), levels, distribution);
        }
        return forecasts;
    }

    /// <summary>What may come after one origin.</summary>
    /// <param name="model">What was learned of the series.</param>
    /// <param name="series">The series.</param>
    /// <param name="points">The points of its origins.</param>
    /// <param name="start">The place of the origin's first row in them.</param>
    /// <param name="horizon">Rows that are wanted.</param>
    /// <param name="computed">Rows of each origin in the points.</param>
    /// <param name="tracker">How much wider or narrower a stream has found the quantiles must be; null for as they are.</param>
    internal ForecastDistribution Distribution(SeriesModel model, FormedSeries series, Points points, int start, int horizon, int computed, IntervalTracker? tracker)
    {
        Range rows = start..(start + horizon);
        double[] medians = Engine.Medians(series, points)[rows];
        if (Engine.IsCount) medians = Array.ConvertAll(medians, middle => Math.Max(middle + model.MeanError, 0));
        double[] unit = Calibration.Unit switch
        {
            ErrorUnit.Spread when points.Spread is { } spread => spread[rows],
            ErrorUnit.Level => [.. medians.Select(model.ScaleAt)],
            _ => [.. Enumerable.Repeat(model.Scale, horizon)],
        };
        return new CalibratedDistribution(medians, unit, Calibration, Options.Conformal, NotNegative, Engine.IsCount ? model.Dispersion : null, tracker);
    }

    /// <summary>Opens a stream that goes on with a series.</summary>
    /// <param name="history">The rows so far, at least one; they may be later ones than training has seen.</param>
    /// <exception cref="ElmanException">The series does not fit the model.</exception>
    public ForecastStream OpenStream(Series history) => Earlier is null ? new(this, Filled(history)) : throw EarlierModel.Refusal("has no streams");

    /// <summary>A digest, SHA-256 in hexadecimal digits, of all that forecasts depend on: two models with the same fingerprint say the same. States of streams carry it.</summary>
    public string Fingerprint => _fingerprint ??= ForecasterFile.Fingerprint(this);

    private static DateTime[]? TimesFrom(FormedSeries series, int origin, int horizon)
    {
        if (series.Series.Times is not { } times || series.FutureTimes is not { } future) return null;
        int seen = Math.Clamp(times.Length - origin, 0, horizon);
        return [.. times[origin..(origin + seen)], .. future[..(horizon - seen)]];
    }

    private FormedSeries[] Prepare(IReadOnlyList<Series> series, int horizon)
    {
        ArgumentNullException.ThrowIfNull(series);
        if (series.Count == 0 || series.Any(one => one.Length == 0)) throw new ElmanException("a series has no rows; give at least one row");
        return [.. series.Select(one => Form(Filled(one), horizon))];
    }

    /// <summary>A series as the methods take it.</summary>
    internal FormedSeries Form(Series series, int horizon) =>
        new(series, Layout, Effects, KnownSeries(series)?.Model.EffectScale, horizon);

    private Series Filled(Series series) => TimeGrid.Fill(series, Frequency);

    internal void CheckPlan(Series series, int rows)
    {
        foreach (ColumnCode column in Layout.Known)
        {
            int planned = series.Known.First(one => one.Name == column.Name).Values.Length - series.Length;
            if (planned < rows)
                throw new ElmanException($"the forecast of {rows} rows needs '{column.Name}' for each of them, the plan{(series.Group.Length == 0 ? "" : $" of group '{series.Group}'")} has {planned}; "
                    + "give the rows to come, with the target left empty");
        }
    }

    /// <summary>The row after the last that training has seen. Of a group that it has not, only rows later than all of training count.</summary>
    private int FirstUnseen(Series series)
    {
        if (KnownSeries(series) is not { } known)
            return series.Times is not null && TrainedSeries.Max(one => one.Until) is { } end ? RowsUntil(series, end) : 0;
        return known.Until is { } until && series.Times is not null ? RowsUntil(series, until) : Math.Min(known.Rows, series.Length);
    }

    private static int RowsUntil(Series series, DateTime until) => until == DateTime.MaxValue ? series.Length : series.RowsBefore(until.AddTicks(1));

    private ElmanException NothingUnseen(FormedSeries[] series, int[] unseen)
    {
        int rows = series.Zip(unseen, (one, from) => one.Length - from).Max();
        string until = TrainedSeries.Max(one => one.Until) is { } time ? $" until {Frequency.Format(time)}" : $" on the first {TrainedSeries.Max(one => one.Rows)} rows";
        return new ElmanException($"nothing to backtest on: the model was trained{until}, {(rows <= 0 ? "no row" : $"only {rows} rows")} came later, a horizon needs {Options.Horizon}; "
            + "give later rows, or train with rows held out");
    }
}
