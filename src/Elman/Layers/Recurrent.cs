using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// A recurrent network with the cell <typeparamref name="TUnit"/>. Parameters bear PyTorch's names: <c>weight_ih_l0</c> [G·H, I],
/// <c>weight_hh_l0</c> [G·H, H], <c>bias_ih_l0</c>, <c>bias_hh_l0</c> [G·H], with <c>_reverse</c> for the backward direction, [G·H, D·H] from layer 1 on.
/// </summary>
/// <typeparam name="TUnit">The cell's equations.</typeparam>
public class Recurrent<TUnit> : RecurrentLayer, IStateOutput, IGroupSteps
    where TUnit : struct, IRecurrentUnit
{
    private readonly RecurrentEngine _engine;
    private readonly StateLayout _states;
    private readonly Zoneout _zoneout;
    private readonly Tensor[] _learntStates = [];

    /// <summary>Values that each layer of a stream carries from step to step.</summary>
    private readonly int[] _carried;

    /// <summary>Values of the widest layer's h.</summary>
    private readonly int _widest;

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
        _engine = UnitChoice.For<TUnit>(options);
        for (int i = 0; i < Stack.Layers * options.Directions; i++)
        {
            int layer = i / options.Directions;
            string suffix = $"_l{layer}{(i % options.Directions == 1 ? "_reverse" : "")}";
            _engine.Add(RecurrentInitialization.Weights(AddParameter, TUnit.Name, _engine.Sizes(Stack.InputsOf(layer), Stack.HiddenOf(layer)), suffix, random, options),
                isSecond: i % options.Directions == 1);
        }
        _carried = [.. _engine.Weights.Select(weights => weights.Sizes.StateValues)];
        StateSize = _carried.Sum();
        _widest = _engine.Weights.Max(weights => weights.Sizes.Output);
        _states = new StateLayout(Stack, TUnit.States);
        if (!TUnit.Recurs && options.RecurrentDropout + options.WeightDropout > 0)
            throw new ArgumentException($"recurrent dropout or weight dropout is asked for, but {TUnit.Name} has no recurrent weights");
        if (TUnit.States == 1 && options.CellZoneout is not null) throw new ArgumentException($"a cell zoneout is set, but {TUnit.Name} has no state besides h");
        _zoneout = new Zoneout(options.Zoneout, TUnit.States > 1 ? options.CellZoneout ?? options.Zoneout : 0, Trains: false);
        if (options.LearnInitialState)
        {
            _learntStates = new Tensor[_states.Count];
            for (int part = 0; part < _learntStates.Length; part++)
                _learntStates[part] = AddParameter(_states.NameOf(part), Tensor.Zeros(_states.ShapeOf(part, 1).Extents));
        }
    }

    /// <inheritdoc/>
    public override string Cell => TUnit.Name;

    /// <inheritdoc/>
    public override int StateParts => _states.Count;

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
        if (Stack.Merge == Merge.None) throw new InvalidOperationException($"the directions of this {Cell} stay apart: call ForwardDirections");
        (Tensor[] outputs, State final) = Forward(input, initial, lengths, Run);
        return (outputs[0], final);
    }

    /// <inheritdoc/>
    public override (Tensor Forward, Tensor Reverse, State Final) ForwardDirections(Tensor input, State? initial = null, ReadOnlySpan<int> lengths = default)
    {
        if (Stack.Merge != Merge.None) throw new InvalidOperationException($"the directions of this {Cell} do not stay apart: call Forward");
        (Tensor[] outputs, State final) = Forward(input, initial, lengths, Run);
        return (outputs[0], outputs[1], final);
    }

    /// <inheritdoc/>
    public override RecurrentTrace Trace(Tensor input, State? initial = null, ReadOnlySpan<int> lengths = default)
    {
        RecurrentTrace trace = new();
        using (Tensor.NoGradient()) Forward(input, initial, lengths, Run with { Trace = trace });
        return trace;
    }

    /// <inheritdoc/>
    public override int StateSize { get; }

    /// <inheritdoc/>
    public override int StepWorkspace(int inputSize) => _engine.StepWorkspace + (Stack.Residual ? OutputSize : 0);

    /// <inheritdoc/>
    public override void InitializeState(Span<float> state)
    {
        state[..StateSize].Clear();
        if (_learntStates.Length == 0) return;
        for (int layer = 0; layer < Stack.Layers; layer++)
        {
            for (int part = 0; part < TUnit.States; part++)
            {
                int size = Stack.StateOf(layer, part);
                (int index, int first) = _states.Place(layer, part);
                Denormals.Flush(_learntStates[index].Span.Slice(first * size, size), state);
                state = state[size..];
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    public override void Step(ReadOnlySpan<float> input, Span<float> output, Span<float> state, Span<float> workspace)
    {
        if (Stack.Direction != Direction.Forward) throw new InvalidOperationException(WhyNotStreamable);
        int sum = Stack.Residual ? OutputSize : 0;
        if (input.Length < InputSize || output.Length < OutputSize || state.Length < StateSize || workspace.Length < sum + _engine.StepWorkspace)
            throw TooShort();
        // Everything fits, and references need no further check: beside the sums of a small cell each instruction counts.
        ref float values = ref MemoryMarshal.GetReference(input), own = ref MemoryMarshal.GetReference(state), scratch = ref MemoryMarshal.GetReference(workspace);
        for (int layer = 0; layer < _carried.Length; layer++)
        {
            _engine.Step(layer, ref values, ref own, ref Unsafe.Add(ref scratch, sum), _zoneout);
            if (Stack.Residual && layer > 0)
            {
                TensorPrimitives.Add(MemoryMarshal.CreateReadOnlySpan(ref own, sum), MemoryMarshal.CreateReadOnlySpan(ref values, sum), workspace);
                values = ref scratch;
            }
            else
            {
                values = ref own;
            }
            own = ref Unsafe.Add(ref own, _carried[layer]);
        }
        UsualVector.Copy(ref values, ref MemoryMarshal.GetReference(output), OutputSize);
    }

    /// <summary>h of the last layer, if nothing is added to it.</summary>
    int? IStateOutput.OutputAt => Stack.Residual && Stack.Layers > 1 ? null : StateSize - _carried[^1];

    int IGroupSteps.GroupWorkspace(int rows, int inputSize) => _engine.RowsWorkspace(rows) + (2 * rows * _widest);

    void IGroupSteps.Step(int rows, ReadOnlySpan<float> input, Span<float> output, Span<float> states, int stride, Span<float> workspace)
    {
        int widest = rows * _widest;
        Span<float> both = workspace[..(2 * widest)];
        workspace = workspace[(2 * widest)..];
        for (int layer = 0; layer < _carried.Length; layer++)
        {
            _engine.StepRows(layer, rows, input, states, stride, workspace, _zoneout);
            int size = _engine.Weights[layer].Sizes.Output;
            Span<float> hidden = both.Slice(layer % 2 * widest, widest);
            for (int row = 0; row < rows; row++) states.Slice(row * stride, size).CopyTo(hidden[(row * size)..]);
            if (Stack.Residual && layer > 0) TensorPrimitives.Add(hidden[..input.Length], input, hidden);
            input = hidden[..(rows * size)];
            states = states[_carried[layer]..];
        }
        input.CopyTo(output);
    }

    // Apart, because a method that makes such a message clears room for it whenever it is called.
    private ArgumentException TooShort() => new($"a step of this {Cell} needs spans of {InputSize} values for the input, {OutputSize} for the output, {StateSize} for the state and {StepWorkspace(InputSize)} to work in; one is shorter");

    /// <summary>What a call does besides the cell's equations.</summary>
    private RunOptions Run => DropoutKey is not { } key ? new() { Zoneout = _zoneout } : new(key)
    {
        Between = Options.Dropout,
        Input = Options.InputDropout,
        Recurrent = Options.RecurrentDropout,
        Weight = Options.WeightDropout,
        Zoneout = _zoneout with { Trains = true },
    };

    /// <summary>In one call of the engine, or layer by layer where that cannot run them all.</summary>
    /// <returns>The output, or those of both directions if they stay apart; and the final states.</returns>
    private (Tensor[] Outputs, State Final) Forward(Tensor input, State? initial, ReadOnlySpan<int> lengths, in RunOptions run)
    {
        Tensor[] before = InitialStates(initial, Checked(input).Shape[0]);
        if (Stack.IsFused)
        {
            (Tensor output, Tensor[] last) = _engine.Apply(.., Options.Direction, input, before, lengths, run);
            return ([output], new State(last));
        }
        (Tensor[] outputs, Tensor[] final) = RecurrentStack.Apply(_engine, Stack, input, _states.Split(before), lengths, run);
        return (outputs, new State(_states.Join(final)));
    }

    private Tensor Checked(Tensor? input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Rank == 3 && input.Shape[2] == InputSize ? input : throw new ArgumentException($"{Cell} expects input [N, L, {InputSize}], got {input.Shape}");
    }

    private Tensor[] InitialStates(State? initial, int batch)
    {
        if (initial is null) return [.. _learntStates.Select((learnt, part) => learnt + Tensor.Zeros(_states.ShapeOf(part, batch).Extents))];
        if (initial.Parts.Count != _states.Count)
            throw new ArgumentException($"{Cell} carries {_states.Count} states, the initial state has {initial.Parts.Count} parts");
        for (int part = 0; part < _states.Count; part++)
        {
            if (initial.Parts[part].Shape != _states.ShapeOf(part, batch))
                throw new ArgumentException($"{Cell} expects initial states {_states.ShapeOf(part, batch)} ([{(Stack.IsUniform ? "K·D" : "D")}, N, H]), got {initial.Parts[part].Shape}");
        }
        return [.. initial.Parts];
    }
}
