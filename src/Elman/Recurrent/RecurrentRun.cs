using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// One call of a recurrent network, all layers and directions, and its derivative (<see cref="LayerBackward{TUnit}"/>). Threads share the batch rows of a layer, which need no barrier: each part of
/// them is a chain of slices of time. Where there are few rows and many units, they share the units, with a barrier at every step.
/// </summary>
internal sealed class RecurrentRun<TUnit>
    where TUnit : struct, IConfiguredUnit
{
    private readonly RecurrentStep<TUnit>[] _steps;
    private readonly int _directions, _layers, _outputSize;
    private readonly RunOptions _options;
    private readonly SequenceLayout _layout;
    private readonly RecurrentCall _call;
    private readonly TimePlan _plan;
    private readonly Workspace _workspace;
    private readonly StepBuffers[] _buffers;
    private readonly DirectionPass<TUnit>[] _passes;
    private readonly Memory<float>[] _inputs;
    private readonly WorkShares _shares;

    private RecurrentRun(RecurrentStep<TUnit>[] steps, in RunOptions options, in RecurrentCall call, bool keeps)
    {
        (_steps, _options, _call, _layout, _layers, _directions, _outputSize) =
            (steps, options, call, call.Layout, call.Layers, call.Directions, call.OutputSize);
        long? budget = Compute.MemoryBudget;
        _plan = keeps ? TimePlan.Kept(call, budget) : TimePlan.Windows(call);
        _workspace = new Workspace(keeps && budget is not null ? _plan.Rented : long.MaxValue);
        _passes = new DirectionPass<TUnit>[steps.Length];
        _inputs = new Memory<float>[_layers];
        _shares = WorkShares.Of(call, _plan, steps[^1].Sizes, steps[0].Splits);
        _buffers = new StepBuffers[_plan.Shared ? _directions : steps.Length];
        int rows = DirectionPass<TUnit>.RowsOfParts(_layout.Batch, RowParts);
        for (int i = 0; i < _buffers.Length; i++) _buffers[i] = new StepBuffers(call.First, call.Extras, _plan.Steps, rows, keeps, _workspace);
    }

    /// <summary>Runs a batch through all layers.</summary>
    /// <param name="steps">[layer · directions + direction]</param>
    /// <param name="input">[N, L, I]</param>
    /// <param name="initial">S parts [K·D, N, H], or none for zeros.</param>
    /// <param name="lengths">[N], or empty if all are L.</param>
    /// <returns>The last layer's h at every step [N, L, D·H], zero in padding, and the S parts of the final states [K·D, N, H], the first [K·D, N, P].</returns>
    public static (Tensor Output, Tensor[] Final) Apply(RecurrentStep<TUnit>[] steps, Direction direction, Tensor input, Tensor[] initial,
        ReadOnlySpan<int> lengths, in RunOptions options)
    {
        int batch = input.Shape[0], length = input.Shape[1];
        Tensor[] inputs = Tensor.IsRecording ? [input, .. initial, .. steps.SelectMany(step => step.Weights.Parameters), .. options.Decay is { } decay ? [decay] : Array.Empty<Tensor>()] : [];
        bool keeps = Tensor.Recording(inputs);
        if (keeps && steps[0].Weights.BFloat16)
            throw new InvalidOperationException("bfloat16 weights are for inference: set BFloat16Weights to false before training, or compute without gradients");
        RecurrentCall call = Call(steps, direction, input, lengths, options, keeps);
        RecurrentRun<TUnit> run = new(steps, options, call, keeps);
        // Padding stays zero; everything else is written.
        Tensor output = call.Layout.IsRagged ? Tensor.Zeros(batch, length, call.OutputSize) : Tensor.Allocate(new Shape(batch, length, call.OutputSize));
        Tensor[] final = new Tensor[TUnit.States];
        for (int part = 0; part < final.Length; part++) final[part] = Tensor.Zeros(steps.Length, batch, steps[0].Sizes.PartSize(part));
        run.Forward(input, initial, output, final);
        if (keeps) Tensor.Record([output, .. final], inputs, () => run.Backward(input, initial, output, final));
        else run._workspace.Return();
        return (output, final);
    }

    /// <summary>What is called: the valid steps, in groups of rows if they are kept, and the sizes of the layers.</summary>
    private static RecurrentCall Call(RecurrentStep<TUnit>[] steps, Direction direction, Tensor input, ReadOnlySpan<int> lengths, in RunOptions options, bool keeps)
    {
        int batch = input.Shape[0], length = input.Shape[1], groups = 1, parameters = 0;
        if (keeps)
        {
            long total = lengths.IsEmpty ? (long)batch * length : TensorPrimitives.Sum(lengths);
            groups = WorkShares.RowGroups(batch, total, steps[^1].Sizes);
            for (int i = 0; i < steps.Length; i += direction.Count())
            {
                int sum = 0;
                foreach (RecurrentStep<TUnit> step in steps.AsSpan(i, direction.Count()))
                    foreach (Tensor parameter in step.Weights.Parameters) sum += parameter.Count;
                parameters = Math.Max(parameters, sum);
            }
        }
        return new(new SequenceLayout(batch, length, lengths, groups), steps[0].Sizes, steps.Length / direction.Count(), direction, input.NeedsGradient, options.Extras, parameters);
    }

    private void Forward(Tensor input, Tensor[] initial, Tensor output, Tensor[] final)
    {
        _inputs[0] = _call.CopiesInput ? _workspace.Rent(_layout.Total, _call.First.Inputs) : input.Values;
        if (_call.CopiesInput) _layout.Gather(input.Values, _call.First.Inputs, _inputs[0]);
        FlushInput();
        for (int layer = 0; layer < _layers; layer++)
        {
            bool last = layer == _layers - 1;
            MaskInput(layer, _inputs[layer]);
            SequenceValues outputs = new(_layout, last ? output.Values : _inputs[layer + 1] = _workspace.Rent(_layout.Total, _outputSize), _outputSize, BatchFirst: last);
            for (int i = layer * _directions; i < (layer + 1) * _directions; i++)
            {
                AroundSteps? around = _call.Extras.AroundSteps ? new(_call.First, _layout, _options, layer, i % _directions, TUnit.GateNames, _plan.Keeps, _workspace) : null;
                _passes[i] = new DirectionPass<TUnit>(_steps[i], _layout, _plan, backwards: _call.Direction.RunsBackwards(i), RowParts, around, _buffers[i % _buffers.Length], _workspace);
                _passes[i].SetStates(initial, i);
            }
            if (_plan.Keeps || _shares.OfUnits || !_shares.Projects)
                for (int range = 0; range < _plan.Ranges; range++) ForwardRanges(layer, range, range + 1, outputs);
            else ForwardRanges(layer, 0, _plan.Ranges, outputs);
            for (int i = layer * _directions; i < (layer + 1) * _directions; i++) _passes[i].GetStates(final, i);
            if (!last) MaskOutput(layer, _inputs[layer + 1]);
            if (!_plan.Keeps) _workspace.Return(_inputs[layer]);
        }
    }

    /// <summary>Flushes the first layer's input (<see cref="Denormals"/>), in a copy if it is the caller's.</summary>
    private void FlushInput()
    {
        Memory<float> values = _inputs[0];
        if (!Denormals.Any(ref MemoryMarshal.GetReference(values.Span), values.Length)) return;
        if (!_call.CopiesInput) _inputs[0] = new float[values.Length];
        Denormals.Flush(values.Span, _inputs[0].Span);
    }

    /// <summary>Runs a layer through some ranges; for the second time without <paramref name="output"/>, because it is there already.</summary>
    private void ForwardRanges(int layer, int range, int end, SequenceValues output)
    {
        for (int i = 0; i < _directions; i++) Pass(layer, i).Begin(range);
        if (_shares.OfUnits)
        {
            ForwardUnits(layer, range, output);
            return;
        }
        if (!_shares.Projects)
        {
            int parts = _layout.Parts(_shares.Threads);
            Workers.Run(_directions * parts, (Run: this, layer, range, parts), static (job, i) =>
                job.Run.Pass(job.layer, i).ProjectInput(job.range, i / job.Run._directions, job.parts, job.Run._inputs[job.layer].Span));
        }
        int slices = _shares.Slices(_call, _plan);
        Workers.RunChains(_directions * _shares.Parts, (end - range) * slices, (Run: this, layer, range, slices, output), static (job, part, link) =>
        {
            RecurrentRun<TUnit> run = job.Run;
            ReadOnlySpan<float> input = run._shares.Projects ? run._inputs[job.layer].Span : default;
            run.Pass(job.layer, part).ForwardRows(job.range + link / job.slices, (link % job.slices, job.slices), part / run._directions, input, job.output, run.Column(part));
        });
    }

    private void ForwardUnits(int layer, int range, SequenceValues output)
    {
        int phases = 0, items = _directions * _shares.Parts;
        for (int i = 0; i < _directions; i++)
        {
            Pass(layer, i).BeginUnits(range);
            phases = Math.Max(phases, Pass(layer, i).Phases(range));
        }
        Workers.RunPhases(phases, items, (Run: this, layer, range, items, output), static (job, i) =>
        {
            RecurrentRun<TUnit> run = job.Run;
            int part = i % job.items;
            run.Pass(job.layer, part).ForwardUnits(job.range, i / job.items, part / run._directions, run._shares.Parts, run._inputs[job.layer].Span,
                job.output, run.Column(part));
        });
    }

    private void Backward(Tensor input, Tensor[] initial, Tensor output, Tensor[] final)
    {
        // Of a loss on the final states alone, the outputs have none.
        Memory<float> gradient = output.HasGradient ? output.GradientTensor().Values : default;
        for (int layer = _layers - 1; layer >= 0; layer--)
        {
            Memory<float> inputGradient = layer == 0 && !input.NeedsGradient ? default
                : _call.InPlace(layer) ? _inputs[layer] : _workspace.Rent(_layout.Total, _steps[layer * _directions].Sizes.Inputs);
            BackwardLayer(layer, new SequenceValues(_layout, gradient, _outputSize, BatchFirst: layer == _layers - 1), inputGradient, initial, final);
            _workspace.Return(gradient);
            if (!_call.InPlace(layer)) _workspace.Return(_inputs[layer]);
            gradient = inputGradient;
            MaskInput(layer, gradient);
            if (layer > 0) MaskOutput(layer - 1, gradient);
        }
        if (input.NeedsGradient) AddInputGradient(input, gradient);
        _workspace.Return();
    }

    /// <summary>Adds packed steps to the gradient of the input, whose padding has none.</summary>
    private void AddInputGradient(Tensor input, Memory<float> packed)
    {
        Memory<float> gradient = input.GradientToFill(out bool isFresh).Values;
        if (isFresh && _layout.IsRagged) gradient.Span.Clear();
        _layout.Scatter(packed, _call.First.Inputs, gradient, adds: !isFresh);
    }

    private void BackwardLayer(int layer, SequenceValues gradient, Memory<float> inputGradient, Tensor[] initial, Tensor[] final)
    {
        Memory<float> scratch = _workspace.Rent(_directions, _call.ScratchSize), others = _workspace.Rent(_layout.Groups - 1, _call.Parameters);
        if (_directions > 1) inputGradient.Span.Clear();
        LayerBackward<TUnit> backward = new(_call, _plan, _shares)
        {
            Passes = _passes[(layer * _directions)..((layer + 1) * _directions)],
            Inputs = _inputs[layer],
            Gradient = gradient,
            InputGradient = inputGradient,
            Scratch = scratch,
            DecayGradient = _options.Decay is { NeedsGradient: true } decay ? decay.GradientTensor().Values : default,
            Sums = new(_layout, others, _call.Parameters),
        };
        for (int i = layer * _directions; i < (layer + 1) * _directions; i++) _passes[i].SetStateGradients(final, i);
        for (int range = _plan.Ranges - 1; range >= 0; range--)
        {
            if (!Pass(layer, 0).Holds(range)) ForwardRanges(layer, range, range + 1, default);
            backward.Run(range);
        }
        for (int i = layer * _directions; i < (layer + 1) * _directions; i++) _passes[i].AddStateGradients(initial, i);
        if (_layout.Groups > 1) Workers.Run(_shares.Threads, (backward.Sums, _shares.Threads), static (job, part) => job.Sums.AddUp(part, job.Threads));
        _workspace.Return(others);
        _workspace.Return(scratch);
    }

    /// <summary>Multiplies the output of a layer, or its gradient, by its masks, which are keyed by batch row and time.</summary>
    private void MaskOutput(int layer, Memory<float> packed) => Mask(packed, _outputSize, _options.After(layer), _options.Between, everyTime: true);

    /// <summary>The same of the input of a layer, by masks that are keyed by batch row.</summary>
    private void MaskInput(int layer, Memory<float> packed) =>
        Mask(packed, _steps[layer * _directions].Sizes.Inputs, _options.For(MaskKind.Input, layer), _options.Input, everyTime: false);

    private void Mask(Memory<float> packed, int size, DropoutKey key, float probability, bool everyTime)
    {
        if (probability == 0 || packed.IsEmpty) return;
        // A random number costs about as much as copying sixteen.
        _layout.ForTimes(16 * size, (Layout: _layout, packed, size, key, probability, everyTime), static (job, group, time) =>
        {
            for (int row = 0, first = job.Layout.Rows(group).Start; row < job.Layout.Active(group, time); row++)
                job.key.Apply(job.packed.Span.Slice((job.Layout.First(group, time) + row) * job.size, job.size), job.Layout.Order[first + row], job.everyTime ? time : 0, job.probability);
        });
    }

    /// <summary>Parts into which threads share the rows; 0 if they share the units.</summary>
    private int RowParts => _shares.OfUnits ? 0 : _shares.Parts;

    /// <summary>Where the h of a part's direction begins in the output.</summary>
    private int Column(int part) => part % _directions * _call.First.Output;

    private DirectionPass<TUnit> Pass(int layer, int part) => _passes[(layer * _directions) + (part % _directions)];
}
