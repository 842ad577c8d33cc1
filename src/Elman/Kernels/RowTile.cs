using System.Runtime.CompilerServices;
using static Elman.Kernels.ProductTile;

namespace Elman.Kernels;

/// <summary>
/// The innermost loop of <see cref="MatrixProduct"/> for a single row: 1 × 12 vectors of columns, which are from six panels, or from twelve if a vector is a whole panel.
/// The vectors are operands of the multiply-adds, so that 13 loads serve 12 of them. Fewer vectors for remainders. As in <see cref="ProductTile"/>, one spelling serves every number of them.
/// </summary>
internal static class RowTile
{
    /// <summary>Panels of the largest tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int MostPanels<V>() where V : struct, IVector<V> => PanelsOfTwo<V>() == 1 ? 6 : 12;

    /// <summary>The same if a row takes several tiles: eight vectors hide the wait of the multiply-adds, and come from fewer places of memory than twelve panels (docs/performance.md).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int MostPanelsOfSeveral<V>() where V : struct, IVector<V> => PanelsOfTwo<V>() == 1 ? 6 : 8;

    /// <summary>How the values of a panel lie in memory.</summary>
    public interface IPanelFormat
    {
        /// <summary>Words of four bytes of a panel's step.</summary>
        static abstract int Words { get; }

        /// <summary>x·b + c with the first vector b of two at one step.</summary>
        static abstract V Left<V>(V x, ref float panel, nint at, V c) where V : struct, IVector<V>;

        /// <summary>The same with the second.</summary>
        /// <param name="right">From the first panel to the second, if a vector is a whole panel.</param>
        static abstract V Right<V>(V x, ref float panel, nint at, nint right, V c) where V : struct, IVector<V>;
    }

    /// <summary>Single precision.</summary>
    public readonly struct Single : IPanelFormat
    {
        public static int Words => PackedMatrix.PanelWidth;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Left<V>(V x, ref float panel, nint at, V c) where V : struct, IVector<V> => V.MultiplyAdd(x, ref panel, at, c);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Right<V>(V x, ref float panel, nint at, nint right, V c) where V : struct, IVector<V> => V.MultiplyAdd(x, ref panel, at + ToSecond<V>(right), c);
    }

    /// <summary>bfloat16, the upper half of a single: each word holds a value of the left half of the columns in its lower half and one of the right half in its upper half.</summary>
    public readonly struct BFloat16 : IPanelFormat
    {
        public static int Words => PackedMatrix.PanelWidth / 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Left<V>(V x, ref float panel, nint at, V c) where V : struct, IVector<V> => V.MultiplyAddBFloat16(x, ref panel, at, c);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Right<V>(V x, ref float panel, nint at, nint right, V c) where V : struct, IVector<V> =>
            V.MultiplyAddRightBFloat16(x, ref panel, PanelsOfTwo<V>() == 1 ? at : at + right, c);
    }

