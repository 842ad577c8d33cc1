namespace Elman;

/// <summary>One series as a net sees it: windows of scaled rows, with nothing in them that was not known on their last context row.</summary>
internal sealed class SeriesInputs
{
    private readonly ForecastLayout _layout;
    private readonly int _context, _horizon;
    private readonly IReadOnlyList<Scaler>? _scalers;
    private readonly ScalerKind _kind;
    private readonly double[][] _columns, _filled;
    private readonly float[][]? _scaled;
    private readonly int[] _masked;
    private readonly float[] _calendar;

    /// <summary>Prepares a series.</summary>
    /// <param name="layout">The features.</param>
    /// <param name="options">Context, horizon, kind of scaler.</param>
    /// <param name="series">The series.</param>
    /// <param name="scalers">The scalers of its columns; null for a series never trained on, whose every window is scaled by its own context.</param>
    /// <exception cref="ElmanException">The series does not fit the layout.</exception>
    public SeriesInputs(ForecastLayout layout, ForecasterOptions options, Series series, IReadOnlyList<Scaler>? scalers)
    {
        (_layout, _context, _horizon, _kind, _scalers) = (layout, options.Context, options.Horizon, options.Scaler, scalers);
        Series = series;
        Column[] columns = layout.ColumnsOf(series);
        _columns = [.. columns.Select(column => column.Values)];
        foreach (Column column in columns)
            if (Array.FindIndex(column.Values, double.IsInfinity) is >= 0 and int row)
                throw new ElmanException($"column '{column.Name}' is infinite in row {row + 1}; mark the value as missing or correct it");
        _filled = [.. _columns.Select(values => MissingValues.CarryForward(values))];
        _scaled = scalers is null ? null : [.. _filled.Select((values, i) => Scaled(scalers[i], values))];
        _masked = [.. layout.Masked.Select(name => Array.FindIndex(columns, column => column.Name == name))];
        if (layout.Calendar is null) _calendar = [];
        else
        {
            FutureTimes = layout.Step!.Next(series.Times![^1], _horizon);
            _calendar = layout.Calendar.Compute([.. series.Times, .. FutureTimes]);
        }
    }

    /// <summary>The series.</summary>
    public Series Series { get; }

    /// <summary>The times of the P rows after the last; null if the series has none.</summary>
    public DateTime[]? FutureTimes { get; }

    /// <summary>The map of the target in the window that begins at a row.</summary>
    public Scaler TargetScaler(int start) => ScalerOf(0, start);

    /// <summary>Writes a window: context rows whole, rows of the horizon with what is known of the future and zeros.</summary>
    /// <param name="start">The first context row; the horizon may lie past the series' end.</param>
    /// <param name="rows">[context + P, I]</param>
    public void WriteWindow(int start, Span<float> rows)
    {
        rows.Clear();
        for (int i = 0; i < _layout.Columns; i++)
        {
            ReadOnlySpan<float> scaled = _scaled is null ? Scaled(ScalerOf(i, start), _filled[i].AsSpan(start, _context)) : _scaled[i].AsSpan(start, _context);
            for (int row = 0; row < _context; row++) rows[row * _layout.Features + i] = scaled[row];
        }
        for (int i = 0; i < _masked.Length; i++)
            for (int row = 0; row < _context; row++)
                rows[row * _layout.Features + _layout.Columns + i] = double.IsNaN(_columns[_masked[i]][start + row]) ? 1 : 0;
        int known = _layout.Known;
        for (int row = 0; row < _context + _horizon && known > 0; row++)
            _calendar.AsSpan((start + row) * known, known).CopyTo(rows[((row + 1) * _layout.Features - known)..]);
    }

    /// <summary>Writes what the net shall forecast, scaled: missing values stay NaN.</summary>
    /// <param name="start">The window's first context row.</param>
    /// <param name="targets">[P]</param>
    public void WriteTargets(int start, Span<float> targets) =>
        TargetScaler(start).Transform(_columns[0].AsSpan(start + _context, _horizon), targets);

    private Scaler ScalerOf(int column, int start) => _scalers?[column] ?? Scaler.Fit(_kind, _columns[column].AsMemory(start, _context));

    /// <summary>Before a column's first value there is nothing to carry forward: zero, which is in the middle of the scale or at its end.</summary>
    private static float[] Scaled(Scaler scaler, ReadOnlySpan<double> values)
    {
        float[] scaled = new float[values.Length];
        scaler.Transform(values, scaled);
        for (int row = 0; row < scaled.Length; row++)
            if (float.IsNaN(scaled[row])) scaled[row] = 0;
        return scaled;
    }
}
