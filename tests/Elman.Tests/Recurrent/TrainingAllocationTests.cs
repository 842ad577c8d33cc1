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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void So_does_one_of_a_model_of_characters(bool asNumbers)
    {
        // An array of an index for each character would hold 12.8 KB.
        const int batch = 32, length = 100, characters = 65, features = 16, hidden = 32;
        int[] text = [.. Enumerable.Range(0, batch * length).Select(i => i * 7 % characters)], next = [.. text.Select(c => (c + 1) % characters)];
        Tensor numbers = Tensor.From([.. text.Select(c => (float)c)], batch, length);
        foreach (int threads in (int[])[1, 2])
        {
            RandomStream random = new(1);
            Embedding embedding = new(characters, features, random);
            Sequential rest = new(new Lstm(features, hidden, random, new RecurrentOptions { Layers = 2 }), new Linear(hidden, characters, random));
            Tensor Lost() => Loss.CrossEntropy(rest.Forward(asNumbers ? embedding.Forward(numbers) : embedding.Forward(text, batch, length)), next);
            long bytes = ComputeThreads.Use(threads, () => OfWarmStep(new Sequential(embedding, rest), Lost));
            Assert.True(bytes < Limit, $"{threads} threads: {bytes} bytes");
        }
    }

    [Theory]
    [InlineData("lstm")]
    [InlineData("gru-original")]
    public void So_does_one_with_dropped_weights(string cell)
    {
        RandomStream random = new(1);
        RecurrentLayer layer = Cells.Create(cell, 16, 64, random, new() { Layers = 2, WeightDropout = 0.5f });
        Tensor x = Tensor.Normal(random, 8, 10, 16), y = Tensor.Normal(random, 8, 10, 64);
        long bytes = ComputeThreads.Use(1, () => OfWarmStep(layer, () => Loss.MeanSquaredError(layer.Forward(x), y)));
        Assert.True(bytes < Limit, $"{bytes} bytes");
    }

    private static long OfWarmStep(RecurrentCase given)
    {
        Sequential net = new(given.Layer(), new Linear(given.OutputSize, 1, new RandomStream(1)));
        Tensor x = given.Input(), y = Tensor.From(Kernel.Values(given.Batch * given.Length), given.Batch, given.Length, 1);
        return OfWarmStep(net, () => Loss.MeanSquaredError(net.Forward(x), y));
    }

    private static long OfWarmStep(Module net, Func<Tensor> loss)
    {
        Adam optimizer = new(net.Parameters());
        long step = 0;
        void Step()
        {
            using TensorScope scope = TensorScope.Begin();
            net.Train(1, step++);
            optimizer.ZeroGradients();
            loss().Backward();
            GradientClipping.ByNorm(optimizer.Parameters, 1);
            optimizer.Step();
        }
        // Spare buffers go to whichever thread comes first, and grow until each is large enough for every use.
        for (int i = 0; i < 30; i++) Step();
        return Allocation.FewestOfAllThreads(Step);
    }
}
