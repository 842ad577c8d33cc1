using System.Numerics.Tensors;

namespace Elman;

/// <summary>
/// Adds a module's input to its output: y = f(x) + x (He et al. 2016, equation 1), of wider inputs the first values of each step. Models of amplifiers are made so: the net learns what the
/// amplifier does to the sound.
/// </summary>
public sealed class Shortcut : Module, IStreamable
{
    private readonly IStreamable? _steps;

    /// <summary>A shortcut around a module.</summary>
    /// <param name="inner">f: [N, L, I] → [N, L, O], O at most I.</param>
    public Shortcut(Module inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        (Inner, _steps) = (AddChild("inner", inner), inner as IStreamable);
    }

    /// <summary>f.</summary>
    public Module Inner { get; }

    /// <inheritdoc/>
    public override string Description => "shortcut";

    /// <inheritdoc/>
    public override bool KeepsSteps => Inner.KeepsSteps;

    /// <inheritdoc/>
    public int? StepInputSize => _steps?.StepInputSize;

    /// <inheritdoc/>
    public int StateSize => _steps?.StateSize ?? 0;

    /// <inheritdoc/>
    public string? WhyNotStreamable => _steps is null ? $"{Inner.Description} cannot be computed step by step" : _steps.WhyNotStreamable;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The output has another rank than the input, or more values at each step.</exception>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        Tensor output = Inner.Forward(input, lengths);
        if (output.Rank != input.Rank || output.Shape[^1] > input.Shape[^1])
            throw new ArgumentException($"Shortcut: {Inner.Description} makes {output.Shape} of {input.Shape}; an output of as many axes, and of no more values, is expected");
        return output + (output.Shape[^1] == input.Shape[^1] ? input : input.Slice(input.Rank - 1, ..output.Shape[^1]));
    }

    /// <inheritdoc/>
    public int StepOutputSize(int inputSize) => Steps.StepOutputSize(inputSize) is var size && size <= inputSize ? size
        : throw new ArgumentException($"Shortcut: {Inner.Description} makes {size} values of {inputSize}; no more are expected");

    /// <inheritdoc/>
    public int StepWorkspace(int inputSize) => Steps.StepWorkspace(inputSize);

    /// <inheritdoc/>
    public void InitializeState(Span<float> state) => Steps.InitializeState(state);

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<float> input, Span<float> output, Span<float> state, Span<float> workspace)
    {
        Steps.Step(input, output, state, workspace);
        Span<float> sum = output[..Steps.StepOutputSize(input.Length)];
        TensorPrimitives.Add(sum, input[..sum.Length], sum);
    }

    private IStreamable Steps => _steps ?? throw new InvalidOperationException(WhyNotStreamable);
}
