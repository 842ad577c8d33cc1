using Elman.Kernels;

namespace Elman;

/// <summary>
/// The run of one direction of one layer over a batch: its buffers, the loop over time, and the loop back. Rows are sorted rows of the
/// <see cref="SequenceLayout"/>; buffers of steps are packed in its order.
/// </summary>
/// <remarks>
/// When the run is to be differentiated all steps are kept. Otherwise the input products are computed for a window of times after the
/// other, in a buffer that fits the cache; the bits are the same.
/// </remarks>
internal sealed class DirectionPass<TUnit>
    where TUnit : struct, IRecurrentUnit
{
    /// <summary>Values in the input products of one window: 1 MB, so that it stays in a core's share of the cache.</summary>
    private const int WindowSize = 1 << 18;

    private readonly DirectionWeights _weights;
    private readonly SequenceLayout _layout;
    private readonly UnitSizes _sizes;
    private readonly bool _backwards, _keeps;
    private readonly Memory<float> _gates, _product, _operand, _saved, _previous, _states;

    /// <param name="backwards">Whether time runs from the end to the start.</param>
    /// <param name="keeps">Whether <see cref="BackwardRows"/> will follow.</param>
    public DirectionPass(DirectionWeights weights, SequenceLayout layout, bool backwards, bool keeps, Workspace workspace)
    {
        (_weights, _layout, _backwards, _keeps, _sizes) = (weights, layout, backwards, keeps, weights.Sizes);
        weights.Refresh(keeps);
        // Rows that exist at once: every step's, or one step's.
        int steps = keeps ? layout.Total : layout.Batch;
        WindowTimes = Math.Max(1, keeps ? layout.Length : (int)Math.Min(layout.Length, WindowSize / Math.Max(1, (long)layout.Batch * _sizes.GateRow)));
        _gates = workspace.Rent(keeps ? layout.Total : Math.Min(layout.Total, WindowTimes * layout.Batch), _sizes.GateRow);
        _product = workspace.Rent(_sizes.Separate ? steps : 0, _sizes.GateRow);
        _operand = workspace.Rent(_sizes.LateGates > 0 ? steps : 0, _sizes.Padded);
        _saved = workspace.Rent(steps, _sizes.SavedRow);
        _previous = workspace.Rent(keeps ? layout.Total : 0, _sizes.StateRow);
        _states = workspace.Rent(layout.Batch, _sizes.StateRow);
        _states.Span.Clear();
    }

    /// <summary>Times of one window.</summary>
    public int WindowTimes { get; }

    /// <summary>Windows to run, one after the other.</summary>
    public int Windows => (_layout.Length + WindowTimes - 1) / WindowTimes;

    public DirectionWeights Weights => _weights;

    /// <summary>Sets the initial states from [K·D, N, H] parts at index <paramref name="direction"/> of their first axis.</summary>
    public void SetStates(ReadOnlySpan<Tensor> parts, int direction)
    {
        for (int part = 0; part < parts.Length; part++)
            for (int row = 0; row < _layout.Batch; row++) RowOf(parts[part].Span, row, direction).CopyTo(StateOf(row, part));
    }

    /// <summary>The states after the last valid step of each row, into [K·D, N, H] parts.</summary>
    public void GetStates(ReadOnlySpan<Tensor> parts, int direction)
    {
        for (int part = 0; part < parts.Length; part++)
        {
            Span<float> target = parts[part].WritableSpan();
            for (int row = 0; row < _layout.Batch; row++) StateOf(row, part).CopyTo(RowOf(target, row, direction));
        }
    }

    /// <summary>Input products of part of a window's steps.</summary>
    /// <param name="input">[Total, I] packed.</param>
    public void ProjectInput(int window, int part, int parts, ReadOnlySpan<float> input)
    {
        (int start, int end) = WindowSteps(window);
        int from = start + (int)((long)(end - start) * part / parts), to = start + (int)((long)(end - start) * (part + 1) / parts);
        if (from == to) return;
        MatrixProduct.Multiply(to - from, input[(from * _sizes.Inputs)..], _sizes.Inputs, 1, _weights.Input, _weights.InputBias, 0,
            _gates.Span[((from - start) * _sizes.GateRow)..], _sizes.GateRow);
    }

    /// <summary>Runs part of the rows through the times of a window and writes each step's h.</summary>
    /// <param name="output">[Total, outputSize] packed; h goes to columns <paramref name="column"/>….</param>
    public void ForwardRows(int window, int part, int parts, Span<float> output, int outputSize, int column)
    {
        (int first, int end) = _layout.Part(part, parts);
        (int windowStart, _) = WindowSteps(window);
        (int fromTime, int toTime) = WindowRange(window);
        for (int i = fromTime; i < toTime; i++)
        {
            int time = _backwards ? toTime - 1 - (i - fromTime) : i;
            int rows = Math.Min(_layout.Active(time), end) - first;
            if (rows <= 0) continue;
            int step = _layout.First(time) + first, slot = _keeps ? step : first;
            Span<float> states = _states.Span.Slice(first * _sizes.StateRow, rows * _sizes.StateRow);
            Span<float> previous = states;
            if (_keeps)
            {
                previous = _previous.Span.Slice(step * _sizes.StateRow, states.Length);
                states.CopyTo(previous);
            }
            RecurrentStep<TUnit>.Forward(_weights, rows, _gates.Span[((step - windowStart) * _sizes.GateRow)..], From(_product, slot * _sizes.GateRow),
                From(_operand, slot * _sizes.Padded), _saved.Span[(slot * _sizes.SavedRow)..], previous, states);
            for (int row = 0; row < rows; row++)
                states.Slice(row * _sizes.StateRow, _sizes.Hidden).CopyTo(output[((step + row) * outputSize + column)..]);
        }
    }

    /// <summary>From here on the states hold gradients: those of the final states, from [K·D, N, H] parts; a missing part is zero.</summary>
    public void SetStateGradients(ReadOnlySpan<Tensor> parts, int direction)
    {
        _states.Span.Clear();
        for (int part = 0; part < parts.Length; part++)
        {
            if (parts[part].Gradient is not { } gradient) continue;
            for (int row = 0; row < _layout.Batch; row++) RowOf(gradient.Span, row, direction).CopyTo(StateOf(row, part));
        }
    }

    /// <summary>Adds the gradients of the initial states to those of [K·D, N, H] parts.</summary>
    public void AddStateGradients(ReadOnlySpan<Tensor> parts, int direction)
    {
        for (int part = 0; part < parts.Length; part++)
        {
            if (!parts[part].NeedsGradient) continue;
            Span<float> gradient = parts[part].GradientSpan();
            for (int row = 0; row < _layout.Batch; row++)
            {
                Span<float> target = RowOf(gradient, row, direction);
                System.Numerics.Tensors.TensorPrimitives.Add(target, StateOf(row, part), target);
            }
        }
    }

    /// <summary>Backpropagation through time for part of the rows; leaves the gradients of all products.</summary>
    /// <param name="outputGradient">[Total, outputSize] packed.</param>
    public void BackwardRows(int part, int parts, ReadOnlySpan<float> outputGradient, int outputSize, int column, Span<float> scratch)
    {
        (int first, int end) = _layout.Part(part, parts);
        for (int i = _layout.Length - 1; i >= 0; i--)
        {
            int time = _backwards ? _layout.Length - 1 - i : i;
            int rows = Math.Min(_layout.Active(time), end) - first;
            if (rows <= 0) continue;
            int step = _layout.First(time) + first;
            Span<float> gradient = _states.Span.Slice(first * _sizes.StateRow, rows * _sizes.StateRow);
            for (int row = 0; row < rows; row++)
            {
                Span<float> hidden = gradient.Slice(row * _sizes.StateRow, _sizes.Hidden);
                System.Numerics.Tensors.TensorPrimitives.Add(hidden, outputGradient.Slice((step + row) * outputSize + column, _sizes.Hidden), hidden);
            }
            RecurrentStep<TUnit>.Backward(_weights, rows, _gates.Span[(step * _sizes.GateRow)..], From(_product, step * _sizes.GateRow),
                scratch.IsEmpty ? scratch : scratch[(first * _sizes.Padded)..], _saved.Span[(step * _sizes.SavedRow)..],
                _previous.Span[(step * _sizes.StateRow)..], gradient);
        }
    }

    /// <summary>The gradient of part of the layer's input [Total, I] packed.</summary>
    /// <param name="adds">Whether it is added to what the other direction has left there.</param>
    public void InputGradient(int part, int parts, Span<float> inputGradient, bool adds)
    {
        int from = (int)((long)_layout.Total * part / parts), to = (int)((long)_layout.Total * (part + 1) / parts);
        if (from == to) return;
        Span<float> target = inputGradient[(from * _sizes.Inputs)..];
        MatrixProduct.Multiply(to - from, _gates.Span[(from * _sizes.GateRow)..], _sizes.GateRow, 1, _weights.InputBack,
            adds ? target : default, _sizes.Inputs, target, _sizes.Inputs);
    }

    /// <summary>The weight gradients that are wanted.</summary>
    /// <param name="input">[Total, I] packed.</param>
    public IEnumerable<WeightGradient> WeightGradients(Memory<float> input)
    {
        UnitSizes s = _sizes;
        Memory<float> recurrent = s.Separate ? _product : _gates;
        (int, int)[] blocks = [.. _layout.Blocks(0, _layout.Length)];
        if (!_backwards) Array.Reverse(blocks);
        if (_weights.WeightIh.NeedsGradient) yield return new(blocks, s, _weights.WeightIh, _gates, input, s.Inputs, s.Inputs, 0, s.Gates, 0);
        if (_weights.BiasIh is { NeedsGradient: true }) yield return new(blocks, s, _weights.BiasIh, _gates, default, 1, 0, 0, s.Gates, 0);
        if (_weights.WeightHh is { NeedsGradient: true })
        {
            yield return new(blocks, s, _weights.WeightHh, recurrent, _previous, s.Hidden, s.StateRow, 0, s.EarlyGates, 0);
            if (s.LateGates > 0) yield return new(blocks, s, _weights.WeightHh, recurrent, _operand, s.Hidden, s.Padded, s.EarlyGates, s.LateGates, s.EarlyRow);
        }
        if (_weights.BiasHh is { NeedsGradient: true })
        {
            yield return new(blocks, s, _weights.BiasHh, recurrent, default, 1, 0, 0, s.EarlyGates, 0);
            if (s.LateGates > 0) yield return new(blocks, s, _weights.BiasHh, recurrent, default, 1, 0, s.EarlyGates, s.LateGates, s.EarlyRow);
        }
    }

    /// <summary>The times of a window, in order of time.</summary>
    private (int From, int To) WindowRange(int window)
    {
        if (_backwards) window = Windows - 1 - window;
        return (window * WindowTimes, Math.Min(_layout.Length, (window + 1) * WindowTimes));
    }

    /// <summary>The packed steps of a window.</summary>
    private (int Start, int End) WindowSteps(int window)
    {
        (int from, int to) = WindowRange(window);
        return (_layout.First(from), _layout.First(to));
    }

    private Span<float> StateOf(int row, int part) => _states.Span.Slice(row * _sizes.StateRow + part * _sizes.Padded, _sizes.Hidden);

    /// <summary>The H values of a sorted row in a [K·D, N, H] part.</summary>
    private ReadOnlySpan<float> RowOf(ReadOnlySpan<float> part, int row, int direction) =>
        part.Slice((direction * _layout.Batch + _layout.Order[row]) * _sizes.Hidden, _sizes.Hidden);

    private Span<float> RowOf(Span<float> part, int row, int direction) =>
        part.Slice((direction * _layout.Batch + _layout.Order[row]) * _sizes.Hidden, _sizes.Hidden);

    private static Span<float> From(Memory<float> values, int offset) => values.IsEmpty ? default : values.Span[offset..];
}
