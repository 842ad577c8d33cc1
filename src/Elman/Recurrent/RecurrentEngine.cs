using System.Collections.Concurrent;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// The directions of all layers of a recurrent network, with the unit that its options ask for: what runs its calls and its single steps.
/// </summary>
internal abstract class RecurrentEngine
{
    /// <summary>The weights of each direction, [layer · D + direction].</summary>
    public List<DirectionWeights> Weights { get; } = [];

    /// <summary>S.</summary>
    public abstract int States { get; }

    /// <summary>Floats that <see cref="Step"/> needs.</summary>
    public int StepWorkspace { get; protected set; }

    /// <summary>The sizes of a direction.</summary>
    public abstract UnitSizes Sizes(int inputs, int hidden);

    /// <summary>Adds the next direction.</summary>
    /// <param name="isSecond">Whether it is the second of its layer.</param>
    public abstract void Add(DirectionWeights weights, bool isSecond);

    /// <summary>Runs a batch through layers on top of each other.</summary>
    /// <param name="directions">Which of all directions of all layers.</param>
    /// <inheritdoc cref="RecurrentRun{TUnit}.Apply"/>
    public abstract (Tensor Output, Tensor[] Final) Apply(Range directions, Direction direction, Tensor input, Tensor[] initial, ReadOnlySpan<int> lengths, in RunOptions options);

    /// <summary>One time step of one row in one direction, outside any sequence and without allocation: replaces the states by those after it.</summary>
    /// <inheritdoc cref="RecurrentStep{TUnit}.Row"/>
    public abstract void Step(int direction, ref float input, ref float state, ref float workspace, in Zoneout zoneout);

    /// <summary>Floats that <see cref="StepRows"/> needs.</summary>
    public abstract int RowsWorkspace(int rows);

    /// <summary>The same of several rows at once, to the same bits.</summary>
    /// <inheritdoc cref="RecurrentStep{TUnit}.Rows"/>
    public abstract void StepRows(int direction, int rows, ReadOnlySpan<float> input, Span<float> states, int stride, Span<float> workspace, in Zoneout zoneout);
}

/// <inheritdoc/>
/// <param name="first">The unit of the first direction of every layer.</param>
/// <param name="second">The unit of the second.</param>
internal sealed class RecurrentEngine<TUnit>(TUnit first, TUnit second, UnitSurroundings around) : RecurrentEngine
    where TUnit : struct, IConfiguredUnit
{
    private RecurrentStep<TUnit>[] _steps = [];

    /// <summary>Steps of each direction whose recurrent weights may be replaced, for the next call that drops weights: packing takes over their buffers.</summary>
    private ConcurrentBag<RecurrentStep<TUnit>>[] _dropping = [];

    public override int States => TUnit.States;

    public override UnitSizes Sizes(int inputs, int hidden) => UnitSizes.Of<TUnit>(inputs, hidden, around);

    public override void Add(DirectionWeights weights, bool isSecond)
    {
        Weights.Add(weights);
        _steps = [.. _steps, new RecurrentStep<TUnit>(isSecond ? second : first, weights)];
        _dropping = [.. _dropping, []];
        StepWorkspace = Math.Max(StepWorkspace, _steps[^1].RowWorkspace);
    }

    public override (Tensor Output, Tensor[] Final) Apply(Range directions, Direction direction, Tensor input, Tensor[] initial, ReadOnlySpan<int> lengths, in RunOptions options)
    {
        RecurrentStep<TUnit>[] steps = _steps[directions];
        if (options.Weight == 0) return RecurrentRun<TUnit>.Apply(steps, direction, input, initial, lengths, options);
        int first = directions.Start.GetOffset(_steps.Length);
        for (int i = 0; i < steps.Length; i++) steps[i] = Dropping(first + i, options.Weight, options.For(MaskKind.Weight, i / direction.Count(), i % direction.Count()));
        (Tensor output, Tensor[] final) = RecurrentRun<TUnit>.Apply(steps, direction, input, initial, lengths, options);
        if (!output.NeedsGradient)
            for (int i = 0; i < steps.Length; i++) _dropping[first + i].Add(steps[i]);
        return (output, final);
    }

    public override void Step(int direction, ref float input, ref float state, ref float workspace, in Zoneout zoneout) =>
        _steps[direction].Row(ref input, ref state, ref workspace, zoneout);

    public override int RowsWorkspace(int rows)
    {
        int most = 0;
        foreach (RecurrentStep<TUnit> step in _steps) most = Math.Max(most, step.RowsWorkspace(rows));
        return most;
    }

    public override void StepRows(int direction, int rows, ReadOnlySpan<float> input, Span<float> states, int stride, Span<float> workspace, in Zoneout zoneout) =>
        _steps[direction].Rows(rows, input, states, stride, workspace, zoneout);

    /// <summary>A direction's step with a mask on its recurrent weights, for one call. The gradient flows through the mask, after the call's own backward pass: then the step is free again.</summary>
    private RecurrentStep<TUnit> Dropping(int direction, float probability, DropoutKey key)
    {
        RecurrentStep<TUnit> original = _steps[direction];
        Tensor weight = original.Weights.WeightHh!, masked = Tensor.Masked(weight, probability, key);
        if (!_dropping[direction].TryTake(out RecurrentStep<TUnit>? step)) step = original.With(original.Weights.Copy());
        step.Weights.ReplaceRecurrent(masked);
        step.Weights.BFloat16 = original.Weights.BFloat16;
        Tensor.Record(masked, [weight], () =>
        {
            weight.AddGradient(Tensor.Masked(masked.GradientTensor(), probability, key));
            _dropping[direction].Add(step);
        });
        return step;
    }
}
