using System.Numerics.Tensors;

namespace Elman;

/// <summary>
/// One linear map for each row of the horizon, from the last c rows: y(t + h) − y(t) = Σ wₕᵢ (y(t − i) − y(t)), by ridge regression over all windows of
/// the series, so that without evidence the forecast is the last value. The sums of products of lagged rows follow from one another, so that a
/// fit costs n c + c³ and not n c².
/// </summary>
/// <param name="context">c.</param>
/// <param name="shared">Whether all series share one map.</param>
internal sealed class LinearAutoregression(int context, bool shared) : SimpleMethod
{
    private static readonly double[] Ridges = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1];

    /// <summary>The latest rows that a fit looks at.</summary>
    private const int MostRows = 40_000;

    /// <summary>Series whose errors choose the ridge.</summary>
    private const int MostSeries = 50;

    /// <inheritdoc/>
    public override string Name => $"{(shared ? "shared " : "")}linear autoregression ({context})";

    /// <summary>Rows seen, then a ring of the last rows.</summary>
    public override int StateSize => 1 + context;

    /// <inheritdoc/>
    public override string Key => $"{(shared ? "shared" : "linear")} {context}";

    /// <inheritdoc/>
    public override int Needs => context;

    /// <inheritdoc/>
    public override bool IsShared => shared;

    /// <inheritdoc/>
    public override bool HasMap => true;

    /// <summary>Whole rows of weights, or none where all series were too short.</summary>
    public override bool Takes(int coefficients) => coefficients % (context - 1) == 0;

    /// <inheritdoc/>
    public override double[] Fit(ReadOnlySpan<double> history, int horizon) => Fit([history.ToArray()], horizon);

    /// <inheritdoc/>
    public override double[] FitShared(IReadOnlyList<ReadOnlyMemory<double>> histories, int horizon) => Fit([.. histories.Select(history => history.ToArray())], horizon);

    /// <summary>
    /// The maps [P, c − 1]: weights of the rows before the last, the latest first; empty where all histories are too short. Every series counts in units of
    /// its own changes.
    /// </summary>
    private double[] Fit(double[][] histories, int horizon)
    {
        double[][] rows = [.. histories.Where(history => history.Length >= context + 3 * horizon).Select(history => Scaled(history))];
        // Short series lend the same weights more windows; enough of them make up for one long one.
        if (rows.Sum(one => one.Length - context - horizon) < 2 * context) return [];
        int[] part = [.. rows.Select(one => Math.Max(one.Length - Math.Max(2 * horizon, one.Length / 5), context + horizon))];
        LagSums early = new(context, horizon), all = new(context, horizon);
        for (int i = 0; i < rows.Length; i++)
        {
            Work.StopIfCancelled();
            early.Add(rows[i].AsSpan(0, part[i]));
            all.Add(rows[i]);
        }
        (double best, double ridge) = (double.PositiveInfinity, Ridges[^1]);
        foreach (double candidate in Ridges)
        {
            Work.StopIfCancelled();
            double[] weights = early.Solve(candidate);
            double error = 0;
            for (int i = 0; i < rows.Length; i += Math.Max(1, rows.Length / MostSeries)) error += Error(weights, rows[i], part[i], horizon);
            if (error < best) (best, ridge) = (error, candidate);
        }
        // The model file holds them in single precision.
        return Array.ConvertAll(all.Solve(ridge), weight => (double)(float)weight);
    }

    /// <inheritdoc/>
    public override void Push(ReadOnlySpan<double> coefficients, Span<double> state, double value)
    {
        int seen = (int)state[0];
        // The series begins with its first value.
        if (seen == 0 && double.IsNaN(value)) return;
        if (double.IsNaN(value)) value = state[1 + (seen - 1) % context];
        state[1 + seen % context] = value;
        state[0]++;
    }

    /// <inheritdoc/>
    public override void Forecast(ReadOnlySpan<double> coefficients, ReadOnlySpan<double> state, Span<double> forecast)
    {
        int seen = (int)state[0];
        double last = seen == 0 ? double.NaN : state[1 + (seen - 1) % context];
        if (coefficients.IsEmpty || seen < context)
        {
            forecast.Fill(last);
            return;
        }
        double[] lags = new double[context - 1];
        for (int i = 0; i < lags.Length; i++) lags[i] = state[1 + (seen - 2 - i) % context] - last;
        for (int step = 0; step < forecast.Length; step++)
            forecast[step] = last + FixedOrder.Dot(coefficients.Slice(Math.Min(step, coefficients.Length / lags.Length - 1) * lags.Length, lags.Length), lags);
    }

    private double Error(double[] weights, double[] rows, int from, int horizon)
    {
        int stride = Math.Max(1, (rows.Length - from - horizon) / 50);
        int[] origins = [.. Enumerable.Range(0, int.MaxValue).Select(i => from + i * stride).TakeWhile(origin => origin + horizon <= rows.Length)];
        double[] forecasts = new double[origins.Length * horizon];
        Run(weights, rows, origins, horizon, forecasts);
        double sum = 0;
        for (int i = 0; i < origins.Length; i++)
            for (int step = 0; step < horizon; step++) sum += Math.Abs(rows[origins[i] + step] - forecasts[i * horizon + step]);
        return sum;
    }

    /// <summary>The latest rows, without missing values, centred, in units of the mean change from row to row.</summary>
    private static double[] Scaled(ReadOnlySpan<double> values)
    {
        double[] filled = MissingValues.CarryForward(values.Length > MostRows ? values[^MostRows..] : values);
        int known = Array.FindIndex(filled, value => !double.IsNaN(value));
        if (known > 0) filled.AsSpan(0, known).Fill(filled[known]);
        if (known < 0) Array.Clear(filled);
        double mean = FixedOrder.Sum(filled) / filled.Length, change = Metrics.SeasonalError(filled);
        TensorPrimitives.Subtract(filled, mean, filled);
        if (change > 0) TensorPrimitives.Divide(filled, change, filled);
        return filled;
    }
}
