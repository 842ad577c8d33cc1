using Elman.Kernels;

namespace Elman;

/// <summary>Dropout between stacked layers: how much, and the key of the masks; the layer is counted on from the key's.</summary>
internal readonly record struct LayerDropout(float Probability, DropoutKey Key);

/// <summary>
/// One call of a recurrent network, all layers and directions, and its derivative. The work is split over threads twice per layer: the
/// input products by steps, the recurrence by batch rows, which need no barrier over time (weight gradients: by rows of the weight).
/// </summary>
internal sealed class RecurrentRun<TUnit>
    where TUnit : struct, IRecurrentUnit
{
    /// <summary>Multiply-adds that are worth waking a thread for: about 10 µs of one core.</summary>
    private const long WorkOfThread = 400_000;

    /// <summary>Values of the packed factors of weight gradients that exist at once: 4 MB.</summary>
    private const int PackedFactors = 1 << 20;

    private readonly DirectionWeights[] _weights;
    private readonly int _directions, _layers, _outputSize;
    private readonly LayerDropout _dropout;
    private readonly SequenceLayout _layout;
    private readonly Workspace _workspace = new();
    private readonly DirectionPass<TUnit>[] _passes;
    private readonly Memory<float>[] _inputs;
    private readonly bool _keeps;
    private readonly int _parts;

    private RecurrentRun(DirectionWeights[] weights, int directions, LayerDropout dropout, SequenceLayout layout, bool keeps)
    {
        (_weights, _directions, _dropout, _layout, _keeps) = (weights, directions, dropout, layout, keeps);
        _layers = weights.Length / directions;
        _outputSize = directions * weights[0].Sizes.Hidden;
        _passes = new DirectionPass<TUnit>[weights.Length];
        _inputs = new Memory<float>[_layers + 1];
        UnitSizes last = weights[^1].Sizes;
        long work = (long)layout.Total * last.GateRow * (last.Inputs + last.Hidden);
        _parts = (int)Math.Clamp(work / WorkOfThread, 1, Compute.Threads);
    }

    /// <summary>Runs a batch through all layers.</summary>
    /// <param name="weights">[layer · directions + direction]</param>
    /// <param name="input">[N, L, I]</param>
    /// <param name="initial">S parts [K·D, N, H], or none for zeros.</param>
    /// <param name="lengths">[N], or empty if all are L.</param>
    /// <returns>The last layer's h at every step [N, L, D·H], zero in padding, and the S parts of the final states [K·D, N, H].</returns>
    public static (Tensor Output, Tensor[] Final) Apply(DirectionWeights[] weights, int directions, Tensor input, Tensor[] initial,
        ReadOnlySpan<int> lengths, LayerDropout dropout)
    {
        int batch = input.Shape[0], length = input.Shape[1];
        SequenceLayout layout = new(batch, length, lengths);
        Tensor[] inputs = [input, .. initial, .. weights.SelectMany(direction => direction.Parameters)];
        bool keeps = Tensor.Recording(inputs);
        RecurrentRun<TUnit> run = new(weights, directions, dropout, layout, keeps);
        Tensor output = Tensor.Zeros(batch, length, run._outputSize);
        Tensor[] final = new Tensor[TUnit.States];
        for (int part = 0; part < final.Length; part++) final[part] = Tensor.Zeros(weights.Length, batch, weights[0].Sizes.Hidden);
        run.Forward(input, initial, output, final);
        if (keeps) Tensor.Record([output, .. final], inputs, () => run.Backward(input, initial, output, final));
        else run._workspace.Return();
        return (output, final);
    }

    private void Forward(Tensor input, Tensor[] initial, Tensor output, Tensor[] final)
    {
        _inputs[0] = _workspace.Rent(_layout.Total, _weights[0].Sizes.Inputs);
        _layout.Gather(input.Span, _weights[0].Sizes.Inputs, _inputs[0].Span);
        for (int layer = 0; layer < _layers; layer++)
        {
            _inputs[layer + 1] = _workspace.Rent(_layout.Total, _outputSize);
            for (int i = layer * _directions; i < (layer + 1) * _directions; i++)
            {
                _passes[i] = new DirectionPass<TUnit>(_weights[i], _layout, backwards: i % _directions == 1, _keeps, _workspace);
                _passes[i].SetStates(initial, i);
            }
            ForwardLayer(layer);
            for (int i = layer * _directions; i < (layer + 1) * _directions; i++) _passes[i].GetStates(final, i);
            if (layer < _layers - 1) ApplyDropout(layer, _inputs[layer + 1].Span);
        }
        _layout.Scatter(_inputs[_layers].Span, _outputSize, output.WritableSpan());
    }

    private void ForwardLayer(int layer)
    {
        int hidden = _weights[0].Sizes.Hidden;
        for (int window = 0; window < _passes[layer * _directions].Windows; window++)
        {
            Workers.Run(_directions * _parts, (Run: this, layer, window), static (job, i) =>
                job.Run.Pass(job.layer, i).ProjectInput(job.window, i / job.Run._directions, job.Run._parts, job.Run._inputs[job.layer].Span));
            Workers.Run(_directions * RowParts, (Run: this, layer, window, hidden), static (job, i) =>
                job.Run.Pass(job.layer, i).ForwardRows(job.window, i / job.Run._directions, job.Run.RowParts,
                    job.Run._inputs[job.layer + 1].Span, job.Run._outputSize, i % job.Run._directions * job.hidden));
        }
    }

    private void Backward(Tensor input, Tensor[] initial, Tensor output, Tensor[] final)
    {
        Memory<float> gradient = _workspace.Rent(_layout.Total, _outputSize);
        _layout.Gather(output.GradientSpan(), _outputSize, gradient.Span);
        for (int layer = _layers - 1; layer >= 0; layer--)
        {
            for (int i = layer * _directions; i < (layer + 1) * _directions; i++) _passes[i].SetStateGradients(final, i);
            BackwardLayer(layer, gradient);
            for (int i = layer * _directions; i < (layer + 1) * _directions; i++) _passes[i].AddStateGradients(initial, i);
            AddWeightGradients(layer);
            if (layer == 0 && !input.NeedsGradient) break;
            gradient = InputGradient(layer);
            if (layer > 0) ApplyDropout(layer - 1, gradient.Span);
            else _layout.ScatterAdd(gradient.Span, _weights[0].Sizes.Inputs, input.GradientSpan());
        }
        _workspace.Return();
    }

    private void BackwardLayer(int layer, Memory<float> gradient)
    {
        UnitSizes sizes = _weights[0].Sizes;
        int scratchSize = sizes.LateGates > 0 ? _layout.Batch * sizes.Padded : 0;
        Memory<float> scratch = _workspace.Rent(_directions, scratchSize);
        Workers.Run(_directions * RowParts, (Run: this, layer, gradient, scratch, scratchSize, sizes.Hidden), static (job, i) =>
        {
            int direction = i % job.Run._directions;
            job.Run.Pass(job.layer, i).BackwardRows(i / job.Run._directions, job.Run.RowParts, job.gradient.Span, job.Run._outputSize,
                direction * job.Hidden, job.scratch.Span.Slice(direction * job.scratchSize, job.scratchSize));
        });
    }

    private void AddWeightGradients(int layer)
    {
        List<WeightGradient> gradients = [];
        for (int i = layer * _directions; i < (layer + 1) * _directions; i++) gradients.AddRange(_passes[i].WeightGradients(_inputs[layer]));
        if (gradients.Count == 0) return;
        int blocks = gradients.Max(gradient => gradient.Blocks);
        int atOnce = Math.Clamp(PackedFactors / Math.Max(1, gradients.Sum(gradient => gradient.PackedSize)), 1, Math.Max(1, blocks));
        // Four parts for each thread, because the gradients are of different sizes.
        int parts = _parts == 1 ? 1 : 4 * _parts;
        for (int first = 0; first < blocks; first += atOnce)
        {
            Workers.Run(gradients.Count * atOnce, (gradients, first, atOnce), static (job, i) => job.gradients[i / job.atOnce].Pack(job.first + i % job.atOnce));
            Workers.Run(gradients.Count * parts, (gradients, first, atOnce, parts), static (job, i) =>
                job.gradients[i / job.parts].Add(job.first, job.first + job.atOnce, i % job.parts, job.parts));
            for (int i = 0; i < gradients.Count * atOnce; i++) gradients[i / atOnce].Unpack(first + i % atOnce);
        }
    }

    private Memory<float> InputGradient(int layer)
    {
        Memory<float> gradient = _workspace.Rent(_layout.Total, _weights[layer * _directions].Sizes.Inputs);
        Workers.Run(_parts, (Run: this, layer, gradient), static (job, part) =>
        {
            for (int direction = 0; direction < job.Run._directions; direction++)
                job.Run.Pass(job.layer, direction).InputGradient(part, job.Run._parts, job.gradient.Span, adds: direction > 0);
        });
        return gradient;
    }

    /// <summary>Multiplies the output of a layer, or its gradient, by its masks, which are keyed by batch row and time.</summary>
    private void ApplyDropout(int layer, Span<float> packed)
    {
        if (_dropout.Probability == 0) return;
        DropoutKey key = _dropout.Key with { Layer = (_dropout.Key.Layer * 64) + layer + 1 };
        for (int time = 0; time < _layout.Length; time++)
            for (int row = 0; row < _layout.Active(time); row++)
                key.Apply(packed.Slice((_layout.First(time) + row) * _outputSize, _outputSize), DropoutKey.Row(_layout.Order[row], time), _dropout.Probability);
    }

    private int RowParts => Math.Max(1, Math.Min(_layout.Batch, (_parts + _directions - 1) / _directions));

    private DirectionPass<TUnit> Pass(int layer, int part) => _passes[(layer * _directions) + (part % _directions)];
}
