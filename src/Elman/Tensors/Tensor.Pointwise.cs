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

    private Tensor Pointwise<TFunction>()
        where TFunction : struct, IPointwiseFunction
    {
        Tensor result = Allocate(Shape);
        TFunction.Apply(Span, result.Writable());
        return Record(result, [this], () =>
        {
            ReadOnlySpan<float> x = Span, y = result.Span, slope = result.GradientSpan();
            Span<float> gradient = GradientSpan();
            for (int i = 0; i < gradient.Length; i++) gradient[i] += slope[i] * TFunction.Derivative(x[i], y[i]);
        });
    }

    private interface IPointwiseFunction
    {
        static abstract void Apply(ReadOnlySpan<float> x, Span<float> y);

        static abstract float Derivative(float x, float y);
    }

    private readonly struct TanhFunction : IPointwiseFunction
    {
        public static void Apply(ReadOnlySpan<float> x, Span<float> y) => VectorMath.Tanh(x, y);

        public static float Derivative(float x, float y) => 1 - y * y;
    }

    private readonly struct SigmoidFunction : IPointwiseFunction
    {
        public static void Apply(ReadOnlySpan<float> x, Span<float> y) => VectorMath.Sigmoid(x, y);

        public static float Derivative(float x, float y) => y * (1 - y);
    }

    private readonly struct ReluFunction : IPointwiseFunction
    {
        public static void Apply(ReadOnlySpan<float> x, Span<float> y) => TensorPrimitives.Max(x, 0, y);

        public static float Derivative(float x, float y) => x > 0 ? 1 : 0;
    }

    private readonly struct ExpFunction : IPointwiseFunction
    {
        public static void Apply(ReadOnlySpan<float> x, Span<float> y) => VectorMath.Exp(x, y);

        public static float Derivative(float x, float y) => y;
    }

    private readonly struct LogFunction : IPointwiseFunction
    {
        // In double, then rounded: TensorPrimitives.Log treats the ends of a span and its middle differently.
        public static void Apply(ReadOnlySpan<float> x, Span<float> y)
        {
            for (int i = 0; i < x.Length; i++) y[i] = (float)Math.Log(x[i]);
        }

        public static float Derivative(float x, float y) => 1 / x;
    }

    private readonly struct SoftplusFunction : IPointwiseFunction
    {
        public static void Apply(ReadOnlySpan<float> x, Span<float> y)
        {
            for (int i = 0; i < x.Length; i++) y[i] = (float)(Math.Max(x[i], 0) + LogOnePlus(Math.Exp(-Math.Abs((double)x[i]))));
        }

        public static float Derivative(float x, float y) => (float)(1 / (1 + Math.Exp(-(double)x)));

        /// <summary>ln(1 + x) for 0 ≤ x ≤ 1; below 1e-5 by its series, as 1 + x, and <c>double.LogP1</c> too, would lose x's digits.</summary>
        private static double LogOnePlus(double x) => x > 1e-5 ? Math.Log(1 + x) : x - 0.5 * x * x;
    }
}
