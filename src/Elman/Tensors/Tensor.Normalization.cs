using System.Numerics.Tensors;
using Elman.Kernels;

namespace Elman;

// Functions of a whole row, the innermost axis. A row's result depends on its own values only.
public sealed partial class Tensor
{
    /// <summary>e^x / Σ e^x along an axis; computed from x − max x, so that nothing overflows.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public Tensor Softmax(int axis = -1) => Shape.Axis(axis) == Rank - 1 ? SoftmaxOfRows() : Transpose(axis, -1).SoftmaxOfRows().Transpose(axis, -1);

    /// <summary>ln(e^x / Σ e^x) along an axis, exact where the quotient itself would vanish.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public Tensor LogSoftmax(int axis = -1) =>
        Shape.Axis(axis) == Rank - 1 ? LogSoftmaxOfRows() : Transpose(axis, -1).LogSoftmaxOfRows().Transpose(axis, -1);

    /// <summary>(x − mean) / √(variance + ε) along the innermost axis: layer normalisation (Ba, Kiros, Hinton 2016) before weight and bias.</summary>
    /// <param name="epsilon">Keeps constant rows from a division by zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">The tensor is a scalar.</exception>
    public Tensor LayerNorm(float epsilon = 1e-5f)
    {
        int width = Shape[Shape.Axis(-1)];
        Tensor result = Allocate(Shape), scales = Allocate(new Shape(Shape.Product(0, Rank - 1)));
        ReadOnlySpan<float> x = Span;
        Span<float> y = result.Writable(), scale = scales.Writable();
        for (int row = 0; row * width < x.Length; row++)
            scale[row] = NormalizeRow(x.Slice(row * width, width), y.Slice(row * width, width), epsilon);
        return Record(result, [this], () =>
        {
            ReadOnlySpan<float> y = result.Span, scale = scales.Span, slope = result.GradientSpan();
            Span<float> gradient = GradientSpan();
            for (int row = 0; row * width < y.Length; row++)
            {
                ReadOnlySpan<float> rowY = y.Slice(row * width, width), rowSlope = slope.Slice(row * width, width);
                float mean = (float)(Summation.Of(rowSlope) / width), along = (float)(Summation.OfProducts(rowSlope, rowY) / width);
                Span<float> rowGradient = gradient.Slice(row * width, width);
                for (int i = 0; i < width; i++) rowGradient[i] += scale[row] * (rowSlope[i] - mean - rowY[i] * along);
            }
        });
    }

    /// <summary>Normalises one row and returns 1 / √(variance + ε).</summary>
    internal static float NormalizeRow(ReadOnlySpan<float> x, Span<float> y, float epsilon)
    {
        TensorPrimitives.Subtract(x, (float)(Summation.Of(x) / x.Length), y);
        float scale = (float)(1 / Math.Sqrt(Summation.OfProducts(y, y) / x.Length + epsilon));
        TensorPrimitives.Multiply(y, scale, y);
        return scale;
    }

    /// <summary>e^x / Σ e^x of one row.</summary>
    internal static void SoftmaxRow(ReadOnlySpan<float> x, Span<float> y) => TensorPrimitives.Multiply(y, (float)(1 / ExpRow(x, y).Sum), y);

    /// <summary>ln(e^x / Σ e^x) of one row.</summary>
    internal static void LogSoftmaxRow(ReadOnlySpan<float> x, Span<float> y)
    {
        (float top, double sum) = ExpRow(x, y);
        TensorPrimitives.Subtract(x, top, y);
        TensorPrimitives.Subtract(y, (float)Math.Log(sum), y);
    }

    private Tensor SoftmaxOfRows()
    {
        int width = Shape[^1];
        Tensor result = Allocate(Shape);
        ReadOnlySpan<float> x = Span;
        Span<float> y = result.Writable();
        for (int at = 0; at < x.Length; at += width) SoftmaxRow(x.Slice(at, width), y.Slice(at, width));
        return Record(result, [this], () =>
        {
            ReadOnlySpan<float> y = result.Span, slope = result.GradientSpan();
            Span<float> gradient = GradientSpan();
            for (int at = 0; at < y.Length; at += width)
            {
                ReadOnlySpan<float> rowY = y.Slice(at, width), rowSlope = slope.Slice(at, width);
                float along = (float)Summation.OfProducts(rowSlope, rowY);
                for (int i = 0; i < width; i++) gradient[at + i] += rowY[i] * (rowSlope[i] - along);
            }
        });
    }

    private Tensor LogSoftmaxOfRows()
    {
        int width = Shape[^1];
        Tensor result = Allocate(Shape);
        ReadOnlySpan<float> x = Span;
        Span<float> y = result.Writable();
        for (int at = 0; at < x.Length; at += width) LogSoftmaxRow(x.Slice(at, width), y.Slice(at, width));
        return Record(result, [this], () =>
        {
            Tensor shares = Allocate(Shape);
            VectorMath.Exp(result.Span, shares.Writable());
            ReadOnlySpan<float> share = shares.Span, slope = result.GradientSpan();
            Span<float> gradient = GradientSpan();
            for (int at = 0; at < share.Length; at += width)
            {
                float total = (float)Summation.Of(slope.Slice(at, width));
                for (int i = at; i < at + width; i++) gradient[i] += slope[i] - share[i] * total;
            }
        });
    }

    /// <summary>e^(x − max x) of a row, with the maximum and the sum.</summary>
    private static (float Top, double Sum) ExpRow(ReadOnlySpan<float> x, Span<float> y)
    {
        float top = TensorPrimitives.Max(x);
        TensorPrimitives.Subtract(x, top, y);
        VectorMath.Exp(y, y);
        return (top, Summation.Of(y));
    }
}
