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
    public abstract int StepWorkspace { get; }

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
    /// <param name="input">[I]</param>
    /// <param name="state">[S, H]</param>
    /// <param name="workspace">At least <see cref="StepWorkspace"/> floats, of any value.</param>
    /// <param name="zoneout">Its expectation keeps part of the state.</param>
    public abstract void Step(int direction, ReadOnlySpan<float> input, Span<float> state, Span<float> workspace, Zoneout zoneout);
}

/// <inheritdoc/>
/// <param name="first">The unit of the first direction of every layer.</param>
/// <param name="second">The unit of the second.</param>
internal sealed class RecurrentEngine<TUnit>(TUnit first, TUnit second, UnitSurroundings around) : RecurrentEngine
    where TUnit : struct, IConfiguredUnit
{
    private RecurrentStep<TUnit>[] _steps = [];

    public override int States => TUnit.States;

    public override int StepWorkspace => _steps.Max(step => step.RowWorkspace);

    public override UnitSizes Sizes(int inputs, int hidden) => UnitSizes.Of<TUnit>(inputs, hidden, around);

    public override void Add(DirectionWeights weights, bool isSecond)
    {
        Weights.Add(weights);
        _steps = [.. _steps, new RecurrentStep<TUnit>(isSecond ? second : first, weights)];
    }

    public override (Tensor Output, Tensor[] Final) Apply(Range directions, Direction direction, Tensor input, Tensor[] initial, ReadOnlySpan<int> lengths, in RunOptions options) =>
        RecurrentRun<TUnit>.Apply(options.Weight > 0 ? WithDroppedWeights(_steps[directions], direction.Count(), options) : _steps[directions], direction, input, initial, lengths, options);

    public override void Step(int direction, ReadOnlySpan<float> input, Span<float> state, Span<float> workspace, Zoneout zoneout) =>
        _steps[direction].Row(input, state, workspace, zoneout);

    /// <summary>The same steps with masks on their recurrent weights; gradients flow through the masks.</summary>
    private static RecurrentStep<TUnit>[] WithDroppedWeights(RecurrentStep<TUnit>[] steps, int directions, RunOptions options) =>
        [.. steps.Select((step, i) => step.With(step.Weights.WithRecurrent(step.Weights.WeightHh!.Dropout(options.Weight, options.For(MaskKind.Weight, i / directions, i % directions)))))];
}
