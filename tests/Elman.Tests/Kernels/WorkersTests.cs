using System.Collections.Concurrent;
using Elman.Kernels;

namespace Elman.Tests.Kernels;

[Collection(nameof(ComputeThreads))]
public class WorkersTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(64)]
    public void Every_part_runs_exactly_once(int threads)
    {
        for (int parts = 0; parts <= 200; parts += parts < 10 ? 1 : 19)
        {
            int[] runs = new int[parts];
            Run(threads, parts, part => Interlocked.Increment(ref runs[part]));
            Assert.All(runs, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void All_parts_have_ended_when_the_call_returns()
    {
        for (int i = 0; i < 200; i++)
        {
            int ended = 0;
            Run(8, 9, part =>
            {
                if (part % 3 == 0) Thread.SpinWait(2000);
                Interlocked.Increment(ref ended);
            });
            Assert.Equal(9, ended);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void A_phase_begins_when_all_parts_of_the_one_before_have_ended(int threads)
    {
        const int phases = 300, parts = 5;
        int[] ended = new int[phases];
        ComputeThreads.Use(threads, () =>
        {
            Workers.RunPhases(phases, parts, ended, static (counts, item) =>
            {
                int phase = item / parts;
                if (phase > 0) Assert.Equal(parts, Volatile.Read(ref counts[phase - 1]));
                if (item % 3 == 0) Thread.SpinWait(200);
                Interlocked.Increment(ref counts[phase]);
            });
            return 0;
        });
        Assert.All(ended, count => Assert.Equal(parts, count));
    }

    [Fact]
    public void The_parts_of_a_thread_that_does_not_come_are_run_by_the_others()
    {
        // Every helper that there may be already is kept busy by jobs of another caller.
        using ManualResetEventSlim release = new();
        using CountdownEvent busy = new(64);
        ComputeThreads.Use(64, () =>
        {
            Thread other = new(() => Workers.Run(64, 0, (_, _) =>
            {
                busy.Signal();
                release.Wait();
            }));
            other.Start();
            try
            {
                Assert.True(busy.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
                Compute.Threads = 3;
                int ran = 0;
                Workers.RunPhases(40, 3, 0, (_, item) => Assert.Equal(item, Interlocked.Increment(ref ran) - 1));
                Assert.Equal(120, ran);
            }
            finally
            {
                release.Set();
                other.Join();
            }
            return 0;
        });
    }

    [Fact]
    public void The_parts_of_a_thread_that_is_held_up_are_run_by_the_others()
    {
        // The thread of the first part waits in it for all others, one of which would be its own.
        int[] ended = new int[4];
        ComputeThreads.Use(2, () =>
        {
            Workers.RunPhases(1, 4, ended, static (counts, item) =>
            {
                if (item == 0) Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref counts[1]) + Volatile.Read(ref counts[2]) + Volatile.Read(ref counts[3]) == 3, TimeSpan.FromSeconds(30)));
                Interlocked.Increment(ref counts[item]);
            });
            return 0;
        });
        Assert.All(ended, count => Assert.Equal(1, count));
    }

    [Fact]
    public void An_exception_in_a_phase_reaches_the_caller_when_all_is_done()
    {
        int ended = 0;
        Assert.Throws<InvalidDataException>(() => ComputeThreads.Use(2, () =>
        {
            Workers.RunPhases(20, 3, 0, (_, item) =>
            {
                Interlocked.Increment(ref ended);
                if (item == 7) throw new InvalidDataException();
            });
            return 0;
        }));
        Assert.Equal(60, ended);
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 5)]
    [InlineData(3, 2)]
    [InlineData(7, 12)]
    public void The_links_of_a_chain_run_once_each_and_one_after_the_other(int threads, int chains)
    {
        const int links = 200;
        int[] next = new int[chains], inside = new int[chains];
        ComputeThreads.Use(threads, () =>
        {
            Workers.RunChains(chains, links, (next, inside), static (counts, chain, link) =>
            {
                Assert.Equal(1, Interlocked.Increment(ref counts.inside[chain]));
                Assert.Equal(link, counts.next[chain]);
                if ((chain + link) % 3 == 0) Thread.SpinWait(200);
                counts.next[chain]++;
                Interlocked.Decrement(ref counts.inside[chain]);
            });
            return 0;
        });
        Assert.All(next, count => Assert.Equal(links, count));
    }

    [Fact]
    public void A_slow_chain_leaves_the_others_to_the_other_threads()
    {
        // The first chain waits for what the last link of the others does; had its thread to share them evenly, nobody would do it.
        int left = 3 * 50;
        ComputeThreads.Use(2, () =>
        {
            Workers.RunChains(4, 50, 0, (_, chain, link) =>
            {
                if (chain > 0) Interlocked.Decrement(ref left);
                else if (link == 0) Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref left) == 0, TimeSpan.FromSeconds(30)));
            });
            return 0;
        });
        Assert.Equal(0, left);
    }

    [Fact]
    public void An_exception_in_a_link_reaches_the_caller() =>
        Assert.Throws<InvalidDataException>(() => ComputeThreads.Use(2, () =>
        {
            Workers.RunChains(3, 9, 0, static (_, chain, link) =>
            {
                if (chain == 1 && link == 4) throw new InvalidDataException();
            });
            return 0;
        }));

    [Fact]
    public void Several_threads_work_at_the_same_time()
    {
        // The parts wait for each other: one thread alone would never get beyond the first.
        using Barrier barrier = new(2);
        Run(2, 2, _ => Assert.True(barrier.SignalAndWait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)));
    }

    [Fact]
    public void No_more_threads_than_allowed()
    {
        int now = 0, most = 0;
        Run(3, 60, _ =>
        {
            int running = Interlocked.Increment(ref now);
            InterlockedMax(ref most, running);
            Thread.Sleep(1);
            Interlocked.Decrement(ref now);
        });
        Assert.InRange(most, 1, 3);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void An_exception_reaches_the_caller_as_it_was_thrown(int threads)
    {
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Run(threads, 20, part =>
        {
            if (part == 7) throw new InvalidDataException("part 7");
        }));
        Assert.Equal("part 7", error.Message);
        Assert.Contains(nameof(An_exception_reaches_the_caller_as_it_was_thrown), error.StackTrace);
    }

    [Fact]
    public void An_exception_leaves_no_part_running()
    {
        int running = 0;
        Assert.Throws<InvalidDataException>(() => Run(4, 40, part =>
        {
            Interlocked.Increment(ref running);
            Thread.SpinWait(1000);
            Interlocked.Decrement(ref running);
            if (part == 0) throw new InvalidDataException();
        }));
        Assert.Equal(0, Volatile.Read(ref running));
    }

    [Fact]
    public void A_part_may_have_parts_of_its_own()
    {
        ConcurrentBag<(int, int, int)> seen = [];
        Run(4, 6, outer => Run(4, 5, middle => Workers.Run(4, 0, (_, inner) => seen.Add((outer, middle, inner)))));
        Assert.Equal(6 * 5 * 4, seen.Distinct().Count());
        Assert.Equal(6 * 5 * 4, seen.Count);
    }

    [Fact]
    public void Many_callers_at_once_do_not_wait_for_each_other_forever()
    {
        long total = 0;
        Thread[] callers = [.. Enumerable.Range(0, 12).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 200; i++) Workers.Run(7, 0, (_, part) => Interlocked.Add(ref total, part));
        }))];
        ComputeThreads.Use(8, () =>
        {
            foreach (Thread caller in callers) caller.Start();
            return callers.All(caller => caller.Join(TimeSpan.FromSeconds(60)));
        });
        Assert.Equal(12L * 200 * 21, total);
    }

    [Fact]
    public void The_number_of_threads_is_positive() => Assert.Throws<ArgumentOutOfRangeException>(() => Compute.Threads = 0);

    private static void Run(int threads, int parts, Action<int> body) =>
        ComputeThreads.Use(threads, () =>
        {
            Workers.Run(parts, body, static (run, part) => run(part));
            return true;
        });

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen) { }
    }
}
