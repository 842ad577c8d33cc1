namespace Elman.Kernels;

/// <summary>Runs the parts of a job on the calling thread and its helpers. Which thread runs a part must not change its result.</summary>
internal static class Workers
{
    /// <summary>Runs <paramref name="body"/> for every part from 0 to <paramref name="parts"/> − 1 and returns when all are done.</summary>
    /// <exception cref="Exception">The first that a part threw.</exception>
    public static void Run<TState>(int parts, TState state, Action<TState, int> body) => RunPhases(1, parts, state, body);

    /// <summary>
    /// As <see cref="Run"/>, with phases one after the other: a phase begins when all parts of the one before are done. <paramref name="body"/> gets
    /// phase·parts + part. Parts are taken in this order by whichever thread is there, so a thread that comes late, or never, holds nobody up.
    /// </summary>
    /// <exception cref="Exception">The first that a part threw.</exception>
    public static void RunPhases<TState>(int phases, int parts, TState state, Action<TState, int> body)
    {
        int helpers = Math.Min(parts, Compute.Threads) - 1;
        if (helpers <= 0)
        {
            for (int item = 0; item < phases * parts; item++) body(state, item);
            return;
        }
        Job<TState> job = new(phases, parts, state, body);
        HelperThreads.Ask(job, helpers);
        job.Execute();
        job.WaitFor(phases * parts);
        job.Rethrow();
    }

    private sealed class Job<TState>(int phases, int parts, TState state, Action<TState, int> body) : IJob
    {
        private int _next;
        private int _done;
        private Exception? _error;

        public void Execute()
        {
            int item;
            while ((item = Interlocked.Increment(ref _next) - 1) < phases * parts)
            {
                WaitFor(item / parts * parts);
                try
                {
                    body(state, item);
                }
                catch (Exception error)
                {
                    Interlocked.CompareExchange(ref _error, error, null);
                }
                Interlocked.Increment(ref _done);
            }
        }

        /// <summary>Spins, then yields, until so many items are done: those that are still running take about as long as those that have ended.</summary>
        public void WaitFor(int items)
        {
            SpinWait spin = default;
            while (Volatile.Read(ref _done) < items) spin.SpinOnce(sleep1Threshold: -1);
        }

        public void Rethrow()
        {
            if (_error is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_error);
        }
    }
}
