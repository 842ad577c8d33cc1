namespace Elman;

/// <summary>What all streams of a model share.</summary>
/// <param name="Model">The model.</param>
/// <param name="Steps">The model, as it computes a step.</param>
/// <param name="InputSize">Values per step that go in.</param>
/// <param name="OutputSize">Values per step that come out.</param>
/// <param name="StateSize">Values carried from step to step.</param>
/// <param name="Workspace">Values that a step works in.</param>
/// <param name="OutputAt">Where the output lies among a stream's values: in the state, or behind it.</param>
internal sealed record StreamPlan(Module Model, IStreamable Steps, int InputSize, int OutputSize, int StateSize, int Workspace, int OutputAt)
{
    /// <summary>Values that a stream holds: the state, and the output where the state does not hold it.</summary>
    public int Values { get; } = Math.Max(StateSize, OutputAt + OutputSize);

    /// <summary>The sizes of a model.</summary>
    /// <exception cref="InvalidOperationException">It cannot be computed step by step: the message says why.</exception>
    public static StreamPlan Of(Module model)
    {
        IStreamable steps = model as IStreamable ?? throw new InvalidOperationException($"{model.Description} cannot be computed step by step");
        if (steps.WhyNotStreamable is { } reason) throw new InvalidOperationException($"no stream: {reason}");
        int input = steps.StepInputSize ?? throw new InvalidOperationException($"{model.Description} takes inputs of any size; put it behind a layer that has one");
        return new(model, steps, input, steps.StepOutputSize(input), steps.StateSize, steps.StepWorkspace(input), (steps as IStateOutput)?.OutputAt ?? steps.StateSize);
    }
}

/// <summary>A module whose output is part of the state that a step leaves behind: a stream needs no second place for it.</summary>
internal interface IStateOutput
{
    /// <summary>Where it begins in the state; null if it is not there.</summary>
    int? OutputAt { get; }
}
