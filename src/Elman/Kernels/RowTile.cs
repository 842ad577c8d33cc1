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

    /// <summary>A tile for one way in which the values of a panel lie in memory.</summary>
    public interface IFormat
    {
        /// <summary>The first word of a matrix.</summary>
        static abstract ref float First(PackedMatrix b);

        /// <summary>Words from one panel to the next.</summary>
        static abstract nint PanelSize(PackedMatrix b);

        /// <summary>One row × up to twelve vectors of columns, whole panels of them. Takes references one by one: a structure of them would have to be cleared on the stack, which takes as long
        /// as the product of a small cell.</summary>
        /// <param name="a">[steps]</param>
        /// <param name="panelSize">From one panel to the next, in words.</param>
        /// <param name="start">Where the chains begin; a null reference for zeros.</param>
        /// <param name="then">The values of A from there on, [thenSteps]. Last, because these two are handed over on the stack.</param>
        static abstract void Run<TVectors, V>(ref float a, int steps, ref float b, nint panelSize, ref float start, ref float c, ref float then, int thenSteps)
            where TVectors : struct, ICount
            where V : struct, IVector<V>;
    }

    public readonly struct Single : IFormat
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ref float First(PackedMatrix b) => ref b.Panel(0);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static nint PanelSize(PackedMatrix b) => (nint)b.PanelSteps * PackedMatrix.PanelWidth;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public static void Run<TVectors, V>(ref float a, int steps, ref float b, nint panelSize, ref float start, ref float c, ref float then, int thenSteps)
            where TVectors : struct, ICount
            where V : struct, IVector<V>
        {
            nint pair = panelSize * PanelsOfTwo<V>(), from = 0, words = PackedMatrix.PanelWidth;
            ref float b1 = ref Unsafe.Add(ref b, pair), b2 = ref Unsafe.Add(ref b1, pair), b3 = ref Unsafe.Add(ref b2, pair), b4 = ref Unsafe.Add(ref b3, pair), b5 = ref Unsafe.Add(ref b4, pair);
            V c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default, c8 = default, c9 = default, c10 = default, c11 = default;
            if (!Unsafe.IsNullRef(ref start)) Load<TVectors, V>(ref start, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
            while (true)
            {
                for (; steps >= 4; steps -= 4, from += 4 * words, a = ref Unsafe.Add(ref a, 4))
                {
                    Step<TVectors, V>(V.Create(a), ref b, ref b1, ref b2, ref b3, ref b4, ref b5, from, panelSize, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
                    Step<TVectors, V>(V.Create(Unsafe.Add(ref a, 1)), ref b, ref b1, ref b2, ref b3, ref b4, ref b5, from + words, panelSize, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
                    Step<TVectors, V>(V.Create(Unsafe.Add(ref a, 2)), ref b, ref b1, ref b2, ref b3, ref b4, ref b5, from + 2 * words, panelSize, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
                    Step<TVectors, V>(V.Create(Unsafe.Add(ref a, 3)), ref b, ref b1, ref b2, ref b3, ref b4, ref b5, from + 3 * words, panelSize, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
                }
                for (; steps > 0; steps--, from += words, a = ref Unsafe.Add(ref a, 1)) Step<TVectors, V>(V.Create(a), ref b, ref b1, ref b2, ref b3, ref b4, ref b5, from, panelSize, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
                if (thenSteps == 0) break;
                a = ref then;
                (steps, thenSteps) = (thenSteps, 0);
            }
            Store<TVectors, V>(ref c, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
        }
    }

    /// <summary>bfloat16, the upper half of a single: a word holds that of a step in its lower half and that of the next step in its upper half.</summary>
    public readonly struct BFloat16 : IFormat
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ref float First(PackedMatrix b) => ref b.BFloat16Words;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static nint PanelSize(PackedMatrix b) => b.BFloat16PanelSize;

        /// <summary>Two steps of each word at once, so that it is loaded once; steps before and after them one by one.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public static void Run<TVectors, V>(ref float a, int steps, ref float b, nint panelSize, ref float start, ref float c, ref float then, int thenSteps)
            where TVectors : struct, ICount
            where V : struct, IVector<V>
        {
            nint pair = panelSize * PanelsOfTwo<V>(), from = 0, words = PackedMatrix.PanelWidth;
            ref float b1 = ref Unsafe.Add(ref b, pair), b2 = ref Unsafe.Add(ref b1, pair), b3 = ref Unsafe.Add(ref b2, pair), b4 = ref Unsafe.Add(ref b3, pair), b5 = ref Unsafe.Add(ref b4, pair);
            V c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default, c8 = default, c9 = default, c10 = default, c11 = default;
            if (!Unsafe.IsNullRef(ref start)) Load<TVectors, V>(ref start, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
            V upper = V.Create(BitConverter.UInt32BitsToSingle(0xFFFF0000));
            bool second = false;
            while (steps > 0)
            {
                for (; !second && steps >= 2; steps -= 2, from += words, a = ref Unsafe.Add(ref a, 2))
                    StepOfWords<TVectors, V>(V.Create(a), V.Create(Unsafe.Add(ref a, 1)), first: true, second: true, upper, ref b, ref b1, ref b2, ref b3, ref b4, ref b5, from, panelSize, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
                if (steps > 0)
                {
                    StepOfWords<TVectors, V>(V.Create(a), V.Create(a), !second, second, upper, ref b, ref b1, ref b2, ref b3, ref b4, ref b5, from, panelSize, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
                    from += second ? words : 0;
                    second = !second;
                    steps--;
                    a = ref Unsafe.Add(ref a, 1);
                }
                if (steps > 0) continue;
                a = ref then;
                (steps, thenSteps) = (thenSteps, 0);
            }
            Store<TVectors, V>(ref c, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
        }
    }

    /// <summary>A step of all vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TVectors, V>(V x, ref float b, ref float b1, ref float b2, ref float b3, ref float b4, ref float b5, nint at, nint panelSize,
        ref V c0, ref V c1, ref V c2, ref V c3, ref V c4, ref V c5, ref V c6, ref V c7, ref V c8, ref V c9, ref V c10, ref V c11)
        where TVectors : struct, ICount
        where V : struct, IVector<V>
    {
        V.Accumulate(x, ref b, at, ref c0);
        if (TVectors.Count > 1) V.Accumulate(x, ref b, at + ToSecond<V>(panelSize), ref c1);
        if (TVectors.Count > 2) V.Accumulate(x, ref b1, at, ref c2);
        if (TVectors.Count > 3) V.Accumulate(x, ref b1, at + ToSecond<V>(panelSize), ref c3);
        if (TVectors.Count > 4) V.Accumulate(x, ref b2, at, ref c4);
        if (TVectors.Count > 5) V.Accumulate(x, ref b2, at + ToSecond<V>(panelSize), ref c5);
        if (TVectors.Count > 6) V.Accumulate(x, ref b3, at, ref c6);
        if (TVectors.Count > 7) V.Accumulate(x, ref b3, at + ToSecond<V>(panelSize), ref c7);
        if (TVectors.Count > 8) V.Accumulate(x, ref b4, at, ref c8);
        if (TVectors.Count > 9) V.Accumulate(x, ref b4, at + ToSecond<V>(panelSize), ref c9);
        if (TVectors.Count > 10) V.Accumulate(x, ref b5, at, ref c10);
        if (TVectors.Count > 11) V.Accumulate(x, ref b5, at + ToSecond<V>(panelSize), ref c11);
    }

    /// <summary>The first of the two steps of bfloat16 words, the second, or both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StepOfWords<TVectors, V>(V x, V y, bool first, bool second, V upper, ref float b, ref float b1, ref float b2, ref float b3, ref float b4, ref float b5, nint at, nint panelSize,
        ref V c0, ref V c1, ref V c2, ref V c3, ref V c4, ref V c5, ref V c6, ref V c7, ref V c8, ref V c9, ref V c10, ref V c11)
        where TVectors : struct, ICount
        where V : struct, IVector<V>
    {
        AddWords(x, y, first, second, upper, ref b, at, ref c0);
        if (TVectors.Count > 1) AddWords(x, y, first, second, upper, ref b, at + ToSecond<V>(panelSize), ref c1);
        if (TVectors.Count > 2) AddWords(x, y, first, second, upper, ref b1, at, ref c2);
        if (TVectors.Count > 3) AddWords(x, y, first, second, upper, ref b1, at + ToSecond<V>(panelSize), ref c3);
        if (TVectors.Count > 4) AddWords(x, y, first, second, upper, ref b2, at, ref c4);
        if (TVectors.Count > 5) AddWords(x, y, first, second, upper, ref b2, at + ToSecond<V>(panelSize), ref c5);
        if (TVectors.Count > 6) AddWords(x, y, first, second, upper, ref b3, at, ref c6);
        if (TVectors.Count > 7) AddWords(x, y, first, second, upper, ref b3, at + ToSecond<V>(panelSize), ref c7);
        if (TVectors.Count > 8) AddWords(x, y, first, second, upper, ref b4, at, ref c8);
        if (TVectors.Count > 9) AddWords(x, y, first, second, upper, ref b4, at + ToSecond<V>(panelSize), ref c9);
        if (TVectors.Count > 10) AddWords(x, y, first, second, upper, ref b5, at, ref c10);
        if (TVectors.Count > 11) AddWords(x, y, first, second, upper, ref b5, at + ToSecond<V>(panelSize), ref c11);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddWords<V>(V x, V y, bool first, bool second, V upper, ref float words, nint at, ref V sum)
        where V : struct, IVector<V>
    {
        V both = V.Load(ref words, at);
        if (first) V.Accumulate(x, V.ShiftLeft(both, 16), ref sum);
        if (second) V.Accumulate(y, V.And(both, upper), ref sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load<TVectors, V>(ref float from, ref V c0, ref V c1, ref V c2, ref V c3, ref V c4, ref V c5, ref V c6, ref V c7, ref V c8, ref V c9, ref V c10, ref V c11)
        where TVectors : struct, ICount
        where V : struct, IVector<V>
    {
        c0 = V.Load(ref from, 0);
        if (TVectors.Count > 1) c1 = V.Load(ref from, V.Count);
        if (TVectors.Count > 2) c2 = V.Load(ref from, 2 * V.Count);
        if (TVectors.Count > 3) c3 = V.Load(ref from, 3 * V.Count);
        if (TVectors.Count > 4) c4 = V.Load(ref from, 4 * V.Count);
        if (TVectors.Count > 5) c5 = V.Load(ref from, 5 * V.Count);
        if (TVectors.Count > 6) c6 = V.Load(ref from, 6 * V.Count);
        if (TVectors.Count > 7) c7 = V.Load(ref from, 7 * V.Count);
        if (TVectors.Count > 8) c8 = V.Load(ref from, 8 * V.Count);
        if (TVectors.Count > 9) c9 = V.Load(ref from, 9 * V.Count);
        if (TVectors.Count > 10) c10 = V.Load(ref from, 10 * V.Count);
        if (TVectors.Count > 11) c11 = V.Load(ref from, 11 * V.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TVectors, V>(ref float to, ref V c0, ref V c1, ref V c2, ref V c3, ref V c4, ref V c5, ref V c6, ref V c7, ref V c8, ref V c9, ref V c10, ref V c11)
        where TVectors : struct, ICount
        where V : struct, IVector<V>
    {
        V.Store(c0, ref to, 0);
        if (TVectors.Count > 1) V.Store(c1, ref to, V.Count);
        if (TVectors.Count > 2) V.Store(c2, ref to, 2 * V.Count);
        if (TVectors.Count > 3) V.Store(c3, ref to, 3 * V.Count);
        if (TVectors.Count > 4) V.Store(c4, ref to, 4 * V.Count);
        if (TVectors.Count > 5) V.Store(c5, ref to, 5 * V.Count);
        if (TVectors.Count > 6) V.Store(c6, ref to, 6 * V.Count);
        if (TVectors.Count > 7) V.Store(c7, ref to, 7 * V.Count);
        if (TVectors.Count > 8) V.Store(c8, ref to, 8 * V.Count);
        if (TVectors.Count > 9) V.Store(c9, ref to, 9 * V.Count);
        if (TVectors.Count > 10) V.Store(c10, ref to, 10 * V.Count);
        if (TVectors.Count > 11) V.Store(c11, ref to, 11 * V.Count);
    }
}
