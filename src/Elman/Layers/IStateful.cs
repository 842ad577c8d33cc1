namespace Elman;

/// <summary>
/// A module that takes up from where an earlier batch has left it: a recurrent layer, a <see cref="Sequential"/> of such, a module of one's own. What is carried is a
/// <see cref="State"/>, a value; the module itself remembers nothing.
/// </summary>
public interface IStateful
{
    /// <summary>How many parts the module's states have.</summary>
    int StateParts { get; }

    /// <summary>Runs a batch.</summary>
    /// <param name="input">The batch.</param>
    /// <param name="initial">What an earlier call returned; null where the sequences begin.</param>
    /// <param name="lengths">Valid steps of each sequence [N]; empty if all are L.</param>
    /// <returns>The output, and the state behind the last valid step of each sequence, of <see cref="StateParts"/> parts; null if these are none.</returns>
    (Tensor Output, State? Final) Forward(Tensor input, State? initial, ReadOnlySpan<int> lengths = default);
}
