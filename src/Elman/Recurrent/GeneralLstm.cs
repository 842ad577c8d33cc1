using System.Runtime.CompilerServices;

namespace Elman;

/// <summary>What a <see cref="GeneralLstmUnit{TForget}"/> is set to: the functions of its gates, c' itself as a function that only bounds it, the function of c' on
/// its way out, and whether that is normalised first.</summary>
internal readonly record struct LstmSettings(GateFunction Input, GateFunction Forget, GateFunction Candidate, GateFunction Output, GateFunction Cell, Activation Squash, bool Normalized);

/// <summary>How a <see cref="GeneralLstmUnit{TForget}"/> forgets.</summary>
internal interface IForgetting
{
    /// <summary>The forget gate is 1 − i and has no weights: the gates are i, g, o, and peepholes those of i and o.</summary>
    static abstract bool IsCoupled { get; }
}

internal readonly struct ForgetGate : IForgetting
{
    public static bool IsCoupled => false;
}

internal readonly struct CoupledForgetGate : IForgetting
{
    public static bool IsCoupled => true;
}

/// <summary>
/// Long short-term memory with peepholes, any activations, their arguments bounded, a bounded cell, and input and forget gates that may be coupled:
/// i = f_i(· + p_i c), f = f_f(· + p_f c) or f = 1 − i, c' = bound(f c + i g), o = f_o(· + p_o c'), h' = o f_h(c'). Compare <see cref="LstmUnit"/>; for what is here
/// besides, Gers, Schraudolph, Schmidhuber 2002 (peepholes), Sak, Senior, Beaufays 2014 (the bounded cell), Greff et al. 2017 (the coupled gates, arXiv 1503.04069).
/// </summary>
internal readonly struct GeneralLstmUnit<TForget>(LstmSettings settings) : IConfiguredUnit
    where TForget : struct, IForgetting
{
    public static string Name => LstmUnit.Name;

    public static int Gates => TForget.IsCoupled ? 3 : 4;

    public static IReadOnlyList<string> GateNames => TForget.IsCoupled ? ["i", "g", "o"] : LstmUnit.GateNames;

    public static int States => 2;

    /// <summary>The arguments of the gates' activations, c', f_h(c'), and the argument of the latter.</summary>
    public static int Saved => Gates + 3;

    public static bool Settles => true;

    public static int ForgetGate => TForget.IsCoupled ? -1 : 1;

    /// <summary>p_i, p_f, p_o.</summary>
    public static int Coefficients => TForget.IsCoupled ? 2 : 3;

    private static int G => TForget.IsCoupled ? 1 : 2;

    private static int O => G + 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Forward<V>(Lanes<V> coefficients, Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> next, Lanes<V> saved)
        where V : struct, IVector<V>
    {
        V cell = previous[1], toI = V.FusedMultiplyAdd(coefficients[0], cell, gates[0]), toG = gates[G];
        V i = settings.Input.Of(ref toI), g = settings.Candidate.Of(ref toG), f;
        if (TForget.IsCoupled)
        {
            f = V.One - i;
        }
        else
        {
            V toF = V.FusedMultiplyAdd(coefficients[1], cell, gates[1]);
            f = settings.Forget.Of(ref toF);
            (gates[1], saved[1]) = (f, toF);
        }
        V c = V.FusedMultiplyAdd(f, cell, i * g);
        settings.Cell.Of(ref c);
        V toO = V.FusedMultiplyAdd(coefficients[G], c, gates[O]), o = settings.Output.Of(ref toO), squashed = settings.Squash.OfGate(c);
        (gates[0], gates[G], gates[O]) = (i, g, o);
        (saved[0], saved[G], saved[O], saved[Gates], saved[Gates + 1]) = (toI, toG, toO, c, squashed);
        next[0] = o * squashed;
        next[1] = c;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Backward<V>(Lanes<V> coefficients, Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> saved, Lanes<V> gradient)
        where V : struct, IVector<V>
    {
        V i = gates[0], g = gates[G], o = gates[O], c = saved[Gates], squashed = saved[Gates + 1], dh = gradient[0], cell = previous[1];
        V f = TForget.IsCoupled ? V.One - i : gates[1];
        V dO = settings.Output.Backward(saved[O], o, dh * squashed);
        V fromH = settings.Normalized ? V.Zero : dh * o * settings.Squash.Derivative(c, squashed);
        V dc = settings.Cell.Backward(c, c, gradient[1] + fromH + dO * coefficients[G]);
        V di = dc * g, df = dc * cell;
        if (TForget.IsCoupled) di -= df;
        di = settings.Input.Backward(saved[0], i, di);
        V dCell = V.FusedMultiplyAdd(dc, f, di * coefficients[0]);
        if (!TForget.IsCoupled)
        {
            df = settings.Forget.Backward(saved[1], f, df);
            dCell = V.FusedMultiplyAdd(df, coefficients[1], dCell);
            (gates[1], saved[1]) = (df, df * cell);
        }
        gates[G] = settings.Candidate.Backward(saved[G], g, dc * i);
        (gates[0], gates[O]) = (di, dO);
        (saved[0], saved[G]) = (di * cell, dO * c);
        gradient[0] = V.Zero;
        gradient[1] = dCell;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Settle<V>(Lanes<V> gates, Lanes<V> settled, Lanes<V> next, Lanes<V> saved)
        where V : struct, IVector<V>
    {
        V c = settled[0], squashed = settings.Squash.OfGate(c);
        (saved[Gates + 1], saved[Gates + 2]) = (squashed, c);
        next[0] = gates[O] * squashed;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SettleBackward<V>(Lanes<V> gates, Lanes<V> settled, Lanes<V> saved, Lanes<V> gradient)
        where V : struct, IVector<V> =>
        settled[0] = gradient[0] * gates[O] * settings.Squash.Derivative(saved[Gates + 2], saved[Gates + 1]);
}
