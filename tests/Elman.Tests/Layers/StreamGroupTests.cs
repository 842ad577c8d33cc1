using Elman.Tests.Kernels;
using Elman.Tests.Recurrent;
using Elman.Tests.Tensors;

namespace Elman.Tests.Layers;

/// <summary>A group gives each stream the bits that its own step gives it.</summary>
[Collection(nameof(ComputeThreads))]
public class StreamGroupTests
{
    private const int Inputs = 5;

    private static readonly RandomStream Random = new(4);

    private static readonly Dictionary<string, Module> Models = new()
    {
        ["rnn"] = new Rnn(Inputs, 17, Random),
        ["lstm"] = new Lstm(Inputs, 40, Random),
        ["gru"] = new Gru(Inputs, 16, Random, new() { Layers = 3 }),
        ["gru-original"] = Cells.Create("gru-original", Inputs, 19, Random),
        ["zoneout"] = new Lstm(Inputs, 21, Random, new() { Layers = 2, Zoneout = 0.2f, CellZoneout = 0.4f }),
        ["layer norm"] = new Gru(Inputs, 24, Random, new() { LayerNorm = true }),
        ["normalised lstm with peepholes"] = new Lstm(Inputs, 12, Random, new() { LayerNorm = true, Peepholes = true }),
        ["projection"] = new Lstm(Inputs, 20, Random, new() { Layers = 2, ProjectionSize = 7 }),
        ["residual"] = new Gru(Inputs, 20, Random, new() { Layers = 3, Residual = true }),
        ["learnt states"] = Perturbed(new Lstm(Inputs, 9, Random, new() { LearnInitialState = true })),
        ["bfloat16"] = new Lstm(Inputs, 33, Random) { BFloat16Weights = true },
        ["own cell"] = new Recurrent<MinGruUnit>(Inputs, 20, Random),
        ["linear"] = new Linear(Inputs, 7, Random),
        ["sequential"] = new Sequential(
            new Dropout(0.5f), new Linear(Inputs, 9, Random), new Conv1d(9, 6, 3, Random), new Sequential(new Lstm(6, 17, Random), new LayerNorm(17)), new Gru(17, 6, Random), new Linear(6, 3, Random)),
        ["recurrent last"] = new Sequential(new Linear(Inputs, 4, Random), new Gru(4, 10, Random)),
        ["nothing"] = new Sequential(new Activate(Activation.Tanh), new Linear(Inputs, Inputs, Random)),
    };

    public static TheoryData<string> Names => [.. Models.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_stream_gets_the_bits_of_its_own_step(string name)
    {
        Module model = Models[name];
        StreamGroup group = new(model);
        foreach (int threads in (int[])[1, 3])
        {
            foreach (int count in (int[])[1, 2, 3, 9, 64, 131])
            {
                RecurrentStream[] together = Open(model, count), alone = Open(model, count);
                ComputeThreads.Use(threads, () =>
                {
                    for (int step = 0; step < 4; step++) Step(group, together, alone, step, $"{name}, {count} streams, {threads} threads, step {step}");
                    return 0;
                });
                for (int i = 0; i < count; i++) Assert.Equal(alone[i].ToBytes(), together[i].ToBytes());
            }
        }
    }

    [Fact]
    public void Other_streams_may_take_part_in_every_step()
    {
        Module model = Models["sequential"];
        StreamGroup group = new(model);
        RecurrentStream[] together = Open(model, 20), alone = Open(model, 20);
        for (int step = 0; step < 12; step++)
        {
            int[] part = [.. Enumerable.Range(0, 20).Where(i => (i * 7 + step) % (2 + step % 3) == 0).Reverse()];
            Step(group, [.. part.Select(i => together[i])], [.. part.Select(i => alone[i])], step, $"step {step}");
        }
        Bits.Equal(alone[3].Step(Input(3, 99)), together[3].Step(Input(3, 99)), "a step of one's own afterwards");
        Step(group, [], [], 0, "nobody");
    }

    [Fact]
    public void Without_the_right_streams_and_sizes_nobody_steps()
    {
        Module model = Models["lstm"];
        StreamGroup group = new(model);
        RecurrentStream[] streams = Open(model, 4);
        byte[][] before = [.. streams.Select(stream => stream.ToBytes())];
        Refused("stream 2 of the step is there twice", [streams[0], streams[1], streams[0]]);
        Refused("stream 1 of the step is of another model", [streams[0], Models["gru"].OpenStream(), streams[2]]);
        Refused("stream 0 of the step is null", [null!, streams[2]]);
        Assert.StartsWith("a step of 4 streams takes 20 values and gives 160, got 19 and room for 160",
            Assert.Throws<ArgumentException>(() => group.Step(streams, new float[19], new float[160])).Message, StringComparison.Ordinal);
        Assert.Equal(before, streams.Select(stream => stream.ToBytes()));

        void Refused(string message, RecurrentStream[] wrong) => Assert.StartsWith(message,
            Assert.Throws<ArgumentException>(() => group.Step(wrong, new float[wrong.Length * Inputs], new float[wrong.Length * 40])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void When_a_module_throws_nobody_has_stepped()
    {
        Sequential model = new(new Embedding(10, 4, Random), new Rnn(4, 5, Random));
        RecurrentStream[] streams = Open(model, 80);
        byte[][] before = [.. streams.Select(stream => stream.ToBytes())];
        float[] classes = new float[80];
        classes[70] = 10;
        Assert.Throws<ArgumentOutOfRangeException>(() => new StreamGroup(model).Step(streams, classes, new float[400]));
        Assert.Equal(before, streams.Select(stream => stream.ToBytes()));
    }

    [Fact]
    public void A_warm_step_allocates_nothing()
    {
        Module model = Models["recurrent last"];
        StreamGroup group = new(model);
        RecurrentStream[] streams = Open(model, 10);
        float[] inputs = new float[10 * Inputs], outputs = new float[100];
        long Steps(int count) => ComputeThreads.Use(1, () => Allocation.Fewest(() =>
        {
            for (int i = 0; i < count; i++) group.Step(streams, inputs, outputs);
        }));
        Steps(10);
        Assert.Equal(0, Steps(100));
    }

    /// <summary>Streams that have come differently far.</summary>
    private static RecurrentStream[] Open(Module model, int count) =>
        [.. Enumerable.Range(0, count).Select(i =>
        {
            RecurrentStream stream = model.OpenStream();
            for (int step = 0; step < i % 3 && stream.InputSize == Inputs; step++) stream.Step(Input(i, step));
            return stream;
        })];

    private static void Step(StreamGroup group, RecurrentStream[] together, RecurrentStream[] alone, int step, string what)
    {
        float[] inputs = [.. together.SelectMany((_, i) => Input(i, step))], outputs = new float[together.Length * group.OutputSize];
        group.Step(together, inputs, outputs);
        for (int i = 0; i < alone.Length; i++)
        {
            Bits.Equal(alone[i].Step(Input(i, step)), outputs.AsSpan(i * group.OutputSize, group.OutputSize), $"{what}, stream {i}");
            Assert.Equal(alone[i].StepCount, together[i].StepCount);
        }
    }

    private static float[] Input(int stream, int step) => Kernel.Values(Inputs, (ulong)(1000 * stream + step + 7));

    private static Module Perturbed(Module module)
    {
        ulong seed = 0;
        foreach ((_, Tensor value) in module.Parameters()) value.CopyFrom(Some.Values(value.Count, seed++));
        return module;
    }
}
