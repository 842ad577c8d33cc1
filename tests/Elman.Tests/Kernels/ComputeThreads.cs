namespace Elman.Tests.Kernels;

/// <summary>
/// The tests that change <see cref="Compute.Threads"/>, which all of the process share: they run when nothing else does.
/// </summary>
[CollectionDefinition(nameof(ComputeThreads), DisableParallelization = true)]
public class ComputeThreads
{
    /// <summary>Computes with a number of threads, then puts the old number back.</summary>
    internal static T Use<T>(int threads, Func<T> compute)
    {
        int before = Compute.Threads;
        Compute.Threads = threads;
        try
        {
            return compute();
        }
        finally
        {
            Compute.Threads = before;
        }
    }
}
