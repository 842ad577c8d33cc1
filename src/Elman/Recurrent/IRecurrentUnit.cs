namespace Elman;

/// <summary>
/// A recurrent cell, described by its counts and by what one unit does in one time step. The engine derives everything else: buffers,
/// parameters and their initialisation, the loop over time, directions, lengths, threads, gradients, streams.
/// </summary>
/// <remarks>
/// <para>With G gates, the parameters of a layer are <c>weight_ih</c> [G·H, I], <c>weight_hh</c> [G·H, H], <c>bias_ih</c> and
/// <c>bias_hh</c> [G·H], gate after gate. Before <see cref="Forward"/> the engine has computed for every unit its G input products
/// W x + b_ih and its G recurrent products U h + b_hh. They arrive as one sum in <c>gates</c>, or apart (<see cref="SeparateProduct"/>).</para>
/// <para>Mark the methods <c>[MethodImpl(MethodImplOptions.AggressiveInlining)]</c>: inlined into the engine's loop a cell of your own runs
/// as fast as a built-in one.</para>
/// <para>All lanes of a step may be read and written. Units never see each other: whatever mixes them is a matrix product. Units beyond H, up to
/// a whole vector, compute with zeros, and what becomes of them is dropped.</para>
/// </remarks>
public interface IRecurrentUnit
{
    /// <summary>The name under which command and model file know the cell, in lower case.</summary>
    static abstract string Name { get; }

    /// <summary>G: products per unit.</summary>
    static abstract int Gates { get; }

    /// <summary>Values that a unit carries to the next step. The first is h: the unit's output, and what the recurrent products see.</summary>
    static virtual int States => 1;

    /// <summary>Values per unit and step that <see cref="Backward"/> needs besides the gates, the products and the previous states.</summary>
    static virtual int Saved => 0;

    /// <summary>Whether there are recurrent products at all; a cell like minGRU has none, nor <c>weight_hh</c> and <c>bias_hh</c>.</summary>
    static virtual bool Recurs => true;

    /// <summary>Whether the recurrent products arrive apart from the input products, as <c>product</c>.</summary>
    static virtual bool SeparateProduct => false;

    /// <summary>
    /// How many of the gates, the last ones, have their recurrent product not with h but with an operand that <see cref="Operand"/> makes
    /// from the other gates. Such a cell's products always arrive apart; <c>product</c> has in <see cref="Operand"/> those of the
    /// early gates, in <see cref="Forward"/> those of the late gates, each counted from 0.
    /// </summary>
    static virtual int LateGates => 0;

    /// <summary>What a <see cref="RecurrentTrace"/> calls the G values that <see cref="Forward"/> leaves in <c>gates</c>; <c>gate0</c>, … where there is no name.</summary>
    static virtual IReadOnlyList<string> GateNames => [];

    /// <summary>The gate whose bias lets the cell remember when it is large, or −1 if there is none.</summary>
    static virtual int ForgetGate => -1;

    /// <summary>
    /// What a step begins with: functions of the products alone, such as the gates' sigmoids. The engine runs it for all units of a row before it runs
    /// <see cref="Forward"/> for any, so that a processor can work on many units' functions at once instead of waiting for one unit's chain of them. Not
    /// with <see cref="LateGates"/>, where <see cref="Operand"/> begins the step.
    /// </summary>
    static virtual void Activate<V>(Lanes<V> gates, Lanes<V> product)
        where V : struct, IVector<V>
    {
    }

    /// <summary>
    /// One time step: from the products, as <see cref="Activate"/> has left them, and the previous states to the next states. Leaves in <c>gates</c>, <c>product</c> and <c>saved</c>
    /// what <see cref="Backward"/> wants to find there. Must read <c>previous[i]</c> before it writes <c>next[i]</c>: they may be the same.
    /// </summary>
    static abstract void Forward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> next, Lanes<V> saved)
        where V : struct, IVector<V>;

    /// <summary>
    /// The derivative of <see cref="Forward"/>. <c>gradient</c> comes with the gradients of the next states and leaves with those of the
    /// previous states, apart from what the recurrent products add. <c>gates</c> and, if they are separate, <c>product</c> leave with
    /// the gradients of the input and of the recurrent products.
    /// </summary>
    static abstract void Backward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> saved, Lanes<V> gradient)
        where V : struct, IVector<V>;

    /// <summary>With <see cref="LateGates"/>: computes from the early gates what the late gates' recurrent products multiply.</summary>
    static virtual void Operand<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> operand)
        where V : struct, IVector<V> => throw new NotSupportedException();

    /// <summary>
    /// The derivative of <see cref="Operand"/>, after <see cref="Backward"/>: takes the gradient of the operand, completes the early gates'
    /// gradients in <c>gates</c> and <c>product</c>, and adds to that of the previous states.
    /// </summary>
    static virtual void OperandBackward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> operandGradient, Lanes<V> gradient)
        where V : struct, IVector<V> => throw new NotSupportedException();
}
