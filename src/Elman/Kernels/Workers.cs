namespace Elman.Kernels;

/// <summary>Runs the parts of a job on the calling thread and its helpers. Which thread runs a part must not change its result.</summary>
internal static class Workers
{
    /// <summary>
    /// Runs <paramref name="body"/> for every part from 0 to <paramref name="parts"/> − 1 and returns when all are done. Parts are taken in this order by whichever thread is there.
    /// </summary>
    /// <exception cref="Exception">The first that a part threw.</exception>
    public static void Run<TState>(int parts, TState state, Action<TState, int> body)
    {
        int helpers = Math.Min(parts, Compute.Threads) - 1;
        if (helpers > 0) new Parts<TState>(parts, state, body).Run(helpers);
        else
            for (int part = 0; part < parts; part++) body(state, part);
    }

    /// <summary>
    /// Runs all parts of a phase, then all of the next: a phase begins when all parts of the one before are done. A thread runs the same parts in every phase, whose data is then in its caches;
    /// those of a thread that comes late, or never, or is held up, are run by the others. <paramref name="body"/> gets phase·parts + part.
    /// </summary>
    /// <exception cref="Exception">The first that a part threw.</exception>
    public static void RunPhases<TState>(int phases, int parts, TState state, Action<TState, int> body)
    {
        int helpers = Math.Min(parts, Compute.Threads) - 1;
        if (helpers > 0) new Phases<TState>(phases, parts, helpers + 1, state, body).Run(helpers);
        else
            for (int item = 0; item < phases * parts; item++) body(state, item);
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

    /// <summary>Waits for what another thread will have done within microseconds, or, if that thread does not run, leaves it the core.</summary>
    private struct Patience
    {
        /// <summary>Turns of some tens of nanoseconds: what is shared takes ten to a hundred microseconds, and its parts about as long as each other.</summary>
        private const int Turns = 1000;

        private int _turns;

        public readonly bool IsGone => _turns == Turns;

        public void Wait()
        {
            if (_turns < Turns)
            {
                _turns++;
                Thread.SpinWait(1);
            }
            else Thread.Yield();
        }
    }

    private abstract class Job : IJob
    {
        private readonly ComputeContext? _context = Compute.HandedIn;
        private Exception? _error;
        private int _helpers;

        /// <summary>Helpers are numbered as they come, from 1 on: with one of them, each thread has the same number, and so the same data, in one job after the other.</summary>
        public void Execute()
        {
            using ComputeScope scope = Compute.Enter(_context);
            Work(Interlocked.Increment(ref _helpers));
        }

        /// <summary>Threads that have come.</summary>
        protected int Threads => Volatile.Read(ref _helpers) + 1;

        /// <summary>Takes part as one of the threads, of which the caller is number 0, until nothing is left to do.</summary>
        protected abstract void Work(int thread);

        /// <summary>Whether all is done.</summary>
        protected abstract bool IsDone { get; }

        /// <summary>Takes part, with helpers, and returns when all is done.</summary>
        public void Run(int helpers)
        {
            HelperThreads.Ask(this, helpers);
            Work(0);
            for (Patience patience = default; !IsDone;) patience.Wait();
            if (_error is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_error);
        }

        protected void Fail(Exception error) => Interlocked.CompareExchange(ref _error, error, null);
    }

    private sealed class Parts<TState>(int parts, TState state, Action<TState, int> body) : Job
    {
        private int _next, _done;

        protected override bool IsDone => Volatile.Read(ref _done) == parts;

        protected override void Work(int thread)
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
                    Fail(error);
                }
                Interlocked.Increment(ref _done);
            }
        }
    }

    private sealed class Phases<TState>(int phases, int parts, int threads, TState state, Action<TState, int> body) : Job
    {
        /// <summary>Numbers that lie so far apart are in lines of their own, and not in neighbouring ones either, which a processor fetches together.</summary>
        private const int Apart = 32;

        /// <summary>Phases of each part that have been taken, and that are done. A thread takes its parts without another one looking on, and all wait for what is done.</summary>
        private readonly int[] _taken = new int[(parts + 1) * Apart], _done = new int[(parts + 1) * Apart];

        protected override bool IsDone => Current == phases;

        /// <summary>The phase that is not yet done.</summary>
        private int Current
        {
            get
            {
                int least = phases;
                for (int part = 0; part < parts; part++) least = Math.Min(least, Volatile.Read(ref _done[(part + 1) * Apart]));
                return least;
            }
        }

        protected override void Work(int thread)
        {
            for (int phase = Current; phase < phases; phase++)
            {
                int present = Threads;
                for (int part = thread; part < parts; part += threads) Try(part, phase);
                for (int part = 0; part < parts; part++)
                    if (part % threads >= present) Try(part, phase);
                for (Patience patience = default; Current <= phase; patience.Wait())
                {
                    for (int part = 0; patience.IsGone && part < parts; part++) Try(part, phase);
                }
            }
        }

        /// <summary>Runs a part unless another thread has taken it.</summary>
        private void Try(int part, int phase)
        {
            if (Interlocked.CompareExchange(ref _taken[(part + 1) * Apart], phase + 1, phase) != phase) return;
            try
            {
                body(state, phase * parts + part);
            }
            catch (Exception error)
            {
                Fail(error);
            }
            Volatile.Write(ref _done[(part + 1) * Apart], phase + 1);
        }
    }

    private sealed class Chains<TState>(int chains, int links, TState state, Action<TState, int, int> body) : Job
    {
        /// <summary>Links of each chain that have been taken, doubled; odd while one of them runs.</summary>
        private readonly int[] _taken = new int[chains];
        private int _done;

        protected override bool IsDone => Volatile.Read(ref _done) == chains * links;

        protected override void Work(int thread)
        {
            SpinWait spin = default;
            int threads = Compute.Threads;
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
                Interlocked.Increment(ref _done);
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
