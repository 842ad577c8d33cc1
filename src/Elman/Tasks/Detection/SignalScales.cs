using System.Text.Json;

namespace Elman;

/// <summary>What makes numbers of a row: each signal standardised, its change from row to row in units of the usual change, and where the row's time stands in the day and the week.</summary>
internal sealed class SignalScales
{
    private const string Where = "signals";

    /// <summary>Beyond so many units an input says no more: a spike must not throw the net off.</summary>
    private const double MostInput = 8;

    /// <summary>The least usual change, in deviations: of a signal that never moved in training.</summary>
    private const double LeastChange = 1e-3;

    private readonly Scaler[] _scalers;
    private readonly double[] _changes;

    private SignalScales(string[] names, Scaler[] scalers, double[] changes, CalendarFeatures? calendar) => (SignalNames, _scalers, _changes, Calendar) = (names, scalers, changes, calendar);

    /// <summary>[D].</summary>
    public string[] SignalNames { get; }

    /// <summary>Null where rows are counted, or their times have no turn that training has seen whole.</summary>
    public CalendarFeatures? Calendar { get; }

    /// <summary>I: what the net reads for each row.</summary>
    public int InputSize => (2 * _scalers.Length) + (Calendar?.Count ?? 0);

    /// <summary>Measures the signals of training rows.</summary>
    public static SignalScales Of(DetectorRows rows)
    {
        Scaler[] scalers = [.. rows.Values.Select(values => Scaler.Fit(ScalerKind.Standard, values))];
        double[] changes = [.. rows.Values.Select((values, d) => Change(values, scalers[d].Scale))];
        return new SignalScales([.. rows.Signals], scalers, changes, CalendarOf(rows.Times));
    }

    /// <summary>A value in the net's unit.</summary>
    public double Standard(int signal, double value) => (value - _scalers[signal].Offset) / _scalers[signal].Scale;

    /// <summary>A value in the signal's unit.</summary>
    public double Value(int signal, double standard) => (standard * _scalers[signal].Scale) + _scalers[signal].Offset;

    /// <summary>The usual change of a signal from row to row, in its standard unit: the unit of errors.</summary>
    public double ChangeOf(int signal) => _changes[signal];

    /// <summary>The usual change in the signal's unit.</summary>
    public double ErrorUnit(int signal) => _changes[signal] * _scalers[signal].Scale;

    /// <summary>Writes the input for a row: the two rows before it, and its time.</summary>
    /// <param name="last">[D] the row before, in standard units.</param>
    /// <param name="before">[D] the one before that.</param>
    /// <param name="time">The row's time.</param>
    /// <param name="input">[I].</param>
    public void Fill(ReadOnlySpan<double> last, ReadOnlySpan<double> before, DateTime? time, Span<float> input)
    {
        int signals = _scalers.Length;
        for (int d = 0; d < signals; d++)
        {
            input[d] = (float)Math.Clamp(last[d], -MostInput, MostInput);
            input[signals + d] = (float)Math.Clamp((last[d] - before[d]) / _changes[d], -MostInput, MostInput);
        }
        if (Calendar is { } calendar) calendar.Compute(time!.Value, input[(2 * signals)..]);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("names");
        foreach (string name in SignalNames) json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteStartArray("scalers");
        foreach (Scaler scaler in _scalers) scaler.WriteTo(json);
        json.WriteEndArray();
        NumberLists.Write(json, "changes", _changes);
        if (Calendar is { } calendar)
        {
            json.WritePropertyName("calendar");
            calendar.WriteTo(json);
        }
        json.WriteEndObject();
    }

    public static SignalScales Read(JsonElement json)
    {
        StrictFields fields = new(json, Where);
        string[] names = fields.List("names", (item, _) => item.GetString() ?? "");
        Scaler[] scalers = fields.List("scalers", (item, _) => Scaler.Read(item));
        double[] changes = fields.Value("changes", NumberLists.Read);
        CalendarFeatures? calendar = fields.Has("calendar") ? fields.Value("calendar", CalendarFeatures.Read) : null;
        fields.Finish();
        if (names.Length == 0 || scalers.Length != names.Length || changes.Length != names.Length || changes.Any(change => !(change > 0)))
            throw JsonFields.Damaged($"{Where}: the scales do not belong together");
        return new SignalScales(names, scalers, changes, calendar);
    }

    private static double Change(double[] values, double scale)
    {
        double sum = 0, last = double.NaN;
        int count = 0;
        foreach (double value in values)
        {
            if (double.IsNaN(value)) continue;
            if (!double.IsNaN(last))
            {
                sum += Math.Abs(value - last);
                count++;
            }
            last = value;
        }
        return count == 0 ? LeastChange : Math.Max(sum / count / scale, LeastChange);
    }

    private static CalendarFeatures? CalendarOf(DateTime[]? times)
    {
        if (times is null) return null;
        long[] steps = [.. times.Zip(times.Skip(1), (from, to) => (to - from).Ticks).Where(ticks => ticks > 0)];
        if (steps.Length == 0) return null;
        Array.Sort(steps);
        CalendarFeatures calendar = CalendarFeatures.For(Frequency.Fixed(TimeSpan.FromTicks(steps[steps.Length / 2])), times[^1] - times[0]);
        return calendar.Count == 0 ? null : calendar;
    }
}
