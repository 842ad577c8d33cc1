using System.Globalization;

namespace Elman;

/// <summary>
/// What a <see cref="Tuner{TOptions}"/> needs to search the settings of a forecaster: what is worth searching, and the loss. The loss is measured on the rows for
/// validation; the rows held out for the report's backtest are seen by no trial.
/// </summary>
/// <example><code>
/// ForecasterTuning tuning = new(data, new ForecasterOptions { Horizon = 28 });
/// Tuner&lt;ForecasterOptions&gt; tuner = new(tuning.Space, tuning.Start, tuning.Loss);
/// Study study = tuner.Run(new TunerOptions { TimeLimit = TimeSpan.FromMinutes(10), Rungs = tuning.Rungs, Data = tuning.Fingerprint });
/// Forecaster best = Forecaster.Train(data, tuning.Space.Apply(study.Best!.Settings, tuning.Start));
/// </code></example>
public sealed class ForecasterTuning
{
    private readonly ForecasterTraining _training;
    private readonly SimpleChoice _simple;

    /// <param name="data">The series.</param>
    /// <param name="start">What is not searched, and where the search starts. Its epochs are the largest budget; the time limit is left out.</param>
    /// <param name="remark">Called with what the user should know of the data, a line each.</param>
    /// <exception cref="ElmanException">The data or the options cannot be used, or no series has rows for validation.</exception>
    public ForecasterTuning(SeriesSet data, ForecasterOptions start, Action<string>? remark = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(start);
        Start = start with { Training = start.Training with { TimeLimit = null, Steps = null, Epochs = Math.Max(1, start.Training.Epochs) } };
        _training = new ForecasterTraining(data.Series, data.Frequency, Start, new TrainingContext { Remark = remark });
        if (!_training.CanValidate)
            throw new ElmanException($"too few rows to tune by: the longest series has {data.Series.Max(one => one.Length)}, no horizon of {start.Horizon} is left to compare trials on; "
                + "give more rows or a shorter horizon");
        Space = SpaceOf(_training, Start);
        _simple = _training.ChooseSimple();
    }

    /// <summary>Where the search starts, without a time limit for a single training.</summary>
    public ForecasterOptions Start { get; }

    /// <summary>What is worth searching: context, cell, hidden, layers, dropout, nets, learning rate, head.</summary>
    public SearchSpace<ForecasterOptions> Space { get; }

    /// <summary>The budgets in epochs.</summary>
    public System.Collections.Immutable.ImmutableArray<int> Rungs => TunerOptions.RungsUpTo(Start.Training.Epochs);

    /// <summary>A fingerprint of the data.</summary>
    public string Fingerprint => _training.DataFingerprint;

    /// <summary>
    /// The loss of some options: the mean absolute error of the median on the rows for validation, in units of each series' usual change, the mean over all series.
    /// </summary>
    /// <param name="options">The start with other values of what <see cref="Space"/> holds.</param>
    /// <param name="epochs">Epochs of training, whose learning rate ends with them.</param>
    /// <param name="cancellation">Ends the training.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    /// <exception cref="DivergenceException">The training diverged.</exception>
    public double Loss(ForecasterOptions options, int epochs, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ForecasterOptions trial = options with { Training = options.Training with { Epochs = epochs, Steps = null, TimeLimit = null } };
        return _training.ValidationLoss(_simple, trial, new TrainingContext { Cancellation = cancellation });
    }

    /// <summary>How some options do on the rows held out, which <see cref="Loss"/> does not see; null where the data were too few to keep any.</summary>
    /// <inheritdoc cref="Loss"/>
    public BacktestResult? Backtest(ForecasterOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return _training.JudgeTrial(_simple, options, new TrainingContext { Cancellation = cancellation });
    }

    private static SearchSpace<ForecasterOptions> SpaceOf(ForecasterTraining training, ForecasterOptions start)
    {
        int usual = training.UsualContext;
        IEnumerable<string> contexts = new[] { usual / 2, 2 * usual }
            .Where(rows => rows >= 4 && rows <= training.LongestTraining / 3).Select(rows => rows.ToString(CultureInfo.InvariantCulture));
        string asStarted = ForecasterOptions.Settings["context"].Text(start);
        // Left to the data, the head is that of counts or quantiles.
        string[] heads = training.AreCountsData ? ["auto", "quantiles", "student-t"] : ["auto", "gaussian", "student-t"];
        return new SearchSpace<ForecasterOptions>(ForecasterOptions.Settings)
            .Choice("context", [asStarted, .. contexts.Where(rows => rows != asStarted)])
            .Choice("cell", "lstm", "gru", "rnn")
            .Whole("hidden", 8, 96, logarithmic: true)
            .Whole("layers", 1, 2)
            .Real("dropout", 0, 0.4)
            .Whole("nets", 1, 5)
            .Real("learning rate", 5e-4, 2e-2, logarithmic: true)
            .Choice("head", heads);
    }
}
