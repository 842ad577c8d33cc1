using System.Numerics;
using System.Runtime.CompilerServices;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// Zoneout (Krueger et al. 2017, arXiv 1606.01305, equations 2 to 4): s' = d ⊙ s + (1 − d) ⊙ (what the cell makes of s), for every state part, where d is 1
/// with a probability, anew for each unit and step; outside training d is the probability itself.
/// </summary>
/// <param name="Hidden">Probability for h.</param>
/// <param name="Others">Probability for the other state parts.</param>
/// <param name="Trains">Whether d is drawn.</param>
internal readonly record struct Zoneout(float Hidden, float Others, bool Trains)
{
    /// <summary>Whether any state is kept.</summary>
    public bool IsOn => Hidden + Others > 0;

    /// <summary>The probability for a part of the state.</summary>
    public float Of(int part) => part == 0 ? Hidden : Others;

    /// <summary>The expectation, for one row: what streams compute.</summary>
    /// <param name="previous">[S·H padded]</param>
    /// <param name="next">[S·H padded], mixed with the previous in place.</param>
    public void Expect(UnitSizes sizes, ReadOnlySpan<float> previous, Span<float> next)
    {
        for (int part = 0; part < sizes.States; part++)
        {
            Vector<float> kept = new(Of(part));
            for (int unit = part * sizes.Padded; unit < (part + 1) * sizes.Padded; unit += Vector<float>.Count)
                Mixed(kept, new(previous[unit..]), new(next[unit..])).CopyTo(next[unit..]);
        }
    }

    /// <summary>Mixes values of whole vectors in place.</summary>
    /// <param name="kept">d</param>
    public static void Mix(ReadOnlySpan<float> kept, ReadOnlySpan<float> previous, Span<float> next)
    {
        for (int i = 0; i < kept.Length; i += Vector<float>.Count)
            Mixed(new(kept[i..]), new(previous[i..]), new(next[i..])).CopyTo(next[i..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Mixed(Vector<float> kept, Vector<float> previous, Vector<float> next) =>
        Denormals.Flush(Vector.FusedMultiplyAdd(kept, previous, (Vector<float>.One - kept) * next));
}
