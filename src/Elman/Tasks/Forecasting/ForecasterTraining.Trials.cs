namespace Elman;

/// <summary>Trainings with other options on the same rows: what is the same for all of them is done once.</summary>
internal sealed partial class ForecasterTraining
{
    /// <summary>A training of the same rows with other sizes, rates or heads.</summary>
    private ForecasterTraining(ForecasterTraining other, ForecasterOptions options, TrainingContext context)
    {
        ForecasterOptions.Settings.Check(options);
        (_options, _context) = (options, context);
        (_series, _layout, _cuts, _formed) = (other._series, other._layout, other._cuts, other._formed);
        (_effects, _effectScales, _seasons) = (other._effects, other._effectScales, other._seasons);
        (_positive, _areCounts, _notNegative) = (other._positive, other._areCounts, other._notNegative);
    }

    /// <summary>Whether the data are counts, which have a distribution of their own.</summary>
    public bool AreCountsData => _areCounts;

    /// <summary>Rows of history that the nets look at if nothing is said.</summary>
    public int UsualContext => NetInputs.For(_layout, _options with { Context = null }, _seasons, LongestTraining, [], false).Context;

    /// <summary>The rows for training of the longest series.</summary>
    public int LongestTraining => _cuts.Max(cut => cut.Training);

    /// <summary>Whether any series has rows for validation.</summary>
    public bool CanValidate => _cuts.Any(cut => cut.ValidationOrigins(_options.Horizon).Length > 0);

    /// <summary>The data, to the bit.</summary>
    public string DataFingerprint => Fingerprint();

    /// <summary>The simple methods, fitted to the rows for training and weighed on those for validation: no trial changes them.</summary>
    public SimpleChoice ChooseSimple()
    {
        (SimpleMethod[] methods, SimpleFits fits, Mixture mixture) = Choose(TrainingEnds);
        return new SimpleChoice(methods, fits, mixture);
    }

    /// <summary>
    /// The mean absolute error of the median on the rows for validation: of each series in units of its usual change, then the mean over the series. Series
    /// that never change in training have no unit and do not count.
    /// </summary>
    public double ValidationLoss(SimpleChoice simple, ForecasterOptions options, TrainingContext context)
    {
        ForecasterTraining trial = new(this, options, context);
        (_, _, List<Miss> misses, _) = trial.FitAndMeasure(simple);
        double[] losses = [.. misses.GroupBy(miss => miss.Series).Where(own => Distinct(TrainingRows(own.Key)) > 1).Select(own =>
            own.Select(miss => miss.MeanError).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average() / UsualChange(TrainingRows(own.Key)))];
        return losses.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();
    }

    /// <summary>The forecasts of the rows held out, as in a report; null where there are none.</summary>
    public BacktestResult? JudgeTrial(SimpleChoice simple, ForecasterOptions options, TrainingContext context)
    {
        ForecasterTraining trial = new(this, options, context);
        (ForecastEngine engine, SeriesModel[] models, List<Miss> misses, TrainingRecord? record) = trial.FitAndMeasure(simple);
        (models, Calibration calibration) = trial.Calibrate(engine, models, misses, []);
        return trial.Judge(trial.Result(engine, models, calibration, record, null));
    }

    private int[] TrainingEnds => [.. _cuts.Select(cut => cut.Training)];

    private double[] TrainingRows(int series) => _formed[series].Target[.._cuts[series].Training];

    private (ForecastEngine Engine, SeriesModel[] Models, List<Miss> Misses, TrainingRecord? Record) FitAndMeasure(SimpleChoice simple)
    {
        (ForecastEngine engine, SeriesModel[] models, TrainingRecord? record) = FitFirst(simple.Methods, simple.Fits, simple.Mixture, TrainingEnds);
        if (record is { Outcome: TrainingOutcome.Interrupted }) throw new OperationCanceledException(_context.Cancellation);
        return (engine, models, Measure(engine, models, cut => cut.ValidationOrigins(_options.Horizon), ShareOfNets), record);
    }
}

/// <summary>Simple methods with their coefficients and shares.</summary>
internal sealed record SimpleChoice(SimpleMethod[] Methods, SimpleFits Fits, Mixture Mixture);
