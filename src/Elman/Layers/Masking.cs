using System.Globalization;

namespace Elman;

/// <summary>
/// Leaves out the steps whose values all equal one: the module inside sees the others as if they followed each other, wherever the masked steps
/// are. A masked step has the output of the step before it, zeros if there is none; past a sequence's length all outputs are zero.
/// </summary>
/// <remarks>This is what a mask means to Keras's recurrent layers, which carry their state over masked steps. Its result there differs at masked
/// steps only: before the first valid one, and in backward directions.</remarks>
public sealed class Masking : Module, IStreamable
{
    private readonly IStreamable? _steps;

    /// <summary>A mask over the inputs of a module.</summary>
    /// <param name="value">A step is masked if all its values equal this one.</param>
    /// <param name="inner">What the other steps are given to.</param>
    public Masking(float value, Module inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        (Value, Inner, _steps) = (value, AddChild("inner", inner), inner as IStreamable);
    }

    /// <summary>What all values of a masked step are.</summary>
    public float Value { get; }

    /// <summary>The module that does not see masked steps.</summary>
    public Module Inner { get; }

    /// <inheritdoc/>
    public override string Description => string.Create(CultureInfo.InvariantCulture, $"masking of steps of {Value}");

    /// <inheritdoc/>
    public override bool KeepsSteps => Inner.KeepsSteps;

    /// <inheritdoc/>
    public int? StepInputSize => _steps?.StepInputSize;

    /// <summary>The state of the module inside, then its last output.</summary>
    public int StateSize => _steps is { StepInputSize: { } size } ? _steps.StateSize + _steps.StepOutputSize(size) : 0;

    /// <inheritdoc/>
    public string? WhyNotStreamable => _steps is null ? $"{Inner.Description} cannot be computed step by step"
        : _steps.WhyNotStreamable ?? (_steps.StepInputSize is null ? "masking needs a module with an input size" : null);

    /// <inheritdoc/>
    /// <param name="input">[N, L, I], or classes [N, L].</param>
    /// <exception cref="ArgumentException">The input has fewer than two axes, or the lengths do not fit it.</exception>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank < 2) throw new ArgumentException($"Masking: expects input [N, L, ..], got {input.Shape}");
        int rows = input.Shape[0], steps = input.Shape[1], width = input.Shape.Product(2, input.Rank);
        if (!lengths.IsEmpty && lengths.Length != rows) throw new ArgumentException($"Masking: {lengths.Length} lengths for {rows} sequences");
        int[] taken = new int[rows * steps], source = new int[rows * steps], counts = new int[rows];
        for (int row = 0; row < rows; row++)
        {
            int length = lengths.IsEmpty ? steps : lengths[row], first = row * steps, count = 0;
            if (length < 0 || length > steps) throw new ArgumentException($"Masking: length {length} is not between 0 and {steps}");
            Array.Fill(taken, first, first, steps);
            for (int step = 0; step < length; step++)
            {
                if (!IsMasked(input.Span.Slice((first + step) * width, width))) taken[first + count++] = first + step;
                // Row 0 of the outputs below is of zeros.
                source[first + step] = count == 0 ? 0 : first + count;
            }
            counts[row] = count;
        }
        Tensor output = Inner.Forward(input.Reshape(rows * steps, width).Take(0, taken).Reshape(input.Shape.Extents), counts);
        if (!Inner.KeepsSteps) return output;
        int[] outputShape = [rows, steps, .. output.Shape.Extents[2..]];
        Tensor flat = output.Reshape(rows * steps, output.Shape.Product(2, output.Rank));
        return Tensor.Concat(0, Tensor.Zeros(1, flat.Shape[1]), flat).Take(0, source).Reshape(outputShape);
    }

    /// <inheritdoc/>
    public int StepOutputSize(int inputSize) => Steps.StepOutputSize(inputSize);

    /// <inheritdoc/>
    public int StepWorkspace(int inputSize) => Steps.StepWorkspace(inputSize);

    /// <inheritdoc/>
    public void InitializeState(Span<float> state)
    {
        Steps.InitializeState(state[..Steps.StateSize]);
        state[Steps.StateSize..StateSize].Clear();
    }

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<float> input, Span<float> output, Span<float> state, Span<float> workspace)
    {
        Span<float> last = state[Steps.StateSize..StateSize];
        if (!IsMasked(input))
        {
            Steps.Step(input, output, state[..Steps.StateSize], workspace);
            output[..last.Length].CopyTo(last);
        }
        last.CopyTo(output);
    }

    private IStreamable Steps => _steps ?? throw new InvalidOperationException(WhyNotStreamable);

    private bool IsMasked(ReadOnlySpan<float> step) => !step.ContainsAnyExcept(Value);
}
