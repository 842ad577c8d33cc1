using System.Globalization;
using System.Numerics.Tensors;
using Elman.Kernels;

namespace Elman;

// Functions of each element alone, each with its derivative as a function of its argument x and its value y. The span functions
// give an element the same bits wherever it lies.
public sealed partial class Tensor
{
    /// <summary>tanh x of every element.</summary>
    public Tensor Tanh() => Pointwise<TanhFunction>();

    /// <summary>1 / (1 + e^−x) of every element.</summary>
    public Tensor Sigmoid() => Pointwise<SigmoidFunction>();

    /// <summary>max(x, 0) of every element; the derivative at 0 is 0.</summary>
    public Tensor Relu() => Pointwise<ReluFunction>();

    /// <summary>e^x of every element.</summary>
    public Tensor Exp() => Pointwise<ExpFunction>();

    /// <summary>The natural logarithm of every element.</summary>
    public Tensor Log() => Pointwise<LogFunction>();

    /// <summary>ln(1 + e^x) of every element, without overflow: a smooth way to a positive number.</summary>
    public Tensor Softplus() => Pointwise<SoftplusFunction>();

    /// <summary>√x of every element; NaN below 0.</summary>
    public Tensor Sqrt() => Pointwise<SqrtFunction>();

    /// <summary>|x| of every element; the derivative at 0 is 0.</summary>
    public Tensor Abs() => Pointwise<AbsFunction>();

    /// <summary>x to a power, of every element: computed in double precision and rounded. NaN of a negative x and an exponent that is not whole.</summary>
    /// <param name="exponent">The power.</param>
    public Tensor Pow(float exponent) => Pointwise(new PowFunction(exponent));

    /// <summary>x to the power y, elementwise, of shapes that broadcast: computed in double precision and rounded.</summary>
    /// <param name="exponent">The powers y.</param>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public Tensor Pow(Tensor exponent)
    {
        ArgumentNullException.ThrowIfNull(exponent);
        Tensor result = Broadcast.Apply<Elementwise<Power>>(this, exponent);
        return Record(result, [this, exponent], () =>
        {
            Tensor slope = result.GradientTensor();
            if (NeedsGradient) AddGradient(Broadcast.Apply<Multiplication>(slope, Broadcast.Apply<Elementwise<PowerSlopeOfBase>>(this, exponent)));
            if (exponent.NeedsGradient) exponent.AddGradient(Broadcast.Apply<Multiplication>(slope, Broadcast.Apply<Elementwise<PowerSlopeOfExponent>>(this, exponent)));
        });
    }

    /// <summary>Every element brought into a range. One outside of it gets no gradient; one at an end does. NaN stays.</summary>
    /// <param name="low">The least value; −∞ for no bound.</param>
    /// <param name="high">The greatest value; ∞ for no bound.</param>
    /// <exception cref="ArgumentException">The bounds are no range.</exception>
    public Tensor Clamp(float low, float high)
    {
        if (!(low <= high)) throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"Clamp: {low} … {high} is no range"));
        return Pointwise(new ClampFunction(low, high));
    }

    private Tensor Pointwise<TFunction>(TFunction function = default)
        where TFunction : struct, IPointwiseFunction
    {
        Tensor result = Allocate(Shape);
        function.Apply(Span, result.Writable());
        return Record(result, [this], () =>
        {
            ReadOnlySpan<float> x = Span, y = result.Span, slope = result.GradientSpan();
            Span<float> gradient = GradientSpan();
            for (int i = 0; i < gradient.Length; i++) gradient[i] += slope[i] * function.Derivative(x[i], y[i]);
        });
    }

    private interface IPointwiseFunction
    {
        void Apply(ReadOnlySpan<float> x, Span<float> y);

        float Derivative(float x, float y);
    }

    private readonly struct TanhFunction : IPointwiseFunction
    {
        public void Apply(ReadOnlySpan<float> x, Span<float> y) => VectorMath.Tanh(x, y);

        public float Derivative(float x, float y) => 1 - y * y;
    }

    private readonly struct SigmoidFunction : IPointwiseFunction
    {
        public void Apply(ReadOnlySpan<float> x, Span<float> y) => VectorMath.Sigmoid(x, y);

        public float Derivative(float x, float y) => y * (1 - y);
    }

    private readonly struct ReluFunction : IPointwiseFunction
    {
        public void Apply(ReadOnlySpan<float> x, Span<float> y) => TensorPrimitives.Max(x, 0, y);

        public float Derivative(float x, float y) => x > 0 ? 1 : 0;
    }

    private readonly struct ExpFunction : IPointwiseFunction
    {
        public void Apply(ReadOnlySpan<float> x, Span<float> y) => VectorMath.Exp(x, y);

        public float Derivative(float x, float y) => y;
    }

    private readonly struct LogFunction : IPointwiseFunction
    {
        // In double, then rounded: TensorPrimitives.Log treats the ends of a span and its middle differently.
        public void Apply(ReadOnlySpan<float> x, Span<float> y)
        {
            for (int i = 0; i < x.Length; i++) y[i] = (float)Math.Log(x[i]);
        }

        public float Derivative(float x, float y) => 1 / x;
    }

    private readonly struct SoftplusFunction : IPointwiseFunction
    {
        public void Apply(ReadOnlySpan<float> x, Span<float> y)
        {
            for (int i = 0; i < x.Length; i++) y[i] = (float)(Math.Max(x[i], 0) + LogOnePlus(Math.Exp(-Math.Abs((double)x[i]))));
        }

        public float Derivative(float x, float y) => (float)(1 / (1 + Math.Exp(-(double)x)));

        /// <summary>ln(1 + x) for 0 ≤ x ≤ 1; below 1e-5 by its series, as 1 + x, and <c>double.LogP1</c> too, would lose x's digits.</summary>
        private static double LogOnePlus(double x) => x > 1e-5 ? Math.Log(1 + x) : x - 0.5 * x * x;
    }

    private readonly struct SqrtFunction : IPointwiseFunction
    {
        public void Apply(ReadOnlySpan<float> x, Span<float> y) => TensorPrimitives.Sqrt(x, y);

        public float Derivative(float x, float y) => 0.5f / y;
    }

    private readonly struct AbsFunction : IPointwiseFunction
    {
        public void Apply(ReadOnlySpan<float> x, Span<float> y) => TensorPrimitives.Abs(x, y);

        public float Derivative(float x, float y) => x > 0 ? 1 : x < 0 ? -1 : 0;
    }

    private readonly struct PowFunction(float exponent) : IPointwiseFunction
    {
        public void Apply(ReadOnlySpan<float> x, Span<float> y) => Elementwise<Power>.Apply(x, exponent, y);

        public float Derivative(float x, float y) => PowerSlopeOfBase.Of(x, exponent);
    }

    private readonly struct ClampFunction(float low, float high) : IPointwiseFunction
    {
        public void Apply(ReadOnlySpan<float> x, Span<float> y)
        {
            for (int i = 0; i < x.Length; i++) y[i] = x[i] < low ? low : x[i] > high ? high : x[i];
        }

        public float Derivative(float x, float y) => x >= low && x <= high ? 1 : 0;
    }
}
