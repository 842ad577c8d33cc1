using System.Numerics;
using System.Runtime.CompilerServices;

namespace Elman.Peers;

/// <summary>What a cell computes between two products, without any memory but that of a few states.</summary>
/// <param name="vectors">How many times V units there are that do not wait for each other, V = <c>Vector&lt;float&gt;.Count</c>.</param>
internal sealed class CellFunctions(string cell, int vectors)
{
    /// <summary>So many that a processor can work on several at once, or one, whose next step needs its h.</summary>
    public const int Apart = 32, Chained = 1;

    private readonly Vector<float>[] _h = new Vector<float>[vectors], _c = new Vector<float>[vectors];

    /// <summary>From the sums of the gates to h, so many times for V units.</summary>
    public float Run(int steps)
    {
        switch (cell)
        {
            case "lstm": Steps<Lstm>(_h, _c, steps); break;
            case "gru": Steps<Gru>(_h, _c, steps); break;
            default: Steps<Rnn>(_h, _c, steps); break;
        }
        return _h[0][0];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Steps<TCell>(Vector<float>[] h, Vector<float>[] c, int steps)
        where TCell : struct, ICell
    {
        for (int step = 0; step < steps; step += h.Length)
            for (int i = 0; i < h.Length; i++) (h[i], c[i]) = TCell.Next(h[i], c[i]);
    }

    /// <summary>The equations of a cell, with h and numbers near it for the sums of the gates.</summary>
    private interface ICell
    {
        static abstract (Vector<float> H, Vector<float> C) Next(Vector<float> h, Vector<float> c);
    }

    private readonly struct Lstm : ICell
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static (Vector<float> H, Vector<float> C) Next(Vector<float> h, Vector<float> c)
        {
            (Vector<float> i, Vector<float> f, Vector<float> o) = Lanes.Sigmoid(h - new Vector<float>(0.5f), h + Vector<float>.One, h + new Vector<float>(0.25f));
            c = Vector.FusedMultiplyAdd(f, c, i * Lanes.Tanh(h + new Vector<float>(0.5f)));
            return (o * Lanes.Tanh(c), c);
        }
    }

    private readonly struct Gru : ICell
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static (Vector<float> H, Vector<float> C) Next(Vector<float> h, Vector<float> c)
        {
            (Vector<float> r, Vector<float> z, _) = Lanes.Sigmoid(h - new Vector<float>(0.5f), h + Vector<float>.One, Vector<float>.Zero);
            Vector<float> n = Lanes.Tanh(Vector.FusedMultiplyAdd(r, h, new Vector<float>(0.5f)));
            return (Vector.FusedMultiplyAdd(z, h - n, n), c);
        }
    }

    private readonly struct Rnn : ICell
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static (Vector<float> H, Vector<float> C) Next(Vector<float> h, Vector<float> c) => (Lanes.Tanh(h + new Vector<float>(0.5f)), c);
    }
}
