namespace Elman;

/// <summary>How much of the machine Elman uses.</summary>
public static class Compute
{
    private static int _threads = Environment.ProcessorCount;
    private static long _memoryBudget = long.MaxValue;

    /// <summary>Threads that one call may use; the number of processors at first. Results do not depend on it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public static int Threads
    {
        get => _threads;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            _threads = value;
        }
    }

    /// <summary>
    /// Bytes that one call of a recurrent network may hold for its backward pass and in it; null, as at first, for all that it likes. With less
    /// than that the call keeps the states at a few times only, and the backward pass computes the steps between them again: slower by at
    /// most one forward pass, results and gradients with the same bits. What counts is every buffer of the call (steps, states, inputs and outputs
    /// of the layers, and their gradients); what does not are the tensors that go in and come out, their gradients, the packed weights, and
    /// each thread's scratch for a few rows. A stack whose layers merge, have residual connections or widths of their own makes a call for each layer, of which each may hold that much. A call whose budget is too small even so throws an <see cref="ElmanException"/> that says what it needs.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public static long? MemoryBudget
    {
        get => _memoryBudget == long.MaxValue ? null : _memoryBudget;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value ?? 1, nameof(value));
            _memoryBudget = value ?? long.MaxValue;
        }
    }
}
