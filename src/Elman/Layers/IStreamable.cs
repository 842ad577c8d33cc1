namespace Elman;

/// <summary>
/// A module that can be computed one time step after the other. All buffers are the caller's, and nothing is allocated. The results are
/// those of <see cref="Module.Forward"/> in evaluation, to the bit. Use it through <see cref="RecurrentStream"/>.
/// </summary>
public interface IStreamable
{
    /// <summary>Values per step that go in; null if the module takes any number.</summary>
    int? StepInputSize { get; }

    /// <summary>Values per step that come out when <paramref name="inputSize"/> go in.</summary>
    /// <exception cref="ArgumentException">The module does not take inputs of this size.</exception>
    int StepOutputSize(int inputSize);

    /// <summary>Floats carried from one step to the next.</summary>
    int StateSize { get; }

    /// <summary>Floats of scratch that one step needs.</summary>
    int StepWorkspace(int inputSize);

    /// <summary>Why this module, as it was built, cannot be computed step by step; null if it can.</summary>
    string? WhyNotStreamable { get; }

    /// <summary>Fills the state from which a fresh stream starts.</summary>
    void InitializeState(Span<float> state);

    /// <summary>One time step.</summary>
    /// <param name="input">[in]</param>
    /// <param name="output">[out]; must not overlap the input.</param>
    /// <param name="state">[<see cref="StateSize"/>], replaced by the next.</param>
    /// <param name="workspace">[<see cref="StepWorkspace"/>], of any value.</param>
    void Step(ReadOnlySpan<float> input, Span<float> output, Span<float> state, Span<float> workspace);
}
