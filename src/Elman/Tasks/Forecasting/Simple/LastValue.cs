namespace Elman;

/// <summary>Every row to come is the last value seen: the random walk.</summary>
internal sealed class LastValue : SimpleMethod
{
    /// <inheritdoc/>
    public override string Name => "last value";

    /// <summary>The value, and whether there is one.</summary>
    public override int StateSize => 2;

    /// <inheritdoc/>
    public override string Key => "last";

    /// <inheritdoc/>
    public override int Needs => 1;

    /// <inheritdoc/>
    public override void Push(ReadOnlySpan<double> coefficients, Span<double> state, double value)
    {
        if (!double.IsNaN(value)) (state[0], state[1]) = (value, 1);
    }

    /// <inheritdoc/>
    public override void Forecast(ReadOnlySpan<double> coefficients, ReadOnlySpan<double> state, Span<double> forecast) =>
        forecast.Fill(state[1] > 0 ? state[0] : double.NaN);
}
