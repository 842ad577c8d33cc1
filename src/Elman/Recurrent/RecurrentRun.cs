using Elman.Kernels;

namespace Elman;

/// <summary>
/// One call of a recurrent network, all layers and directions, and its derivative. Threads share the batch rows of a layer, which need no barrier: each part of
/// them is a chain of slices of time. Where there are few rows and many units, they share the units, with a barrier at every step. Weight gradients are shared
/// by rows of the weight.
/// </summary>
internal sealed class RecurrentRun<TUnit>
    where TUnit : struct, IConfiguredUnit
{
    /// <summary>Multiply-adds that are worth waking a thread for: about 10 µs of one core.</summary>
    private const long WorkOfThread = 400_000;

    /// <summary>Multiply-adds of a step from which on it is worth a barrier, which takes about half a microsecond.</summary>
    private const long WorkOfStep = 200_000;

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
    private readonly int _parts, _shares;
    private readonly bool _sharesUnits;

    private RecurrentRun(RecurrentStep<TUnit>[] steps, in RunOptions options, in RecurrentCall call, bool keeps)
    {
        (_steps, _options, _call, _layout, _layers, _directions, _outputSize) =
            (steps, options, call, call.Layout, call.Layers, call.Directions, call.OutputSize);
        long? budget = Compute.MemoryBudget;
        _plan = keeps ? TimePlan.Kept(call, budget) : TimePlan.Windows(call);
        _workspace = new Workspace(keeps && budget is not null ? _plan.Rented : long.MaxValue);
        _passes = new DirectionPass<TUnit>[steps.Length];
        _inputs = new Memory<float>[_layers];
        UnitSizes last = steps[^1].Sizes;
        long work = (long)_plan.Steps * last.GateRow * (last.Inputs + last.Hidden);
        _parts = (int)Math.Clamp(work / WorkOfThread, 1, Compute.Threads);
        _shares = (_parts + _directions - 1) / _directions;
        long weights = (long)last.GateRow * last.Hidden;
        _sharesUnits = steps[0].Splits && !call.Extras.AroundSteps && _shares > 1 && _layout.Batch < FewRows(weights) * _shares && _layout.Batch * weights >= WorkOfStep;
        if (!_sharesUnits) _shares = _parts == 1 ? 1 : RowShares(_layout.Batch, _shares);
        _buffers = new StepBuffers[_plan.Shared ? _directions : steps.Length];
        int rows = DirectionPass<TUnit>.RowsOfParts(_layout.Batch, RowParts);
        for (int i = 0; i < _buffers.Length; i++) _buffers[i] = new StepBuffers(call.First, call.Extras, _plan.Steps, rows, keeps, _workspace);
    }

    /// <summary>
    /// Rows of a thread below which threads share the units, because each would read all weights at every step for a few rows in low tiles. What that costs
    /// depends on where the weights live: below 2 MB the barriers cost more; beyond 8 MB they may not even be in the third-level cache. The limits are measured (docs/performance.md); with
    /// vectors of 512 bits a step takes half the time, and the barrier what it did.
    /// </summary>
    private static int FewRows(long weights) => weights switch
    {
        < 128 * 1024 => 2,
        < 512 * 1024 => WideVector.IsSupported ? 3 : 2,
        < 2 * 1024 * 1024 => WideVector.IsSupported ? 4 : 8,
        _ => 20,
    };

    /// <summary>Parts into which so many threads share rows: up to two for each thread, so that one that is slower than the others takes fewer, but none below two tiles for that.</summary>
    private static int RowShares(int rows, int threads)
    {
        int twoTiles = 2 * ProductTile.MostRows;
        return Math.Clamp(Math.Clamp((rows + twoTiles - 1) / twoTiles, threads, 2 * threads), 1, Math.Max(1, rows));
    }

    /// <summary>Into how many slices the times of a range are cut, each worth four times the waking of a thread.</summary>
    private int Slices
    {
        get
        {
            long work = (long)_plan.Steps / _shares * _call.First.GateRow * _call.First.Hidden;
            return _directions * _shares == 1 ? 1 : (int)Math.Clamp(work / (4 * WorkOfThread), 1, Math.Max(1, _layout.Length / _plan.Ranges));
        }
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
        Tensor[] inputs = [input, .. initial, .. steps.SelectMany(step => step.Weights.Parameters), .. options.Decay is { } decay ? [decay] : Array.Empty<Tensor>()];
        bool keeps = Tensor.Recording(inputs);
        if (keeps && steps[0].Weights.BFloat16)
            throw new InvalidOperationException("bfloat16 weights are for inference: set BFloat16Weights to false before training, or compute without gradients");
        RecurrentCall call = new(new SequenceLayout(batch, length, lengths), steps[0].Sizes, steps.Length / direction.Count(), direction, input.NeedsGradient, options.Extras);
        RecurrentRun<TUnit> run = new(steps, options, call, keeps);
        // Padding stays zero; everything else is written.
        Tensor output = call.Layout.Total == (long)batch * length ? Tensor.Allocate(new Shape(batch, length, call.OutputSize)) : Tensor.Zeros(batch, length, call.OutputSize);
        Tensor[] final = new Tensor[TUnit.States];
        for (int part = 0; part < final.Length; part++) final[part] = Tensor.Zeros(steps.Length, batch, steps[0].Sizes.PartSize(part));
        run.Forward(input, initial, output, final);
        if (keeps) Tensor.Record([output, .. final], inputs, () => run.Backward(input, initial, output, final));
        else run._workspace.Return();
        return (output, final);
    }

    private void Forward(Tensor input, Tensor[] initial, Tensor output, Tensor[] final)
    {
        _inputs[0] = _call.CopiesInput ? _workspace.Rent(_layout.Total, _call.First.Inputs) : input.Values;
        if (_call.CopiesInput) _layout.Gather(input.Values, _call.First.Inputs, _inputs[0]);
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
            if (_plan.Keeps || _sharesUnits || !ProjectsRows)
                for (int range = 0; range < _plan.Ranges; range++) ForwardRanges(layer, range, range + 1, outputs);
            else ForwardRanges(layer, 0, _plan.Ranges, outputs);
            for (int i = layer * _directions; i < (layer + 1) * _directions; i++) _passes[i].GetStates(final, i);
            if (!last) MaskOutput(layer, _inputs[layer + 1]);
            if (!_plan.Keeps) _workspace.Return(_inputs[layer]);
        }
    }

    /// <summary>Runs a layer through some ranges; for the second time without <paramref name="output"/>, because it is there already.</summary>
    private void ForwardRanges(int layer, int range, int end, SequenceValues output)
    {
        for (int i = 0; i < _directions; i++) Pass(layer, i).Begin(range);
        if (_sharesUnits)
        {
            ForwardUnits(layer, range, output);
            return;
        }
        if (!ProjectsRows)
        {
            Workers.Run(_directions * _parts, (Run: this, layer, range), static (job, i) =>
                job.Run.Pass(job.layer, i).ProjectInput(job.range, i / job.Run._directions, job.Run._parts, job.Run._inputs[job.layer].Span));
        }
        int slices = Slices;
        Workers.RunChains(_directions * _shares, (end - range) * slices, (Run: this, layer, range, slices, output), static (job, part, link) =>
        {
            RecurrentRun<TUnit> run = job.Run;
            ReadOnlySpan<float> input = run.ProjectsRows ? run._inputs[job.layer].Span : default;
            run.Pass(job.layer, part).ForwardRows(job.range + link / job.slices, (link % job.slices, job.slices), part / run._directions, input, job.output, run.Column(part));
        });
    }

    private void ForwardUnits(int layer, int range, SequenceValues output)
    {
        int phases = 0, items = _directions * _shares;
        for (int i = 0; i < _directions; i++)
        {
            Pass(layer, i).BeginUnits(range);
            phases = Math.Max(phases, Pass(layer, i).Phases(range));
        }
        Workers.RunPhases(phases, items, (Run: this, layer, range, items, output), static (job, i) =>
        {
            RecurrentRun<TUnit> run = job.Run;
            int part = i % job.items;
            run.Pass(job.layer, part).ForwardUnits(job.range, i / job.items, part / run._directions, run._shares, run._inputs[job.layer].Span,
                job.output, run.Column(part));
        });
    }

    private void Backward(Tensor input, Tensor[] initial, Tensor output, Tensor[] final)
    {
        Memory<float> gradient = output.GradientTensor().Values;
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
        if (input.NeedsGradient) _layout.ScatterAdd(gradient, _call.First.Inputs, input.GradientTensor().Values);
        _workspace.Return();
    }

    private void BackwardLayer(int layer, SequenceValues gradient, Memory<float> inputGradient, Tensor[] initial, Tensor[] final)
    {
        int scratchSize = _call.ScratchSize;
        Memory<float> decayGradient = _options.Decay is { NeedsGradient: true } decay ? decay.GradientTensor().Values : default;
        Memory<float> scratch = _workspace.Rent(_directions, scratchSize);
        if (_directions > 1) inputGradient.Span.Clear();
        for (int i = layer * _directions; i < (layer + 1) * _directions; i++) _passes[i].SetStateGradients(final, i);
        for (int range = _plan.Ranges - 1; range >= 0; range--)
        {
            if (!Pass(layer, 0).Holds(range)) ForwardRanges(layer, range, range + 1, default);
            if (_sharesUnits) BackwardUnits(layer, range, gradient);
            else
            {
                int slices = Slices;
                Workers.RunChains(_directions * _shares, slices, (Run: this, layer, range, slices, gradient, scratch, scratchSize, decayGradient), static (job, i, link) =>
                    job.Run.Pass(job.layer, i).BackwardRows(job.range, (link, job.slices), i / job.Run._directions, job.gradient,
                        job.Run.Column(i), job.scratch.Span.Slice(i % job.Run._directions * job.scratchSize, job.scratchSize), job.decayGradient.Span));
            }
            AddWeightGradients(layer, range);
            if (!inputGradient.IsEmpty) AddInputGradient(layer, range, inputGradient);
        }
        for (int i = layer * _directions; i < (layer + 1) * _directions; i++) _passes[i].AddStateGradients(initial, i);
        _workspace.Return(scratch);
    }

    private void BackwardUnits(int layer, int range, SequenceValues gradient)
    {
        int phases = 1, items = _directions * _shares;
        for (int i = 0; i < _directions; i++) phases = Math.Max(phases, Pass(layer, i).Phases(range) + 1);
        Workers.RunPhases(phases, items, (Run: this, layer, range, items, gradient), static (job, i) =>
        {
            RecurrentRun<TUnit> run = job.Run;
            int part = i % job.items;
            run.Pass(job.layer, part).BackwardUnits(job.range, i / job.items, part / run._directions, run._shares, job.gradient, run.Column(part));
        });
    }

    private void AddWeightGradients(int layer, int range)
    {
        List<WeightGradient> gradients = [];
        for (int i = 0; i < _directions; i++) Pass(layer, i).WeightGradients(range, _inputs[layer], gradients);
        int blocks = 0;
        foreach (WeightGradient gradient in gradients) blocks = Math.Max(blocks, gradient.Blocks);
        int atOnce = Math.Min(blocks, _plan.BlocksAtOnce);
        // Four parts for each thread, because the gradients are of different sizes.
        int parts = _parts == 1 ? 1 : 4 * _parts;
        for (int first = 0; first < blocks; first += atOnce)
        {
            Workers.Run(gradients.Count * atOnce, (gradients, first, atOnce), static (job, i) => job.gradients[i / job.atOnce].Pack(job.first + i % job.atOnce));
            Workers.Run(gradients.Count * parts, (gradients, first, parts), static (job, i) => job.gradients[i / job.parts].Add(job.first, i % job.parts, job.parts));
            for (int i = 0; i < gradients.Count * atOnce; i++) gradients[i / atOnce].Unpack(first + i % atOnce);
        }
    }

    /// <summary>One direction after the other, because both add to the same steps.</summary>
    private void AddInputGradient(int layer, int range, Memory<float> inputGradient)
    {
        for (int i = 0; i < _directions; i++)
        {
            Workers.Run(_parts, (Run: this, Pass: Pass(layer, i), range, inputGradient), static (job, part) =>
                job.Pass.InputGradient(job.range, part, job.Run._parts, job.inputGradient.Span, adds: job.Run._directions > 1));
        }
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
        _layout.ForTimes(16 * size, (Layout: _layout, packed, size, key, probability, everyTime), static (job, time) =>
        {
            for (int row = 0; row < job.Layout.Active(time); row++)
                job.key.Apply(job.packed.Span.Slice((job.Layout.First(time) + row) * job.size, job.size), job.Layout.Order[row], job.everyTime ? time : 0, job.probability);
        });
    }

    /// <summary>Whether the threads that share the rows also compute their input products; not if there are fewer rows than threads and it is worth waking one for them.</summary>
    private bool ProjectsRows => _directions * _shares >= _parts || (long)_plan.Steps * _steps[^1].Sizes.GateRow * _steps[^1].Sizes.Inputs < WorkOfThread;

    /// <summary>Parts into which threads share the rows; 0 if they share the units.</summary>
    private int RowParts => _sharesUnits ? 0 : _shares;

    /// <summary>Where the h of a part's direction begins in the output.</summary>
    private int Column(int part) => part % _directions * _call.First.Output;

    private DirectionPass<TUnit> Pass(int layer, int part) => _passes[(layer * _directions) + (part % _directions)];
}
