using Elman.Kernels;
using Elman.Tests.Training;

namespace Elman.Tests.Layers;

/// <summary>A model holds weights only: threads that use it do not disturb each other, whatever they do with it.</summary>
public class SharedModelTests
{
    private static readonly Tensor X = SmallRun.Random([3, 11, SmallRun.Inputs], 8);

    private static float[] Predict(Module net)
    {
        using (TensorScope.Begin())
        using (Inference.Begin()) return net.Forward(X).Span.ToArray();
    }

    [Fact]
    public void Predictions_on_many_threads_beside_trainings_have_the_same_bits()
    {
        SmallRun run = new(), alone = new();
        SmallRun.Network served = new(seed: 5, dropout: 0.5f);
        float[] expected = Predict(served);
        alone.Train(net => new Adam(net.Parameters(), 0.02), new TrainingOptions { Epochs = 40 });

        bool done = false;
        int calls = 0, wrong = 0;
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (; !Volatile.Read(ref done); Interlocked.Increment(ref calls))
                if (!Predict(served).SequenceEqual(expected)) Interlocked.Increment(ref wrong);
        }))];
        foreach (Thread thread in threads) thread.Start();
        run.Train(net => new Adam(net.Parameters(), 0.02), new TrainingOptions { Epochs = 40 });
        Volatile.Write(ref done, true);
        foreach (Thread thread in threads) thread.Join();
        Assert.Equal(alone.Weights, run.Weights);
        Assert.Equal(0, wrong);
        Assert.True(calls > 0);
    }

    [Fact]
    public void A_training_step_of_one_thread_leaves_the_module_of_the_others_evaluating()
    {
        SmallRun.Network net = new(seed: 5, dropout: 0.5f);
        float[] expected = Predict(net);
        net.Train(seed: 1, step: 2);
        Assert.True(net.Training);
        Assert.NotEqual(expected, net.Forward(X).Span.ToArray());
        bool trains = true;
        float[] seen = [];
        Thread other = new(() => (trains, seen) = (net.Training, net.Forward(X).Span.ToArray()));
        other.Start();
        other.Join();
        Assert.False(trains);
        Assert.Equal(expected, seen);

        // In the step itself, a prediction is one.
        Assert.Equal(expected, Predict(net));
        Assert.True(net.Training);
        net.Evaluate();
        Assert.Equal(expected, net.Forward(X).Span);
    }

    [Fact]
    public void A_training_that_fails_leaves_no_mode_behind()
    {
        SmallRun run = new();
        Assert.Throws<TimeoutException>(() => run.Train(net => new Sgd(net.Parameters(), 0.1), new TrainingOptions(), before: _ => throw new TimeoutException()));
        Assert.False(run.Net.Training);
    }

    [Fact]
    public void A_context_that_is_handed_in_holds_for_its_thread_and_those_that_help()
    {
        int ofProcess = Compute.Threads;
        using (Compute.Use(Compute.Current with { Threads = 3, MemoryBudget = 1 << 20 }))
        {
            Assert.Equal((3, 1 << 20), (Compute.Threads, Compute.MemoryBudget));
            using (Compute.Use(new ComputeContext { Threads = 2 })) Assert.Equal((2, null), (Compute.Threads, Compute.MemoryBudget));
            Assert.Equal(3, Compute.Threads);
            int elsewhere = 0;
            Thread other = new(() => elsewhere = Compute.Threads);
            other.Start();
            other.Join();
            Assert.Equal(ofProcess, elsewhere);

            int[] seen = new int[300];
            HashSet<int> helpers = [];
            Workers.RunPhases(100, 3, (seen, helpers), static (job, item) =>
            {
                job.seen[item] = Compute.Threads;
                lock (job.helpers) job.helpers.Add(Environment.CurrentManagedThreadId);
            });
            Assert.All(seen, threads => Assert.Equal(3, threads));
        }
        Assert.Equal(ofProcess, Compute.Threads);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ComputeContext { Threads = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ComputeContext { MemoryBudget = 0 });
    }

    [Fact]
    public void No_context_changes_a_bit()
    {
        SmallRun first = new(), second = new();
        TrainingOptions options = new() { Epochs = 3, Seed = 2 };
        using (Compute.Use(new ComputeContext { Threads = 1 })) first.Train(net => new Adam(net.Parameters(), 0.02), options);
        using (Compute.Use(new ComputeContext { Threads = 2, MemoryBudget = 150_000 })) second.Train(net => new Adam(net.Parameters(), 0.02), options);
        Assert.Equal(first.Weights, second.Weights);
    }
}
