namespace Elman.Kernels;

/// <summary>Runs the parts of a job on the thread pool and the calling thread. Which thread runs a part must not change its result.</summary>
internal static class Workers
{
    /// <summary>Runs <paramref name="body"/> for every part from 0 to <paramref name="parts"/> − 1 and returns when all are done.</summary>
    /// <exception cref="Exception">The first that a part threw.</exception>
    public static void Run<TState>(int parts, TState state, Action<TState, int> body)
    {
        int helpers = Math.Min(parts, Compute.Threads) - 1;
        if (helpers <= 0)
        {
            for (int part = 0; part < parts; part++) body(state, part);
            return;
        }
        Job<TState> job = new(parts, state, body);
        for (int helper = 0; helper < helpers; helper++) ThreadPool.UnsafeQueueUserWorkItem(job, preferLocal: false);
        job.Execute();
        job.Wait();
    }

    private sealed class Job<TState>(int parts, TState state, Action<TState, int> body) : IThreadPoolWorkItem
    {
        private int _next;
        private int _done;
        private Exception? _error;

        public void Execute()
        {
            int part;
            while ((part = Interlocked.Increment(ref _next) - 1) < parts)
            {
                try
                {
                    body(state, part);
                }
                catch (Exception error)
                {
                    Interlocked.CompareExchange(ref _error, error, null);
                }
                Interlocked.Increment(ref _done);
            }
        }

        /// <summary>Spins, then yields: the parts that are still running take about as long as those that have ended.</summary>
        public void Wait()
        {
            SpinWait spin = default;
            while (Volatile.Read(ref _done) < parts) spin.SpinOnce(sleep1Threshold: -1);
            if (_error is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_error);
        }
    }
}
