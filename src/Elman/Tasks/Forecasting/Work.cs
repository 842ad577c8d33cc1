namespace Elman;

/// <summary>How much of the machine loops over series take.</summary>
internal static class Work
{
    /// <summary>As many threads as <see cref="Compute"/> allows. Every turn of a loop writes its own place, so that results do not depend on it.</summary>
    public static ParallelOptions Threads => new() { MaxDegreeOfParallelism = Compute.Threads };
}