    /// <summary>One row × up to twelve vectors of columns, whole panels of them. Takes references one by one: a structure of them would have to be cleared on the stack, which takes as long as the
    /// product of a small cell.</summary>
    /// <param name="a">[steps]</param>
    /// <param name="panelSize">From one panel to the next, in words.</param>
    /// <param name="start">Where the chains begin; a null reference for zeros.</param>
    /// <param name="then">The values of A from there on, [thenSteps]. Last, because these two are handed over on the stack.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run<TVectors, TFormat, V>(ref float a, int steps, ref float b, nint panelSize, ref float start, ref float c, ref float then, int thenSteps)
        where TVectors : struct, ICount
        where TFormat : struct, IPanelFormat
        where V : struct, IVector<V>
    {
        nint pairSize = panelSize * PanelsOfTwo<V>();
        ref float b1 = ref Unsafe.Add(ref b, pairSize);
        ref float b2 = ref Unsafe.Add(ref b1, pairSize);
        ref float b3 = ref Unsafe.Add(ref b2, pairSize);
        ref float b4 = ref Unsafe.Add(ref b3, pairSize);
        ref float b5 = ref Unsafe.Add(ref b4, pairSize);
        V c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default;
        V c6 = default, c7 = default, c8 = default, c9 = default, c10 = default, c11 = default;
        if (!Unsafe.IsNullRef(ref start))
        {
            c0 = V.Load(ref start, 0);
            if (TVectors.Count > 1) c1 = V.Load(ref start, V.Count);
            if (TVectors.Count > 2) c2 = V.Load(ref start, 2 * V.Count);
            if (TVectors.Count > 3) c3 = V.Load(ref start, 3 * V.Count);
            if (TVectors.Count > 4) c4 = V.Load(ref start, 4 * V.Count);
            if (TVectors.Count > 5) c5 = V.Load(ref start, 5 * V.Count);
            if (TVectors.Count > 6) c6 = V.Load(ref start, 6 * V.Count);
            if (TVectors.Count > 7) c7 = V.Load(ref start, 7 * V.Count);
            if (TVectors.Count > 8) c8 = V.Load(ref start, 8 * V.Count);
            if (TVectors.Count > 9) c9 = V.Load(ref start, 9 * V.Count);
            if (TVectors.Count > 10) c10 = V.Load(ref start, 10 * V.Count);
            if (TVectors.Count > 11) c11 = V.Load(ref start, 11 * V.Count);
        }
        nint from = 0, words = TFormat.Words;
        while (true)
        {
            for (; steps >= 4; steps -= 4, from += 4 * words, a = ref Unsafe.Add(ref a, 4))
            {
                Step<TVectors, TFormat, V>(V.Create(a), ref b, ref b1, ref b2, ref b3, ref b4, ref b5, from, panelSize, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
                Step<TVectors, TFormat, V>(V.Create(Unsafe.Add(ref a, 1)), ref b, ref b1, ref b2, ref b3, ref b4, ref b5, from + words, panelSize, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
                Step<TVectors, TFormat, V>(V.Create(Unsafe.Add(ref a, 2)), ref b, ref b1, ref b2, ref b3, ref b4, ref b5, from + 2 * words, panelSize, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
                Step<TVectors, TFormat, V>(V.Create(Unsafe.Add(ref a, 3)), ref b, ref b1, ref b2, ref b3, ref b4, ref b5, from + 3 * words, panelSize, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
            }
            for (; steps > 0; steps--, from += words, a = ref Unsafe.Add(ref a, 1))
                Step<TVectors, TFormat, V>(V.Create(a), ref b, ref b1, ref b2, ref b3, ref b4, ref b5, from, panelSize, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
            if (thenSteps == 0) break;
            a = ref then;
            (steps, thenSteps) = (thenSteps, 0);
        }
        V.Store(c0, ref c, 0);
        if (TVectors.Count > 1) V.Store(c1, ref c, V.Count);
        if (TVectors.Count > 2) V.Store(c2, ref c, 2 * V.Count);
        if (TVectors.Count > 3) V.Store(c3, ref c, 3 * V.Count);
        if (TVectors.Count > 4) V.Store(c4, ref c, 4 * V.Count);
        if (TVectors.Count > 5) V.Store(c5, ref c, 5 * V.Count);
        if (TVectors.Count > 6) V.Store(c6, ref c, 6 * V.Count);
        if (TVectors.Count > 7) V.Store(c7, ref c, 7 * V.Count);
        if (TVectors.Count > 8) V.Store(c8, ref c, 8 * V.Count);
        if (TVectors.Count > 9) V.Store(c9, ref c, 9 * V.Count);
        if (TVectors.Count > 10) V.Store(c10, ref c, 10 * V.Count);
        if (TVectors.Count > 11) V.Store(c11, ref c, 11 * V.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TVectors, TFormat, V>(V x, ref float b, ref float b1, ref float b2, ref float b3, ref float b4, ref float b5, nint from, nint panelSize,
        ref V c0, ref V c1, ref V c2, ref V c3, ref V c4, ref V c5, ref V c6, ref V c7, ref V c8, ref V c9, ref V c10, ref V c11)
        where TVectors : struct, ICount
        where TFormat : struct, IPanelFormat
        where V : struct, IVector<V>
    {
        c0 = TFormat.Left(x, ref b, from, c0);
        if (TVectors.Count > 1) c1 = TFormat.Right(x, ref b, from, panelSize, c1);
        if (TVectors.Count > 2) c2 = TFormat.Left(x, ref b1, from, c2);
        if (TVectors.Count > 3) c3 = TFormat.Right(x, ref b1, from, panelSize, c3);
        if (TVectors.Count > 4) c4 = TFormat.Left(x, ref b2, from, c4);
        if (TVectors.Count > 5) c5 = TFormat.Right(x, ref b2, from, panelSize, c5);
        if (TVectors.Count > 6) c6 = TFormat.Left(x, ref b3, from, c6);
        if (TVectors.Count > 7) c7 = TFormat.Right(x, ref b3, from, panelSize, c7);
        if (TVectors.Count > 8) c8 = TFormat.Left(x, ref b4, from, c8);
        if (TVectors.Count > 9) c9 = TFormat.Right(x, ref b4, from, panelSize, c9);
        if (TVectors.Count > 10) c10 = TFormat.Left(x, ref b5, from, c10);
        if (TVectors.Count > 11) c11 = TFormat.Right(x, ref b5, from, panelSize, c11);
    }
}
