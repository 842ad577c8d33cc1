namespace Elman;

/// <summary>What a regressor says of a sequence: one number, or one for each time step.</summary>
/// <param name="Values">The number, or the numbers [L], in the label's unit.</param>
/// <param name="Margin">How far the interval reaches on both sides; it holds the label as often as <see cref="RegressorOptions.Level"/>
/// says.</param>
public sealed record NumberPrediction(IReadOnlyList<double> Values, double Margin)
{
    /// <summary>The number of the sequence, or that of its last time step; NaN for no steps.</summary>
    public double Value => Values.Count == 0 ? double.NaN : Values[^1];

    /// <summary>The lower end of its interval.</summary>
    public double Low => Value - Margin;

    /// <summary>The upper end of its interval.</summary>
    public double High => Value + Margin;
}
