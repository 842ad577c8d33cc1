namespace Elman;

/// <summary>
/// The state that one window of a stream leaves for the next, apart from any gradient and any <see cref="TensorScope"/>; its
/// buffers are reused from step to step.
/// </summary>
internal sealed class CarriedState
{
    private State? _buffers;

    /// <summary>What the last window left; null at a stream's start.</summary>
    public State? Value { get; private set; }

    /// <summary>The stream starts anew.</summary>
    public void Reset() => Value = null;

    /// <summary>Copies the state.</summary>
    public void Keep(State? next)
    {
        if (next is null)
        {
            Value = null;
            return;
        }
        bool fits = _buffers is not null && _buffers.Parts.Select(part => part.Shape).SequenceEqual(next.Parts.Select(part => part.Shape));
        if (!fits) _buffers = next.Clone();
        else
            for (int i = 0; i < next.Parts.Count; i++) _buffers!.Parts[i].CopyFrom(next.Parts[i].Span);
        Value = _buffers;
    }
}
