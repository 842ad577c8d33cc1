using Elman.Tests.Kernels;

namespace Elman.Tests.Recurrent;

/// <summary>
/// What a warm training step allocates: the small objects of its tape, and no arrays. Counted on all threads, and so when no other test runs.
/// </summary>
[Collection(nameof(ComputeThreads))]
public class TrainingAllocationTests
{
    private const int Limit = 16 * 1024;

    public static TheoryData<string> AllCells => BitInvarianceTests.AllCells;

    [Theory]
    [MemberData(nameof(AllCells))]
    public void A_warm_training_step_allocates_under_16_KB(string cell)
    {
        // The smallest array of such a step, a state [N, H], would hold 32 KB.
        RecurrentCase given = new(cell, 32, 128, 64, 4);
        foreach (int threads in (int[])[1, 2])
        {
            long bytes = ComputeThreads.Use(threads, () => OfWarmStep(given));
            Assert.True(bytes < Limit, $"{threads} threads: {bytes} bytes");
        }
    }

    private static long OfWarmStep(RecurrentCase given)
    {
        Sequential net = new(given.Layer(), new Linear(given.OutputSize, 1, new RandomStream(1)));
        Adam optimizer = new(net.Parameters());
        Tensor x = given.Input(), y = Tensor.From(Kernel.Values(given.Batch * given.Length), given.Batch, given.Length, 1);
        long step = 0;
        void Step()
        {
            using TensorScope scope = TensorScope.Begin();
            net.Train(1, step++);
            optimizer.ZeroGradients();
            Loss.MeanSquaredError(net.Forward(x), y).Backward();
            optimizer.Step();
        }
        // Spare buffers go to whichever thread comes first, and grow until each is large enough for every use.
        for (int i = 0; i < 30; i++) Step();
        return Allocation.FewestOfAllThreads(Step);
    }
}
