using System.Globalization;

namespace Elman;

/// <summary>
/// A recurrent network over whole sequences, whatever its cell: K layers, one or both directions, lengths, states in and out. See
/// <see cref="Lstm"/>, <see cref="Gru"/>, <see cref="Rnn"/>, and <see cref="Recurrent{TUnit}"/> for a cell of your own.
/// </summary>
public abstract class RecurrentLayer : Module, IStreamable, IStateful
{
    private protected RecurrentLayer(int inputSize, int hiddenSize, RecurrentOptions options)
    {
        Stack = new StackShape(inputSize, hiddenSize, options);
        foreach ((string name, float probability) in options.Probabilities)
        {
            if (probability is not (>= 0 and < 1))
                throw new ArgumentOutOfRangeException(nameof(options), string.Create(CultureInfo.InvariantCulture, $"{name} {probability} is not at least 0 and below 1"));
        }
        (InputSize, HiddenSize, OutputSize, Options) = (inputSize, hiddenSize, Stack.OutputsOf(Stack.Layers - 1), options.Layers == Stack.Layers ? options : options with { Layers = Stack.Layers });
    }

    /// <summary>I.</summary>
    public int InputSize { get; }

    /// <summary>H, of the last layer if they differ.</summary>
    public int HiddenSize { get; }

    /// <summary>How the layer was built.</summary>
    public RecurrentOptions Options { get; }

    /// <summary>The innermost extent of the output: D·H, or H if two directions are merged into one; of each output if they stay apart.</summary>
    public int OutputSize { get; }

    /// <summary>The widths of the layers.</summary>
    private protected StackShape Stack { get; }

    /// <summary>The name of the cell, such as <c>lstm</c>.</summary>
    public abstract string Cell { get; }

    /// <summary>Runs a batch of sequences.</summary>
    /// <param name="input">[N, L, I]</param>
    /// <param name="initial">Parts [K·D, N, H], or as <see cref="State"/> has them where the layers differ in width; null for zeros, or for the learnt ones.</param>
    /// <param name="lengths">Valid steps of each sequence [N], zero included, in any order; empty if all are L.</param>
    /// <returns>h of the last layer at every step [N, L, <see cref="OutputSize"/>], both directions aligned in time and merged, zero in padding; and the states
    /// after the last valid step of every sequence (for the backward direction, after its first), as the initial ones.</returns>
    /// <exception cref="ArgumentException">A shape does not fit, or a length is not between 0 and L.</exception>
    /// <exception cref="InvalidOperationException">Gradients are recorded although <see cref="BFloat16Weights"/> is set, or the directions stay apart
    /// (<see cref="Merge.None"/>).</exception>
    public abstract (Tensor Output, State Final) Forward(Tensor input, State? initial, ReadOnlySpan<int> lengths = default);

    /// <inheritdoc/>
    public abstract int StateParts { get; }

    (Tensor Output, State? Final) IStateful.Forward(Tensor input, State? initial, ReadOnlySpan<int> lengths) => Forward(input, initial, lengths);

    /// <summary>As <see cref="Forward(Tensor, State?, ReadOnlySpan{int})"/>, for two directions that stay apart (<see cref="Merge.None"/>).</summary>
    /// <returns>h of the last layer of each direction [N, L, H], both aligned in time; and the final states.</returns>
    /// <exception cref="ArgumentException">A shape does not fit, or a length is not between 0 and L.</exception>
    /// <exception cref="InvalidOperationException">The directions are merged, or there is one only; or gradients are recorded although
    /// <see cref="BFloat16Weights"/> is set.</exception>
    public abstract (Tensor Forward, Tensor Reverse, State Final) ForwardDirections(Tensor input, State? initial = null, ReadOnlySpan<int> lengths = default);

    /// <summary>
    /// All hidden and cell states and all gates of all layers at all steps. Gradients are not recorded; masks apply as in <see cref="Forward(Tensor, State?, ReadOnlySpan{int})"/>.
    /// </summary>
    /// <param name="input">[N, L, I]</param>
    /// <param name="initial">As for <see cref="Forward(Tensor, State?, ReadOnlySpan{int})"/>.</param>
    /// <param name="lengths">Valid steps of each sequence [N]; empty if all are L.</param>
    /// <exception cref="ArgumentException">A shape does not fit, or a length is not between 0 and L.</exception>
    public abstract RecurrentTrace Trace(Tensor input, State? initial = null, ReadOnlySpan<int> lengths = default);

    /// <summary>
    /// Whether inference reads the weights rounded to bfloat16 (8 significant bits; biases, peepholes and sums stay in single precision). A step of one sequence whose
    /// weights exceed the caches then takes about half the time. Parameters and files keep their precision. Not for training: a recorded call throws.
    /// Set it before the layer is used, or while no call runs.
    /// </summary>
    public abstract bool BFloat16Weights { get; set; }

    /// <inheritdoc cref="Forward(Tensor, State?, ReadOnlySpan{int})"/>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => Forward(input, null, lengths).Output;

    /// <inheritdoc/>
    public override string Description =>
        $"{Cell} {InputSize} → {(Stack.IsUniform ? $"{HiddenSize}" : string.Join(" → ", Enumerable.Range(0, Stack.Layers).Select(Stack.HiddenOf)))}"
        + (Options.Layers > 1 ? $", {Options.Layers} layers" : "") + (Options.Residual ? ", residual" : "") + Options.Direction switch { Direction.Both => ", bidirectional", Direction.Reverse => ", reverse", _ => "" }
        + (Options.Merge == Merge.Concat ? "" : $", merge {Options.Merge.ToString().ToLowerInvariant()}")
        + string.Concat(Options.Probabilities.Where(each => each.Value > 0).Select(each => string.Create(CultureInfo.InvariantCulture, $", {each.Name} {each.Value}"))) + Options.CellDescription;

    /// <inheritdoc/>
    public int? StepInputSize => InputSize;

    /// <inheritdoc/>
    public int StepOutputSize(int inputSize) => inputSize == InputSize ? OutputSize
        : throw new ArgumentException($"{Cell} of input size {InputSize} cannot follow an output of size {inputSize}");

    /// <inheritdoc/>
    public abstract int StateSize { get; }

    /// <inheritdoc/>
    public abstract int StepWorkspace(int inputSize);

    /// <inheritdoc/>
    public abstract void InitializeState(Span<float> state);

    /// <inheritdoc/>
    public abstract void Step(ReadOnlySpan<float> input, Span<float> output, Span<float> state, Span<float> workspace);

    /// <inheritdoc/>
    public string? WhyNotStreamable => Options.Direction == Direction.Forward ? null
        : $"{Cell} is {(Options.Direction == Direction.Both ? "bidirectional: its backward direction" : "reverse: it")} begins at the end of the sequence, which a stream never knows";
}
