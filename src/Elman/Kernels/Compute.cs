namespace Elman;

/// <summary>How much of the machine Elman uses.</summary>
public static class Compute
{
    private static int _threads = Environment.ProcessorCount;

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
}
