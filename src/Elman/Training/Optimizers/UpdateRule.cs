using System.Numerics;
using System.Runtime.InteropServices;
using Elman.Kernels;

namespace Elman;

/// <summary>The arithmetic of one optimizer for a vector of elements, with up to three buffers.</summary>
internal interface IUpdateRule
{
    /// <summary>Number of buffers that the rule uses: the first ones.</summary>
    static abstract int Buffers { get; }

    /// <summary>Updates the values and the buffers that the rule uses.</summary>
    void Apply(ref Vector<float> value, Vector<float> gradient, ref Vector<float> first, ref Vector<float> second, ref Vector<float> third);
}

/// <summary>Runs an <see cref="IUpdateRule"/> over a parameter in one pass over the memory.</summary>
internal static class UpdateRule
{
    /// <summary>The smallest gradient that counts where squares are averaged: of a smaller one the part of the square that is added would be denormal (<see cref="Denormals"/>).</summary>
    /// <param name="fresh">Which part that is.</param>
    public static float LeastGradient(double fresh) => fresh > 0 ? (float)Math.Max(Denormals.Bound, Math.Sqrt(Denormals.SquareBound / fresh)) : Denormals.Bound;

    public static void Run<TRule>(TRule rule, Span<float> values, ReadOnlySpan<float> gradient, float[][] buffers)
        where TRule : struct, IUpdateRule
    {
        int width = Vector<float>.Count, whole = values.Length - values.Length % width;
        Span<float> first = TRule.Buffers > 0 ? buffers[0] : default, second = TRule.Buffers > 1 ? buffers[1] : default;
        Span<float> third = TRule.Buffers > 2 ? buffers[2] : default;
        for (int i = 0; i < whole; i += width)
            At(rule, values[i..], gradient[i..], TRule.Buffers > 0 ? first[i..] : default, TRule.Buffers > 1 ? second[i..] : default, TRule.Buffers > 2 ? third[i..] : default);
        if (whole < values.Length) Tail(rule, values[whole..], gradient[whole..], Rest(first, whole), Rest(second, whole), Rest(third, whole));
    }

    private static Span<float> Rest(Span<float> buffer, int from) => buffer.IsEmpty ? buffer : buffer[from..];

    /// <summary>One vector of elements.</summary>
    private static void At<TRule>(TRule rule, Span<float> values, ReadOnlySpan<float> gradient, Span<float> first, Span<float> second, Span<float> third)
        where TRule : struct, IUpdateRule
    {
        Vector<float> value = new(values), a = default, b = default, c = default;
        if (TRule.Buffers > 0) a = new Vector<float>(first);
        if (TRule.Buffers > 1) b = new Vector<float>(second);
        if (TRule.Buffers > 2) c = new Vector<float>(third);
        rule.Apply(ref value, new Vector<float>(gradient), ref a, ref b, ref c);
        value.CopyTo(values);
        if (TRule.Buffers > 0) a.CopyTo(first);
        if (TRule.Buffers > 1) b.CopyTo(second);
        if (TRule.Buffers > 2) c.CopyTo(third);
    }

    /// <summary>The last few elements, filled up to a vector, so that the rule is written once and rounds everywhere alike.</summary>
    private static void Tail<TRule>(TRule rule, Span<float> values, ReadOnlySpan<float> gradient, Span<float> first, Span<float> second, Span<float> third)
        where TRule : struct, IUpdateRule
    {
        Span<Vector<float>> padded = stackalloc Vector<float>[5];
        padded.Clear();
        Span<float> lanes = MemoryMarshal.Cast<Vector<float>, float>(padded);
        int width = Vector<float>.Count;
        values.CopyTo(lanes);
        gradient.CopyTo(lanes[width..]);
        first.CopyTo(lanes[(2 * width)..]);
        second.CopyTo(lanes[(3 * width)..]);
        third.CopyTo(lanes[(4 * width)..]);
        rule.Apply(ref padded[0], padded[1], ref padded[2], ref padded[3], ref padded[4]);
        lanes[..values.Length].CopyTo(values);
        lanes.Slice(2 * width, first.Length).CopyTo(first);
        lanes.Slice(3 * width, second.Length).CopyTo(second);
        lanes.Slice(4 * width, third.Length).CopyTo(third);
    }
}
