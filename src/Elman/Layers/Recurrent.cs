namespace Elman;

/// <summary>
/// A recurrent network with the cell <typeparamref name="TUnit"/>. Parameters bear PyTorch's names: <c>weight_ih_l0</c> [G·H, I],
/// <c>weight_hh_l0</c> [G·H, H], <c>bias_ih_l0</c>, <c>bias_hh_l0</c> [G·H], with <c>_reverse</c> for the backward direction, [G·H, D·H] from layer 1 on.
/// </summary>
/// <typeparam name="TUnit">The cell's equations.</typeparam>
public class Recurrent<TUnit> : RecurrentLayer
    where TUnit : struct, IRecurrentUnit
{
    private readonly DirectionWeights[] _weights;
    private readonly Tensor[] _learntStates = [];

    /// <summary>A network with fresh random weights.</summary>
    /// <param name="inputSize">I.</param>
    /// <param name="hiddenSize">H.</param>
    /// <param name="random">Where the first weights come from.</param>
    /// <param name="options">Layers, directions, dropout, …; by default one layer, forward.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or the dropout is not in [0, 1).</exception>
    /// <exception cref="ArgumentException">An option does not apply to this cell.</exception>
    public Recurrent(int inputSize, int hiddenSize, RandomStream random, RecurrentOptions? options = null)
        : base(inputSize, hiddenSize, options ??= new RecurrentOptions())
    {
        _weights = new DirectionWeights[options.Layers * options.Directions];
        for (int i = 0; i < _weights.Length; i++)
        {
            int layer = i / options.Directions;
            string suffix = $"_l{layer}{(i % options.Directions == 1 ? "_reverse" : "")}";
            _weights[i] = MakeWeights(AddParameter, layer == 0 ? inputSize : OutputSize, hiddenSize, suffix, random, options);
        }
        if (options.LearnInitialState)
        {
            _learntStates = new Tensor[TUnit.States];
            for (int part = 0; part < TUnit.States; part++)
                _learntStates[part] = AddParameter(StateName(part), Tensor.Zeros(_weights.Length, 1, hiddenSize));
        }
    }

    /// <inheritdoc/>
    public override string Cell => TUnit.Name;

    /// <inheritdoc/>
    public override bool BFloat16Weights
    {
        get => _weights[0].BFloat16;
        set
        {
            foreach (DirectionWeights weights in _weights) weights.BFloat16 = value;
        }
    }

    /// <inheritdoc/>
    public override (Tensor Output, State Final) Forward(Tensor input, State? initial, ReadOnlySpan<int> lengths = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank != 3 || input.Shape[2] != InputSize)
            throw new ArgumentException($"{Cell} expects input [N, L, {InputSize}], got {input.Shape}");
        LayerDropout dropout = Training && Options.Layers > 1 ? new(Options.Dropout, DropoutKey) : default;
        (Tensor output, Tensor[] final) = RecurrentRun<TUnit>.Apply(_weights, Options.Direction, input, InitialStates(initial, input.Shape[0]), lengths, dropout);
        return (output, new State(final));
    }

    /// <inheritdoc/>
    public override int StateSize => _weights.Length * TUnit.States * HiddenSize;

    /// <inheritdoc/>
    public override int StepWorkspace(int inputSize) => RecurrentStepper<TUnit>.Workspace(_weights[0].Sizes);

    /// <inheritdoc/>
    public override void InitializeState(Span<float> state)
    {
        state[..StateSize].Clear();
        for (int part = 0; part < _learntStates.Length; part++)
            for (int layer = 0; layer < _weights.Length; layer++)
                _learntStates[part].Span.Slice(layer * HiddenSize, HiddenSize).CopyTo(state[(((layer * TUnit.States) + part) * HiddenSize)..]);
    }

    /// <inheritdoc/>
    public override void Step(ReadOnlySpan<float> input, Span<float> output, Span<float> state, Span<float> workspace)
    {
        if (WhyNotStreamable is { } reason) throw new InvalidOperationException(reason);
        int layerState = TUnit.States * HiddenSize;
        for (int layer = 0; layer < _weights.Length; layer++)
        {
            Span<float> own = state.Slice(layer * layerState, layerState);
            RecurrentStepper<TUnit>.Step(_weights[layer], layer == 0 ? input[..InputSize] : state.Slice((layer - 1) * layerState, HiddenSize), own, workspace);
            if (layer == _weights.Length - 1) own[..HiddenSize].CopyTo(output);
        }
    }

    /// <summary>The parameters of one direction of one layer, or of a cell, each under its name with a suffix.</summary>
    internal static DirectionWeights MakeWeights(Func<string, Tensor, Tensor> add, int inputs, int hidden, string suffix, RandomStream random, RecurrentOptions options)
    {
        ArgumentNullException.ThrowIfNull(random);
        int rows = TUnit.Gates * hidden;
        Tensor weightIh = add("weight_ih" + suffix, RecurrentInitialization.Uniform(hidden, random, rows, inputs));
        Tensor? weightHh = null, biasIh = null, biasHh = null;
        if (TUnit.Recurs)
        {
            weightHh = add("weight_hh" + suffix, RecurrentInitialization.Uniform(hidden, random, rows, hidden));
            if (options.Orthogonal) RecurrentInitialization.Orthogonalize(weightHh, hidden, random);
        }
        else if (options.Orthogonal)
        {
            throw new ArgumentException($"orthogonal recurrent weights are asked for, but {TUnit.Name} has no recurrent weights");
        }
        if (options.Bias)
        {
            biasIh = add("bias_ih" + suffix, RecurrentInitialization.Uniform(hidden, random, rows));
            if (TUnit.Recurs) biasHh = add("bias_hh" + suffix, RecurrentInitialization.Uniform(hidden, random, rows));
        }
        if (options.ForgetBias is { } forget)
        {
            if (TUnit.ForgetGate < 0 || biasIh is null) throw new ArgumentException($"a forget bias is set, but {TUnit.Name}{(biasIh is null ? " without bias" : "")} has no forget gate with a bias");
            biasIh.WritableSpan().Slice(TUnit.ForgetGate * hidden, hidden).Fill(forget);
            biasHh?.WritableSpan().Slice(TUnit.ForgetGate * hidden, hidden).Clear();
        }
        return new DirectionWeights(UnitSizes.Of<TUnit>(inputs, hidden), weightIh, weightHh, biasIh, biasHh);
    }

    private Tensor[] InitialStates(State? initial, int batch)
    {
        if (initial is null) return Array.ConvertAll(_learntStates, learnt => learnt + Tensor.Zeros(_weights.Length, batch, HiddenSize));
        if (initial.Parts.Count != TUnit.States)
            throw new ArgumentException($"{Cell} carries {TUnit.States} states, the initial state has {initial.Parts.Count} parts");
        Shape expected = new(_weights.Length, batch, HiddenSize);
        foreach (Tensor part in initial.Parts)
            if (part.Shape != expected) throw new ArgumentException($"{Cell} expects initial states {expected} ([K·D, N, H]), got {part.Shape}");
        return [.. initial.Parts];
    }

    private static string StateName(int part) => part switch { 0 => "initial_h", 1 => "initial_c", _ => $"initial_{part}" };
}
