namespace Elman;

// Shapes broadcast: aligned at the innermost axis, an extent of 1 or a missing axis is repeated. The gradient of an operand is
// summed over the axes along which it was repeated.
public sealed partial class Tensor
{
    /// <summary>A scalar wherever a tensor is asked for: <c>1 - z</c>.</summary>
    public static implicit operator Tensor(float value) => Scalar(value);

    /// <summary>The elementwise sum of two tensors whose shapes broadcast.</summary>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static Tensor operator +(Tensor a, Tensor b)
    {
        Tensor result = Broadcast.Apply<Addition>(a, b);
        return Record(result, [a, b], () =>
        {
            a.AddGradient(result.GradientTensor());
            b.AddGradient(result.GradientTensor());
        });
    }

    /// <summary>The elementwise difference of two tensors whose shapes broadcast.</summary>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static Tensor operator -(Tensor a, Tensor b)
    {
        Tensor result = Broadcast.Apply<Subtraction>(a, b);
        return Record(result, [a, b], () =>
        {
            Tensor slope = result.GradientTensor();
            a.AddGradient(slope);
            if (b.NeedsGradient) b.AddGradient(Broadcast.Apply<Multiplication>(slope, -1));
        });
    }

    /// <summary>The elementwise product of two tensors whose shapes broadcast.</summary>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static Tensor operator *(Tensor a, Tensor b)
    {
        Tensor result = Broadcast.Apply<Multiplication>(a, b);
        return Record(result, [a, b], () =>
        {
            Tensor slope = result.GradientTensor();
            if (a.NeedsGradient) a.AddGradient(Broadcast.Apply<Multiplication>(slope, b));
            if (b.NeedsGradient) b.AddGradient(Broadcast.Apply<Multiplication>(slope, a));
        });
    }

    /// <summary>The elementwise quotient of two tensors whose shapes broadcast.</summary>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static Tensor operator /(Tensor a, Tensor b)
    {
        Tensor result = Broadcast.Apply<Division>(a, b);
        return Record(result, [a, b], () =>
        {
            Tensor slope = Broadcast.Apply<Division>(result.GradientTensor(), b);
            a.AddGradient(slope);
            if (b.NeedsGradient) b.AddGradient(Broadcast.Apply<Multiplication>(Broadcast.Apply<Multiplication>(slope, result), -1));
        });
    }

    /// <summary>Every element with its sign reversed.</summary>
    public static Tensor operator -(Tensor a) => a * -1;
}
