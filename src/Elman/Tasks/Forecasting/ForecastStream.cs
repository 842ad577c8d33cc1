using System.Collections.Immutable;

namespace Elman;

/// <summary>
/// A forecast that goes on with one series, row by row. Taking a row costs the same however long the series is: each simple method has a state, and the nets look at
/// the last rows only. Quantiles adapt: where what comes lies outside of them too often or too seldom, they become wider or narrower, for each row of the horizon
/// and each side by itself (adaptive conformal inference: Gibbs and Candès 2021, equation 2).
/// </summary>
/// <remarks>A stream is for one thread; any number of streams share a model.</remarks>
/// <example><code>
/// ForecastStream live = model.OpenStream(history);
/// live.Observe(new DateTime(2026, 1, 1), 17.5);
/// Forecast now = live.Forecast();
/// </code></example>
public sealed class ForecastStream
{
    private readonly Forecaster _model;
    private readonly SeriesModel _series;
    private readonly string _group;
    private readonly double[][] _states;
    private readonly int _window;
    private readonly IntervalTracker _tracker;
    private readonly Column[] _static;
    private Series _recent;

    internal ForecastStream(Forecaster model, Series history)
    {
        (_model, _group, _static) = (model, history.Group, [.. history.Static]);
        FormedSeries formed = model.Form(history, model.Options.Horizon);
        _series = model.KnownSeries(history)?.Model ?? NewcomerModels.Of(model, formed, history.Length);
        SimpleMethod[] methods = model.Engine.Methods;
        _states = [.. methods.Select(method => new double[method.StateSize])];
        for (int m = 0; m < methods.Length; m++)
            if (IsUsed(m))
                foreach (double value in formed.Values) methods[m].Push(_series.Coefficients[m], _states[m], value);
        NetInputs? inputs = model.Engine.Inputs;
        // The nets look at a context, and a season before each of its rows.
        _window = inputs is null ? 2 : inputs.Context + inputs.Season;
        _tracker = new IntervalTracker(model.Options.Horizon);
        Rows = history.Length;
        _recent = Last(history);
    }

    /// <summary>How many rows the series has.</summary>
    public long Rows { get; private set; }

    /// <summary>The time of the last row; null if the series has none.</summary>
    public DateTime? LastTime => _recent.Times?[^1];

    /// <summary>Takes the next row.</summary>
    /// <param name="time">Its time; null if the series has none.</param>
    /// <param name="value">The target; NaN if it is missing.</param>
    /// <param name="columns">The values of the further columns by their names; NaN, or no entry, if one is missing. Of a column of categories, the index.</param>
    /// <exception cref="ElmanException">The time is not the next one of the series.</exception>
    public void Observe(DateTime? time, double value, IReadOnlyDictionary<string, double>? columns = null)
    {
        if (double.IsInfinity(value)) throw new ElmanException($"expected a finite value of '{_model.Target}', it is {value}; give NaN where it is missing");
        if (_recent.Times is { } times)
        {
            DateTime expected = _model.Frequency!.Next(times[^1], 1)[0];
            if (time != expected)
                throw new ElmanException($"expected the row of {Frequency.Format(expected)}, got {(time is { } other ? Frequency.Format(other) : "none")}; give the rows in order, NaN where one is missing");
        }
        _tracker.Observe(Rows, value);
        Series grown = new(_group, _recent.Times is null ? null : [.. _recent.Times, time!.Value], Grown(_recent.Target, value), [.. _recent.Covariates.Select(column => Grown(column, Value(column)))])
        {
            Known = [.. _recent.Known.Select(column => column.Values.Length > _recent.Length ? column : Grown(column, Value(column)))],
            Static = _static,
        };
        FormedSeries formed = new(grown, _model.Layout, _model.Effects, _series.EffectScale, 1);
        SimpleMethod[] methods = _model.Engine.Methods;
        for (int m = 0; m < methods.Length; m++)
            if (IsUsed(m)) methods[m].Push(_series.Coefficients[m], _states[m], formed.Values[^1]);
        Rows++;
        _recent = Last(grown);

        double Value(Column column) => columns?.GetValueOrDefault(column.Name, double.NaN) ?? double.NaN;
    }

