using System.Numerics;
using System.Runtime.CompilerServices;

namespace Elman.Peers;

/// <summary>Multiply-adds as a matrix product needs them, at their best: six rows times two vectors, whose twelve sums stay in registers, with operands from the first-level cache.</summary>
internal static class Tiles
{
    private const int Steps = 128, Unrolled = 4, Rows = 6;

    /// <summary>Floating-point operations of a turn.</summary>
    public static double Operations => 2.0 * Steps * Rows * 2 * Vector<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe float MultiplyAdds(int turns)
    {
        int width = Vector<float>.Count;
        float* a = stackalloc float[Steps * (Rows + 2 * width) + 16];
        a = (float*)(((nint)a + 63) & ~(nint)63);
        new Span<float>(a, Steps * (Rows + 2 * width)).Fill(1e-3f);
        float* b = a + Steps * Rows;
        Vector<float> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default;
        Vector<float> c6 = default, c7 = default, c8 = default, c9 = default, c10 = default, c11 = default;
        for (int turn = 0; turn < turns; turn++)
        {
            float* x = a, y = b;
            for (int step = 0; step < Steps; step += Unrolled, x += Unrolled * Rows, y += Unrolled * 2 * width)
            {
                Step(x, y, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
                Step(x + Rows, y + 2 * width, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
                Step(x + 2 * Rows, y + 4 * width, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
                Step(x + 3 * Rows, y + 6 * width, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
            }
        }
        return Vector.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Step(float* a, float* b, ref Vector<float> c0, ref Vector<float> c1, ref Vector<float> c2, ref Vector<float> c3, ref Vector<float> c4, ref Vector<float> c5,
        ref Vector<float> c6, ref Vector<float> c7, ref Vector<float> c8, ref Vector<float> c9, ref Vector<float> c10, ref Vector<float> c11)
    {
        Vector<float> left = Vector.Load(b), right = Vector.Load(b + Vector<float>.Count), x = new(a[0]);
        c0 = Vector.FusedMultiplyAdd(x, left, c0);
        c1 = Vector.FusedMultiplyAdd(x, right, c1);
        x = new(a[1]);
        c2 = Vector.FusedMultiplyAdd(x, left, c2);
        c3 = Vector.FusedMultiplyAdd(x, right, c3);
        x = new(a[2]);
        c4 = Vector.FusedMultiplyAdd(x, left, c4);
        c5 = Vector.FusedMultiplyAdd(x, right, c5);
        x = new(a[3]);
        c6 = Vector.FusedMultiplyAdd(x, left, c6);
        c7 = Vector.FusedMultiplyAdd(x, right, c7);
        x = new(a[4]);
        c8 = Vector.FusedMultiplyAdd(x, left, c8);
        c9 = Vector.FusedMultiplyAdd(x, right, c9);
        x = new(a[5]);
        c10 = Vector.FusedMultiplyAdd(x, left, c10);
        c11 = Vector.FusedMultiplyAdd(x, right, c11);
    }
}
