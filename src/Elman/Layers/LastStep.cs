using System.Numerics.Tensors;

namespace Elman;

/// <summary>
/// What a network says at the end of each sequence: [N, L, F] → [N, F], the output at the last valid step; zeros for a sequence of no steps. The part
/// that a backward direction made is taken where that direction ended, at the first step. So it is h of the layer's final state.
/// </summary>
public sealed class LastStep : Module, IStreamable
{
    /// <summary>A layer that keeps the last valid step of every sequence.</summary>
    /// <param name="reversed">How many values, at the end of every step, a backward direction made: H behind a layer of both directions whose outputs stand side by
    /// side, F behind a reverse layer. Without a number there must be none: a <see cref="Sequential"/> refuses it behind a backward direction. 0 takes what stands at the last
    /// step, whatever made it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public LastStep(int? reversed = null)
    {
        if (reversed is { } given) ArgumentOutOfRangeException.ThrowIfNegative(given, nameof(reversed));
        (Reversed, IsAssumed) = (reversed ?? 0, reversed is null);
    }

    /// <summary>Whether nobody said that no backward direction made any value.</summary>
    internal bool IsAssumed { get; }

    /// <summary>How many values, at the end of every step, a backward direction made.</summary>
    public int Reversed { get; }

    /// <inheritdoc/>
    public override string Description => Reversed == 0 ? "last step" : $"last step, first step of the last {Reversed} values";

    /// <inheritdoc/>
    public override bool KeepsSteps => false;

    /// <inheritdoc/>
    public int? StepInputSize => null;

    /// <inheritdoc/>
    public int StateSize => 0;

    /// <inheritdoc/>
    public string? WhyNotStreamable => Reversed == 0 ? null : "last step of a backward direction: it begins at the end of the sequence, which a stream never knows";

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is not [N, L, F] with F of at least <see cref="Reversed"/>, or a length is not between 0 and L.</exception>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank != 3 || input.Shape[2] < Reversed) throw new ArgumentException($"LastStep: expects input [N, L, F]{AtLeast()}, got {input.Shape}");
        int rows = input.Shape[0], steps = input.Shape[1], size = input.Shape[2], forward = size - Reversed;
        int[] ends = Ends(rows, steps, lengths);
        Tensor result = Tensor.Zeros(rows, size);
        for (int row = 0; row < rows; row++)
        {
            if (ends[row] == 0) continue;
            ReadOnlySpan<float> sequence = input.Span.Slice(row * steps * size, steps * size);
            Span<float> last = result.Writable().Slice(row * size, size);
            sequence.Slice((ends[row] - 1) * size, forward).CopyTo(last);
            sequence[forward..size].CopyTo(last[forward..]);
        }
        return Tensor.Record(result, [input], () =>
        {
            ReadOnlySpan<float> slope = result.GradientSpan();
            for (int row = 0; row < rows; row++)
            {
                if (ends[row] == 0) continue;
                Span<float> gradient = input.GradientSpan().Slice(row * steps * size, steps * size);
                ReadOnlySpan<float> last = slope.Slice(row * size, size);
                Add(gradient.Slice((ends[row] - 1) * size, forward), last[..forward]);
                Add(gradient[forward..size], last[forward..]);
            }
        });
    }

    /// <inheritdoc/>
    public int StepOutputSize(int inputSize) => inputSize >= Reversed ? inputSize
        : throw new ArgumentException($"LastStep of {Reversed} backward values cannot follow an output of size {inputSize}");

    /// <inheritdoc/>
    public int StepWorkspace(int inputSize) => 0;

    /// <inheritdoc/>
    public void InitializeState(Span<float> state)
    {
    }

    /// <summary>Hands the step on: it is the last one so far.</summary>
    /// <inheritdoc/>
    public void Step(ReadOnlySpan<float> input, Span<float> output, Span<float> state, Span<float> workspace) => input.CopyTo(output);

    private static void Add(Span<float> sum, ReadOnlySpan<float> values) => TensorPrimitives.Add(sum, values, sum);

    internal static int[] Ends(int rows, int steps, ReadOnlySpan<int> lengths)
    {
        if (lengths.IsEmpty)
        {
            int[] whole = new int[rows];
            Array.Fill(whole, steps);
            return whole;
        }
        if (lengths.Length != rows) throw new ArgumentException($"LastStep: {lengths.Length} lengths for {rows} sequences");
        foreach (int length in lengths)
            if (length < 0 || length > steps) throw new ArgumentException($"LastStep: length {length} is not between 0 and {steps}");
        return lengths.ToArray();
    }

    private string AtLeast() => Reversed == 0 ? "" : $", F at least {Reversed}";
}
