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
        new Phases<TState>(phases, parts, state, body).Run(helpers);
    }

    /// <summary>
    /// Runs chains of links: those of one chain one after the other, chains side by side. A thread takes the next link of that of its own chains that is furthest behind, because what
    /// the link before has left is still in its caches; without any, of another that nobody works on. So with more chains than threads a thread that is slower than the others holds them up for one link at most.
    /// <paramref name="body"/> gets chain and link.
    /// </summary>
    /// <exception cref="Exception">The first that a link threw.</exception>
    public static void RunChains<TState>(int chains, int links, TState state, Action<TState, int, int> body)
    {
        int helpers = Math.Min(chains, Compute.Threads) - 1;
        if (helpers <= 0)
        {
            for (int chain = 0; chain < chains; chain++)
                for (int link = 0; link < links; link++) body(state, chain, link);
            return;
        }
        new Chains<TState>(chains, links, state, body).Run(helpers);
    }

    /// <summary>A job that is done when so many items are.</summary>
    private abstract class Job(int items) : IJob
    {
        private int _done;
        private Exception? _error;

        public abstract void Execute();

        /// <summary>Takes part, with helpers, and returns when all is done.</summary>
        public void Run(int helpers)
        {
            HelperThreads.Ask(this, helpers);
            Execute();
            WaitFor(items);
            if (_error is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_error);
        }

        /// <summary>Spins, then yields, until so many items are done: those that are still running take about as long as those that have ended.</summary>
        protected void WaitFor(int count)
        {
            SpinWait spin = default;
            while (Volatile.Read(ref _done) < count) spin.SpinOnce(sleep1Threshold: -1);
        }

        protected void Fail(Exception error) => Interlocked.CompareExchange(ref _error, error, null);

        protected void Done() => Interlocked.Increment(ref _done);
    }

    private sealed class Phases<TState>(int phases, int parts, TState state, Action<TState, int> body) : Job(phases * parts)
    {
        private int _next;

        public override void Execute()
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
                    Fail(error);
                }
                Done();
            }
        }
    }

    private sealed class Chains<TState>(int chains, int links, TState state, Action<TState, int, int> body) : Job(chains * links)
    {
        /// <summary>Links of each chain that have been taken, doubled; odd while one of them runs.</summary>
        private readonly int[] _taken = new int[chains];
        private int _threads;

        public override void Execute()
        {
            SpinWait spin = default;
            int thread = Interlocked.Increment(ref _threads) - 1, threads = Compute.Threads;
            while (TryTake(thread, threads, out int chain))
            {
                if (chain < 0)
                {
                    spin.SpinOnce(sleep1Threshold: -1);
                    continue;
                }
                spin = default;
                try
                {
                    body(state, chain, _taken[chain] / 2 - 1);
                }
                catch (Exception error)
                {
                    Fail(error);
                }
                Done();
                Volatile.Write(ref _taken[chain], _taken[chain] - 1);
            }
        }

        /// <summary>Takes a link, if there is a chain that nobody works on; false if no links are left.</summary>
        private bool TryTake(int thread, int threads, out int chain)
        {
            chain = -1;
            bool left = false, own = false;
            lock (_taken)
            {
                for (int i = 0; i < chains; i++)
                {
                    int taken = Volatile.Read(ref _taken[i]);
                    if (taken >= 2 * links) continue;
                    left = true;
                    bool mine = i % threads == thread;
                    if (taken % 2 == 0 && (chain < 0 || mine && !own || mine == own && taken < _taken[chain])) (chain, own) = (i, mine);
                }
                if (chain >= 0) _taken[chain] += 3;
            }
            return left;
        }
    }
}
