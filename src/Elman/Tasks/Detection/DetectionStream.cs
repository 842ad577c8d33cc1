namespace Elman;

/// <summary>
/// Rows that are judged one by one, as they come. <see cref="Score"/> changes nothing; <see cref="Push(DateTime?, ReadOnlySpan{double})"/> goes on to the next row, and, if the detector learns,
/// remembers how far off the forecast was. A row costs the same however many came before. The model never changes.
/// </summary>
/// <remarks>A stream is for one thread; any number of streams share a model.</remarks>
public sealed class DetectionStream
{
    /// <summary>A row's evidence, −log₁₀ of its tail probability, counts no more than this: one row alone is no change.</summary>
    private const double MostEvidence = 6;

    /// <summary>How much margins widen and narrow by feedback, at most.</summary>
    private const double Widest = 16, Narrowest = 0.25;

    /// <summary>Forecasts so much worse than in training are a drift.</summary>
    private const double DriftFactor = 3;

    private readonly AnomalyDetector _model;
    private readonly double _threshold;
    private readonly DetectionForecast _forecast;
    private readonly ErrorTails[] _tails, _levels;
    private readonly double[] _widths, _typical;
    private AnomalyLikelihood _likelihood;
    private long _quietUntil, _changeUntil;
    private int _excluded;
    private (double[] Errors, double[] Levels)? _last;

    internal DetectionStream(AnomalyDetector model, double sensitivity)
    {
        (_model, Sensitivity, _threshold) = (model, sensitivity, DetectorOptions.ThresholdOf(sensitivity));
        _forecast = new DetectionForecast(model);
        int signals = model.Signals.Count;
        _tails = [.. Enumerable.Range(0, signals).Select(d => new ErrorTails(model.Options.Memory, model.ErrorsOf(d)))];
        _levels = [.. Enumerable.Range(0, signals).Select(d => new ErrorTails(model.Options.Memory, model.LevelsOf(d)))];
        _typical = [.. _tails.Select(tail => tail.Typical)];
        _widths = new double[signals];
        Array.Fill(_widths, 1);
        _likelihood = new AnomalyLikelihood(model.Options.ShortWindow, model.Options.LongWindow, []);
    }

    /// <summary>0 … 99.</summary>
    public double Sensitivity { get; }

    /// <summary>Rows that were pushed.</summary>
    public long RowCount => _forecast.Rows;

    /// <summary>Judges a row as the next one, and changes nothing.</summary>
    /// <param name="time">Its time; null where the detector knows none.</param>
    /// <param name="values">[D] the signals, NaN for a missing one.</param>
    /// <exception cref="ElmanException">There are more or fewer values, one is infinite, or the time is missing.</exception>
    public Detection Score(DateTime? time, params ReadOnlySpan<double> values)
    {
        Check(time, values);
        DetectionForecast forecast = _forecast.Fork();
        forecast.Foretell(time);
        return Judge(forecast, values, new double[values.Length]);
    }

    /// <summary>Judges the next row, and goes on.</summary>
    /// <inheritdoc cref="Score"/>
    public Detection Push(DateTime? time, params ReadOnlySpan<double> values)
    {
        Check(time, values);
        double[] errors = new double[values.Length];
        _forecast.Foretell(time);
        Detection said = Judge(_forecast, values, errors);
        _forecast.Take(values);
        Remember(said, errors, Levels(values));
        return said;
    }

    /// <summary>Judges the next row, and goes on.</summary>
    /// <param name="row">The row.</param>
    /// <inheritdoc cref="Score"/>
    public Detection Push(DetectorRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return Push(row.Time, row.Values);
    }

