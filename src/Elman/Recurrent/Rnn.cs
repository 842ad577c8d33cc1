using System.Numerics;
using System.Runtime.CompilerServices;
using static Elman.Lanes;

namespace Elman;

/// <summary>The simple recurrent unit with tanh: h' = tanh(W x + b_ih + U h + b_hh). Elman, "Finding structure in time", Cognitive Science 14 (1990).</summary>
public readonly struct RnnUnit : IRecurrentUnit
{
    /// <inheritdoc/>
    public static string Name => "rnn";

    /// <inheritdoc/>
    public static int Gates => 1;

    /// <inheritdoc/>
    public static IReadOnlyList<string> GateNames => ["n"];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Forward(Lanes gates, Lanes product, Lanes previous, Lanes next, Lanes saved)
    {
        Vector<float> h = Tanh(gates[0]);
        gates[0] = h;
        next[0] = h;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Backward(Lanes gates, Lanes product, Lanes previous, Lanes saved, Lanes gradient)
    {
        Vector<float> h = gates[0];
        gates[0] = gradient[0] * (Vector<float>.One - h * h);
        gradient[0] = Vector<float>.Zero;
    }
}

/// <summary>The simple recurrent unit with a rectifier: h' = max(0, W x + b_ih + U h + b_hh). Le, Jaitly, Hinton 2015 (arXiv 1504.00941).</summary>
public readonly struct ReluRnnUnit : IRecurrentUnit
{
    /// <inheritdoc/>
    public static string Name => "rnn-relu";

    /// <inheritdoc/>
    public static int Gates => 1;

    /// <inheritdoc/>
    public static IReadOnlyList<string> GateNames => ["n"];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Forward(Lanes gates, Lanes product, Lanes previous, Lanes next, Lanes saved)
    {
        // The native maximum would turn NaN into 0 and hide it.
        Vector<float> h = Vector.Max(gates[0], Vector<float>.Zero);
        gates[0] = h;
        next[0] = h;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Backward(Lanes gates, Lanes product, Lanes previous, Lanes saved, Lanes gradient)
    {
        gates[0] = Vector.ConditionalSelect(Vector.GreaterThan(gates[0], Vector<float>.Zero), gradient[0], Vector<float>.Zero);
        gradient[0] = Vector<float>.Zero;
    }
}
