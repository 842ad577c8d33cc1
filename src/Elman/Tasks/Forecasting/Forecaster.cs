namespace Elman;

/// <summary>
/// Forecasts a column of time series, with quantiles for every row of the horizon. One model learns from one series or from many; a
/// series that it has not seen is scaled by its own context.
/// </summary>
/// <remarks>
/// What training must not know it does not see: scalers, masks and calendar cycles come from rows for training only, windows never cross
/// the split or from one series to another, and the model remembers until when it was trained, so that a backtest only counts later rows.
/// </remarks>
/// <example><code>
/// Forecaster model = Forecaster.Train([series], new ForecasterOptions { Horizon = 14, Holdout = 365 });
/// BacktestResult unseen = model.Backtest([series]);
/// Forecast next = model.Predict(series);
/// model.Save("weather.elman");
/// </code></example>
public sealed class Forecaster : TaskModel
{
    /// <summary>What a model file of a forecaster calls its task.</summary>
    public const string TaskName = "forecaster";

    internal const int PredictionBatch = 256;

    private readonly ForecastLayout _layout;
    private readonly Dictionary<string, TrainedSeries> _trained;

    internal Forecaster(ForecasterOptions options, ForecastLayout layout, IReadOnlyList<TrainedSeries> trained, ForecastNet net, TrainingRecord record)
    {
        (Options, _layout, TrainedSeries, Net, Record) = (options, layout, trained, net, record);
        _trained = trained.ToDictionary(series => series.Group);
    }

    /// <summary>What the model is made of and how it was trained.</summary>
    public ForecasterOptions Options { get; }

    /// <summary>The network.</summary>
    public ForecastNet Net { get; }

    /// <summary>How the training went; <see cref="TrainingRecord.Outcome"/> says whether it was interrupted.</summary>
    public override TrainingRecord Record { get; }

    /// <inheritdoc/>
    public override string Task => TaskName;

    /// <summary>The column that is forecast.</summary>
    public string Target => _layout.Target;

    /// <summary>The further columns that the model needs.</summary>
    public IReadOnlyList<string> Covariates => _layout.Covariates;

    /// <summary>The spacing of the rows; null if they had no times.</summary>
    public Frequency? Step => _layout.Step;

    /// <summary>The names of the features of a row, in order.</summary>
    public IReadOnlyList<string> Features => _layout.Names;

    /// <summary>The series that the model was trained on: how far, and their scalers.</summary>
    public IReadOnlyList<TrainedSeries> TrainedSeries { get; }

    /// <summary>Trains a model.</summary>
    /// <param name="series">One series, or one for each group, all with the same columns.</param>
    /// <param name="options">What to train and how.</param>
    /// <param name="progress">Called after every training step and every epoch.</param>
    /// <param name="remark">Called with what the user should know of the data before the training begins, a line each.</param>
    /// <param name="checkpointPath">Where to keep what an interrupted training needs to go on; null for nowhere.</param>
    /// <param name="resume">Goes on from the checkpoint, if there is one, to the same bits as without the interruption.</param>
    /// <param name="cancellation">Ends the training after the running step: the checkpoint is written, and the record of the returned
    /// model says <see cref="TrainingOutcome.Interrupted"/>.</param>
    /// <exception cref="ElmanException">The data or the options cannot be used, the training diverged, or the checkpoint does not fit.</exception>
    /// <exception cref="ArgumentException">The series do not belong together.</exception>
    public static Forecaster Train(
        IReadOnlyList<Series> series, ForecasterOptions? options = null, Action<TrainingProgress>? progress = null, Action<string>? remark = null,
        string? checkpointPath = null, bool resume = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(series);
        return new ForecasterTraining(series, options ?? new ForecasterOptions(), remark).Run(progress, checkpointPath, resume, cancellation);
    }

    /// <summary>Forecasts the rows after the last of a series.</summary>
    /// <param name="series">The series; its last <see cref="ForecasterOptions.Context"/> rows are looked at.</param>
    /// <exception cref="ElmanException">The series has too few rows, or other columns or another spacing than the model was trained on.</exception>
    public Forecast Predict(Series series) => Predict([series])[0];

    /// <summary>Forecasts several series at once.</summary>
    /// <inheritdoc cref="Predict(Series)"/>
    /// <param name="series">The series, in any number.</param>
    public IReadOnlyList<Forecast> Predict(IReadOnlyList<Series> series)
    {
        SeriesInputs[] inputs = Prepare(series);
        Window[] windows = new Window[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            int start = inputs[i].Series.Length - Options.Context;
            if (start < 0) throw TooShort(inputs[i].Series);
            windows[i] = new Window(i, start, Options.Context, Options.Horizon);
        }
        double[][] values = Compute(inputs, windows);
        return [.. inputs.Select((one, i) => new Forecast(one.Series.Group, one.FutureTimes, Options.Quantiles, values[i]))];
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
        return new RollingOrigin(this, Prepare(series), stride).Run();
    }

    /// <summary>Writes the model in one piece, as a safetensors file; see <see cref="ModelFile"/>.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <exception cref="ElmanException">The place cannot be written; the old file, if any, is unchanged.</exception>
    public override void Save(string path) => ForecasterFile.Save(this, _layout, path);

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ElmanException">There is no such file, it is damaged, of a newer version, or holds something else.</exception>
    public static Forecaster Load(string path) => ForecasterFile.Load(ModelFile.Read(path));

    /// <summary>What the model knows of a series, or null if it was not trained on it.</summary>
    internal TrainedSeries? Known(Series series) => _trained.GetValueOrDefault(series.Group);

    /// <summary>The quantiles of windows, in the target's unit, ascending: for each window [P, Q].</summary>
    internal double[][] Compute(IReadOnlyList<SeriesInputs> series, IReadOnlyList<Window> windows)
    {
        double[][] results = new double[windows.Count][];
        int size = Options.Horizon * Options.Quantiles.Length;
        for (int first = 0; first < windows.Count; first += PredictionBatch)
        {
            using TensorScope scope = TensorScope.Begin();
            using Inference inference = Inference.Begin();
            Window[] batch = [.. windows.Skip(first).Take(PredictionBatch)];
            ReadOnlySpan<float> output = Net.Forward(ForecastBatch.Inputs(_layout, Options, series, batch)).Span;
            for (int i = 0; i < batch.Length; i++)
            {
                float[] scaled = output.Slice(i * size, size).ToArray();
                double[] values = results[first + i] = new double[size];
                for (int row = 0; row < Options.Horizon; row++) scaled.AsSpan(row * Options.Quantiles.Length, Options.Quantiles.Length).Sort();
                series[batch[i].Series].TargetScaler(batch[i].Start).Inverse(scaled, values);
            }
        }
        return results;
    }

    internal ElmanException TooShort(Series series) => new(
        $"the model looks at {Options.Context} rows, the series{(series.Group.Length == 0 ? "" : $" of group '{series.Group}'")} has {series.Length}; give at least {Options.Context}");

    private SeriesInputs[] Prepare(IReadOnlyList<Series> series)
    {
        ArgumentNullException.ThrowIfNull(series);
        if (series.Count == 0 || series.Any(one => one.Length == 0)) throw new ElmanException("a series has no rows; give at least one row");
        return [.. series.Select(one => new SeriesInputs(_layout, Options, TimeGrid.Fill(one, Step), Known(one)?.Scalers))];
    }
}
