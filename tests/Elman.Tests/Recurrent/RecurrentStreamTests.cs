using System.Numerics;
using Elman.Tests.Kernels;

namespace Elman.Tests.Recurrent;

/// <summary>What a stream leaves behind is a value: it can be kept, gone back to, duplicated and carried elsewhere, and none of it changes a bit.</summary>
public class RecurrentStreamTests
{
    private const int Inputs = 3;

    public static TheoryData<string> AllCells => BitInvarianceTests.AllCells;

    [Theory]
    [MemberData(nameof(AllCells))]
    public void A_snapshot_brings_the_stream_back(string cell)
    {
        RecurrentStream stream = Layer(cell).OpenStream();
        Run(stream, 0, 5);
        StreamSnapshot snapshot = stream.Snapshot();
        float[] first = Run(stream, 5, 10);
        Assert.NotEqual(first, Run(stream, 5, 10));
        for (int again = 0; again < 2; again++)
        {
            stream.Restore(snapshot);
            Assert.Equal(5, stream.StepCount);
            Bits.Equal(first, Run(stream, 5, 10), "after the restored snapshot");
        }
        Assert.Equal(5, snapshot.StepCount);
    }

    [Fact]
    public void A_snapshot_goes_into_another_stream_of_the_model_but_of_no_other()
    {
        RecurrentLayer layer = Layer("lstm");
        RecurrentStream one = layer.OpenStream(), other = layer.OpenStream();
        Run(one, 0, 4);
        other.Restore(one.Snapshot());
        Bits.Equal(Run(one, 4, 9), Run(other, 4, 9));
        ArgumentException error = Assert.Throws<ArgumentException>(() => Layer("lstm").OpenStream().Restore(one.Snapshot()));
        Assert.Contains("another model", error.Message);
    }

    [Theory]
    [MemberData(nameof(AllCells))]
    public void A_fork_goes_its_own_way(string cell)
    {
        RecurrentStream stream = Layer(cell).OpenStream();
        Run(stream, 0, 4);
        RecurrentStream fork = stream.Fork(), untouched = stream.Fork();
        Assert.Equal(4, fork.StepCount);
        Run(fork, 20, 30);
        float[] expected = Run(stream, 4, 9);
        Bits.Equal(expected, Run(untouched, 4, 9), "the fork that was left alone");
        Assert.NotEqual(expected, Run(fork, 4, 9));
    }

    [Theory]
    [MemberData(nameof(AllCells))]
    public void Bytes_carry_a_stream_to_a_copy_of_its_model(string cell)
    {
        RecurrentLayer layer = Layer(cell), copy = Layer(cell, seed: 99);
        copy.Load(layer.Parameters().ToDictionary(parameter => parameter.Name, parameter => parameter.Value));
        RecurrentStream stream = layer.OpenStream(), continued = copy.OpenStream();
        Run(stream, 0, 6);
        byte[] bytes = stream.ToBytes();
        Assert.Equal(bytes, stream.ToBytes());
        continued.Restore(bytes);
        Assert.Equal(6, continued.StepCount);
        Bits.Equal(Run(stream, 6, 12), Run(continued, 6, 12));
    }

    [Fact]
    public void Bytes_of_another_model_are_refused_and_change_nothing()
    {
        byte[] bytes = Bytes(Layer("gru"));
        foreach (RecurrentLayer other in (RecurrentLayer[])[Layer("gru", seed: 2), Layer("gru-original"), Layer("lstm")])
        {
            RecurrentStream stream = other.OpenStream();
            Run(stream, 0, 3);
            byte[] before = stream.ToBytes();
            ElmanException error = Assert.Throws<ElmanException>(() => stream.Restore(bytes));
            Assert.Contains("other weights or another architecture", error.Message);
            Assert.Equal(before, stream.ToBytes());
        }
    }

    [Fact]
    public void Weights_changed_since_make_another_model()
    {
        RecurrentLayer layer = Layer("rnn");
        byte[] bytes = Bytes(layer);
        layer.Parameters().Last().Value.WritableSpan()[0] += 1;
        Assert.Throws<ElmanException>(() => layer.OpenStream().Restore(bytes));
    }

    [Fact]
    public void Truncated_bytes_are_refused_at_every_length()
    {
        RecurrentLayer layer = Layer("lstm");
        byte[] bytes = Bytes(layer);
        RecurrentStream stream = layer.OpenStream();
        for (int length = 0; length < bytes.Length; length++)
        {
            byte[] cut = bytes[..length];
            Assert.Throws<ElmanException>(() => stream.Restore(cut));
        }
        Assert.Throws<ElmanException>(() => stream.Restore((byte[])[.. bytes, 0]));
        Assert.Equal(0, stream.StepCount);
    }

    [Fact]
    public void A_changed_bit_is_noticed_anywhere()
    {
        RecurrentLayer layer = Layer("lstm");
        byte[] bytes = Bytes(layer);
        RecurrentStream stream = layer.OpenStream();
        for (int at = 0; at < bytes.Length; at++)
        {
            byte[] damaged = [.. bytes];
            damaged[at] ^= (byte)(1 << at % 8);
            Assert.Throws<ElmanException>(() => stream.Restore(damaged));
        }
        stream.Restore(bytes);
        Assert.Equal(6, stream.StepCount);
    }

    [Fact]
    public void Reset_begins_anew()
    {
        RecurrentStream stream = Layer("gru").OpenStream();
        float[] first = Run(stream, 0, 5);
        stream.Reset();
        Assert.Equal(0, stream.StepCount);
        Bits.Equal(first, Run(stream, 0, 5));
    }

