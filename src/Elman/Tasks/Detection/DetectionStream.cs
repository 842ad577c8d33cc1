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
    private readonly ErrorTails[] _tails;
    private readonly double[] _widths, _typical;
    private AnomalyLikelihood _likelihood;
    private long _quietUntil, _changeUntil;
    private int _excluded;
    private double[]? _lastErrors;

    internal DetectionStream(AnomalyDetector model, double sensitivity)
    {
        (_model, Sensitivity, _threshold) = (model, sensitivity, DetectorOptions.ThresholdOf(sensitivity));
        _forecast = new DetectionForecast(model);
        int signals = model.Signals.Count;
        _tails = [.. Enumerable.Range(0, signals).Select(d => new ErrorTails(model.Options.Memory, model.ErrorsOf(d)))];
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
        Remember(said, errors);
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
        double[] errors = _lastErrors ?? throw new InvalidOperationException("no row was pushed yet; push one, then say what it was");
        int worst = 0;
        double least = double.PositiveInfinity;
        for (int d = 0; d < errors.Length; d++)
        {
            if (double.IsNaN(errors[d])) continue;
            double probability = _tails[d].Probability(errors[d] / _widths[d]);
            if (isAnomaly && probability < least) (worst, least) = (d, probability);
            if (!isAnomaly) _widths[d] = Math.Clamp(Math.Max(_widths[d], Needed(d, errors[d]) * 1.001), Narrowest, Widest);
        }
        if (isAnomaly && double.IsFinite(least)) _widths[worst] = Math.Clamp(Math.Min(_widths[worst], Needed(worst, errors[worst]) * 0.999), Narrowest, Widest);
    }

    /// <summary>The state as bytes, with the model's fingerprint: another process with the same model goes on with the same bits.</summary>
    public byte[] ToBytes() => DetectionStreamBytes.Write(new DetectionState
    {
        Sensitivity = Sensitivity,
        Forecast = _forecast.State,
        Errors = [.. _tails.Select(tail => tail.Errors)],
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
        for (int d = 0; d < stream._tails.Length; d++) stream._tails[d] = new ErrorTails(model.Options.Memory, state.Errors[d]);
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
        SignalDetection[] signals = new SignalDetection[errors.Length];
        int worst = 0;
        for (int d = 0; d < errors.Length; d++)
        {
            signals[d] = JudgeSignal(d, forecast, errors[d]);
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

    private SignalDetection JudgeSignal(int d, DetectionForecast forecast, double error)
    {
        // Each of D signals has its share of the threshold, so that the margins are where the row becomes an anomaly.
        (double lower, double upper) = _tails[d].Bounds(_threshold / _tails.Length);
        double unit = _model.Scales.ErrorUnit(d) * _widths[d];
        double expected = forecast.Rows == 0 ? double.NaN : _model.Scales.Value(d, forecast.Expected[d]);
        return new SignalDetection(expected, Math.Max(0, -lower) * unit, Math.Max(0, upper) * unit, double.IsNaN(error) ? 1 : _tails[d].Probability(error / _widths[d]), error > 0);
    }

    private void Remember(Detection said, double[] errors)
    {
        long row = _forecast.Rows;
        _lastErrors = errors;
        if (said.IsAlarm) _quietUntil = row + _model.Options.CoolDown;
        if (said.IsChangePoint) _changeUntil = row + _model.Options.CoolDown;
        if (errors.All(double.IsNaN)) return;
        _likelihood.Add(Evidence(said.TailProbability));
        _excluded = said.IsAnomaly ? _excluded + 1 : 0;
        // What stays unusual is the new normal: kept out for ever, a shift of the level would be an alarm for ever.
        if (!_model.Options.Learn || (said.IsAnomaly && _excluded <= _model.Options.MostExcluded)) return;
        for (int d = 0; d < errors.Length; d++)
            if (!double.IsNaN(errors[d])) _tails[d].Add(errors[d]);
    }

    private bool IsDrift()
    {
        for (int d = 0; d < _tails.Length; d++)
            if (_tails[d].Typical > DriftFactor * Math.Max(_typical[d], 0.01)) return true;
        return false;
    }

    /// <summary>The width at which an error lies on its margin.</summary>
    private double Needed(int d, double error)
    {
        (double lower, double upper) = _tails[d].Bounds(_threshold / _tails.Length);
        double margin = error > 0 ? upper : -lower;
        return margin <= 0 ? Widest : Math.Abs(error) / margin;
    }

    private static double Evidence(double tail) => Math.Min(MostEvidence, -Math.Log10(Math.Max(tail, 1e-300)));
}