    /// <summary>
    /// Says what the last row was. Margins become as much wider that a false alarm would lie inside, or as much narrower that a missed anomaly would lie outside; 16 times and a quarter are the ends.
    /// </summary>
    /// <param name="isAnomaly">Whether the last row that was pushed is an anomaly.</param>
    /// <exception cref="InvalidOperationException">No row was pushed since the stream was opened or restored.</exception>
    public void Feedback(bool isAnomaly)
    {
        (double[] errors, double[] levels) = _last ?? throw new InvalidOperationException("no row was pushed yet; push one, then say what it was");
        int worst = 0;
        double least = double.PositiveInfinity;
        for (int d = 0; d < errors.Length; d++)
        {
            double probability = Probability(d, errors[d], levels[d]);
            if (isAnomaly && probability < least) (worst, least) = (d, probability);
            if (!isAnomaly) _widths[d] = Math.Clamp(Math.Max(_widths[d], Needed(d, errors[d], levels[d]) * 1.001), Narrowest, Widest);
        }
        if (isAnomaly && least < 1) _widths[worst] = Math.Clamp(Math.Min(_widths[worst], Needed(worst, errors[worst], levels[worst]) * 0.999), Narrowest, Widest);
    }

    /// <summary>The state as bytes, with the model's fingerprint: another process with the same model goes on with the same bits.</summary>
    public byte[] ToBytes() => DetectionStreamBytes.Write(new DetectionState
    {
        Sensitivity = Sensitivity,
        Forecast = _forecast.State,
        Errors = [.. _tails.Select(tail => tail.Errors)],
        Levels = [.. _levels.Select(tail => tail.Errors)],
        Widths = _widths,
        Evidence = _likelihood.Evidence,
        QuietUntil = _quietUntil,
        ChangeUntil = _changeUntil,
        Excluded = _excluded,
    });

    /// <summary>Opens a stream from what <see cref="ToBytes"/> gave.</summary>
    /// <param name="model">The model.</param>
    /// <param name="bytes">The bytes.</param>
    /// <exception cref="ElmanException">The bytes are damaged, or of a stream of another model.</exception>
    public static DetectionStream FromBytes(AnomalyDetector model, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(model);
        DetectionState state = DetectionStreamBytes.Read(bytes, model.Signals.Count);
        DetectionStream stream = new(model, state.Sensitivity);
        stream._forecast.State = state.Forecast;
        for (int d = 0; d < stream._tails.Length; d++)
            (stream._tails[d], stream._levels[d]) = (new ErrorTails(model.Options.Memory, state.Errors[d]), new ErrorTails(model.Options.Memory, state.Levels[d]));
        state.Widths.CopyTo(stream._widths, 0);
        stream._likelihood = new AnomalyLikelihood(model.Options.ShortWindow, model.Options.LongWindow, state.Evidence);
        (stream._quietUntil, stream._changeUntil, stream._excluded) = (state.QuietUntil, state.ChangeUntil, state.Excluded);
        return stream;
    }

    private void Check(DateTime? time, ReadOnlySpan<double> values)
    {
        if (values.Length != _model.Signals.Count)
            throw new ElmanException($"the detector watches {Names.Count(_model.Signals.Count, "signal")} ({Names.List([.. _model.Signals])}), the row has {Names.Count(values.Length, "value")}");
        if (_model.NeedsTimes && time is null) throw new ElmanException("the detector was trained on rows with times, the row has none; give its time");
        for (int d = 0; d < values.Length; d++)
            if (double.IsInfinity(values[d])) throw new ElmanException($"expected a finite value of '{_model.Signals[d]}', it is infinite; give NaN where it is missing");
    }

    private Detection Judge(DetectionForecast forecast, ReadOnlySpan<double> values, double[] errors)
    {
        forecast.Errors(values, errors);
        double[] levels = Levels(values);
        SignalDetection[] signals = new SignalDetection[errors.Length];
        int worst = 0;
        for (int d = 0; d < errors.Length; d++)
        {
            signals[d] = JudgeSignal(d, forecast, errors[d], levels[d]);
            if (signals[d].TailProbability < signals[worst].TailProbability) worst = d;
        }
        double tail = Math.Min(1, signals.Length * signals[worst].TailProbability), window = _likelihood.Probability(Evidence(tail));
        bool isWarmUp = forecast.Rows < Math.Max(1, _model.Options.WarmUp), isAnomaly = !isWarmUp && tail < _threshold;
        bool isChange = !isWarmUp && window < _threshold && forecast.Rows >= _changeUntil;
        return new Detection
        {
            Signals = signals,
            Signal = worst,
            TailProbability = tail,
            WindowProbability = window,
            Severity = isAnomaly ? 1 - (Math.Log(_threshold) / Math.Log(Math.Max(tail, 1e-300))) : 0,
            IsAnomaly = isAnomaly,
            IsChangePoint = isChange,
            IsAlarm = (isAnomaly || isChange) && forecast.Rows >= _quietUntil,
            IsDrift = !isWarmUp && IsDrift(),
            IsWarmUp = isWarmUp,
        };
    }

