using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Elman.Tests.Kernels;

namespace Elman.Tests.Layers;

/// <summary>A stream's bytes cost what its state costs, whatever the size of the model; and a stream takes little more room than its state.</summary>
public class StreamBytesTests
{
    [Fact]
    public void The_bytes_are_those_of_the_format()
    {
        Lstm model = new(3, 5, new RandomStream(1));
        RecurrentStream stream = Stepped(model);
        byte[] bytes = stream.ToBytes(), header = [.. "ELS2"u8, .. Fingerprint(model), 4, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0];
        Assert.Equal(stream.ByteCount, bytes.Length);
        Assert.Equal(header, bytes[..48]);
        // The output is h, the first half of the state.
        RecurrentStream again = model.OpenStream();
        for (int i = 0; i < 3; i++) again.Step(i, 0.5f, -1);
        Assert.Equal(again.Step(3, 0.5f, -1).ToArray(), Enumerable.Range(0, 5).Select(i => BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(48 + 4 * i))));
        Assert.Equal(Crc32C(bytes[..^4]), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(^4..)));
        Assert.Equal(0xE3069283u, Crc32C("123456789"u8.ToArray()));
    }

    [Fact]
    public void Bytes_of_the_earlier_format_are_read()
    {
        Gru model = new(3, 5, new RandomStream(1));
        RecurrentStream stream = Stepped(model), other = model.OpenStream();
        byte[] bytes = stream.ToBytes();
        byte[] content = [.. "ELS1"u8, .. bytes[4..^4]], earlier = [.. content, .. SHA256.HashData(content)[..8]];
        other.Restore(earlier);
        Assert.Equal(bytes, other.ToBytes());
        for (int at = 0; at < earlier.Length; at++)
        {
            byte[] damaged = [.. earlier];
            damaged[at] ^= 4;
            Assert.Throws<ElmanException>(() => other.Restore(damaged));
        }
        Assert.Equal(bytes, other.ToBytes());
    }

    [Fact]
    public void Writing_and_restoring_allocate_nothing_and_hash_no_weights_again()
    {
        Sequential model = new(new Lstm(3, 40, new RandomStream(1)), new Linear(40, 2, new RandomStream(2)));
        RecurrentStream stream = Stepped(model);
        byte[] bytes = new byte[stream.ByteCount + 1];
        bytes[^1] = 77;
        Assert.Equal(stream.ByteCount, stream.WriteBytes(bytes));
        Assert.Equal(stream.ToBytes(), bytes[..^1]);
        Assert.Equal(77, bytes[^1]);
        Assert.Equal(0, Allocation.Fewest(() =>
        {
            stream.WriteBytes(bytes);
            stream.Restore(bytes.AsSpan(..^1));
        }));
        Assert.StartsWith($"the state takes {stream.ByteCount} bytes, there is room for 5", Assert.Throws<ArgumentException>(() => stream.WriteBytes(new byte[5])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_fingerprint_follows_every_change_of_a_weight()
    {
        Linear head = new(4, 2, new RandomStream(2));
        Sequential model = new(new Gru(3, 4, new RandomStream(1)), head), copy = new(new Gru(3, 4, new RandomStream(3)), new Linear(4, 2, new RandomStream(4)));
        Changed(() => head.Weight.CopyFrom([1, 2, 3, 4, 5, 6, 7, 8]));
        Changed(() => head.Bias!.WritableSpan()[1] = 3);
        Changed(() => model.Load(copy.Parameters().ToDictionary(parameter => parameter.Name, parameter => parameter.Value)));
        Assert.Equal(copy.Fingerprint(), model.Fingerprint());
        Changed(() =>
        {
            Sgd optimizer = new(model.Parameters(), 0.1);
            model.Forward(Tensor.Ones(1, 2, 3)).Sum().Backward();
            optimizer.Step();
        });
        byte[] returned = model.Fingerprint();
        returned[0]++;
        Assert.NotEqual(returned, model.Fingerprint());

        void Changed(Action change)
        {
            byte[] before = model.Fingerprint();
            Assert.Equal(before, model.Fingerprint());
            change();
            Assert.NotEqual(before, model.Fingerprint());
            Assert.Equal(Fingerprint(model), model.Fingerprint());
        }
    }

    [Fact]
    public void A_part_that_is_added_later_changes_the_fingerprint()
    {
        Growing inner = new(), outer = new();
        outer.Grow(inner);
        byte[] before = outer.Fingerprint();
        inner.Grow(new Linear(2, 2, new RandomStream(1)));
        Assert.NotEqual(before, outer.Fingerprint());
    }

    [Theory]
    [InlineData("lstm", 64, 512)]
    [InlineData("gru", 32, 128)]
    public void A_stream_takes_its_state_and_128_bytes(string cell, int hidden, int state)
    {
        Module model = Cells.Create(cell, 8, hidden, new RandomStream(1));
        Assert.InRange(OwnBytes(model.OpenStream()), state, state + 128);
        Assert.InRange(OwnBytes(new Sequential(model, new Linear(hidden, 2, new RandomStream(1))).OpenStream()), state, state + 2 * sizeof(float) + 128);
    }

    [Fact]
    public void An_output_stays_while_other_streams_step()
    {
        foreach (Module model in (Module[])[new Lstm(3, 5, new RandomStream(1)), new Sequential(new Gru(3, 9, new RandomStream(1)), new Linear(9, 4, new RandomStream(2)))])
        {
            RecurrentStream one = Stepped(model), other = model.OpenStream();
            ReadOnlySpan<float> output = one.Step(1, 2, 3);
            float[] expected = output.ToArray();
            for (int i = 0; i < 5; i++) other.Step(-1, i, 3);
            Bits.Equal(expected, output, model.Description);
        }
    }

    [Fact]
    public void A_step_may_take_a_step_of_another_stream()
    {
        Lstm inner = new(3, 20, new RandomStream(1)), first = new(3, 30, new RandomStream(2));
        RecurrentStream nested = new Sequential(new Nesting(inner), first).OpenStream(), plain = first.OpenStream(), own = inner.OpenStream();
        for (int i = 0; i < 4; i++)
        {
            float[] input = [i, 1, -i];
            own.Step(input);
            Bits.Equal(plain.Step(input), nested.Step(input), $"step {i}");
        }
    }

    /// <summary>What the object and its array take: an object has a header and a type of 8 bytes each, an array its length besides.</summary>
    private static long OwnBytes(RecurrentStream stream)
    {
        long fields = 0;
        float[]? values = null;
        foreach (System.Reflection.FieldInfo field in typeof(RecurrentStream).GetFields(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic))
        {
            fields += 8;
            values ??= field.GetValue(stream) as float[];
        }
        return 16 + fields + 24 + sizeof(float) * values!.Length;
    }

    private static RecurrentStream Stepped(Module model)
    {
        RecurrentStream stream = model.OpenStream();
        for (int i = 0; i < 4; i++) stream.Step(i, 0.5f, -1);
        return stream;
    }

    /// <summary>As <see cref="Module.Fingerprint"/> says it.</summary>
    private static byte[] Fingerprint(Module model)
    {
        List<byte> bytes = [];
        Describe(model);
        foreach ((string name, Tensor value) in model.Parameters())
        {
            bytes.AddRange(Encoding.UTF8.GetBytes($"{name} {value.Shape}\n"));
            foreach (float number in value.Span) bytes.AddRange(BitConverter.GetBytes(number));
        }
        return SHA256.HashData(bytes.ToArray());

        void Describe(Module module)
        {
            bytes.AddRange(Encoding.UTF8.GetBytes(module.Description + "\n"));
            foreach ((_, Module child) in module.Children) Describe(child);
        }
    }

    /// <summary>Bit by bit, the polynomial 0x1EDC6F41 reflected.</summary>
    private static uint Crc32C(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0x82F63B78;
        }
        return ~crc;
    }

    private sealed class Growing : Module
    {
        public void Grow(Module part) => AddChild($"{Children.Count}", part);

        public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => input;
    }

    /// <summary>Hands its input on, and steps a stream of its own meanwhile.</summary>
    private sealed class Nesting(Lstm inner) : Module, IStreamable
    {
        private readonly RecurrentStream _stream = inner.OpenStream();

        public int? StepInputSize => 3;

        public int StateSize => 0;

        public string? WhyNotStreamable => null;

        public int StepOutputSize(int inputSize) => 3;

        public int StepWorkspace(int inputSize) => 100;

        public void InitializeState(Span<float> state)
        {
        }

        public void Step(ReadOnlySpan<float> input, Span<float> output, Span<float> state, Span<float> workspace)
        {
            workspace.Fill(5);
            _stream.Step(input);
            Assert.Equal(-1, workspace.IndexOfAnyExcept(5));
            input.CopyTo(output);
        }

        public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => input;
    }
}
