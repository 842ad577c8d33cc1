namespace Elman;

// Choosing between values. A mask is a tensor whose elements other than 0 mean yes; comparisons make one of ones and zeros, without a record.
public sealed partial class Tensor
{
    /// <summary>1 where x is greater than y and 0 elsewhere, NaN included; the shapes broadcast.</summary>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static Tensor operator >(Tensor a, Tensor b) => Broadcast.Apply<Elementwise<IsGreater>>(a, b);

    /// <summary>1 where x is less than y and 0 elsewhere, NaN included; the shapes broadcast.</summary>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static Tensor operator <(Tensor a, Tensor b) => Broadcast.Apply<Elementwise<IsLess>>(a, b);

    /// <summary>1 where x is greater than y or equal to it and 0 elsewhere, NaN included; the shapes broadcast.</summary>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static Tensor operator >=(Tensor a, Tensor b) => Broadcast.Apply<Elementwise<IsGreaterOrEqual>>(a, b);

    /// <summary>1 where x is less than y or equal to it and 0 elsewhere, NaN included; the shapes broadcast.</summary>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static Tensor operator <=(Tensor a, Tensor b) => Broadcast.Apply<Elementwise<IsLessOrEqual>>(a, b);

    /// <summary>1 where x equals y and 0 elsewhere, NaN included; the shapes broadcast. <c>classes.EqualTo(0)</c> marks padding.</summary>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public Tensor EqualTo(Tensor other) => Broadcast.Apply<Elementwise<IsEqual>>(this, other);

    /// <summary>
    /// <paramref name="a"/> where the mask is not 0, <paramref name="b"/> where it is; the three shapes broadcast. What is not chosen gets the gradient 0, and may be
    /// infinite or NaN. Behind a function of infinite slope, such as a root at 0, choose its argument and not its result: 0 times ∞ is NaN.
    /// </summary>
    /// <param name="mask">Which; no gradient flows through it.</param>
    /// <param name="a">Values where it is not 0.</param>
    /// <param name="b">Values where it is 0.</param>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static Tensor Where(Tensor mask, Tensor a, Tensor b)
    {
        ArgumentNullException.ThrowIfNull(mask);
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        Shape shape = Broadcast.Common("Where", mask.Shape, Broadcast.Common("Where", a.Shape, b.Shape));
        Tensor chosen = mask.Expanded(shape), result = Allocate(shape);
        ReadOnlySpan<float> from = chosen.Span, x = a.Expanded(shape).Span, y = b.Expanded(shape).Span;
        Span<float> to = result.Writable();
        for (int i = 0; i < to.Length; i++) to[i] = from[i] != 0 ? x[i] : y[i];
        // The mask is an input so that a change of it before Backward is noticed.
        return Record(result, [a, b, mask], () =>
        {
            Tensor slope = result.GradientTensor();
            if (a.NeedsGradient) a.AddGradient(Part(slope, where: true));
            if (b.NeedsGradient) b.AddGradient(Part(slope, where: false));
        });

        Tensor Part(Tensor slope, bool where)
        {
            Tensor part = Allocate(shape);
            ReadOnlySpan<float> all = slope.Span, which = mask.Expanded(shape).Span;
            Span<float> own = part.Writable();
            for (int i = 0; i < own.Length; i++) own[i] = which[i] != 0 == where ? all[i] : 0;
            return part;
        }
    }

    /// <summary>This tensor with one value wherever the mask is not 0; the shapes broadcast. Before a softmax −∞ leaves places out.</summary>
    /// <param name="mask">Which; no gradient flows through it.</param>
    /// <param name="value">What stands there.</param>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public Tensor MaskedFill(Tensor mask, float value) => Where(mask, Scalar(value), this);

    /// <summary>The larger of two values, elementwise; the shapes broadcast. Where both are equal each gets half the gradient. NaN if one is.</summary>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static Tensor Maximum(Tensor a, Tensor b) => Either<Greatest>(a, b);

    /// <summary>The smaller of two values, elementwise; the shapes broadcast. Where both are equal each gets half the gradient. NaN if one is.</summary>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static Tensor Minimum(Tensor a, Tensor b) => Either<Least>(a, b);

    private static Tensor Either<TOperation>(Tensor a, Tensor b)
        where TOperation : struct, IScalarOperation
    {
        Tensor result = Broadcast.Apply<Elementwise<TOperation>>(a, b);
        return Record(result, [a, b], () =>
        {
            Tensor slope = result.GradientTensor();
            if (a.NeedsGradient) a.AddGradient(Broadcast.Apply<Multiplication>(slope, Broadcast.Apply<Elementwise<ShareOf<TOperation>>>(a, b)));
            if (b.NeedsGradient) b.AddGradient(Broadcast.Apply<Multiplication>(slope, Broadcast.Apply<Elementwise<ShareOf<TOperation>>>(b, a)));
        });
    }

    /// <summary>The values repeated to a shape to which theirs broadcasts; this tensor itself if it has it. Not recorded.</summary>
    private Tensor Expanded(Shape shape)
    {
        if (shape == Shape) return this;
        Tensor result = Allocate(shape);
        Broadcast.Apply<Elementwise<First>>(this, result, result);
        return result;
    }
}
