namespace Elman;

/// <summary>How much of the machine loops over series take, and who may stop them.</summary>
internal static class Work
{
    /// <summary>Flows into the threads of a loop.</summary>
    private static readonly AsyncLocal<CancellationToken> Current = new();

    /// <summary>As many threads as <see cref="Compute"/> allows. Every turn of a loop writes its own place, so that results do not depend on it.</summary>
    public static ParallelOptions Threads => new() { MaxDegreeOfParallelism = Compute.Threads, CancellationToken = Current.Value };

    /// <summary>Lets a token stop the loops, and whatever asks <see cref="StopIfCancelled"/>, until the result is disposed.</summary>
    public static Scope Until(CancellationToken cancellation)
    {
        Scope scope = new(Current.Value);
        Current.Value = cancellation;
        return scope;
    }

    /// <exception cref="OperationCanceledException">The work shall end.</exception>
    public static void StopIfCancelled() => Current.Value.ThrowIfCancellationRequested();

    /// <summary>Gives the token before back.</summary>
    public readonly struct Scope(CancellationToken before) : IDisposable
    {
        public void Dispose() => Current.Value = before;
    }
}
