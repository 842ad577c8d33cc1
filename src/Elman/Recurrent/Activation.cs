using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
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
    public Vector<float> Of(Vector<float> x) => _kind switch
    {
        Kind.Sigmoid => VectorMath.Sigmoid(x),
        Kind.Tanh => VectorMath.Tanh(x),
        _ => Other(x),
    };

    /// <summary>f'(x) of every lane, from x and y = f(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Derivative(Vector<float> x, Vector<float> y) => _kind switch
    {
        Kind.Sigmoid => y * (Vector<float>.One - y),
        Kind.Tanh => Vector<float>.One - y * y,
        _ => OtherDerivative(x, y),
    };

    /// <summary>y = f(x) of every value; a value's bits do not depend on its place. The spans may be the same.</summary>
    /// <exception cref="ArgumentException">y is shorter than x.</exception>
    public void Apply(ReadOnlySpan<float> x, Span<float> y)
    {
        if (y.Length < x.Length) throw new ArgumentException($"{x.Length} values do not fit into {y.Length}");
        int width = Vector<float>.Count, done = 0;
        for (; done <= x.Length - width; done += width) Of(new Vector<float>(x[done..])).CopyTo(y[done..]);
        Span<float> tail = stackalloc float[width];
        tail.Clear();
        x[done..].CopyTo(tail);
        Of(new Vector<float>(tail)).CopyTo(tail);
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
        int width = Vector<float>.Count, done = 0;
        for (; done <= x.Length - width; done += width)
        {
            Vector<float> slope = Derivative(new(x[done..]), new(y[done..]));
            Vector.FusedMultiplyAdd(slope, new(gradientY[done..]), new(gradientX[done..])).CopyTo(gradientX[done..]);
        }
        if (done == x.Length) return;
        Span<float> tail = stackalloc float[4 * width];
        tail.Clear();
        x[done..].CopyTo(tail);
        y[done..].CopyTo(tail[width..]);
        Derivative(new(tail), new(tail[width..])).CopyTo(tail);
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
    private Vector<float> Other(Vector<float> x)
    {
        Vector<float> zero = Vector<float>.Zero, one = Vector<float>.One, alpha = new(Alpha), beta = new(Beta);
        return _kind switch
        {
            Kind.Relu => Vector.Max(x, zero),
            Kind.Affine => Vector.FusedMultiplyAdd(alpha, x, beta),
            Kind.LeakyRelu => Vector.ConditionalSelect(Vector.LessThan(x, zero), alpha * x, x),
            Kind.ThresholdedRelu => Vector.ConditionalSelect(Vector.LessThanOrEqual(x, alpha), zero, x),
            Kind.ScaledTanh => alpha * VectorMath.Tanh(beta * x),
            Kind.HardSigmoid => Vector.Max(zero, Vector.Min(one, Vector.FusedMultiplyAdd(alpha, x, beta))),
            Kind.Elu => Vector.ConditionalSelect(Vector.LessThan(x, zero), alpha * (VectorMath.Exp(x) - one), x),
            Kind.Softsign => x / (one + Vector.Abs(x)),
            Kind.Softplus => Vector.Max(x, zero) + LogOfOnePlus(VectorMath.Exp(-Vector.Abs(x))),
            _ => x,
        };
    }

    private Vector<float> OtherDerivative(Vector<float> x, Vector<float> y)
    {
        Vector<float> zero = Vector<float>.Zero, one = Vector<float>.One, alpha = new(Alpha);
        return _kind switch
        {
            Kind.Relu => Vector.ConditionalSelect(Vector.GreaterThan(x, zero), one, zero),
            Kind.Affine => alpha,
            Kind.LeakyRelu => Vector.ConditionalSelect(Vector.LessThan(x, zero), alpha, one),
            Kind.ThresholdedRelu => Vector.ConditionalSelect(Vector.GreaterThan(x, alpha), one, zero),
            Kind.ScaledTanh => Beta * (alpha - y * TanhOf(x)),
            Kind.HardSigmoid => Vector.ConditionalSelect(Vector.BitwiseAnd(Vector.GreaterThan(y, zero), Vector.LessThan(y, one)), alpha, zero),
            Kind.Elu => Vector.ConditionalSelect(Vector.LessThan(x, zero), y + alpha, one),
            Kind.Softsign => Square(one / (one + Vector.Abs(x))),
            Kind.Softplus => VectorMath.Sigmoid(x),
            _ => one,
        };
    }

    /// <summary>tanh(β x).</summary>
    private Vector<float> TanhOf(Vector<float> x) => VectorMath.Tanh(Beta * x);

    private static Vector<float> Square(Vector<float> x) => x * x;

    /// <summary>ln(1 + u) for u in [0, 1]: 2 artanh(s) with s = u / (2 + u) ≤ 1/3, of which eight terms of the series leave 1e-9.</summary>
    private static Vector<float> LogOfOnePlus(Vector<float> u)
    {
        Vector<float> s = u / (u + new Vector<float>(2)), square = s * s, sum = new(1f / 15);
        for (int odd = 13; odd > 0; odd -= 2) sum = Vector.FusedMultiplyAdd(sum, square, new Vector<float>(1f / odd));
        return (s + s) * sum;
    }
}
