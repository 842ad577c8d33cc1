namespace Elman;

/// <summary>How much of the machine a computation uses; results do not depend on it. Handed in through <see cref="Compute.Use"/>.</summary>
public sealed record ComputeContext
{
    private readonly long _budget = long.MaxValue;

    /// <summary>Threads that one call may use; the number of processors at first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public int Threads
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value, nameof(Threads));
            field = value;
        }
    } = Environment.ProcessorCount;

    /// <summary>
    /// Bytes that one call of a recurrent network may hold for its backward pass and in it; null, as at first, for all that it likes. With less
    /// than that the call keeps the states at a few times only, and the backward pass computes the steps between them again: slower by at
    /// most one forward pass, results and gradients with the same bits. What counts is every buffer of the call (steps, states, inputs and outputs
    /// of the layers, and their gradients); what does not are the tensors that go in and come out, their gradients, the packed weights, and
    /// each thread's scratch for a few rows. A stack whose layers merge, have residual connections or widths of their own makes a call for each layer, of
    /// which each may hold that much. A call whose budget is too small even so throws an <see cref="ElmanException"/> that says what it needs.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public long? MemoryBudget
    {
        get => _budget == long.MaxValue ? null : _budget;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value ?? 1, nameof(MemoryBudget));
            _budget = value ?? long.MaxValue;
        }
    }
}
