namespace Elman;

/// <summary>
/// Merges the outputs of two directions that stand side by side: [.., 2·H] → [.., H]. A layer does so itself at every step (<see cref="RecurrentOptions.Merge"/>); this one is for
/// outputs of different steps, behind <see cref="LastStep"/>.
/// </summary>
public sealed class MergeHalves : Module
{
    /// <summary>A layer that adds, averages or multiplies the halves.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The merge leaves the halves as they are.</exception>
    public MergeHalves(Merge merge)
    {
        if (merge is not (Merge.Sum or Merge.Mean or Merge.Product)) throw new ArgumentOutOfRangeException(nameof(merge), $"halves are merged by sum, mean or product, not by {merge}");
        Merge = merge;
    }

    /// <summary>What becomes of the halves.</summary>
    public Merge Merge { get; }

    /// <inheritdoc/>
    public override string Description => $"{Merge.ToString().ToLowerInvariant()} of halves";

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The innermost extent is odd.</exception>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank == 0 || input.Shape[^1] % 2 != 0) throw new ArgumentException($"MergeHalves: expects input [.., 2·H], got {input.Shape}");
        return RecurrentStack.Merged(input, Merge);
    }
}
