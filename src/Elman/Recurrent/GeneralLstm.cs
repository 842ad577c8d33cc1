using System.Numerics;
using System.Runtime.CompilerServices;

namespace Elman;

/// <summary>What a <see cref="GeneralLstmUnit{TForget}"/> is set to: the functions of its gates, and c' itself as a function that only bounds it.</summary>
internal readonly record struct LstmSettings(GateFunction Input, GateFunction Forget, GateFunction Candidate, GateFunction Output, GateFunction Cell, Activation Squash);

/// <summary>How a <see cref="GeneralLstmUnit{TForget}"/> forgets.</summary>
internal interface IForgetting
{
    /// <summary>The forget gate is 1 − i and has no weights: the gates are i, g, o.</summary>
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
/// Long short-term memory with any activations, their arguments bounded, a bounded cell, and input and forget gates that may be coupled:
/// c' = bound(f c + i g) with f = f_f(·) or f = 1 − i, h' = o f_h(c'). Compare <see cref="LstmUnit"/>; for what is here besides, Sak, Senior, Beaufays 2014
/// (the bounded cell) and Greff et al. 2017 (the coupled gates, arXiv 1503.04069).
/// </summary>
internal readonly struct GeneralLstmUnit<TForget>(LstmSettings settings) : IConfiguredUnit
    where TForget : struct, IForgetting
{
    public static string Name => LstmUnit.Name;

    public static int Gates => TForget.IsCoupled ? 3 : 4;

    public static int States => 2;

    /// <summary>The arguments of the gates' activations, c', f_h(c').</summary>
    public static int Saved => Gates + 2;

    public static int ForgetGate => TForget.IsCoupled ? -1 : 1;

    private static int G => TForget.IsCoupled ? 1 : 2;

    private static int O => G + 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Forward(Lanes gates, Lanes product, Lanes previous, Lanes next, Lanes saved)
    {
        Vector<float> toI = gates[0], toG = gates[G], toO = gates[O], cell = previous[1];
        Vector<float> i = settings.Input.Of(ref toI), g = settings.Candidate.Of(ref toG), f;
        if (TForget.IsCoupled)
        {
            f = Vector<float>.One - i;
        }
        else
        {
            Vector<float> toF = gates[1];
            f = settings.Forget.Of(ref toF);
            (gates[1], saved[1]) = (f, toF);
        }
        Vector<float> c = Vector.FusedMultiplyAdd(f, cell, i * g);
        settings.Cell.Of(ref c);
        Vector<float> o = settings.Output.Of(ref toO), squashed = settings.Squash.Of(c);
        (gates[0], gates[G], gates[O]) = (i, g, o);
        (saved[0], saved[G], saved[O], saved[Gates], saved[Gates + 1]) = (toI, toG, toO, c, squashed);
        next[0] = o * squashed;
        next[1] = c;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Backward(Lanes gates, Lanes product, Lanes previous, Lanes saved, Lanes gradient)
    {
        Vector<float> i = gates[0], g = gates[G], o = gates[O], c = saved[Gates], squashed = saved[Gates + 1], dh = gradient[0], cell = previous[1];
        Vector<float> f = TForget.IsCoupled ? Vector<float>.One - i : gates[1];
        Vector<float> dc = settings.Cell.Backward(c, c, gradient[1] + dh * o * settings.Squash.Derivative(c, squashed));
        Vector<float> di = dc * g, df = dc * cell;
        if (TForget.IsCoupled) di -= df;
        else gates[1] = settings.Forget.Backward(saved[1], f, df);
        gates[0] = settings.Input.Backward(saved[0], i, di);
        gates[G] = settings.Candidate.Backward(saved[G], g, dc * i);
        gates[O] = settings.Output.Backward(saved[O], o, dh * squashed);
        gradient[0] = Vector<float>.Zero;
        gradient[1] = dc * f;
    }
}
