using System.Runtime.CompilerServices;

namespace Elman;

/// <summary>
/// The gated recurrent unit with the reset after the product, with any activations, their arguments bounded: r = f_r(·), z = f_z(·),
/// n = f_n(W x + b_in + r (U h + b_hn)), h' = (1 − z) n + z h. Compare <see cref="GruUnit"/>.
/// </summary>
internal readonly struct GeneralGruUnit(GateFunction reset, GateFunction update, GateFunction candidate) : IConfiguredUnit
{
    public static string Name => GruUnit.Name;

    public static int Gates => 3;

    public static IReadOnlyList<string> GateNames => GruUnit.GateNames;

    public static bool SeparateProduct => true;

    /// <summary>The argument of n's activation; those of r and z take the place of their recurrent products.</summary>
    public static int Saved => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Forward<V>(Lanes<V> coefficients, Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> next, Lanes<V> saved)
        where V : struct, IVector<V>
    {
        V toR = gates[0] + product[0], toZ = gates[1] + product[1], r = reset.Of(ref toR), z = update.Of(ref toZ);
        V toN = V.FusedMultiplyAdd(r, product[2], gates[2]), n = candidate.Of(ref toN);
        (product[0], product[1], saved[0]) = (toR, toZ, toN);
        (gates[0], gates[1], gates[2]) = (r, z, n);
        next[0] = V.FusedMultiplyAdd(z, previous[0] - n, n);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Backward<V>(Lanes<V> coefficients, Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> saved, Lanes<V> gradient)
        where V : struct, IVector<V>
    {
        V r = gates[0], z = gates[1], n = gates[2], dh = gradient[0];
        V dn = candidate.Backward(saved[0], n, dh * (V.One - z));
        V dr = reset.Backward(product[0], r, dn * product[2]);
        V dz = update.Backward(product[1], z, dh * (previous[0] - n));
        (gates[0], gates[1], gates[2]) = (dr, dz, dn);
        (product[0], product[1], product[2]) = (dr, dz, dn * r);
        gradient[0] = dh * z;
    }
}

/// <summary>
/// The gated recurrent unit with the reset before the product, with any activations, their arguments bounded: n = f_n(W x + b_in + U (r h) + b_hn),
/// otherwise as <see cref="GeneralGruUnit"/>. Compare <see cref="OriginalGruUnit"/>.
/// </summary>
/// <remarks>The arguments of the activations take the place of the recurrent products.</remarks>
internal readonly struct GeneralOriginalGruUnit(GateFunction reset, GateFunction update, GateFunction candidate) : IConfiguredUnit
{
    public static string Name => OriginalGruUnit.Name;

    public static int Gates => 3;

    public static IReadOnlyList<string> GateNames => OriginalGruUnit.GateNames;

    public static int LateGates => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Operand<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> operand)
        where V : struct, IVector<V>
    {
        V toR = gates[0] + product[0], toZ = gates[1] + product[1], r = reset.Of(ref toR);
        gates[0] = r;
        gates[1] = update.Of(ref toZ);
        (product[0], product[1]) = (toR, toZ);
        operand[0] = r * previous[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Forward<V>(Lanes<V> coefficients, Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> next, Lanes<V> saved)
        where V : struct, IVector<V>
    {
        V toN = gates[2] + product[0], n = candidate.Of(ref toN);
        product[0] = toN;
        gates[2] = n;
        next[0] = V.FusedMultiplyAdd(gates[1], previous[0] - n, n);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Backward<V>(Lanes<V> coefficients, Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> saved, Lanes<V> gradient)
        where V : struct, IVector<V>
    {
        V z = gates[1], n = gates[2], dh = gradient[0];
        V dn = candidate.Backward(product[0], n, dh * (V.One - z));
        // The gradient of z itself: the argument of its activation is among the early products.
        gates[1] = dh * (previous[0] - n);
        gates[2] = dn;
        product[0] = dn;
        gradient[0] = dh * z;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void OperandBackward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> operandGradient, Lanes<V> gradient)
        where V : struct, IVector<V>
    {
        V r = gates[0], toZ = product[1], z = update.Of(ref toZ), dr = operandGradient[0];
        gradient[0] += dr * r;
        dr = reset.Backward(product[0], r, dr * previous[0]);
        V dz = update.Backward(toZ, z, gates[1]);
        (gates[0], gates[1]) = (dr, dz);
        (product[0], product[1]) = (dr, dz);
    }
}
