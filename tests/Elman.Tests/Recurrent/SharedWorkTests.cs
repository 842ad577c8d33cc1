using System.Collections.Concurrent;
using System.Numerics;
using Elman.Tests.Kernels;

namespace Elman.Tests.Recurrent;

/// <summary>
/// That any number of threads gives the same bits says nothing where one thread does all the work: the sizes at which the other tests compare numbers of
/// threads must be shared out.
/// </summary>
[Collection(nameof(ComputeThreads))]
public class SharedWorkTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_batches_that_compare_numbers_of_threads_run_on_several(bool ragged)
    {
        Recurrent<WitnessUnit> layer = new(40, 8 * Vector<float>.Count + 6, new RandomStream(1));
        RecurrentCase given = new(WitnessUnit.Name, 40, layer.HiddenSize, 24, 24) { Ragged = ragged };
        Tensor x = given.Input();
        // A thread that wakes too late finds nothing left to do: some try is in time.
        for (int again = 0; again < 1000 && (WitnessUnit.ForwardThreads.Count < 2 || WitnessUnit.BackwardThreads.Count < 2); again++)
            ComputeThreads.Use(8, () => RecurrentResult.Differentiate(given, layer));
        Assert.True(WitnessUnit.ForwardThreads.Count > 1, "forward");
        Assert.True(WitnessUnit.BackwardThreads.Count > 1, "backward");
        WitnessUnit.ForwardThreads.Clear();
        WitnessUnit.BackwardThreads.Clear();
    }

    /// <summary>The simple recurrent unit, which remembers the threads that it ran on.</summary>
    private readonly struct WitnessUnit : IRecurrentUnit
    {
        public static ConcurrentDictionary<int, bool> ForwardThreads { get; } = [];

        public static ConcurrentDictionary<int, bool> BackwardThreads { get; } = [];

        public static string Name => "witness";

        public static int Gates => 1;

        public static void Forward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> next, Lanes<V> saved)
            where V : struct, IVector<V>
        {
            ForwardThreads.TryAdd(Environment.CurrentManagedThreadId, true);
            RnnUnit.Forward(gates, product, previous, next, saved);
        }

        public static void Backward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> saved, Lanes<V> gradient)
            where V : struct, IVector<V>
        {
            BackwardThreads.TryAdd(Environment.CurrentManagedThreadId, true);
            RnnUnit.Backward(gates, product, previous, saved, gradient);
        }
    }
}
