using System.Numerics.Tensors;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// A recurrent layer for values that are observed at irregular times, some of them missing: Che et al. 2018, "Recurrent neural networks for multivariate time
/// series with missing values", Scientific Reports 8 (arXiv 1606.01865), with any cell. δ is the time since a variable was last observed, m whether it is now,
/// x' its last observation, x̃ its mean:
/// γ_x = exp(−max(0, w ⊙ δ + b)), x̂ = m ⊙ x + (1 − m) ⊙ (γ_x ⊙ x' + (1 − γ_x) ⊙ x̃), γ_h = exp(−max(0, W δ + b)), and the cell sees [x̂; m] and, before each step,
/// the state γ_h ⊙ h (all its parts).
/// </summary>
/// <remarks>Parameters: <c>input_decay_weight</c>, <c>input_decay_bias</c> [I], <c>mean</c> [I] (not trained; zero at first, which is right for standardised values),
/// <c>state_decay.weight</c> [H, I], <c>state_decay.bias</c> [H], and those of the cell, <c>weight_ih_l0</c> [G·H, 2·I], ….</remarks>
/// <typeparam name="TUnit">The cell's equations.</typeparam>
public class DecayRecurrent<TUnit> : Module, IStreamable, IDecaying
    where TUnit : struct, IRecurrentUnit
{
    private readonly RecurrentEngine _engine;
    private readonly Tensor _weight, _bias;
    private readonly Linear _stateDecay;

    /// <summary>A layer with fresh random weights; those of the decays are positive at first, because the rectifier would hold a negative one back for good.</summary>
    /// <param name="inputSize">I: the variables.</param>
    /// <param name="hiddenSize">H.</param>
    /// <param name="random">Where the first weights come from.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public DecayRecurrent(int inputSize, int hiddenSize, RandomStream random)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(hiddenSize);
        ArgumentNullException.ThrowIfNull(random);
        (InputSize, HiddenSize) = (inputSize, hiddenSize);
        RecurrentOptions options = new();
        _engine = UnitChoice.For<TUnit>(options);
        _engine.Add(RecurrentInitialization.Weights(AddParameter, TUnit.Name, _engine.Sizes(2 * inputSize, hiddenSize), "_l0", random, options), isSecond: false);
        _weight = AddParameter("input_decay_weight", Tensor.Uniform(random, 0, 1, inputSize));
        _bias = AddParameter("input_decay_bias", Tensor.Zeros(inputSize));
        Mean = AddParameter("mean", Tensor.Zeros(inputSize));
        Mean.RequiresGradient = false;
        _stateDecay = AddChild("state_decay", new Linear(inputSize, hiddenSize, random));
        TensorPrimitives.Abs(_stateDecay.Weight.Span, _stateDecay.Weight.Writable());
        _stateDecay.Bias!.Writable().Clear();
    }

    /// <summary>I.</summary>
    public int InputSize { get; }

    /// <summary>H.</summary>
    public int HiddenSize { get; }

    /// <summary>x̃ [I], towards which the inputs decay: to be set to the means of the observed values if these are not standardised.</summary>
    public Tensor Mean { get; }

    string IDecaying.Cell => TUnit.Name;

    /// <inheritdoc/>
    public override string Description => $"{TUnit.Name} with decay {InputSize} → {HiddenSize}";

    /// <summary>Runs a batch of sequences.</summary>
    /// <param name="values">x [N, L, I]; what was not observed is not read.</param>
    /// <param name="observed">m [N, L, I]: 1 where a value was observed and 0 where not; null if all were.</param>
    /// <param name="elapsed">The time since the step before [N, L]; null for 1, and 0 at the start of a sequence.</param>
    /// <param name="initial">h and what else the cell carries [1, N, H], x' [1, N, I], and δ so far, 0 for what was just observed [1, N, I]: what an earlier
    /// call returned. Null at a sequence's start: zeros, x̃, and zeros.</param>
    /// <param name="lengths">Valid steps of each sequence [N]; empty if all are L.</param>
    /// <returns>h at every step [N, L, H], zero in padding, and the final state.</returns>
    /// <exception cref="ArgumentException">A shape does not fit, a length is not between 0 and L, m is neither 0 nor 1, or a time is negative.</exception>
    public (Tensor Output, State Final) Forward(Tensor values, Tensor? observed, Tensor? elapsed, State? initial = null, ReadOnlySpan<int> lengths = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Rank != 3 || values.Shape[2] != InputSize) throw new ArgumentException($"{Description} expects values [N, L, {InputSize}], got {values.Shape}");
        int batch = values.Shape[0], length = values.Shape[1];
        Tensor[] states = InitialStates(initial, batch);
        SequenceLayout layout = new(batch, length, lengths);
        Observations seen = new(values, observed, elapsed, initial is null, states[^2], states[^1], layout);
        Tensor inputDecay = (-((seen.Gaps * _weight) + _bias).Relu()).Exp();
        Tensor share = seen.Mask + ((1 - seen.Mask) * inputDecay);
        Tensor input = Tensor.Concat(2, (share * seen.Last) + ((1 - share) * Mean), seen.Mask);
        Tensor stateDecay = (-_stateDecay.Forward(seen.Gaps).Relu()).Exp();
        (Tensor output, Tensor[] final) = _engine.Apply(.., Direction.Forward, input, states[..^2], lengths, new RunOptions { Decay = stateDecay });
        return (output, new State([.. final, seen.FinalLast, seen.FinalGaps]));
    }

    /// <summary>As <see cref="Forward(Tensor, Tensor?, Tensor?, State?, ReadOnlySpan{int})"/> with everything in one tensor: [x; m; time since the step before], [N, L, 2·I + 1] → [N, L, H].</summary>
    /// <exception cref="ArgumentException">A shape does not fit, a length is not between 0 and L, m is neither 0 nor 1, or a time is negative.</exception>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank != 3 || input.Shape[2] != StepInputSize) throw new ArgumentException($"{Description} expects input [N, L, {StepInputSize}] (values, which of them were observed, elapsed time), got {input.Shape}");
        int size = InputSize;
        Tensor elapsed = input.Slice(2, (2 * size)..).Reshape(input.Shape[0], input.Shape[1]);
        return Forward(input.Slice(2, ..size), input.Slice(2, size..(2 * size)), elapsed, null, lengths).Output;
    }

    /// <summary>2·I + 1: x, m, and the time since the step before.</summary>
    public int? StepInputSize => (2 * InputSize) + 1;

    /// <inheritdoc/>
    public int StateSize => (TUnit.States * HiddenSize) + (2 * InputSize);

    /// <inheritdoc/>
    public string? WhyNotStreamable => null;

    /// <inheritdoc/>
    public int StepOutputSize(int inputSize) => inputSize == StepInputSize ? HiddenSize
        : throw new ArgumentException($"{Description} takes {StepInputSize} values (values, which of them were observed, elapsed time), not {inputSize}");

    /// <inheritdoc/>
    public int StepWorkspace(int inputSize) => (3 * InputSize) + HiddenSize + _engine.StepWorkspace;

    /// <inheritdoc/>
    public void InitializeState(Span<float> state)
    {
        state[..StateSize].Clear();
        Mean.Span.CopyTo(state[(TUnit.States * HiddenSize)..]);
    }

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<float> input, Span<float> output, Span<float> state, Span<float> workspace)
    {
        int size = InputSize, cell = TUnit.States * HiddenSize;
        ReadOnlySpan<float> values = input[..size], mask = input.Slice(size, size);
        Span<float> last = state.Slice(cell, size), gaps = state.Slice(cell + size, size);
        Span<float> decay = workspace[..size], seen = workspace.Slice(size, 2 * size), stateDecay = workspace.Slice(3 * size, HiddenSize);
        for (int i = 0; i < size; i++)
        {
            gaps[i] += input[2 * size];
            if (mask[i] == 1) last[i] = values[i];
            decay[i] = -Math.Max((gaps[i] * _weight.Span[i]) + _bias.Span[i], 0);
        }
        VectorMath.Exp(decay, decay);
        for (int i = 0; i < size; i++)
        {
            float share = mask[i] + ((1 - mask[i]) * decay[i]);
            seen[i] = (share * last[i]) + ((1 - share) * Mean.Span[i]);
            seen[size + i] = mask[i];
        }
        _stateDecay.Step(gaps, stateDecay, default, default);
        for (int i = 0; i < stateDecay.Length; i++) stateDecay[i] = -Math.Max(stateDecay[i], 0);
        VectorMath.Exp(stateDecay, stateDecay);
        for (int i = 0; i < cell; i += HiddenSize) Denormals.Multiply(state.Slice(i, HiddenSize), stateDecay);
        _engine.Step(0, ref seen[0], ref state[0], ref workspace.Slice((3 * size) + HiddenSize, _engine.StepWorkspace)[0], default);
        for (int i = 0; i < size; i++)
            if (mask[i] == 1) gaps[i] = 0;
        state[..HiddenSize].CopyTo(output);
    }

    private Tensor[] InitialStates(State? initial, int batch)
    {
        int parts = TUnit.States + 2;
        Shape Expected(int part) => new(1, batch, part < TUnit.States ? HiddenSize : InputSize);
        if (initial is null)
            return [.. Enumerable.Range(0, parts).Select(part => part == TUnit.States ? Tensor.Zeros(1, batch, InputSize) + Mean : Tensor.Zeros(Expected(part).Extents))];
        if (initial.Parts.Count != parts) throw new ArgumentException($"{Description} carries {parts} states, the initial state has {initial.Parts.Count} parts");
        for (int part = 0; part < parts; part++)
            if (initial.Parts[part].Shape != Expected(part)) throw new ArgumentException($"{Description} expects an initial state {Expected(part)}, got {initial.Parts[part].Shape}");
        return [.. initial.Parts];
    }
}

/// <summary>A <see cref="DecayRecurrent{TUnit}"/> as its file sees it, whatever its cell.</summary>
internal interface IDecaying
{
    /// <summary>The name of the cell.</summary>
    string Cell { get; }

    /// <summary>I.</summary>
    int InputSize { get; }

    /// <summary>H.</summary>
    int HiddenSize { get; }
}
