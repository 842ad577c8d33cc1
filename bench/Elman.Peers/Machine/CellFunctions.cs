using System.Runtime.CompilerServices;
using Elman.Kernels;

namespace Elman.Peers;

/// <summary>What a cell computes between two products, without any memory but that of a few states.</summary>
/// <param name="vectors">How many vectors of units there are that do not wait for each other.</param>
internal sealed class CellFunctions(string cell, int hidden, int vectors)
{
    /// <summary>So many that a processor can work on several at once, or one, whose next step needs its h.</summary>
    public const int Apart = 32, Chained = 1;

    private readonly float[] _h = new float[vectors * WideVector.Count], _c = new float[vectors * WideVector.Count];

    /// <summary>Units of a vector: of the widest that the units fill.</summary>
    public static int Width(int hidden) => IsWide(hidden) ? WideVector.Count : UsualVector.Count;

    /// <summary>From the sums of the gates to h, so many times for a vector of units.</summary>
    public float Run(int steps)
    {
        if (IsWide(hidden)) Run<WideVector>(steps);
        else Run<UsualVector>(steps);
        return _h[0];
    }

    private static bool IsWide(int hidden) => WideVector.IsSupported && hidden >= WideVector.Count;

    private void Run<V>(int steps)
        where V : struct, IVector<V>
    {
        switch (cell)
        {
            case "lstm": Steps<Lstm, V>(steps); break;
            case "gru": Steps<Gru, V>(steps); break;
            default: Steps<Rnn, V>(steps); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Steps<TCell, V>(int steps)
        where TCell : struct, ICell
        where V : struct, IVector<V>
    {
        for (int step = 0; step < steps; step += vectors)
        {
            for (int at = 0; at < vectors * V.Count; at += V.Count)
            {
                (V h, V c) = TCell.Next(V.Load(ref _h[0], at), V.Load(ref _c[0], at));
                V.Store(h, ref _h[0], at);
                V.Store(c, ref _c[0], at);
            }
        }
    }

    /// <summary>The equations of a cell, with h and numbers near it for the sums of the gates.</summary>
    private interface ICell
    {
        static abstract (V H, V C) Next<V>(V h, V c) where V : struct, IVector<V>;
    }

    private readonly struct Lstm : ICell
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static (V H, V C) Next<V>(V h, V c)
            where V : struct, IVector<V>
        {
            (V i, V f, V o) = Lanes.Sigmoid(h - V.Create(0.5f), h + V.One, h + V.Create(0.25f));
            c = V.FusedMultiplyAdd(f, c, i * Lanes.Tanh(h + V.Create(0.5f)));
            return (o * Lanes.Tanh(c), c);
        }
    }

    private readonly struct Gru : ICell
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static (V H, V C) Next<V>(V h, V c)
            where V : struct, IVector<V>
        {
            (V r, V z, _) = Lanes.Sigmoid(h - V.Create(0.5f), h + V.One, V.Zero);
            V n = Lanes.Tanh(V.FusedMultiplyAdd(r, h, V.Create(0.5f)));
            return (V.FusedMultiplyAdd(z, h - n, n), c);
        }
    }

    private readonly struct Rnn : ICell
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static (V H, V C) Next<V>(V h, V c)
            where V : struct, IVector<V> => (Lanes.Tanh(h + V.Create(0.5f)), c);
    }
}
