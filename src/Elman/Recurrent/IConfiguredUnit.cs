using System.Runtime.CompilerServices;

namespace Elman;

/// <summary>
/// A unit as the engine runs it: an <see cref="IRecurrentUnit"/>, or one with settings, which are its fields. The members are those of
/// <see cref="IRecurrentUnit"/>.
/// </summary>
internal interface IConfiguredUnit
{
    static abstract string Name { get; }

    static abstract int Gates { get; }

    static virtual int States => 1;

    static virtual int Saved => 0;

    static virtual bool Recurs => true;

    static virtual bool SeparateProduct => false;

    static virtual int LateGates => 0;

    static virtual int ForgetGate => -1;

    static virtual IReadOnlyList<string> GateNames => [];

    /// <summary>Weights of a unit's own, at most as many as values it saves; <c>coefficients</c> are zeros if the layer has none.</summary>
    static virtual int Coefficients => 0;

    /// <summary>Whether there is an <see cref="Activate"/>.</summary>
    static virtual bool Activates => false;

    void Activate<V>(Lanes<V> gates, Lanes<V> product)
        where V : struct, IVector<V> => throw new NotSupportedException();

    void Forward<V>(Lanes<V> coefficients, Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> next, Lanes<V> saved)
        where V : struct, IVector<V>;

    /// <summary>Leaves in <c>saved</c>, from its first value on, also what this step adds to the gradients of the coefficients.</summary>
    void Backward<V>(Lanes<V> coefficients, Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> saved, Lanes<V> gradient)
        where V : struct, IVector<V>;

    /// <summary>Whether, in a normalised layer, h is made of a state that is normalised first, by <see cref="Settle"/> after <see cref="Forward"/>.</summary>
    static virtual bool Settles => false;

    /// <summary>h from the normalised last state.</summary>
    void Settle<V>(Lanes<V> gates, Lanes<V> settled, Lanes<V> next, Lanes<V> saved)
        where V : struct, IVector<V> => throw new NotSupportedException();

    /// <summary>The derivative of <see cref="Settle"/>, before <see cref="Backward"/>: leaves the gradient of the normalised state in <c>settled</c>.</summary>
    void SettleBackward<V>(Lanes<V> gates, Lanes<V> settled, Lanes<V> saved, Lanes<V> gradient)
        where V : struct, IVector<V> => throw new NotSupportedException();

    void Operand<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> operand)
        where V : struct, IVector<V> => throw new NotSupportedException();

    void OperandBackward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> operandGradient, Lanes<V> gradient)
        where V : struct, IVector<V> => throw new NotSupportedException();
}

/// <summary>A unit without settings. Inlined, it costs nothing.</summary>
internal readonly struct PlainUnit<TUnit> : IConfiguredUnit
    where TUnit : struct, IRecurrentUnit
{
    public static string Name => TUnit.Name;

    public static int Gates => TUnit.Gates;

    public static int States => TUnit.States;

    public static int Saved => TUnit.Saved;

    public static bool Recurs => TUnit.Recurs;

    public static bool SeparateProduct => TUnit.SeparateProduct;

    public static int LateGates => TUnit.LateGates;

    public static int ForgetGate => TUnit.ForgetGate;

    public static IReadOnlyList<string> GateNames => TUnit.GateNames;

    public static bool Activates => TUnit.LateGates == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Activate<V>(Lanes<V> gates, Lanes<V> product)
        where V : struct, IVector<V> => TUnit.Activate(gates, product);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Forward<V>(Lanes<V> coefficients, Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> next, Lanes<V> saved)
        where V : struct, IVector<V> => TUnit.Forward(gates, product, previous, next, saved);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Backward<V>(Lanes<V> coefficients, Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> saved, Lanes<V> gradient)
        where V : struct, IVector<V> => TUnit.Backward(gates, product, previous, saved, gradient);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Operand<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> operand)
        where V : struct, IVector<V> => TUnit.Operand(gates, product, previous, operand);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void OperandBackward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> operandGradient, Lanes<V> gradient)
        where V : struct, IVector<V> =>
        TUnit.OperandBackward(gates, product, previous, operandGradient, gradient);
}
