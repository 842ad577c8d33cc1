using Elman.Kernels;

namespace Elman;

/// <summary>
/// Backpropagation through one layer of a <see cref="RecurrentRun{TUnit}"/>: through time, then the weight gradients, then the gradient of the layer's input. Where there are groups of rows for all threads, each thread
/// takes whole groups and does all three for one slice of time after the other, while its steps are in the caches; else all threads do one after the other.
/// </summary>
internal sealed class LayerBackward<TUnit>
    where TUnit : struct, IConfiguredUnit
{
    /// <summary>Values in the gates of a slice of a group: 512 KB, half of a second-level cache.</summary>
    private const int SliceSize = 1 << 17;

    private readonly RecurrentCall _call;
    private readonly TimePlan _plan;
    private readonly WorkShares _shares;
    private readonly int _directions, _groups;

    public LayerBackward(in RecurrentCall call, TimePlan plan, WorkShares shares) =>
        (_call, _plan, _shares, _directions, _groups) = (call, plan, shares, call.Directions, call.Layout.Groups);

    /// <summary>One for each direction.</summary>
    public required DirectionPass<TUnit>[] Passes { get; init; }

    /// <summary>The layer's input, [Total, I] packed.</summary>
    public required Memory<float> Inputs { get; init; }

    /// <summary>The gradient of the layer's output; without values if it is zero.</summary>
    public required SequenceValues Gradient { get; init; }

    /// <summary>The gradient of its input, [Total, I] packed; zeros, if two directions add to it; empty if it is not wanted. It may be in the input's place.</summary>
    public required Memory<float> InputGradient { get; init; }

    /// <summary>[D, <see cref="RecurrentCall.ScratchSize"/>]</summary>
    public required Memory<float> Scratch { get; init; }

    /// <summary>The gradient of the factors by which states decay; empty if it is not wanted.</summary>
    public required Memory<float> DecayGradient { get; init; }

    /// <summary>Where the groups of rows sum the gradients of the weights.</summary>
    public required GradientSums Sums { get; init; }

    /// <summary>Goes back through a range, whose forward steps are in the buffers.</summary>
    public void Run(int range)
    {
        DirectionSums[] sums = new DirectionSums[_directions];
        for (int i = 0; i < _directions; i++)
        {
            sums[i] = new(Passes[i].Blocks(range), []);
            Passes[i].WeightGradients(sums[i].Blocks, _shares.Whole ? 1 : _plan.BlocksAtOnce, Inputs, Sums, sums[i].Weights);
        }
        if (_shares.Whole)
        {
            RunGroups(range, sums);
            return;
        }
        if (_shares.OfUnits) RunUnits(range);
        else
        {
            int slices = _shares.Slices(_call, _plan);
            Workers.RunChains(_directions * _shares.Parts, slices, (Layer: this, range, slices), static (job, i, slice) => job.Layer.Rows(job.range, (slice, job.slices), i));
        }
        AddWeightGradients(sums);
        if (!InputGradient.IsEmpty) AddInputGradient(range);
    }

    /// <summary>A chain for each group.</summary>
    private void RunGroups(int range, DirectionSums[] sums)
    {
        long values = (long)_plan.Steps / _groups * _call.First.GateRow;
        int slices = (int)Math.Clamp(values / SliceSize, 1, Math.Max(1, _call.Layout.Length / _plan.Ranges));
        Workers.RunChains(_groups, slices, (Layer: this, range, slices, sums, Done: new int[_directions * _groups]), static (job, group, index) =>
        {
            (int, int) slice = (index, job.slices);
            for (int i = 0; i < job.sums.Length; i++)
            {
                int chain = group * job.sums.Length + i;
                job.Layer.Rows(job.range, slice, chain);
                job.Layer.AddBlocks(i, group, job.sums[i], slice, job.range, ref job.Done[chain]);
            }
        });
    }

    /// <summary>Weight gradients and input gradients of the blocks of a group that are complete after a slice.</summary>
    /// <param name="done">Blocks that were.</param>
    private void AddBlocks(int direction, int group, in DirectionSums sums, (int, int) slice, int range, ref int done)
    {
        DirectionPass<TUnit> pass = Passes[direction];
        for (; done < sums.Blocks[group].Length && pass.IsDone(range, slice, group, sums.Blocks[group][done]); done++)
        {
            foreach (WeightGradient weights in sums.Weights)
            {
                weights.Pack(group, done);
                weights.Add(group, done, 0, 1);
                weights.Unpack(group, done);
            }
            if (!InputGradient.IsEmpty) pass.InputGradient(sums.Blocks[group][done], InputGradient.Span, adds: _directions > 1);
        }
    }

    /// <summary>Part of the rows of one direction, which is the remainder of <paramref name="chain"/>, through a slice of time.</summary>
    private void Rows(int range, (int, int) slice, int chain)
    {
        int direction = chain % _directions;
        Passes[direction].BackwardRows(range, slice, chain / _directions, Gradient, direction * _call.First.Output, Scratch.Span.Slice(direction * _call.ScratchSize, _call.ScratchSize), DecayGradient.Span);
    }

    private void RunUnits(int range)
    {
        int phases = 1, parts = _directions * _shares.Parts;
        foreach (DirectionPass<TUnit> pass in Passes) phases = Math.Max(phases, pass.Phases(range) + 1);
        Workers.RunPhases(phases, parts, (Layer: this, range, parts), static (job, i) =>
        {
            LayerBackward<TUnit> layer = job.Layer;
            int part = i % job.parts, direction = part % layer._directions;
            layer.Passes[direction].BackwardUnits(job.range, i / job.parts, part / layer._directions, layer._shares.Parts, layer.Gradient, direction * layer._call.First.Output);
        });
    }

    private void AddWeightGradients(DirectionSums[] sums)
    {
        int blocks = 0, each = sums[0].Weights.Count;
        foreach (DirectionSums direction in sums)
            foreach (StepBlock[] group in direction.Blocks) blocks = Math.Max(blocks, group.Length);
        int atOnce = Math.Min(blocks, _plan.BlocksAtOnce), all = _directions * _groups * each;
        // Four parts for each thread, because the gradients are of different sizes.
        int parts = _call.Layout.Parts(4 * _shares.Threads) / _groups;
        for (int first = 0; first < blocks; first += atOnce)
        {
            (LayerBackward<TUnit> Layer, DirectionSums[] Sums, int First, int Parts) job = (this, sums, first, parts);
            Workers.RunChains(all * atOnce, 1, job, static (job, chain, _) =>
            {
                (WeightGradient weights, int group, int block) = job.Layer.Of(job.Sums, chain);
                weights.Pack(group, job.First + block);
            });
            Workers.RunChains(all * parts, 1, job, static (job, chain, _) =>
            {
                (WeightGradient weights, int group, int part) = job.Layer.Of(job.Sums, chain);
                weights.Add(group, job.First, part, job.Parts);
            });
            for (int i = 0; i < all * atOnce; i++)
            {
                (WeightGradient weights, int group, int block) = Of(sums, i);
                weights.Unpack(group, first + block);
            }
        }
    }

    /// <summary>What a chain works on, and which part of it. Neighbours are of different directions, and then of different groups, as those of the rows are: a thread prefers what it has computed (<see cref="Workers.RunChains"/>).</summary>
    private (WeightGradient Weights, int Group, int Part) Of(DirectionSums[] sums, int chain)
    {
        List<WeightGradient> weights = sums[chain % _directions].Weights;
        int group = chain / _directions % _groups, rest = chain / _directions / _groups;
        return (weights[rest % weights.Count], group, rest / weights.Count);
    }

    /// <summary>One direction after the other, because both add to the same steps.</summary>
    private void AddInputGradient(int range)
    {
        int parts = _call.Layout.Parts(_shares.Threads);
        foreach (DirectionPass<TUnit> pass in Passes)
        {
            Workers.RunChains(parts, 1, (pass, range, parts, InputGradient, adds: _directions > 1), static (job, part, _) =>
                job.pass.InputGradient(job.range, part, job.parts, job.InputGradient.Span, job.adds));
        }
    }

    /// <summary>The sums of one direction over a range.</summary>
    /// <param name="Blocks">[group][block]</param>
    private readonly record struct DirectionSums(StepBlock[][] Blocks, List<WeightGradient> Weights);
}
