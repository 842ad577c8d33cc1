using System.Runtime.CompilerServices;

namespace Elman.Tests.Recurrent;

/// <summary>The LSTM's equations once more, as somebody outside the library would write them.</summary>
public readonly struct OwnLstmUnit : IRecurrentUnit
{
    public static string Name => "own-lstm";

    public static int Gates => 4;

    public static int States => 2;

    public static int Saved => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Forward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> next, Lanes<V> saved)
        where V : struct, IVector<V>
    {
        V input = Lanes.Sigmoid(gates[0]), forget = Lanes.Sigmoid(gates[1]), value = Lanes.Tanh(gates[2]), output = Lanes.Sigmoid(gates[3]);
        V cell = V.FusedMultiplyAdd(forget, previous[1], input * value), seen = Lanes.Tanh(cell);
        gates[0] = input;
        gates[1] = forget;
        gates[2] = value;
        gates[3] = output;
        saved[0] = seen;
        next[0] = output * seen;
        next[1] = cell;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Backward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> saved, Lanes<V> gradient)
        where V : struct, IVector<V>
    {
        V one = V.One, seen = saved[0], dh = gradient[0];
        V input = gates[0], forget = gates[1], value = gates[2], output = gates[3];
        V dc = gradient[1] + dh * output * (one - seen * seen);
        gates[0] = dc * value * input * (one - input);
        gates[1] = dc * previous[1] * forget * (one - forget);
        gates[2] = dc * input * (one - value * value);
        gates[3] = dh * seen * output * (one - output);
        gradient[0] = V.Zero;
        gradient[1] = dc * forget;
    }
}