    [Fact]
    public void A_stream_sees_weights_that_change_while_it_is_open()
    {
        RecurrentLayer layer = Layer("rnn");
        RecurrentStream stream = layer.OpenStream();
        float[] before = Run(stream, 0, 1);
        layer.Parameters().First().Value.WritableSpan().Fill(0.25f);
        stream.Reset();
        float[] after = Run(stream, 0, 1);
        Assert.NotEqual(before, after);
        Bits.Equal(after, Run(layer.OpenStream(), 0, 1));
    }

    [Fact]
    public void A_bidirectional_layer_has_no_streams_and_says_why()
    {
        RecurrentLayer layer = new Lstm(Inputs, 4, new RandomStream(1), new RecurrentOptions { Direction = Direction.Both });
        Assert.Contains("begins at the end of the sequence", Assert.Throws<InvalidOperationException>(layer.OpenStream).Message);
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(
            () => layer.Step(new float[Inputs], new float[8], new float[layer.StateSize], new float[layer.StepWorkspace(Inputs)]));
        Assert.Contains("bidirectional", error.Message);
    }

    [Fact]
    public void A_step_of_another_size_is_refused()
    {
        RecurrentStream stream = Layer("gru").OpenStream();
        Assert.Equal("a step of this stream takes 3 values, got 2", Assert.Throws<ArgumentException>(() => stream.Step(1, 2).Length).Message);
        Assert.Equal(0, stream.StepCount);
    }

    [Theory]
    [MemberData(nameof(AllCells))]
    public void A_warm_step_allocates_nothing(string cell)
    {
        foreach (int hidden in (int[])[2 * Vector<float>.Count, 2 * Vector<float>.Count + 3])
        {
            RecurrentStream stream = new RecurrentCase(cell, Inputs, hidden, 1, 1) { Layers = 2 }.Layer().OpenStream();
            float[] input = [1, -1, 0.5f];
            for (int i = 0; i < 200; i++) stream.Step(input);
            Assert.Equal(0, Allocation.Fewest(() =>
            {
                for (int i = 0; i < 1000; i++) stream.Step(input);
            }));
        }
    }

    [Theory]
    [MemberData(nameof(AllCells))]
    public void A_step_stays_within_its_buffers(string cell)
    {
        using GuardedMemory inputs = new(8), outputs = new(64), states = new(512), workspaces = new(4096);
        foreach (int hidden in (int[])[1, Vector<float>.Count, Vector<float>.Count + 3])
        {
            RecurrentLayer layer = new RecurrentCase(cell, Inputs, hidden, 1, 1) { Layers = 2 }.Layer();
            float[] expected = Run(layer.OpenStream(), 0, 3);
            foreach (bool end in (bool[])[false, true])
            {
                Span<float> state = states.At(end, layer.StateSize), output = outputs.At(end, layer.OutputSize), workspace = workspaces.At(end, layer.StepWorkspace(Inputs));
                layer.InitializeState(state);
                workspace.Fill(float.NaN);
                for (int time = 0; time < 3; time++)
                {
                    Span<float> input = inputs.At(end, Inputs);
                    Input(time).CopyTo(input);
                    layer.Step(input, output, state, workspace);
                    Bits.Equal(expected.AsSpan(time * layer.OutputSize, layer.OutputSize), output, $"step {time}, {hidden} units");
                }
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_span_that_is_too_short_for_a_step_is_refused_and_no_state_changes(int which)
    {
        RecurrentLayer layer = Layer("lstm");
        int[] sizes = [Inputs, layer.OutputSize, layer.StateSize, layer.StepWorkspace(Inputs)];
        sizes[which]--;
        float[] state = Kernel.Values(sizes[2], 7), before = [.. state];
        Assert.Throws<ArgumentException>(() => layer.Step(new float[sizes[0]], new float[sizes[1]], state, new float[sizes[3]]));
        Bits.Equal(before, state, "state");
    }

    [Fact]
    public async Task Streams_of_one_model_run_on_several_threads_at_once()
    {
        RecurrentLayer layer = Layer("lstm");
        float[][] expected = [.. Enumerable.Range(0, 8).Select(start => Run(Layer("lstm").OpenStream(), start, start + 200))];
        Task<float[]>[] running = [.. Enumerable.Range(0, 8).Select(start => Task.Run(() => Run(layer.OpenStream(), start, start + 200), TestContext.Current.CancellationToken))];
        float[][] actual = await Task.WhenAll(running);
        for (int start = 0; start < 8; start++) Bits.Equal(expected[start], actual[start], $"stream {start}");
    }

    private static RecurrentLayer Layer(string cell, uint seed = 1) => new RecurrentCase(cell, Inputs, 11, 1, 1) { Layers = 2, Seed = seed }.Layer();

    private static byte[] Bytes(RecurrentLayer layer)
    {
        RecurrentStream stream = layer.OpenStream();
        Run(stream, 0, 6);
        return stream.ToBytes();
    }

    private static float[] Input(int time) => Kernel.Values(Inputs, (ulong)time + 50);

    /// <summary>The outputs of the steps from one time up to another, one behind the other.</summary>
    private static float[] Run(RecurrentStream stream, int from, int to)
    {
        List<float> outputs = [];
        for (int time = from; time < to; time++) outputs.AddRange(stream.Step(Input(time)));
        return [.. outputs];
    }
}
