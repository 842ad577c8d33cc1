using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Elman.Peers;

/// <summary>What a cell computes between two products, on one core, without any memory but that of a few states: measured in the same run.</summary>
internal sealed class CellFunctions
{
    private const int Calls = 1 << 19, Many = 32;

    private readonly Dictionary<(string Cell, int Vectors), Fastest> _steps = [];

    /// <summary>Seconds for V units, V = <c>Vector&lt;float&gt;.Count</c>, where many such follow each other that do not wait for each other.</summary>
    public double Apart(string cell) => Seconds(cell, Many);

    /// <summary>Seconds for V units whose next step needs their h: from the sums of the gates to h.</summary>
    public double Chained(string cell) => Seconds(cell, 1);

    /// <summary>One more try of everything that has been asked for.</summary>
    public void TryAgain()
    {
        foreach (Fastest one in _steps.Values) one.TryAgain();
    }

    private double Seconds(string cell, int vectors)
    {
        if (!_steps.TryGetValue((cell, vectors), out Fastest? known)) _steps[(cell, vectors)] = known = new(Stepping(cell, vectors));
        return known.Seconds / Calls;
    }

    private static Func<double> Stepping(string cell, int vectors)
    {
        Action<Vector<float>[], Vector<float>[]> steps = cell switch { "lstm" => Steps<Lstm>, "gru" => Steps<Gru>, _ => Steps<Rnn> };
        Vector<float>[] h = new Vector<float>[vectors], c = new Vector<float>[vectors];
        return () =>
        {
            long start = Stopwatch.GetTimestamp();
            steps(h, c);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Steps<TCell>(Vector<float>[] h, Vector<float>[] c)
        where TCell : struct, ICell
    {
        for (int call = 0; call < Calls; call += h.Length)
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
