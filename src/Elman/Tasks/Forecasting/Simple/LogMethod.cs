namespace Elman;

/// <summary>Another method on the logarithms of the values: what is additive there multiplies here. For values above zero.</summary>
internal sealed class LogMethod(SimpleMethod inner) : SimpleMethod
{
    /// <inheritdoc/>
    public override string Name => $"{inner.Name}, logarithms";

    /// <inheritdoc/>
    public override int StateSize => inner.StateSize;

    /// <inheritdoc/>
    public override string Key => $"log {inner.Key}";

    /// <inheritdoc/>
    public override int Needs => inner.Needs;

    /// <inheritdoc/>
    public override bool Takes(int coefficients) => inner.Takes(coefficients);

    /// <inheritdoc/>
    public override double[] Fit(ReadOnlySpan<double> history, int horizon) => inner.Fit(Logarithms(history), horizon);

    /// <inheritdoc/>
    public override bool IsShared => inner.IsShared;

    /// <inheritdoc/>
    public override bool HasMap => inner.HasMap;

    /// <inheritdoc/>
    public override double[] FitShared(IReadOnlyList<ReadOnlyMemory<double>> histories, int horizon) =>
        inner.FitShared([.. histories.Select(history => new ReadOnlyMemory<double>(Logarithms(history.Span)))], horizon);

    /// <inheritdoc/>
    public override void Push(ReadOnlySpan<double> coefficients, Span<double> state, double value) => inner.Push(coefficients, state, Logarithm(value));

    /// <inheritdoc/>
    public override void Forecast(ReadOnlySpan<double> coefficients, ReadOnlySpan<double> state, Span<double> forecast)
    {
        inner.Forecast(coefficients, state, forecast);
        // One by one: vectors of another width would round otherwise.
        foreach (ref double value in forecast) value = Math.Exp(value);
    }

    private static double[] Logarithms(ReadOnlySpan<double> values)
    {
        double[] logarithms = new double[values.Length];
        for (int i = 0; i < logarithms.Length; i++) logarithms[i] = Logarithm(values[i]);
        return logarithms;
    }

    /// <summary>A later value that has none is missing.</summary>
    private static double Logarithm(double value) => value > 0 ? Math.Log(value) : double.NaN;
}
