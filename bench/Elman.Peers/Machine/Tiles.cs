using System.Runtime.CompilerServices;
using Elman.Kernels;

namespace Elman.Peers;

/// <summary>Multiply-adds as a matrix product needs them, at their best: rows times two vectors, whose sums stay in registers, with operands from the first-level cache. Six rows fill the sixteen
/// registers of AVX2; with vectors of 512 bits there are 32, and more than eight rows gain nothing.</summary>
internal static class Tiles
{
    private const int Steps = 128, Unrolled = 4;

    private static int Rows => WideVector.IsSupported ? 8 : 6;

    private static int Lanes => WideVector.IsSupported ? WideVector.Count : UsualVector.Count;

    /// <summary>Floating-point operations of a turn.</summary>
    public static double Operations => 2.0 * Steps * Rows * 2 * Lanes;

    public static float MultiplyAdds(int turns) => WideVector.IsSupported ? MultiplyAdds<WideVector>(turns) : MultiplyAdds<UsualVector>(turns);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float MultiplyAdds<V>(int turns)
        where V : struct, IVector<V>
    {
        int rows = Rows, width = 2 * V.Count;
        ArraySegment<float> operands = AlignedArray.Allocate(Steps * (rows + width));
        operands.AsSpan().Fill(1e-3f);
        ref float a = ref operands.AsSpan()[0], b = ref operands.AsSpan()[Steps * rows];
        V c0 = V.Zero, c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0, c8 = c0, c9 = c0, c10 = c0, c11 = c0, c12 = c0, c13 = c0, c14 = c0, c15 = c0;
        for (int turn = 0; turn < turns; turn++)
        {
            ref float x = ref a, y = ref b;
            for (int step = 0; step < Steps; step += Unrolled, x = ref Unsafe.Add(ref x, Unrolled * rows), y = ref Unsafe.Add(ref y, Unrolled * width))
            {
                Step(ref x, ref y, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11, ref c12, ref c13, ref c14, ref c15);
                Step(ref Unsafe.Add(ref x, rows), ref Unsafe.Add(ref y, width), ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11, ref c12, ref c13, ref c14, ref c15);
                Step(ref Unsafe.Add(ref x, 2 * rows), ref Unsafe.Add(ref y, 2 * width), ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11, ref c12, ref c13, ref c14, ref c15);
                Step(ref Unsafe.Add(ref x, 3 * rows), ref Unsafe.Add(ref y, 3 * width), ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11, ref c12, ref c13, ref c14, ref c15);
            }
        }
        return Ceilings.First(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11 + c12 + c13 + c14 + c15);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<V>(ref float a, ref float b, ref V c0, ref V c1, ref V c2, ref V c3, ref V c4, ref V c5, ref V c6, ref V c7, ref V c8, ref V c9, ref V c10, ref V c11, ref V c12, ref V c13, ref V c14, ref V c15)
        where V : struct, IVector<V>
    {
        V left = V.Load(ref b, 0), right = V.Load(ref b, V.Count), x = V.Create(a);
        c0 = V.FusedMultiplyAdd(x, left, c0);
        c1 = V.FusedMultiplyAdd(x, right, c1);
        x = V.Create(Unsafe.Add(ref a, 1));
        c2 = V.FusedMultiplyAdd(x, left, c2);
        c3 = V.FusedMultiplyAdd(x, right, c3);
        x = V.Create(Unsafe.Add(ref a, 2));
        c4 = V.FusedMultiplyAdd(x, left, c4);
        c5 = V.FusedMultiplyAdd(x, right, c5);
        x = V.Create(Unsafe.Add(ref a, 3));
        c6 = V.FusedMultiplyAdd(x, left, c6);
        c7 = V.FusedMultiplyAdd(x, right, c7);
        x = V.Create(Unsafe.Add(ref a, 4));
        c8 = V.FusedMultiplyAdd(x, left, c8);
        c9 = V.FusedMultiplyAdd(x, right, c9);
        x = V.Create(Unsafe.Add(ref a, 5));
        c10 = V.FusedMultiplyAdd(x, left, c10);
        c11 = V.FusedMultiplyAdd(x, right, c11);
        if (!WideVector.IsSupported) return;
        x = V.Create(Unsafe.Add(ref a, 6));
        c12 = V.FusedMultiplyAdd(x, left, c12);
        c13 = V.FusedMultiplyAdd(x, right, c13);
        x = V.Create(Unsafe.Add(ref a, 7));
        c14 = V.FusedMultiplyAdd(x, left, c14);
        c15 = V.FusedMultiplyAdd(x, right, c15);
    }
}
