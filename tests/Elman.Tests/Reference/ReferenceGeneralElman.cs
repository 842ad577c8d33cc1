namespace Elman.Tests.Reference;

/// <summary>The simple cell of <see cref="ReferenceElman"/> with every option of its equation; see docs/cells.md.</summary>
public sealed class ReferenceGeneralElman(ReferenceOptions options, bool relu) : DifferencedCell
{
    /// <inheritdoc/>
    public override int Gates => 1;

    /// <inheritdoc/>
    public override double[][] Forward(CellWeights weights, double[] x, double[][] state) =>
    [
        [.. weights.GatesFromInput(0, 1, x).Zip(weights.GatesFromHidden(0, 1, state[0]), (a, b) => options.Gate(0, relu ? v => Math.Max(0, v) : Math.Tanh)(a + b))],
    ];
}
