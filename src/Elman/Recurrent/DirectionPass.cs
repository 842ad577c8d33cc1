using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// The run of one direction of one layer over a batch, in the ranges of the <see cref="TimePlan"/>: the loop over time, and the loop back. Rows are
/// sorted rows of the <see cref="SequenceLayout"/>; buffers of steps are packed in its order. Ranges are counted as the forward pass meets them.
/// </summary>
internal sealed class DirectionPass<TUnit>
    where TUnit : struct, IConfiguredUnit
{
    /// <summary>Steps whose input gradient is computed before it is added, so that it is still in the cache.</summary>
    private const int ChunkSteps = 64;

    /// <summary>Rows from which on input and recurrent product are one, which spares the sums a way through memory; with fewer, it counts more that the input
    /// products of several times share the reading of their weights. The rows of a part are not neighbours from time to time, and share nothing.</summary>
    private const int JoinedRows = 10, JoinedRowsOfPart = 4;

    /// <summary>Weights of W and U from which on all rows take them one after the other all the same: no cache then keeps both from time to time.</summary>
    private const int JoinedWeights = 1 << 22;

    /// <summary>Inputs up to which a single row multiplies by W and U in one, at every step, instead of by W for many steps at once, in tiles of several rows.</summary>
    private const int FewInputs = 16;

    /// <summary>Rows up to which the backward pass fetches the steps of a time into the cache, and how many times ahead: with 16 and more it gained nothing
    /// (docs/performance.md).</summary>
    private const int FetchedRows = 8, FetchedTimes = 4;

    /// <summary>Rows that are left free between those of two parts, where only the present step is in memory: what a processor fetches ahead of the rows of one part, at the distance at
    /// which they follow each other, would else be what another thread is writing (docs/performance.md).</summary>
    private const int PartGap = 16;

    private readonly RecurrentStep<TUnit> _step;
    private readonly DirectionWeights _weights;
    private readonly SequenceLayout _layout;
    private readonly TimePlan _plan;
    private readonly UnitSizes _sizes;
    private readonly bool _backwards;
    private readonly StepBuffers _buffers;
    private readonly AroundSteps? _around;
    private readonly Memory<float> _states, _gradient;

    /// <summary>Parts into which threads share the rows, and how far apart the parts lie, in rows (<see cref="PartGap"/>).</summary>
    private readonly int _parts, _gap;

    /// <summary>The h before a step and the h after it, [2, N, H padded], if threads share the units: each writes its own and reads all.</summary>
    private readonly Memory<float> _hidden;

    /// <param name="backwards">Whether time runs from the end to the start.</param>
    /// <param name="parts">Parts into which threads share the rows; 0 if they share the units.</param>
    /// <param name="around">What happens to the states around each step; not with shared units.</param>
    public DirectionPass(RecurrentStep<TUnit> step, SequenceLayout layout, TimePlan plan, bool backwards, int parts, AroundSteps? around, StepBuffers buffers, Workspace workspace)
    {
        (_step, _weights, _layout, _plan, _backwards, _around, _buffers, _sizes) = (step, step.Weights, layout, plan, backwards, around, buffers, step.Weights.Sizes);
        _weights.Refresh(plan.Keeps);
        (_parts, _gap) = (parts, plan.Keeps ? 0 : PartGap);
        _states = workspace.Rent(plan.Keeps ? (plan.Ranges + 1) * layout.Batch : RowsOfParts(layout.Batch, parts), _sizes.StateRow);
        _gradient = workspace.Rent(plan.Keeps ? layout.Batch : 0, _sizes.StateRow);
        _hidden = workspace.Rent(parts == 0 ? 2 * layout.Batch : 0, _sizes.Padded);
    }

    /// <summary>Whether the forward steps of a range are in the buffers.</summary>
    public bool Holds(int range) => _buffers.Holder == (this, range);

    /// <summary>Takes the buffers for the forward steps of a range, which follow.</summary>
    public void Begin(int range) => _buffers.Holder = (this, range);

    /// <summary>Sets the initial states from [K·D, N, H] parts at index <paramref name="direction"/> of their first axis.</summary>
    public void SetStates(ReadOnlySpan<Tensor> parts, int direction)
    {
        Span<float> states = States(0);
        states.Clear();
        for (int part = 0; part < parts.Length; part++)
            for (int row = 0; row < _layout.Batch; row++) Denormals.Flush(RowOf(parts[part].Span, row, direction, part), StateOf(states, Place(row), part));
    }

    /// <summary>The states after the last valid step of each row, into [K·D, N, H] parts.</summary>
    public void GetStates(ReadOnlySpan<Tensor> parts, int direction)
    {
        Span<float> states = States(_plan.Ranges);
        for (int part = 0; part < parts.Length; part++)
        {
            Span<float> target = parts[part].Writable();
            for (int row = 0; row < _layout.Batch; row++) StateOf(states, Place(row), part).CopyTo(RowOf(target, row, direction, part));
        }
    }

    /// <summary>Input products of part of a range's steps.</summary>
    /// <param name="input">[Total, I] packed.</param>
    public void ProjectInput(int range, int part, int parts, ReadOnlySpan<float> input)
    {
        (int shift, int from, int to) = StepsOf(range, part, parts);
        Project(from, to - from, from - shift, input, (0, _sizes.Blocks));
    }

    /// <summary>Runs part of the rows through a slice of the times of a range, from the states at its start to those at its end, and writes each step's h. Parts
    /// need no barrier between them; the slices of a part follow each other.</summary>
    /// <param name="input">[Total, I] packed; empty if the input products are there already.</param>
    /// <param name="output">h goes to columns <paramref name="column"/>…. Without values if it is there already.</param>
    public void ForwardRows(int range, (int Index, int Count) slice, int part, ReadOnlySpan<float> input, SequenceValues output, int column)
    {
        Span<float> outputs = output.Values.Span;
        RowsOfRange rowsOf = Of(range, part);
        (int first, int end) = (rowsOf.First, rowsOf.End);
        if (_step.IsPlain && _around is null && end - first == 1)
        {
            ForwardRow(range, slice, rowsOf, part, input, output, column);
            return;
        }
        Span<float> active = slice.Index == 0 ? StartOf(range, first, end - first, part) : Rows(States(range + 1), first + part * _gap, end - first);
        bool projects = !input.IsEmpty, joins = projects && Joins(end - first), projectsAll = projects && !joins && IsWhole;
        if (projectsAll && slice.Index == 0) ProjectInput(range, part, _parts, input);
        for (int i = SequenceLayout.Cut(rowsOf.Times, slice.Index, slice.Count), last = SequenceLayout.Cut(rowsOf.Times, slice.Index + 1, slice.Count); i < last; i++)
        {
            (int time, int step, int rows, int slot, int gates) = StepAt(rowsOf, i, part);
            if (rows <= 0) continue;
            if (projects && !projectsAll)
            {
                // Without a backward pass the rows of every time use the same place, which so stays in the cache.
                gates = slot;
                if (!joins) Project(step, rows, gates, input, (0, _sizes.Blocks));
            }
            Span<float> states = active[..(rows * _sizes.StateRow)], previous = states;
            _around?.Before(time, first, rows, states, From(_buffers.Undecayed, slot * _sizes.StateRow));
            if (_plan.Keeps || _around is not null)
            {
                previous = _buffers.Previous.Span.Slice(slot * _sizes.StateRow, states.Length);
                states.CopyTo(previous);
            }
            StepRows at = RowsAt(time, gates, slot, first, rows);
            _step.Forward(rows, joins ? at with { Input = input[(step * _sizes.Inputs)..] } : at, previous, states);
            _around?.After(time, first, rows, previous, states, From(_buffers.Gates, gates * _sizes.GateRow));
            if (outputs.IsEmpty) continue;
            for (int row = 0; row < rows; row++)
                states.Slice(row * _sizes.StateRow, _sizes.Output).CopyTo(outputs[(output.Offset(time, first + row, step + row) + column)..]);
        }
    }

    /// <summary>As <see cref="ForwardRows"/>, for a part of one row with nothing around its steps, by references: beside the products of a single row, spans and their checks count.</summary>
    private void ForwardRow(int range, (int Index, int Count) slice, in RowsOfRange rowsOf, int part, ReadOnlySpan<float> input, SequenceValues output, int column)
    {
        int row = rowsOf.First;
        Span<float> states = slice.Index == 0 ? StartOf(range, row, 1, part) : Rows(States(range + 1), row + part * _gap, 1), outputs = output.Values.Span;
        bool projects = !input.IsEmpty, multiplies = projects && (!IsWhole || (_sizes.Joins && _sizes.Inputs <= FewInputs));
        if (projects && !multiplies && slice.Index == 0) ProjectInput(range, part, _parts, input);
        ref float allGates = ref MemoryMarshal.GetReference(_buffers.Gates.Span), products = ref MemoryMarshal.GetReference(_buffers.Product.Span), allSaved = ref MemoryMarshal.GetReference(_buffers.Saved.Span);
        ref float next = ref MemoryMarshal.GetReference(states);
        for (int i = SequenceLayout.Cut(rowsOf.Times, slice.Index, slice.Count), last = SequenceLayout.Cut(rowsOf.Times, slice.Index + 1, slice.Count); i < last; i++)
        {
            (int time, int step, int rows, int slot, int place) = StepAt(rowsOf, i, part);
            if (rows <= 0) continue;
            ref float gates = ref Unsafe.Add(ref allGates, (nint)(multiplies ? slot : place) * _sizes.GateRow);
            ref float product = ref Unsafe.Add(ref products, (nint)slot * _sizes.GateRow), saved = ref Unsafe.Add(ref allSaved, (nint)slot * _sizes.SavedRow);
            ref float previous = ref next;
            if (_plan.Keeps)
            {
                Span<float> kept = _buffers.Previous.Span.Slice(slot * _sizes.StateRow, states.Length);
                states.CopyTo(kept);
                previous = ref MemoryMarshal.GetReference(kept);
            }
            if (multiplies) _step.RowFromInput(ref MemoryMarshal.GetReference(input.Slice(step * _sizes.Inputs, _sizes.Inputs)), ref gates, ref product, ref saved, ref previous, ref next, FromEnd(time));
            else _step.RowFromProducts(ref gates, ref product, ref saved, ref previous, ref next, FromEnd(time));
            if (!outputs.IsEmpty) UsualVector.Copy(ref next, ref outputs.Slice(output.Offset(time, row, step) + column, _sizes.Output)[0], _sizes.Output);
        }
    }

    /// <summary>Makes ready for <see cref="ForwardUnits"/>.</summary>
    public void BeginUnits(int range)
    {
        Span<float> states = StartOf(range, 0, _layout.Batch, 0);
        for (int row = 0; row < _layout.Batch; row++) states.Slice(row * _sizes.StateRow, _sizes.Padded).CopyTo(HiddenOf(0, row));
    }

    /// <summary>Times of a range, which are the phases of <see cref="ForwardUnits"/>.</summary>
    public int Phases(int range) => AllOf(range).Times;

    /// <summary>As <see cref="ForwardRows"/>, but one time of the range, for all rows and part of the units; the next time needs all parts of this one.</summary>
    public void ForwardUnits(int range, int phase, int part, int parts, ReadOnlySpan<float> input, SequenceValues output, int column)
    {
        Span<float> outputs = output.Values.Span;
        (int First, int End) blocks = _sizes.Part(part, parts);
        RowsOfRange all = AllOf(range);
        if (phase >= all.Times) return;
        int firstUnit = blocks.First * UnitOrder.Width, units = blocks.End * UnitOrder.Width - firstUnit;
        if (phase == 0) Project(all.Shift, _layout.First(0, all.ToTime) - all.Shift, 0, input, blocks);
        (int time, int step, int rows, int slot, int gates) = StepAt(all, phase);
        Span<float> states = States(range + 1), previous = states;
        if (_plan.Keeps)
        {
            previous = From(_buffers.Previous, slot * _sizes.StateRow);
            for (int row = 0; row < rows; row++)
                for (int at = row * _sizes.StateRow + firstUnit, end = (row + 1) * _sizes.StateRow; at < end; at += _sizes.Padded)
                    states.Slice(at, units).CopyTo(previous[at..]);
        }
        _step.ForwardPart(blocks, rows, HiddenOf(phase, 0), _sizes.Padded, RowsAt(time, gates, slot, 0, rows), previous, states);
        int valid = Math.Min(units, _sizes.Hidden - firstUnit);
        for (int row = 0; row < _layout.Batch; row++)
        {
            Span<float> own = states.Slice(row * _sizes.StateRow + firstUnit, units);
            own.CopyTo(HiddenOf(phase + 1, row)[firstUnit..]);
            if (row < rows && !outputs.IsEmpty) own[..valid].CopyTo(outputs[(output.Offset(time, row, step + row) + column + firstUnit)..]);
        }
    }

    /// <summary>The gradients of the final states, from [K·D, N, H] parts; a missing part is zero.</summary>
    public void SetStateGradients(ReadOnlySpan<Tensor> parts, int direction)
    {
        _gradient.Span.Clear();
        for (int part = 0; part < parts.Length; part++)
        {
            if (parts[part].Gradient is not { } gradient) continue;
            for (int row = 0; row < _layout.Batch; row++) RowOf(gradient.Span, row, direction, part).CopyTo(StateOf(_gradient.Span, row, part));
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
                Span<float> target = RowOf(gradient, row, direction, part);
                TensorPrimitives.Add(target, StateOf(_gradient.Span, row, part), target);
            }
        }
    }

    /// <summary>Backpropagation through a slice of the times of a range, the first slice being the latest times, for part of the rows; leaves the gradients of all products.</summary>
    public void BackwardRows(int range, (int Index, int Count) slice, int part, SequenceValues outputGradient, int column, Span<float> scratch, Span<float> decayGradient)
    {
        RowsOfRange rowsOf = Of(range, part);
        int first = rowsOf.First, times = rowsOf.Times;
        for (int i = times - 1 - SequenceLayout.Cut(times, slice.Index, slice.Count), last = times - SequenceLayout.Cut(times, slice.Index + 1, slice.Count); i >= last; i--)
        {
            (int time, int step, int rows, int slot, _) = StepAt(rowsOf, i);
            if (rows <= 0) continue;
            if (rows <= FetchedRows && slot >= FetchedTimes * rows) _buffers.Fetch(_sizes, slot - FetchedTimes * rows, rows);
            Span<float> gradient = Rows(_gradient.Span, first, rows);
            AddOutputGradient(gradient, time, step, first, rows, outputGradient, column, (0, _sizes.Output));
            _around?.BeforeBackward(time, first, rows, gradient);
            _step.Backward(rows, RowsAt(time, slot, slot, first, rows), scratch.IsEmpty ? scratch : scratch[(first * _sizes.Padded)..],
                From(_buffers.Previous, slot * _sizes.StateRow), gradient);
            _around?.AfterBackward(time, first, rows, From(_buffers.Undecayed, slot * _sizes.StateRow), gradient, decayGradient);
        }
    }

    /// <summary>
    /// As <see cref="BackwardRows"/>, but for all rows and part of the units, in one phase more than the range has times: each phase first lets the
    /// products' gradients of the time before (in the order of this pass) add to the gradient of h, which needs those of all units.
    /// </summary>
    public void BackwardUnits(int range, int phase, int part, int parts, SequenceValues outputGradient, int column)
    {
        (int First, int End) blocks = _sizes.Part(part, parts);
        RowsOfRange all = AllOf(range);
        int times = all.Times, firstUnit = blocks.First * UnitOrder.Width;
        if (phase > times) return;
        Span<float> gradient = _gradient.Span;
        if (phase > 0)
        {
            (int timeBefore, _, int before, int slotBefore, _) = StepAt(all, times - phase);
            _step.BackwardProduct(blocks, before, RowsAt(timeBefore, slotBefore, slotBefore, 0, before), gradient);
        }
        if (phase == times) return;
        (int time, int step, int rows, int slot, _) = StepAt(all, times - 1 - phase);
        AddOutputGradient(gradient, time, step, 0, rows, outputGradient, column, (firstUnit, Math.Min(_sizes.Hidden, blocks.End * UnitOrder.Width)));
        _step.BackwardUnits(blocks, rows, RowsAt(time, slot, slot, 0, rows), From(_buffers.Previous, slot * _sizes.StateRow), gradient);
    }

    /// <summary>Adds to the gradient of h of some units what the outputs of a time get from above.</summary>
    private void AddOutputGradient(Span<float> gradient, int time, int step, int first, int rows, SequenceValues outputGradient, int column, (int First, int End) units)
    {
        int count = units.End - units.First;
        if (count <= 0 || outputGradient.Values.IsEmpty) return;
        ReadOnlySpan<float> values = outputGradient.Values.Span;
        for (int row = 0; row < rows; row++)
        {
            Span<float> hidden = gradient.Slice(row * _sizes.StateRow + units.First, count);
            TensorPrimitives.Add(hidden, values.Slice(outputGradient.Offset(time, first + row, step + row) + column + units.First, count), hidden);
        }
    }

    /// <summary>The gradient of part of a range's input.</summary>
    /// <param name="inputGradient">[Total, I] packed.</param>
    /// <param name="adds">Whether it is added to what is there. The sum of two directions is the same whichever comes first.</param>
    public void InputGradient(int range, int part, int parts, Span<float> inputGradient, bool adds)
    {
        (int shift, int from, int to) = StepsOf(range, part, parts);
        InputGradient(new(from - shift, to - shift, from), inputGradient, adds);
    }

    /// <summary>The same of a block of steps.</summary>
    public void InputGradient(StepBlock block, Span<float> inputGradient, bool adds)
    {
        int inputs = _sizes.Inputs, chunk = adds ? ChunkSteps : Math.Max(1, block.End - block.Start);
        float[] buffer = adds ? ArrayPool<float>.Shared.Rent(ChunkSteps * inputs) : [];
        for (int start = block.Start; start < block.End; start += chunk)
        {
            int steps = Math.Min(chunk, block.End - start);
            Span<float> target = inputGradient.Slice((block.Packed + start - block.Start) * inputs, steps * inputs), product = adds ? buffer.AsSpan(0, target.Length) : target;
            MatrixProduct.Multiply(steps, _buffers.Gates.Span[(start * _sizes.GateRow)..], _sizes.GateRow, 1, _weights.InputBack,
                default, 0, product, inputs);
            if (adds) TensorPrimitives.Add(target, product, target);
        }
        if (adds) ArrayPool<float>.Shared.Return(buffer);
    }

    /// <summary>Whether <see cref="BackwardRows"/> has met all steps of a group's block when it is done with a slice.</summary>
    public bool IsDone(int range, (int Index, int Count) slice, int group, StepBlock block)
    {
        RowsOfRange of = Of(range, group, 0, 0);
        int done = SequenceLayout.Cut(of.Times, slice.Index + 1, slice.Count);
        return _backwards ? block.End <= _layout.First(group, of.FromTime + done) - of.Shift : block.Start >= _layout.First(group, of.ToTime - done) - of.Shift;
    }

    /// <summary>Adds the weight gradients that are wanted, over the steps of a range, to a list.</summary>
    /// <param name="blocks">Those of the range.</param>
    /// <param name="inputs">[Total, I] packed.</param>
    /// <param name="sums">Where the groups of rows sum them.</param>
    /// <param name="atOnce">Blocks of each group that are packed at once.</param>
    public void WeightGradients(StepBlock[][] blocks, int atOnce, Memory<float> inputs, GradientSums sums, List<WeightGradient> wanted)
    {
        UnitSizes s = _sizes;
        int others = wanted.Count;
        StepTerms input = new(_buffers.Gates, s.GateRow, 0, s.Gates, s.Hidden);
        Memory<float> products = s.Separate ? _buffers.Product : _buffers.Gates;
        StepTerms early = new(products, s.GateRow, 0, s.EarlyGates, s.Hidden), late = new(products, s.GateRow, s.EarlyRow, s.LateGates, s.Hidden);
        if (_weights.WeightIh.NeedsGradient) Of(input).AddWeight(_weights.WeightIh, inputs, s.Inputs, s.Inputs, packed: true);
        if (_weights.WeightHh is { NeedsGradient: true } recurrent)
        {
            (Memory<float> hidden, int row) = _buffers.Hidden.IsEmpty ? (_buffers.Previous, s.StateRow) : (_buffers.Hidden, s.Padded);
            Of(early).AddWeight(recurrent, hidden, s.Output, row);
            if (s.LateGates > 0) Of(late).AddWeight(recurrent, _buffers.Operand, s.Hidden, s.Padded, s.EarlyGates);
        }
        // The biases of normalised products are added after the norm, whose gains take the products' place.
        StepTerms Norm(Memory<float> values, int row, int first, int gates) => new(values, row, first, gates, s.Hidden);
        StepTerms inputShift = !s.Normalized ? input : Norm(_buffers.Shifts, s.ShiftRow, 0, s.Gates);
        StepTerms earlyShift = !s.Normalized ? early : Norm(_buffers.Shifts, s.ShiftRow, s.GateRow, s.EarlyGates);
        StepTerms lateShift = !s.Normalized ? late : Norm(_buffers.Shifts, s.ShiftRow, s.GateRow + s.EarlyRow, s.LateGates);
        AddBias(_weights.BiasIh, inputShift);
        AddBias(_weights.BiasHh, earlyShift);
        if (s.LateGates > 0) AddBias(_weights.BiasHh, lateShift, s.EarlyGates);
        AddBias(_weights.Optional?.InputGain, Norm(_buffers.Normalized, s.NormRow, 0, s.Gates));
        AddBias(_weights.Optional?.RecurrentGain, Norm(_buffers.Normalized, s.NormRow, s.GateRow, s.EarlyGates));
        if (s.LateGates > 0) AddBias(_weights.Optional?.RecurrentGain, Norm(_buffers.Normalized, s.NormRow, s.GateRow + s.EarlyRow, s.LateGates), s.EarlyGates);
        AddBias(_weights.Optional?.CellGain, Norm(_buffers.Normalized, s.NormRow, 2 * s.GateRow, 1));
        AddBias(_weights.Optional?.CellShift, Norm(_buffers.Shifts, s.ShiftRow, 2 * s.GateRow, 1));
        AddBias(_weights.Optional?.Peepholes, new(_buffers.Saved, s.SavedRow, 0, s.Coefficients, s.Saved, s.Hidden));
        if (_weights.Optional?.Projection is { NeedsGradient: true } projection)
            Of(new(_buffers.ProjectionGradient, s.OutputPadded, 0, 1, s.Output)).AddWeight(projection, _buffers.Operand, s.Hidden, s.Padded);

        void AddBias(Tensor? parameter, in StepTerms terms, int firstGate = 0)
        {
            if (parameter is { NeedsGradient: true }) Of(terms).AddBias(parameter, firstGate);
        }

        WeightGradient Of(in StepTerms terms)
        {
            for (int i = others; i < wanted.Count; i++)
                if (wanted[i].Terms == terms) return wanted[i];
            wanted.Add(new(blocks, atOnce, sums, terms));
            return wanted[^1];
        }
    }

    /// <summary>Whether so many rows of a part compute input and recurrent product as one.</summary>
    private bool Joins(int rows) => _sizes.Joins && (!IsWhole ? rows >= JoinedRowsOfPart
        : rows >= JoinedRows && (long)_sizes.GateRow * (_sizes.Inputs + _sizes.Hidden) < JoinedWeights);

    /// <summary>Input products of some steps, from a place in the buffer on, for some blocks of units.</summary>
    private void Project(int from, int steps, int place, ReadOnlySpan<float> input, (int, int) blocks)
    {
        if (steps == 0) return;
        MatrixProduct.Multiply(steps, input[(from * _sizes.Inputs)..], _sizes.Inputs, 1, _weights.Input, _weights.InputBias, 0,
            From(_buffers.Gates, place * _sizes.GateRow), _sizes.GateRow, UnitSizes.Panels(blocks, _sizes.Gates));
    }

    /// <summary>Whether each part is a whole group: its rows are then neighbours from time to time.</summary>
    private bool IsWhole => _parts == _layout.Groups;

    /// <summary>Some rows of a group through the times of a range.</summary>
    /// <param name="Shift">What the packed index of a step of the group is more than its place in the buffers.</param>
    /// <param name="Before">Rows of the group before them.</param>
    /// <param name="Step">The packed index of the first of them at time 0.</param>
    /// <param name="Steady">Rows that the group has at every time; 0 if that changes, and steps are looked up.</param>
    private readonly record struct RowsOfRange(int FromTime, int ToTime, int Group, int First, int End, int Shift, int Before, int Step, int Steady)
    {
        public int Times => ToTime - FromTime;

        public int Rows => End - First;
    }

    /// <summary>The rows of a part through a range.</summary>
    private RowsOfRange Of(int range, int part)
    {
        (int first, int end) = _layout.Part(part, _parts);
        return Of(range, _layout.Group(part), first, end);
    }

    /// <summary>All rows through a range, if there is one group.</summary>
    private RowsOfRange AllOf(int range) => Of(range, 0, 0, _layout.Batch);

    private RowsOfRange Of(int range, int group, int first, int end)
    {
        (int fromTime, int toTime) = _plan.Times(range, _backwards);
        int before = first - _layout.Rows(group).Start;
        return new(fromTime, toTime, group, first, end, _layout.First(group, fromTime) - _layout.StepsBefore(group, fromTime, toTime), before, _layout.First(group, 0) + before, _layout.SteadyRows(group));
    }

    /// <summary>Where some rows are at the i-th time of a range in the pass's own order: the time, their first packed step, how many are active,
    /// their place in the buffers, and their place in the input products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private (int Time, int Step, int Rows, int Slot, int Gates) StepAt(in RowsOfRange of, int i, int part = 0)
    {
        int time = _backwards ? of.ToTime - 1 - i : of.FromTime + i, step = of.Step + time * of.Steady, rows = of.Rows;
        if (of.Steady == 0)
        {
            step = _layout.First(of.Group, time) + of.Before;
            rows = Math.Min(_layout.Active(of.Group, time) - of.Before, rows);
        }
        int inRange = step - of.Shift;
        return (time, step, rows, _plan.Keeps ? inRange : of.First + part * _gap, inRange);
    }

    /// <summary>The states of some rows that a range changes in place, as they are at its start.</summary>
    private Span<float> StartOf(int range, int first, int rows, int part)
    {
        Span<float> active = Rows(States(range + 1), first + part * _gap, rows);
        if (_plan.Keeps) Rows(States(range), first, rows).CopyTo(active);
        return active;
    }

    /// <summary>What a step of some rows computes with, besides the states.</summary>
    private StepRows RowsAt(int time, int gates, int slot, int first, int rows) =>
        _buffers.Rows(_sizes, gates, slot, _around is null ? default : _around.Mask(first, rows)) with { FromEnd = FromEnd(time) };

    /// <summary>Whether the weights are read from their last panel to the first at a time: from alternate sides from time to time.</summary>
    private static bool FromEnd(int time) => (time & 1) != 0;

    /// <summary>The h of a row before a phase, to the end of the buffer.</summary>
    private Span<float> HiddenOf(int phase, int row) => _hidden.Span[((phase % 2 * _layout.Batch + row) * _sizes.Padded)..];

    /// <summary>The packed steps of one of several parts of a range, of one group each, and what their index is more than their place in the buffers.</summary>
    private (int Shift, int From, int To) StepsOf(int range, int part, int parts)
    {
        RowsOfRange of = Of(range, _layout.Group(part), 0, 0);
        (int from, int to) = _layout.Steps(part, parts, of.FromTime, of.ToTime);
        return (of.Shift, from, to);
    }

    /// <summary>The blocks of steps of each group over which weight gradients are summed in a range, in the order in which backpropagation meets them.</summary>
    public StepBlock[][] Blocks(int range)
    {
        StepBlock[][] blocks = new StepBlock[_layout.Groups][];
        for (int group = 0; group < blocks.Length; group++)
        {
            RowsOfRange of = Of(range, group, 0, 0);
            blocks[group] = _layout.Blocks(group, of.FromTime, of.ToTime, of.Shift);
            if (!_backwards) Array.Reverse(blocks[group]);
            bool hasLater = _backwards ? _layout.HasSteps(group, 0, of.FromTime) : _layout.HasSteps(group, of.ToTime, _layout.Length);
            if (!hasLater && blocks[group].Length > 0) blocks[group][0] = blocks[group][0] with { IsFirst = true };
        }
        return blocks;
    }

    /// <summary>The states [N, S·H padded] at the start of a range, or at the end of the one before; without a backward pass, at present and each row at its <see cref="Place"/>.</summary>
    private Span<float> States(int range) => _plan.Keeps ? Rows(_states.Span, range * _layout.Batch, _layout.Batch) : _states.Span;

    /// <summary>Rows that a buffer of the present step needs for so many rows in parts.</summary>
    public static int RowsOfParts(int rows, int parts) => rows + Math.Max(0, parts - 1) * PartGap;

    /// <summary>Where a sorted row is in a buffer of the present step.</summary>
    private int Place(int row)
    {
        int part = 0;
        while (part < _parts - 1 && row >= _layout.Part(part, _parts).End) part++;
        return row + part * _gap;
    }

    private Span<float> Rows(Span<float> states, int first, int rows) => states.Slice(first * _sizes.StateRow, rows * _sizes.StateRow);

    private Span<float> StateOf(Span<float> states, int row, int part) => states.Slice(row * _sizes.StateRow + part * _sizes.Padded, _sizes.PartSize(part));

    /// <summary>The values of a sorted row in part <paramref name="part"/>, [K·D, N, H or P].</summary>
    private ReadOnlySpan<float> RowOf(ReadOnlySpan<float> values, int row, int direction, int part) =>
        values.Slice((direction * _layout.Batch + _layout.Order[row]) * _sizes.PartSize(part), _sizes.PartSize(part));

    private Span<float> RowOf(Span<float> values, int row, int direction, int part) =>
        values.Slice((direction * _layout.Batch + _layout.Order[row]) * _sizes.PartSize(part), _sizes.PartSize(part));

    private static Span<float> From(Memory<float> values, int offset) => values.IsEmpty ? default : values.Span[offset..];
}