    private SignalDetection JudgeSignal(int d, DetectionForecast forecast, double error, double level)
    {
        double probability = Probability(d, error, level);
        if (forecast.Rows == 0) return new SignalDetection(double.NaN, double.NaN, double.NaN, probability, level > 0);
        // The margins are where the row becomes an anomaly: by its error, or by a level that the signal never had.
        (double lower, double upper) = _tails[d].Bounds(Share);
        (double least, double most) = _levels[d].Bounds(Share);
        double width = _widths[d], expected = _model.Scales.Value(d, forecast.Expected[d]), unit = _model.Scales.ErrorUnit(d) * width;
        return new SignalDetection(expected, Math.Max(0, Math.Min(-lower * unit, expected - _model.Scales.Value(d, least * width))),
            Math.Max(0, Math.Min(upper * unit, _model.Scales.Value(d, most * width) - expected)), probability, error > 0);
    }

    private void Remember(Detection said, double[] errors, double[] levels)
    {
        long row = _forecast.Rows;
        _last = (errors, levels);
        if (said.IsAlarm) _quietUntil = row + _model.Options.CoolDown;
        if (said.IsChangePoint) _changeUntil = row + _model.Options.CoolDown;
        if (errors.All(double.IsNaN)) return;
        _likelihood.Add(Evidence(said.TailProbability));
        _excluded = said.IsAnomaly ? _excluded + 1 : 0;
        // What stays unusual is the new normal: kept out for ever, a shift of the level would be an alarm for ever.
        if (!_model.Options.Learn || (said.IsAnomaly && _excluded <= _model.Options.MostExcluded)) return;
        for (int d = 0; d < errors.Length; d++)
        {
            if (!double.IsNaN(errors[d])) _tails[d].Add(errors[d]);
            if (!double.IsNaN(levels[d])) _levels[d].Add(levels[d]);
        }
    }

    private bool IsDrift()
    {
        for (int d = 0; d < _tails.Length; d++)
            if (_tails[d].Typical > DriftFactor * Math.Max(_typical[d], 0.01)) return true;
        return false;
    }

    /// <summary>The part of the threshold that one of D signals has for its error, or its level.</summary>
    private double Share => _threshold / (2 * _tails.Length);

    /// <summary>How probable a signal is, by its error and by its level: twice that of the less probable one.</summary>
    private double Probability(int d, double error, double level) => Math.Min(1, 2 * Math.Min(
        double.IsNaN(error) ? 1 : _tails[d].Probability(error / _widths[d]), double.IsNaN(level) ? 1 : _levels[d].Probability(level / _widths[d])));

    /// <summary>The width at which a signal lies on its margin.</summary>
    private double Needed(int d, double error, double level) => Math.Max(Ratio(_tails[d], error), Ratio(_levels[d], level));

    private double Ratio(ErrorTails tails, double value)
    {
        if (double.IsNaN(value)) return 0;
        (double lower, double upper) = tails.Bounds(Share);
        double margin = value > 0 ? upper : -lower;
        return margin <= 0 ? Widest : Math.Abs(value) / margin;
    }

    /// <summary>[D] the values in standard units.</summary>
    private double[] Levels(ReadOnlySpan<double> values)
    {
        double[] levels = new double[values.Length];
        for (int d = 0; d < levels.Length; d++) levels[d] = _model.Scales.Standard(d, values[d]);
        return levels;
    }

    private static double Evidence(double tail) => Math.Min(MostEvidence, -Math.Log10(Math.Max(tail, 1e-300)));
}
