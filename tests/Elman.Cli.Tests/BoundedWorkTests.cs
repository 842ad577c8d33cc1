using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Elman.Cli.Tests;

/// <summary>
/// Small files that asked for quadratic time or for gigabytes: each is read, described, verified or refused in a process whose heap is bounded to half a gigabyte. The time is
/// bounded only by the patience for a process, which the quadratic code exceeded many times over.
/// </summary>
public sealed class BoundedWorkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_prefix_that_is_repeated_a_hundred_thousand_times()
    {
        SafeTensorsFile.Write(_folder.File("f.safetensors"), [], [SafeTensor.From(string.Concat(Enumerable.Repeat("module.", 300_000)) + "x", [1f], 1)]);
        Assert.Equal(0, Bounded("inspect", "f.safetensors").Code);
    }

    [Fact]
    public void A_chain_of_a_hundred_thousand_nodes_of_one_name()
    {
        const int count = 100_000;
        MemoryStream nodes = new();
        for (int i = 0; i < count; i++) Field(nodes, 1, [.. Text(1, $"v{i}"), .. Text(2, $"v{i + 1}"), .. Text(3, "n"), .. Text(4, "Relu")]);
        File.WriteAllBytes(_folder.File("f.onnx"), Model([.. nodes.ToArray(), .. FloatInput("v0"), .. Value(12, $"v{count}")]));
        var outcome = Bounded("inspect", "f.onnx");
        Assert.True(outcome.Code == 0, outcome.Error);
    }

    [Fact]
    public void A_graph_with_two_hundred_thousand_outputs()
    {
        MemoryStream content = new();
        Field(content, 1, [.. Text(1, "x"), .. Text(2, "y"), .. Text(4, "Relu")]);
        for (int i = 0; i < 200_000; i++) content.Write(Value(12, "y"));
        File.WriteAllBytes(_folder.File("f.onnx"), Model([.. content.ToArray(), .. FloatInput("x")]));
        Assert.Contains("two outputs are named 'y'", Bounded("inspect", "f.onnx").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sum_of_a_hundred_thousand_wide_operands()
    {
        MemoryStream content = new();
        Field(content, 1, [.. Enumerable.Range(0, 100_000).SelectMany(i => Text(1, i % 2 == 0 ? "row" : "column")), .. Text(2, "y"), .. Text(4, "Sum")]);
        Field(content, 5, Constant("row", [1, 2000]));
        Field(content, 5, Constant("column", [2000, 1]));
        File.WriteAllBytes(_folder.File("f.onnx"), Model([.. content.ToArray(), .. FloatInput("x"), .. Value(12, "y")]));
        foreach (string[] line in (string[][])[["inspect", "f.onnx"], ["verify", "f.onnx", "f.onnx"]])
        {
            var outcome = Bounded(line);
            Assert.True(outcome.Code is 0 or 2 && outcome.Error.Count(letter => letter == '\n') <= 1, outcome.Error);
        }
    }

    [Theory]
    [InlineData("{\"kind\":\"repeat\",\"count\":16777216}", "last_step")]
    [InlineData("{\"kind\":\"conv1d\",\"inputs\":1,\"outputs\":1,\"kernel\":2,\"dilation\":16777216,\"bias\":false}", null)]
    public void A_layer_that_makes_ten_million_steps(string layer, string? before)
    {
        string first = before is null ? "" : ",{\"kind\":\"last_step\",\"reversed\":0}";
        string network = $"{{\"kind\":\"sequential\",\"modules\":[{{\"kind\":\"linear\",\"inputs\":1,\"outputs\":1,\"bias\":false}}{first},{layer}]}}";
        List<SafeTensor> tensors = [SafeTensor.From("0.weight", [1f], 1, 1)];
        if (before is null) tensors.Add(SafeTensor.From("1.weight", [1f, 1f], 1, 1, 2));
        SafeTensorsFile.Write(_folder.File("f.elman"), [new("format", "elman"), new("version", "1"), new("task", "network"), new("network", network), new("digest", "none")], tensors);
        Assert.Equal(0, Bounded("inspect", "f.elman").Code);
        foreach (string[] line in (string[][])[["verify", "f.elman", "f.elman"], ["convert", "f.elman", "f.onnx"]])
        {
            var outcome = Bounded(line);
            if (outcome.Code != 0) AssertOneLine(outcome);
        }
    }

    [Fact]
    public void Ambiguous_dates_in_ten_thousand_columns()
    {
        StringBuilder csv = new("y");
        for (int i = 0; i < 10_000; i++) csv.Append($",d{i}");
        for (int row = 0; row < 20; row++)
        {
            csv.Append($"\n{row}");
            for (int i = 0; i < 10_000; i++) csv.Append($",0{1 + row % 9}/0{1 + row / 9}/2020");
        }
        _folder.Write("f.csv", csv.ToString() + "\n");
        var outcome = Bounded("train", "forecast", "f.csv", "--target", "none", "-o", "m.elman");
        Assert.Contains("f.csv has no column 'none'", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_keras_description_of_a_hundred_megabytes()
    {
        using (ZipArchive zip = ZipFile.Open(_folder.File("f.keras"), ZipArchiveMode.Create))
        {
            Add("metadata.json", "{\"keras_version\":\"3.0.0\"}");
            Add("config.json", "[" + string.Concat(Enumerable.Repeat("[],", 33_000_000)) + "[]]");
            Add("model.weights.h5", "none");
            // What does not shrink makes the archive large enough for the rest.
            byte[] noise = new byte[6_000_000];
            new Random(1).NextBytes(noise);
            using Stream stream = zip.CreateEntry("noise").Open();
            stream.Write(noise);

            void Add(string name, string text)
            {
                using Stream entry = zip.CreateEntry(name).Open();
                entry.Write(Encoding.ASCII.GetBytes(text));
            }
        }
        Assert.Contains("claims", Bounded("inspect", "f.keras").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_word_of_a_megabyte_is_compared_with_nothing()
    {
        _folder.Write("data.csv", SmallData.Wave());
        AssertOneLine(Command.Run("train", "forecast", _folder.File("data.csv"), "--target", new string('y', 1_000_000), "-o", _folder.File("m.elman")));
    }

    private static void AssertOneLine(Outcome outcome) =>
        Assert.True(outcome.Code == 2 && outcome.Error.Count(letter => letter == '\n') == 1 && !outcome.Error.Contains("not enough memory", StringComparison.Ordinal), $"{outcome.Code}: {outcome.Error}");

    private Outcome Bounded(params string[] args)
    {
        using var process = ElmanProcess.Start(_folder.Path, ("DOTNET_GCHeapHardLimit", "0x20000000"), args);
        return process.Wait();
    }

    /// <summary>A ModelProto of ir_version 8 and opset 17 with a graph.</summary>
    private static byte[] Model(byte[] graph)
    {
        MemoryStream stream = new();
        stream.Write([0x08, 8, 0x42, 2, 0x10, 17]);
        Field(stream, 7, graph);
        return stream.ToArray();
    }

    /// <summary>GraphProto.input of [N, L, 1] floats.</summary>
    private static byte[] FloatInput(string name)
    {
        byte[] shape = [0x0A, 3, 0x12, 1, (byte)'N', 0x0A, 3, 0x12, 1, (byte)'L', 0x0A, 2, 0x08, 1];
        byte[] tensor = [0x08, 1, 0x12, (byte)shape.Length, .. shape];
        byte[] type = [0x0A, (byte)tensor.Length, .. tensor];
        return Message(11, [.. Text(1, name), 0x12, (byte)type.Length, .. type]);
    }

    private static byte[] Value(int field, string name) => Message(field, [.. Text(1, name), 0x12, 4, 0x0A, 2, 0x08, 1]);

    private static byte[] Constant(string name, int[] shape)
    {
        MemoryStream stream = new();
        foreach (int extent in shape)
        {
            stream.WriteByte(0x08);
            Varint(stream, extent);
        }
        stream.Write([0x10, 1]);
        stream.Write(Text(8, name));
        byte[] values = new byte[4 * shape.Aggregate(1, (product, extent) => product * extent)];
        for (int i = 0; i < values.Length; i += 4) BinaryPrimitives.WriteSingleLittleEndian(values.AsSpan(i), 1);
        Field(stream, 9, values);
        return stream.ToArray();
    }

    private static byte[] Text(int field, string text) => Message(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Message(int field, byte[] content)
    {
        MemoryStream stream = new();
        Field(stream, field, content);
        return stream.ToArray();
    }

    private static void Field(MemoryStream stream, int field, byte[] content)
    {
        stream.WriteByte((byte)(field << 3 | 2));
        Varint(stream, content.Length);
        stream.Write(content);
    }

    private static void Varint(MemoryStream stream, int value)
    {
        for (; value >= 0x80; value >>= 7) stream.WriteByte((byte)(value | 0x80));
        stream.WriteByte((byte)value);
    }
}
