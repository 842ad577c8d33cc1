namespace Elman;

/// <summary>
/// A recurrent network with the cell <typeparamref name="TUnit"/>. Parameters bear PyTorch's names: <c>weight_ih_l0</c> [G·H, I],
/// <c>weight_hh_l0</c> [G·H, H], <c>bias_ih_l0</c>, <c>bias_hh_l0</c> [G·H], with <c>_reverse</c> for the backward direction, [G·H, D·H] from layer 1 on.
/// </summary>
/// <typeparam name="TUnit">The cell's equations.</typeparam>
public class Recurrent<TUnit> : RecurrentLayer
    where TUnit : struct, IRecurrentUnit
{
    private readonly RecurrentEngine _engine;
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
        _engine = RecurrentEngine.For<TUnit>(options);
        for (int i = 0; i < options.Layers * options.Directions; i++)
        {
            int layer = i / options.Directions;
            string suffix = $"_l{layer}{(i % options.Directions == 1 ? "_reverse" : "")}";
            _engine.Add(RecurrentInitialization.Weights(AddParameter, TUnit.Name, _engine.Sizes(layer == 0 ? inputSize : OutputSize, hiddenSize), suffix, random, options));
        }
        if (options.LearnInitialState)
        {
            _learntStates = new Tensor[TUnit.States];
            for (int part = 0; part < TUnit.States; part++)
                _learntStates[part] = AddParameter(StateName(part), Tensor.Zeros(Passes, 1, hiddenSize));
        }
    }

    /// <inheritdoc/>
    public override string Cell => TUnit.Name;

    /// <inheritdoc/>
    public override bool BFloat16Weights
    {
        get => _engine.Weights[0].BFloat16;
        set
        {
            foreach (DirectionWeights weights in _engine.Weights) weights.BFloat16 = value;
        }
    }

    /// <inheritdoc/>
    public override (Tensor Output, State Final) Forward(Tensor input, State? initial, ReadOnlySpan<int> lengths = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank != 3 || input.Shape[2] != InputSize)
            throw new ArgumentException($"{Cell} expects input [N, L, {InputSize}], got {input.Shape}");
        LayerDropout dropout = Training && Options.Layers > 1 ? new(Options.Dropout, DropoutKey) : default;
        (Tensor output, Tensor[] final) = _engine.Apply(Options.Direction, input, InitialStates(initial, input.Shape[0]), lengths, dropout);
        return (output, new State(final));
    }

    /// <inheritdoc/>
    public override int StateSize => Passes * TUnit.States * HiddenSize;

    /// <inheritdoc/>
    public override int StepWorkspace(int inputSize) => _engine.StepWorkspace;

    /// <inheritdoc/>
    public override void InitializeState(Span<float> state)
    {
        state[..StateSize].Clear();
        for (int part = 0; part < _learntStates.Length; part++)
            for (int layer = 0; layer < Passes; layer++)
                _learntStates[part].Span.Slice(layer * HiddenSize, HiddenSize).CopyTo(state[(((layer * TUnit.States) + part) * HiddenSize)..]);
    }

    /// <inheritdoc/>
    public override void Step(ReadOnlySpan<float> input, Span<float> output, Span<float> state, Span<float> workspace)
    {
        if (WhyNotStreamable is { } reason) throw new InvalidOperationException(reason);
        int layerState = TUnit.States * HiddenSize;
        for (int layer = 0; layer < Passes; layer++)
        {
            Span<float> own = state.Slice(layer * layerState, layerState);
            _engine.Step(layer, layer == 0 ? input[..InputSize] : state.Slice((layer - 1) * layerState, HiddenSize), own, workspace);
            if (layer == Passes - 1) own[..HiddenSize].CopyTo(output);
        }
    }

    /// <summary>K·D.</summary>
    private int Passes => _engine.Weights.Count;

    private Tensor[] InitialStates(State? initial, int batch)
    {
        if (initial is null) return Array.ConvertAll(_learntStates, learnt => learnt + Tensor.Zeros(Passes, batch, HiddenSize));
        if (initial.Parts.Count != TUnit.States)
            throw new ArgumentException($"{Cell} carries {TUnit.States} states, the initial state has {initial.Parts.Count} parts");
        Shape expected = new(Passes, batch, HiddenSize);
        foreach (Tensor part in initial.Parts)
            if (part.Shape != expected) throw new ArgumentException($"{Cell} expects initial states {expected} ([K·D, N, H]), got {part.Shape}");
        return [.. initial.Parts];
    }

    private static string StateName(int part) => part switch { 0 => "initial_h", 1 => "initial_c", _ => $"initial_{part}" };
}