    /// <summary>Forecasts the rows after the last one taken.</summary>
    /// <param name="plan">The known columns of the rows to come, by their names.</param>
    /// <param name="quantiles">Levels of the quantiles; those of the model's options if default.</param>
    /// <exception cref="ElmanException">The plan is too short.</exception>
    public Forecast Forecast(IReadOnlyDictionary<string, double[]>? plan = null, ImmutableArray<double> quantiles = default)
    {
        int horizon = _model.Options.Horizon;
        Series planned = new(_group, _recent.Times, _recent.Target, _recent.Covariates)
        {
            Known = [.. _recent.Known.Select(column => plan?.GetValueOrDefault(column.Name) is { } ahead
                ? column with { Values = [.. column.Values.AsSpan(0, _recent.Length), .. ahead] } : column)],
            Static = _static,
        };
        _model.CheckPlan(planned, horizon);
        FormedSeries formed = new(planned, _model.Layout, _model.Effects, _series.EffectScale, horizon);
        Points points = Points(formed, horizon);
        ImmutableArray<double> levels = quantiles.IsDefault ? _model.Options.Quantiles : quantiles;
        ForecastDistribution distribution = _model.Distribution(_series, formed, points, 0, horizon, horizon, _tracker);
        Forecast forecast = new(_group, formed.FutureTimes, levels, distribution);
        _tracker.Made(Rows, distribution);
        return forecast;
    }

    /// <summary>The state as bytes, with the model's fingerprint: another process with the same model goes on with the same bits.</summary>
    public byte[] ToBytes() => ForecastStreamBytes.Write(_model, new StreamState(_group, Rows, _states, _recent, _tracker));

    /// <summary>Opens a stream from what <see cref="ToBytes"/> gave.</summary>
    /// <param name="model">The model.</param>
    /// <param name="bytes">The bytes.</param>
    /// <exception cref="ElmanException">The bytes are damaged, or of a stream of another model.</exception>
    public static ForecastStream FromBytes(Forecaster model, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(model);
        StreamState state = ForecastStreamBytes.Read(model, bytes);
        return new ForecastStream(model, state);
    }

    private ForecastStream(Forecaster model, StreamState state)
        : this(model, state.Recent)
    {
        if (state.States.Length != _states.Length || state.States.Zip(_states).Any(pair => pair.First.Length != pair.Second.Length))
            throw new ElmanException("the state of the stream has other sizes than the model's; it is damaged");
        (_states, _tracker, Rows, _recent) = (state.States, state.Tracker, state.Rows, state.Recent);
    }

    private bool IsUsed(int method) => method == 0 || _series.Shares[method] > 0 || Array.IndexOf(_model.Engine.Inputs?.Methods ?? [], method) >= 0;

    private Points Points(FormedSeries formed, int horizon)
    {
        SimpleMethod[] methods = _model.Engine.Methods;
        double[][] forecasts = new double[methods.Length][];
        for (int m = 0; m < methods.Length; m++)
        {
            forecasts[m] = new double[horizon];
            if (IsUsed(m)) methods[m].Forecast(_series.Coefficients[m], _states[m], forecasts[m]);
            for (int step = 0; step < horizon; step++)
                if (!IsUsed(m) || !double.IsFinite(forecasts[m][step])) forecasts[m][step] = m == 0 ? 0 : forecasts[0][step];
        }
        double[] reference = new double[horizon];
        Mixture.Mix(_series.Shares, _series.Error, forecasts, 0, reference);
        Points points = new([formed.Length], horizon, forecasts, reference);
        if (_model.Engine.NetShare > 0 || !_model.Options.Conformal) _model.Engine.AddNets(formed, _series, points);
        return points;
    }

    /// <summary>The last rows, which are all that the nets look at.</summary>
    private Series Last(Series series)
    {
        if (series.Length <= _window) return series;
        int from = series.Length - _window;
        return new Series(series.Group, series.Times?[from..], Cut(series.Target), [.. series.Covariates.Select(Cut)]) { Known = [.. series.Known.Select(Cut)], Static = _static };

        Column Cut(Column column) => column with { Values = column.Values[from..] };
    }

    private static Column Grown(Column column, double value) => column with { Values = [.. column.Values, value] };
}
