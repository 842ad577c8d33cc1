using System.Text.Json;

namespace Elman;

/// <summary>
/// How much wider or narrower the quantiles of each row of the horizon must be than the calibration says: a level for each row and side, which goes down by γ (1 − α)
/// when what came lay outside, and up by γ α when it did not (Gibbs and Candès 2021). Two sides, since after a shift of the level errors are all on one.
/// </summary>
internal sealed class IntervalTracker
{
    /// <summary>γ, and α: the part that should lie outside on each side.</summary>
    private const double Rate = 0.005, Outside = 0.1;

    /// <summary>The widest and the narrowest: levels at or past the ends would be infinite or empty.</summary>
    private const double Widest = 3, Narrowest = 0.25;

    private readonly double[] _below, _above;
    private readonly Queue<(long Row, double[] Low, double[] High)> _made = new();

    public IntervalTracker(int horizon)
    {
        (_below, _above) = (new double[horizon], new double[horizon]);
        Array.Fill(_below, Outside);
        Array.Fill(_above, Outside);
    }

    /// <summary>What offsets below and above the middle are multiplied with in a row of the horizon.</summary>
    public (double Below, double Above) FactorsOf(int step) =>
        (Factor(_below[Math.Min(step, _below.Length - 1)]), Factor(_above[Math.Min(step, _above.Length - 1)]));

    /// <summary>Remembers a forecast, until its rows have come.</summary>
    /// <param name="row">The number of rows it has seen.</param>
    /// <param name="distribution">The forecast, with these factors in it.</param>
    public void Made(long row, ForecastDistribution distribution)
    {
        int horizon = Math.Min(distribution.Horizon, _below.Length);
        _made.Enqueue((row, [.. Enumerable.Range(0, horizon).Select(step => distribution.Quantile(step, Outside))],
            [.. Enumerable.Range(0, horizon).Select(step => distribution.Quantile(step, 1 - Outside))]));
        while (_made.Count > _below.Length) _made.Dequeue();
    }

    /// <summary>Takes what came in a row.</summary>
    public void Observe(long row, double value)
    {
        while (_made.TryPeek(out (long Row, double[] Low, double[] High) oldest) && row - oldest.Row >= oldest.Low.Length) _made.Dequeue();
        if (double.IsNaN(value)) return;
        foreach ((long made, double[] low, double[] high) in _made)
        {
            int step = (int)(row - made);
            if (step < 0 || step >= low.Length) continue;
            _below[step] += Rate * (Outside - (value < low[step] ? 1 : 0));
            _above[step] += Rate * (Outside - (value > high[step] ? 1 : 0));
        }
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        NumberLists.Write(json, "below", _below);
        NumberLists.Write(json, "above", _above);
        json.WriteStartArray("made");
        foreach ((long row, double[] low, double[] high) in _made)
        {
            json.WriteStartObject();
            json.WriteNumber("row", row);
            NumberLists.Write(json, "low", low);
            NumberLists.Write(json, "high", high);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static IntervalTracker Read(JsonElement json, int horizon)
    {
        const string where = "stream";
        IntervalTracker tracker = new(horizon);
        double[] below = NumberLists.Read(json.Required(where, "below", JsonValueKind.Array)), above = NumberLists.Read(json.Required(where, "above", JsonValueKind.Array));
        if (below.Length != horizon || above.Length != horizon) throw new ElmanException($"{where}: levels of {below.Length} rows, the model forecasts {horizon}; the state is damaged");
        below.CopyTo(tracker._below, 0);
        above.CopyTo(tracker._above, 0);
        foreach (JsonElement item in json.Required(where, "made", JsonValueKind.Array).EnumerateArray().Take(horizon))
        {
            double[] low = NumberLists.Read(item.Required(where, "low", JsonValueKind.Array)), high = NumberLists.Read(item.Required(where, "high", JsonValueKind.Array));
            if (low.Length != high.Length || low.Length > horizon) throw new ElmanException($"{where}: a forecast of {low.Length} and {high.Length} rows; the state is damaged");
            tracker._made.Enqueue((item.RequiredInteger(where, "row", 0, long.MaxValue), low, high));
        }
        return tracker;
    }

    private static double Factor(double level) => level <= 0 ? Widest : level >= 0.5 ? Narrowest
        : Math.Clamp(Calibration.NormalQuantile(level) / Calibration.NormalQuantile(Outside), Narrowest, Widest);
}
