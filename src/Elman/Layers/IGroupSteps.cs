namespace Elman;

/// <summary>A module that computes a step of several streams at once, so that its weights are read once for all of them; the bits are those of <see cref="IStreamable.Step"/> for each.</summary>
internal interface IGroupSteps
{
    /// <summary>Floats of scratch that a step of so many rows needs.</summary>
    int GroupWorkspace(int rows, int inputSize);

    /// <summary>One time step of several rows.</summary>
    /// <param name="input">[rows, in]</param>
    /// <param name="output">[rows, out]</param>
    /// <param name="states">The rows' states, <paramref name="stride"/> apart, replaced by the next.</param>
    /// <param name="workspace">[<see cref="GroupWorkspace"/>], of any value.</param>
    void Step(int rows, ReadOnlySpan<float> input, Span<float> output, Span<float> states, int stride, Span<float> workspace);
}

/// <summary>Steps of several rows through any module: at once where it can (<see cref="IGroupSteps"/>), else one by one.</summary>
internal static class GroupSteps
{
    public static int Workspace(IStreamable module, int rows, int inputSize) => module is IGroupSteps group ? group.GroupWorkspace(rows, inputSize) : module.StepWorkspace(inputSize);

    /// <inheritdoc cref="IGroupSteps.Step"/>
    public static void Step(IStreamable module, int rows, ReadOnlySpan<float> input, Span<float> output, Span<float> states, int stride, Span<float> workspace)
    {
        if (module is IGroupSteps group)
        {
            group.Step(rows, input, output, states, stride, workspace);
            return;
        }
        int inputs = input.Length / rows, outputs = module.StepOutputSize(inputs), carried = module.StateSize;
        for (int row = 0; row < rows; row++) module.Step(input.Slice(row * inputs, inputs), output.Slice(row * outputs, outputs), states.Slice(row * stride, carried), workspace);
    }
}
