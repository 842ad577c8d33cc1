namespace Elman;

/// <summary>The forecast of a stream's next row: foretell it, compare, take it.</summary>
internal sealed class DetectionForecast
{
    private readonly SignalScales _scales;
    private readonly RecurrentStream _net;
    private readonly double[] _last, _before, _expected;
    private readonly float[] _input;

    public DetectionForecast(AnomalyDetector model)
    {
        int signals = model.Signals.Count;
        (_scales, _net) = (model.Scales, model.Net.OpenStream());
        (_last, _before, _expected) = (new double[signals], new double[signals], new double[signals]);
        _input = new float[_scales.InputSize];
    }

    private DetectionForecast(DetectionForecast other)
    {
        (_scales, _net, Rows) = (other._scales, other._net.Fork(), other.Rows);
        (_last, _before, _expected, _input) = ([.. other._last], [.. other._before], [.. other._expected], [.. other._input]);
    }

    /// <summary>Rows that were taken.</summary>
    public long Rows { get; private set; }

    /// <summary>[D] the forecast in standard units.</summary>
    public ReadOnlySpan<double> Expected => _expected;

    public DetectionForecast Fork() => new(this);

    /// <summary>Makes the forecast of the next row, whose time is known.</summary>
    public void Foretell(DateTime? time)
    {
        _scales.Fill(_last, _before, time, _input);
        ReadOnlySpan<float> changes = _net.Step(_input);
        for (int d = 0; d < _last.Length; d++) _expected[d] = _last[d] + (changes[d] * _scales.ChangeOf(d));
    }

    /// <summary>How far off a row is, in units of the usual change; NaN where a value is missing, and in the first row.</summary>
    public void Errors(ReadOnlySpan<double> values, Span<double> errors)
    {
        for (int d = 0; d < _last.Length; d++)
            errors[d] = Rows == 0 ? double.NaN : (_scales.Standard(d, values[d]) - _expected[d]) / _scales.ChangeOf(d);
    }

    /// <summary>Takes the row. A missing value is as the one before.</summary>
    public void Take(ReadOnlySpan<double> values)
    {
        for (int d = 0; d < _last.Length; d++)
        {
            double standard = double.IsNaN(values[d]) ? _last[d] : _scales.Standard(d, values[d]);
            (_before[d], _last[d]) = (Rows == 0 ? standard : _last[d], standard);
        }
        Rows++;
    }

    /// <summary>What is carried from row to row.</summary>
    public (byte[] Net, double[] Last, double[] Before, long Rows) State
    {
        get => (_net.ToBytes(), [.. _last], [.. _before], Rows);
        set
        {
            _net.Restore(value.Net);
            value.Last.CopyTo(_last, 0);
            value.Before.CopyTo(_before, 0);
            Rows = value.Rows;
        }
    }
}
