using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// An activation function of one number, with its derivative. Names, meanings and default values of alpha and beta are those of the ONNX operators
/// RNN, GRU and LSTM (opset 22). The default value is <see cref="Identity"/>.
/// </summary>
public readonly record struct Activation
{
    private readonly Kind _kind;

    private Activation(Kind kind, float alpha = 0, float beta = 0)
    {
        if (!float.IsFinite(alpha) || !float.IsFinite(beta))
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"alpha and beta of {kind} must be finite, got {alpha} and {beta}"));
        (_kind, Alpha, Beta) = (kind, alpha, beta);
    }

    private enum Kind
    {
        Identity,
        Sigmoid,
        Tanh,
        Relu,
        Affine,
        LeakyRelu,
        ThresholdedRelu,
        ScaledTanh,
        HardSigmoid,
        Elu,
        Softsign,
        Softplus,
    }

    /// <summary>x.</summary>
    public static Activation Identity => default;

    /// <summary>1 / (1 + e^−x).</summary>
    public static Activation Sigmoid => new(Kind.Sigmoid);

    /// <summary>tanh x.</summary>
    public static Activation Tanh => new(Kind.Tanh);

    /// <summary>max(x, 0); the derivative at 0 is 0.</summary>
    public static Activation Relu => new(Kind.Relu);

    /// <summary>x / (1 + |x|).</summary>
    public static Activation Softsign => new(Kind.Softsign);

    /// <summary>ln(1 + e^x).</summary>
    public static Activation Softplus => new(Kind.Softplus);

    /// <summary>The name, such as <c>LeakyRelu</c>.</summary>
    public string Name => _kind.ToString();

    /// <summary>α; 0 where there is none.</summary>
    public float Alpha { get; }

    /// <summary>β; 0 where there is none.</summary>
    public float Beta { get; }

    /// <summary>α x + β.</summary>
    /// <exception cref="ArgumentException">α or β is not finite; so for all others.</exception>
    public static Activation Affine(float alpha = 1, float beta = 0) => new(Kind.Affine, alpha, beta);

    /// <summary>x where x ≥ 0, else α x.</summary>
    public static Activation LeakyRelu(float alpha = 0.01f) => new(Kind.LeakyRelu, alpha);

    /// <summary>x where x &gt; α, else 0.</summary>
    public static Activation ThresholdedRelu(float alpha = 1) => new(Kind.ThresholdedRelu, alpha);

    /// <summary>α tanh(β x).</summary>
    public static Activation ScaledTanh(float alpha = 1, float beta = 1) => new(Kind.ScaledTanh, alpha, beta);

    /// <summary>α x + β, cut off at 0 and 1.</summary>
    public static Activation HardSigmoid(float alpha = 0.2f, float beta = 0.5f) => new(Kind.HardSigmoid, alpha, beta);

    /// <summary>x where x ≥ 0, else α (e^x − 1).</summary>
    public static Activation Elu(float alpha = 1) => new(Kind.Elu, alpha);

    /// <summary>The activation of that name, in upper or lower case.</summary>
    /// <param name="name">As <see cref="Name"/> gives it.</param>
    /// <param name="alpha">α; null for the default. Ignored where there is none.</param>
    /// <param name="beta">β; null for the default. Ignored where there is none.</param>
    /// <exception cref="ElmanException">There is no such activation.</exception>
    /// <exception cref="ArgumentException">α or β is not finite.</exception>
    public static Activation Create(string name, float? alpha = null, float? beta = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.ToUpperInvariant() switch
        {
            "IDENTITY" => Identity,
            "SIGMOID" => Sigmoid,
            "TANH" => Tanh,
            "RELU" => Relu,
            "AFFINE" => Affine(alpha ?? 1, beta ?? 0),
            "LEAKYRELU" => LeakyRelu(alpha ?? 0.01f),
            "THRESHOLDEDRELU" => ThresholdedRelu(alpha ?? 1),
            "SCALEDTANH" => ScaledTanh(alpha ?? 1, beta ?? 1),
            "HARDSIGMOID" => HardSigmoid(alpha ?? 0.2f, beta ?? 0.5f),
            "ELU" => Elu(alpha ?? 1),
            "SOFTSIGN" => Softsign,
            "SOFTPLUS" => Softplus,
            _ => throw new ElmanException($"there is no activation '{name}'; known are {string.Join(", ", Enum.GetNames<Kind>())}"),
        };
    }

    /// <summary>y = f(x) of every lane; a lane's bits depend on its value alone. What is no number stays none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Of<V>(V x)
        where V : struct, IVector<V> =>
        _kind switch
        {
            Kind.Sigmoid => VectorMath.Sigmoid(x),
            Kind.Tanh => VectorMath.Tanh(x),
            _ => Other(x),
        };

    /// <summary>The same in a cell, where values go on from step to step (<see cref="Kernels.Denormals"/>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal V OfGate<V>(V x)
        where V : struct, IVector<V> =>
        _kind switch
        {
            Kind.Sigmoid => VectorMath.GateSigmoid(x, V.Zero, V.Zero).Item1,
            Kind.Tanh => VectorMath.GateTanh(x),
            _ => Other(V.Flush(x)),
        };

    /// <summary>f'(x) of every lane, from x and y = f(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative<V>(V x, V y)
        where V : struct, IVector<V> =>
        _kind switch
        {
            Kind.Sigmoid => y * (V.One - y),
            Kind.Tanh => V.One - y * y,
            _ => OtherDerivative(x, y),
        };

    /// <summary>y = f(x) of every value; a value's bits do not depend on its place. The spans may be the same.</summary>
    /// <exception cref="ArgumentException">y is shorter than x.</exception>
    public void Apply(ReadOnlySpan<float> x, Span<float> y)
    {
        if (y.Length < x.Length) throw new ArgumentException($"{x.Length} values do not fit into {y.Length}");
        int width = UsualVector.Count, done = 0;
        ref float from = ref MemoryMarshal.GetReference(x), to = ref MemoryMarshal.GetReference(y);
        for (; done <= x.Length - width; done += width) UsualVector.Store(Of(UsualVector.Load(ref from, done)), ref to, done);
        Span<float> tail = stackalloc float[width];
        tail.Clear();
        x[done..].CopyTo(tail);
        UsualVector.Store(Of(UsualVector.Load(ref tail[0], 0)), ref tail[0], 0);
        tail[..(x.Length - done)].CopyTo(y[done..]);
    }

    /// <summary>Multiplies each of some gradients of y by f'(x), and adds the products to those of x.</summary>
    /// <param name="x">The arguments.</param>
    /// <param name="y">f of them.</param>
    /// <param name="gradientY">The gradient of y.</param>
    /// <param name="gradientX">The gradient of x, added to.</param>
    /// <exception cref="ArgumentException">The spans are not of one length.</exception>
    public void AddGradient(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> gradientY, Span<float> gradientX)
    {
        if (y.Length != x.Length || gradientY.Length != x.Length || gradientX.Length != x.Length)
            throw new ArgumentException($"x, y and their gradients have {x.Length}, {y.Length}, {gradientX.Length} and {gradientY.Length} values");
        int width = UsualVector.Count, done = 0;
        ref float atX = ref MemoryMarshal.GetReference(x), atY = ref MemoryMarshal.GetReference(y), fromY = ref MemoryMarshal.GetReference(gradientY), toX = ref MemoryMarshal.GetReference(gradientX);
        for (; done <= x.Length - width; done += width)
        {
            UsualVector slope = Derivative(UsualVector.Load(ref atX, done), UsualVector.Load(ref atY, done));
            UsualVector.Store(UsualVector.FusedMultiplyAdd(slope, UsualVector.Load(ref fromY, done), UsualVector.Load(ref toX, done)), ref toX, done);
        }
        if (done == x.Length) return;
        Span<float> tail = stackalloc float[2 * width];
        tail.Clear();
        x[done..].CopyTo(tail);
        y[done..].CopyTo(tail[width..]);
        UsualVector.Store(Derivative(UsualVector.Load(ref tail[0], 0), UsualVector.Load(ref tail[0], width)), ref tail[0], 0);
        for (int i = done; i < x.Length; i++) gradientX[i] = MathF.FusedMultiplyAdd(tail[i - done], gradientY[i], gradientX[i]);
    }

    /// <inheritdoc/>
    public override string ToString() => _kind switch
    {
        Kind.Affine or Kind.ScaledTanh or Kind.HardSigmoid => string.Create(CultureInfo.InvariantCulture, $"{Name}({Alpha}, {Beta})"),
        Kind.LeakyRelu or Kind.ThresholdedRelu or Kind.Elu => string.Create(CultureInfo.InvariantCulture, $"{Name}({Alpha})"),
        _ => Name,
    };

    // Comparisons are written so that NaN takes the branch that hands x on.
    private V Other<V>(V x)
        where V : struct, IVector<V>
    {
        V zero = V.Zero, one = V.One, alpha = V.Create(Alpha), beta = V.Create(Beta);
        return _kind switch
        {
            Kind.Relu => V.Max(x, zero),
            Kind.Affine => V.FusedMultiplyAdd(alpha, x, beta),
            Kind.LeakyRelu => V.Select(V.LessThan(x, zero), alpha * x, x),
            Kind.ThresholdedRelu => V.Select(V.LessThanOrEqual(x, alpha), zero, x),
            Kind.ScaledTanh => alpha * VectorMath.Tanh(beta * x),
            Kind.HardSigmoid => V.Max(zero, V.Min(one, V.FusedMultiplyAdd(alpha, x, beta))),
            Kind.Elu => V.Select(V.LessThan(x, zero), alpha * (VectorMath.Exp(x) - one), x),
            Kind.Softsign => x / (one + V.Abs(x)),
            Kind.Softplus => V.Max(x, zero) + LogOfOnePlus(VectorMath.Exp(-V.Abs(x))),
            _ => x,
        };
    }

    private V OtherDerivative<V>(V x, V y)
        where V : struct, IVector<V>
    {
        V zero = V.Zero, one = V.One, alpha = V.Create(Alpha);
        return _kind switch
        {
            Kind.Relu => V.Select(V.LessThan(zero, x), one, zero),
            Kind.Affine => alpha,
            Kind.LeakyRelu => V.Select(V.LessThan(x, zero), alpha, one),
            Kind.ThresholdedRelu => V.Select(V.LessThan(alpha, x), one, zero),
            Kind.ScaledTanh => V.Create(Beta) * (alpha - y * TanhOf(x)),
            Kind.HardSigmoid => V.Select(V.And(V.LessThan(zero, y), V.LessThan(y, one)), alpha, zero),
            Kind.Elu => V.Select(V.LessThan(x, zero), y + alpha, one),
            Kind.Softsign => Square(one / (one + V.Abs(x))),
            Kind.Softplus => VectorMath.Sigmoid(x),
            _ => one,
        };
    }

    /// <summary>tanh(β x).</summary>
    private V TanhOf<V>(V x)
        where V : struct, IVector<V> => VectorMath.Tanh(V.Create(Beta) * x);

    private static V Square<V>(V x)
        where V : struct, IVector<V> => x * x;

    /// <summary>ln(1 + u) for u in [0, 1]: 2 artanh(s) with s = u / (2 + u) ≤ 1/3, of which eight terms of the series leave 1e-9.</summary>
    private static V LogOfOnePlus<V>(V u)
        where V : struct, IVector<V>
    {
        V s = u / (u + V.Create(2)), square = s * s, sum = V.Create(1f / 15);
        for (int odd = 13; odd > 0; odd -= 2) sum = V.FusedMultiplyAdd(sum, square, V.Create(1f / odd));
        return (s + s) * sum;
    }
}
