using System.Numerics.Tensors;

namespace Elman;

/// <summary>The mean or the maximum over the valid steps of each sequence: [N, L, F] → [N, F]; padding never counts, a sequence of no steps gives zeros.</summary>
/// <param name="isMaximum">The maximum instead of the mean.</param>
public sealed class StepPool(bool isMaximum) : Module
{
    /// <summary>Whether it is the maximum instead of the mean.</summary>
    public bool IsMaximum => isMaximum;

    /// <inheritdoc/>
    public override string Description => isMaximum ? "maximum over the steps" : "mean over the steps";

    /// <inheritdoc/>
    public override bool KeepsSteps => false;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is not [N, L, F], or a length is not between 0 and L.</exception>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank != 3) throw new ArgumentException($"StepPool: expects input [N, L, F], got {input.Shape}");
        int[] ends = LastStep.Ends(input.Shape[0], input.Shape[1], lengths);
        return isMaximum ? Maximum(input, ends) : Mean(input, ends);
    }

    private static Tensor Mean(Tensor input, int[] ends)
    {
        (int rows, int steps, int size) = (input.Shape[0], input.Shape[1], input.Shape[2]);
        Tensor result = Tensor.Zeros(rows, size);
        for (int row = 0; row < rows; row++)
        {
            Span<float> mean = result.Writable().Slice(row * size, size);
            for (int t = 0; t < ends[row]; t++) TensorPrimitives.Add(mean, input.Span.Slice((row * steps + t) * size, size), mean);
            if (ends[row] > 0) TensorPrimitives.Multiply(mean, 1f / ends[row], mean);
        }
        return Tensor.Record(result, [input], () =>
        {
            ReadOnlySpan<float> slope = result.GradientSpan();
            Span<float> gradient = input.GradientSpan();
            for (int row = 0; row < rows; row++)
                for (int t = 0; t < ends[row]; t++)
                {
                    Span<float> step = gradient.Slice((row * steps + t) * size, size);
                    TensorPrimitives.MultiplyAdd(slope.Slice(row * size, size), 1f / ends[row], step, step);
                }
        });
    }

    private static Tensor Maximum(Tensor input, int[] ends)
    {
        (int rows, int steps, int size) = (input.Shape[0], input.Shape[1], input.Shape[2]);
        Tensor result = Tensor.Zeros(rows, size);
        int[] from = new int[rows * size];
        Span<float> largest = result.Writable();
        for (int row = 0; row < rows; row++)
            for (int unit = 0; unit < size && ends[row] > 0; unit++)
            {
                int at = row * steps * size + unit;
                for (int t = 1; t < ends[row]; t++)
                    if (input.Span[(row * steps + t) * size + unit] > input.Span[at]) at = (row * steps + t) * size + unit;
                from[row * size + unit] = at;
                largest[row * size + unit] = input.Span[at];
            }
        return Tensor.Record(result, [input], () =>
        {
            ReadOnlySpan<float> slope = result.GradientSpan();
            Span<float> gradient = input.GradientSpan();
            for (int i = 0; i < from.Length; i++)
                if (ends[i / size] > 0) gradient[from[i]] += slope[i];
        });
    }
}
