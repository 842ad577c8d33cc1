namespace Elman;

/// <summary>
/// The theta method: exponential smoothing without a trend, and half the slope of a straight line through all rows as its drift (Assimakopoulos and
/// Nikolopoulos 2000; in this form Hyndman and Billah 2003).
/// </summary>
/// <param name="periods">Rows of the season; none or one.</param>
internal sealed class DriftSmoothing(int[] periods) : SimpleMethod
{
    private readonly ExponentialSmoothing _smoothing = new(periods, trend: false);

    /// <summary>Rows, and the sums of t, y, t y, t² and 1 over those that have a value.</summary>
    private const int Sums = 6;

    /// <inheritdoc/>
    public override string Name => periods.Length == 0 ? "theta" : $"theta ({periods[0]})";

    /// <inheritdoc/>
    public override int StateSize => _smoothing.StateSize + Sums;

    /// <inheritdoc/>
    public override string Key => periods.Length == 0 ? "theta" : $"theta {periods[0]}";

    /// <inheritdoc/>
    public override int Needs => _smoothing.Needs;

    /// <inheritdoc/>
    public override bool Takes(int coefficients) => _smoothing.Takes(coefficients);

    /// <inheritdoc/>
    public override double[] Fit(ReadOnlySpan<double> history, int horizon) => _smoothing.Fit(history, horizon);

    /// <inheritdoc/>
    public override void Push(ReadOnlySpan<double> coefficients, Span<double> state, double value)
    {
        _smoothing.Push(coefficients, state[Sums..], value);
        double time = state[0]++;
        if (double.IsNaN(value)) return;
        state[1] += time;
        state[2] += value;
        state[3] += time * value;
        state[4] += time * time;
        state[5]++;
    }

    /// <inheritdoc/>
    public override void Forecast(ReadOnlySpan<double> coefficients, ReadOnlySpan<double> state, Span<double> forecast)
    {
        _smoothing.Forecast(coefficients, state[Sums..], forecast);
        double rows = state[5], spread = state[4] - state[1] * state[1] / rows;
        if (state[0] < Needs || !(spread > 0)) return;
        double drift = 0.5 * (state[3] - state[1] * state[2] / rows) / spread;
        for (int step = 0; step < forecast.Length; step++) forecast[step] += drift * (step + 1);
    }
}
