using System.Buffers.Binary;
using System.Text;
using CsCheck;

namespace Elman.Tests.Files;

public sealed class SafeTensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_is_read_back_to_the_bit()
    {
        float[] weights = [1.5f, -0.0f, float.Epsilon, float.MaxValue, 0.1f, -3];
        long[] counts = [long.MinValue, -1, long.MaxValue];
        double[] exact = [Math.PI];
        var metadata = new Dictionary<string, string> { ["z"] = "last \"first\"\n", ["elman"] = "{\"größe\": [1]}", ["empty"] = "" };
        SafeTensorsFile.Write(_folder["model"], metadata,
        [
            SafeTensor.From("weight_ih_l0", weights, 2, 3),
            SafeTensor.From("größe 𝕏", counts, 3),
            SafeTensor.From("scalar", exact),
            SafeTensor.From("none", ReadOnlySpan<float>.Empty, 4, 0),
            new SafeTensor("bytes", "U8", [3], new byte[] { 1, 2, 255 }),
        ]);

        var file = SafeTensorsFile.Read(_folder["model"]);
        Assert.Equal(metadata, file.Metadata);
        Assert.Equal(
            ["weight_ih_l0 F32 [2, 3]", "größe 𝕏 I64 [3]", "scalar F64 []", "none F32 [4, 0]", "bytes U8 [3]"], file.Tensors.Select(tensor => tensor.ToString()));
        Assert.Equal(weights.Select(BitConverter.SingleToInt32Bits), file.GetFloats("weight_ih_l0").Select(BitConverter.SingleToInt32Bits));
        Assert.Equal(counts, file.GetLongs("größe 𝕏"));
        Assert.Equal(exact, file.GetDoubles("scalar"));
        Assert.Empty(file.GetFloats("none"));
        Assert.Equal([1, 2, 255], file.Get("bytes").Data.ToArray());
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void The_bytes_written_are_those_of_the_format()
    {
        using var stream = new MemoryStream();
        SafeTensorsFile.Write(stream, [new("a", "b")], [SafeTensor.From("w", [1f, 2f], 2), SafeTensor.From("n", [3L])]);
        string header = """{"__metadata__":{"a":"b"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"n":{"dtype":"I64","shape":[],"data_offsets":[8,16]}}""";
        header = header.PadRight((header.Length + 7) / 8 * 8);
        byte[] expected = [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 3, 0, 0, 0, 0, 0, 0, 0];
        Assert.Equal(expected, stream.ToArray());
    }

    [Fact]
    public void A_file_of_another_writer_is_read()
    {
        // Data in another order than the header, blanks, escapes, types that are only carried, an empty tensor in the middle.
        byte[] bytes = Assemble("""
            { "second": {"data_offsets": [4, 12], "dtype": "F32", "shape": [1, 2]},
              "first\u002ebias": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]},
              "empty": {"dtype": "F64", "shape": [0], "data_offsets": [4, 4]},
              "__metadata__": {"format": "pt"} }
            """, [0, 1, 2, 3, 0, 0, 0, 0x40, 0, 0, 0x40, 0xC0]);
        foreach (bool seekable in new[] { true, false })
        {
            using Stream stream = seekable ? new MemoryStream(bytes) : new PipeLike(bytes);
            var file = SafeTensorsFile.Read(stream, "other");
            Assert.Equal(["second", "first.bias", "empty"], file.Tensors.Select(tensor => tensor.Name));
            Assert.Equal([2f, -3f], file.GetFloats("second"));
            Assert.Equal("BF16", file.Get("first.bias").ElementType);
            Assert.Equal([0, 1, 2, 3], file.Get("first.bias").Data.ToArray());
            Assert.Equal("pt", file.Metadata["format"]);
        }
    }

    [Fact]
    public void A_stream_is_read_from_its_present_position()
    {
        using var stream = new MemoryStream();
        stream.Write("before"u8);
        SafeTensorsFile.Write(stream, [], [SafeTensor.From("w", [7f], 1)]);
        stream.Position = 6;
        Assert.Equal([7f], SafeTensorsFile.Read(stream, "s").GetFloats("w"));
    }

    [Theory]
    [InlineData("BOOL", 1)]
    [InlineData("U8", 1)]
    [InlineData("I8", 1)]
    [InlineData("F8_E5M2", 1)]
    [InlineData("F8_E4M3", 1)]
    [InlineData("F8_E8M0", 1)]
    [InlineData("I16", 2)]
    [InlineData("U16", 2)]
    [InlineData("F16", 2)]
    [InlineData("BF16", 2)]
    [InlineData("I32", 4)]
    [InlineData("U32", 4)]
    [InlineData("F32", 4)]
    [InlineData("I64", 8)]
    [InlineData("U64", 8)]
    [InlineData("F64", 8)]
    [InlineData("C64", 8)]
    public void Every_element_type_has_its_size(string type, int size)
    {
        var file = Read($$"""{"w":{"dtype":"{{type}}","shape":[3],"data_offsets":[0,{{3 * size}}] } }""", new byte[3 * size]);
        Assert.Equal(3 * size, file.Get("w").Data.Length);
        Assert.Contains(type, SafeTensorsHeader.ElementTypes.Split(", "));
        AssertRefused($$"""{"w":{"dtype":"{{type}}","shape":[3],"data_offsets":[0,{{3 * size + 1}}] } }""", new byte[3 * size + 1],
            $"tensor 'w': shape [3] of {type} needs {3 * size} bytes, but data_offsets [0, {3 * size + 1}] hold {3 * size + 1}");
    }

    private const string W = """{"dtype":"F32","shape":[1],"data_offsets":[0,4]}""";
    private const string V = """{"dtype":"F32","shape":[1],"data_offsets":[4,8]}""";

    [Theory]
    // The header as a whole.
    [InlineData("", 0, "the header does not begin with '{'")]
    [InlineData(" {}", 0, "the header does not begin with '{'")]
    [InlineData("[]", 0, "the header does not begin with '{'")]
    [InlineData("{", 0, "the header is not valid JSON")]
    [InlineData("{}}", 0, "the header is not valid JSON at line 1, byte 3")]
    [InlineData("{} x", 0, "the header is not valid JSON")]
    [InlineData("{\"w\":" + W + ",}", 4, "the header is not valid JSON")]
    [InlineData("{/**/}", 0, "the header is not valid JSON")]
    [InlineData("{\"w\":{\"dtype\":[[[[[1]]]]]}}", 4, "dtype should be a string, it is an array")]
    [InlineData("{\"w\":{\"shape\":[[[[[1]]]]]}}", 4, "tensor 'w': shape should hold whole numbers from 0 to 2147483647, it holds 'an array'")]
    [InlineData("{\"w\":[[[[[1]]]]]}", 4, "tensor 'w' should be an object with dtype, shape and data_offsets, it is an array")]
    [InlineData("{\"\\ud800\":" + W + "}", 4, "the header has a string that is not valid Unicode")]
    // Names.
    [InlineData("{\"w\":" + W + ",\"w\":" + V + "}", 8, "tensor 'w' appears twice")]
    [InlineData("{\"w\":" + W + ",\"\\u0077\":" + V + "}", 8, "tensor 'w' appears twice")]
    [InlineData("{\"w\\n\":3}", 0, @"tensor 'w\u000a' should be an object")]
    // Entries.
    [InlineData("{\"w\":null}", 0, "tensor 'w' should be an object with dtype, shape and data_offsets, it is null")]
    [InlineData("{\"w\":{}}", 0, "tensor 'w' has no dtype")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4, "tensor 'w' has no shape")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "tensor 'w' has no data_offsets")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "tensor 'w' has two values of dtype")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "tensor 'w' has two values of shape")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"data_offsets\":[0,4]}}", 4, "tensor 'w' has two values of data_offsets")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"x\":1}}", 4, "tensor 'w' has the unknown key 'x'")]
    [InlineData("{\"w\":{\"dtype\":\"F31\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "tensor 'w' has the unknown dtype 'F31'; known are BOOL, U8")]
    [InlineData("{\"w\":{\"dtype\":\"f32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "tensor 'w' has the unknown dtype 'f32'")]
    [InlineData("{\"w\":{\"dtype\":32,\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "tensor 'w': dtype should be a string, it is a number")]
    // Shapes.
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, "shape should hold whole numbers from 0 to 2147483647, it holds '-1'")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}}", 4, "it holds '1.0'")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[2147483648],\"data_offsets\":[0,4]}}", 4, "it holds '2147483648'")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,4]}}", 4, "it holds '99999999999999999999'")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[\"1\"],\"data_offsets\":[0,4]}}", 4, "it holds 'a string'")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":1,\"data_offsets\":[0,4]}}", 4, "shape should be an array of whole numbers, it is a number")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "tensor 'w': shape [2] of F32 needs 8 bytes, but data_offsets [0, 4] hold 4")]
    [InlineData("{\"w\":{\"dtype\":\"U8\",\"shape\":[65536,65536,65536,65536],\"data_offsets\":[0,0]}}", 0, "shape [65536, 65536, 65536, 65536] of U8 has more than the")]
    [InlineData("{\"w\":{\"dtype\":\"U8\",\"shape\":[2147483647,2147483647,2147483647,0],\"data_offsets\":[0,0]}}", 0, "of U8 has more than the")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[65536,65536,0],\"data_offsets\":[0,0]}}", 0, "shape [65536, 65536, 0] of F32 has more than the")]
    // Offsets.
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4, "data_offsets should be [begin, end], they are [4, 0]")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4]}}", 4, "data_offsets should be [begin, end], they are [4]")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}", 4, "data_offsets has more than 2 numbers")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}", 4, "data_offsets should hold whole numbers from 0 to 9223372036854775807, it holds '-4'")]
    [InlineData("{\"w\":" + W + "}", 3, "tensor 'w' ends at byte 4 of the data, but only 3 bytes of data are there")]
    [InlineData("{\"w\":{\"dtype\":\"U8\",\"shape\":[2147483647,4],\"data_offsets\":[0,8589934588]}}", 4, "tensor 'w': shape [2147483647, 4] of U8 has more than the")]
    [InlineData("{\"w\":{\"dtype\":\"U8\",\"shape\":[2000000000],\"data_offsets\":[0,2000000000]}}", 4, "tensor 'w' ends at byte 2000000000 of the data, but only 4")]
    [InlineData("{\"w\":" + W + ",\"v\":" + W + "}", 4, "tensor 'v' begins at byte 0 of the data and overlaps tensor 'w', which ends at 4")]
    [InlineData("{\"w\":" + W + ",\"v\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2,6]}}", 6, "tensor 'v' begins at byte 2 of the data and overlaps tensor 'w'")]
    [InlineData("{\"w\":" + W + ",\"v\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[2,2]}}", 4, "tensor 'v' begins at byte 2 of the data and overlaps tensor 'w'")]
    [InlineData("{\"v\":" + V + "}", 8, "tensor 'v' begins at byte 4 of the data and leaves a hole after the header, which ends at 0")]
    [InlineData("{\"w\":" + W + ",\"v\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[5,9]}}", 9, "tensor 'v' begins at byte 5 of the data and leaves a hole after tensor 'w', which ends at 4")]
    [InlineData("{\"w\":" + W + "}", 5, "1 bytes follow the last tensor")]
    [InlineData("{}", 1, "1 bytes follow the last tensor")]
    // Metadata.
    [InlineData("{\"__metadata__\":null}", 0, "__metadata__ should be an object of strings, it is null")]
    [InlineData("{\"__metadata__\":{\"a\":1}}", 0, "the value of 'a' in __metadata__ should be a string, it is a number")]
    [InlineData("{\"__metadata__\":{\"a\":{}}}", 0, "the value of 'a' in __metadata__ should be a string, it is an object")]
    [InlineData("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0, "'a' appears twice in __metadata__")]
    [InlineData("{\"__metadata__\":{},\"__metadata__\":{}}", 0, "__metadata__ appears twice")]
    public void A_hostile_header_is_refused(string header, int dataLength, string reason) => AssertRefused(header, new byte[dataLength], reason);

    [Fact]
    public void Invalid_utf8_is_refused()
    {
        byte[] bytes = Assemble("{\"x\":" + W + "}", new byte[4]);
        bytes[8 + 2] = 0xFF;
        AssertRefused(bytes, "the header is not valid UTF-8");
    }

    [Fact]
    public void A_tensor_of_too_many_dimensions_is_refused()
    {
        string shape = string.Join(',', Enumerable.Repeat(1, 65));
        AssertRefused($$"""{"w":{"dtype":"U8","shape":[{{shape}}],"data_offsets":[0,1] } }""", new byte[1], "tensor 'w': shape has more than 64 numbers");
    }

    [Theory]
    [InlineData(100_000_001UL, "announce a header of 100000001 bytes, at most 100000000 are allowed")]
    [InlineData(ulong.MaxValue, "announce a header of 18446744073709551615 bytes, at most 100000000 are allowed")]
    [InlineData(1UL << 63, "announce a header of 9223372036854775808 bytes")]
    [InlineData(3UL, "announce a header of 3 bytes, but only 2 follow")]
    [InlineData(99_000_000UL, "announce a header of 99000000 bytes, but only 2 follow")]
    public void An_absurd_header_length_is_refused_before_it_is_allocated(ulong length, string reason)
    {
        byte[] bytes = [.. new byte[8], .. "{}"u8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var refusal = Assert.Throws<ElmanException>(() => SafeTensorsFile.Read(new MemoryStream(bytes), "hostile"));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100_000);
        Assert.StartsWith("hostile: ", refusal.Message);
        Assert.Contains(reason, refusal.Message);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public void A_pipe_that_promises_gigabytes_costs_no_more_than_it_brings()
    {
        byte[] bytes = Assemble("""{"w":{"dtype":"U8","shape":[2000000000],"data_offsets":[0,2000000000]}}""", new byte[3_000_000]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var refusal = Assert.Throws<ElmanException>(() => SafeTensorsFile.Read(new PipeLike(bytes), "pipe"));
        Assert.Contains("pipe: the data end within tensor 'w'", refusal.Message);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 10_000_000);

        BinaryPrimitives.WriteUInt64LittleEndian(bytes, 99_999_999);
        Assert.Contains("the file ends within its header", Assert.Throws<ElmanException>(() => SafeTensorsFile.Read(new PipeLike(bytes), "pipe")).Message);
    }

    [Fact]
    public void Bytes_after_the_end_of_a_pipe_are_refused()
    {
        var refusal = Assert.Throws<ElmanException>(() => SafeTensorsFile.Read(new PipeLike(Assemble("{}", [0])), "pipe"));
        Assert.Contains("bytes follow the last tensor", refusal.Message);
    }

    [Fact]
    public void A_file_cut_at_any_byte_is_refused()
    {
        byte[] whole = Sample();
        for (int length = 0; length < whole.Length; length++)
        {
            foreach (bool seekable in new[] { true, false })
            {
                using Stream stream = seekable ? new MemoryStream(whole, 0, length) : new PipeLike(whole[..length]);
                Assert.Throws<ElmanException>(() => SafeTensorsFile.Read(stream, "cut"));
            }
        }
    }

    [Fact]
    public void Flipped_bits_give_a_file_or_a_refusal_and_never_waste_memory()
    {
        byte[] sound = Sample();
        Gen.Select(Gen.Int[0, sound.Length - 1], Gen.Int[0, 7]).Array[1, 4].Sample(flips =>
        {
            byte[] bytes = [.. sound];
            foreach ((int at, int bit) in flips)
                bytes[at] ^= (byte)(1 << bit);
            ReadOrRefuse(bytes);
        }, iter: 20_000, threads: 1);
    }

    [Fact]
    public void Random_headers_give_a_file_or_a_refusal_and_never_waste_memory()
    {
        string[] pieces =
        [
            "{", "}", "[", "]", ",", ":", "\"", "\"dtype\"", "\"shape\"", "\"data_offsets\"", "\"F32\"", "\"w\"", "0", "4", "-1", "1e9", "9999999999999999999",
            "null", " ", "\"__metadata__\"", "\\u0000", "{\"w\":{", "\"dtype\":\"F32\",", "\"shape\":[1],", "\"data_offsets\":[0,4]}", "}",
        ];
        Gen.Int[0, pieces.Length - 1].Select(i => pieces[i]).Array[0, 12].Sample(parts => ReadOrRefuse(Assemble(string.Concat(parts), new byte[4])), iter: 20_000, threads: 1);
    }

    private static void ReadOrRefuse(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            SafeTensorsFile.Read(stream, "flipped");
        }
        catch (ElmanException refusal)
        {
            Assert.StartsWith("flipped: ", refusal.Message);
            Assert.DoesNotContain('\n', refusal.Message);
        }

        // The constant is what the runtime spends on throwing an exception.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, bytes.Length + 250_000);
    }

    [Fact]
    public void Reading_allocates_little_more_than_the_file_holds()
    {
        SafeTensorsFile.Write(_folder["large"], [], [SafeTensor.From("w", new float[1_000_000], 1000, 1000)]);
        SafeTensorsFile.Read(_folder["large"]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        SafeTensorsFile.Read(_folder["large"]);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 4_000_000, 4_020_000);
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    [InlineData(float.NegativeInfinity, "-Infinity")]
    public void A_value_that_is_not_finite_is_named_with_its_place(float value, string text)
    {
        float[] weights = new float[24];
        weights[12 + 4 + 2] = value;
        SafeTensorsFile.Write(_folder["spoilt"], [], [SafeTensor.From("w", weights, 2, 3, 4), SafeTensor.From("d", [1.0, value], 2)]);
        var file = SafeTensorsFile.Read(_folder["spoilt"]);
        var refusal = Assert.Throws<ElmanException>(() => file.GetFloats("w"));
        Assert.Equal($"{_folder["spoilt"]}: tensor 'w' holds {text} at [1, 1, 2]; the weights are spoilt, train or fetch them again", refusal.Message);
        Assert.Contains($"tensor 'd' holds {text} at [1]", Assert.Throws<ElmanException>(() => file.GetDoubles("d")).Message);
        Assert.Equal(weights, file.GetFloats("w", allowNonFinite: true));
    }

    [Fact]
    public void A_missing_tensor_and_a_wrong_type_are_named()
    {
        var file = Read("{\"w\":" + W + "}", new byte[4]);
        Assert.Equal("test: expected a tensor 'v', the file has 'w'; check that it is the right file", Assert.Throws<ElmanException>(() => file.Get("v")).Message);
        Assert.Equal("test: tensor 'w': expected I64, it is F32; convert it first", Assert.Throws<ElmanException>(() => file.GetLongs("w")).Message);
        Assert.False(file.TryGet("v", out _));
    }

    [Fact]
    public void A_path_that_cannot_be_read_is_named()
    {
        Assert.Equal($"cannot read '{_folder["absent"]}': there is no such file; check the name",
            Assert.Throws<ElmanException>(() => SafeTensorsFile.Read(_folder["absent"])).Message);
        Assert.Equal($"cannot read '{_folder.Path}': it is a directory; give the name of a file",
            Assert.Throws<ElmanException>(() => SafeTensorsFile.Read(_folder.Path)).Message);
        File.WriteAllText(_folder["text.csv"], "date,temperature\n2012-01-01,12.8\n");
        Assert.Contains("give a safetensors file", Assert.Throws<ElmanException>(() => SafeTensorsFile.Read(_folder["text.csv"])).Message);
        File.WriteAllText(_folder["empty"], "");
        Assert.Contains("expected a header, the file ends after 0 bytes", Assert.Throws<ElmanException>(() => SafeTensorsFile.Read(_folder["empty"])).Message);
    }

    [Fact]
    public void What_the_format_cannot_hold_is_not_written()
    {
        var tensor = SafeTensor.From("w", [1f], 1);
        Assert.Contains("named 'w'", Assert.Throws<ArgumentException>(() => SafeTensorsFile.Write(new MemoryStream(), [], [tensor, tensor])).Message);
        Assert.Contains("named 'k'", Assert.Throws<ArgumentException>(() => SafeTensorsFile.Write(new MemoryStream(), [new("k", ""), new("k", "")], [])).Message);
        Assert.Contains("reserved", Assert.Throws<ArgumentException>(() => SafeTensor.From("__metadata__", [1f], 1)).Message);
        Assert.Contains("unknown element type 'F31'", Assert.Throws<ArgumentException>(() => new SafeTensor("w", "F31", [1], new byte[4])).Message);
        Assert.Contains("shape [2, 2] of F32 does not match 12 bytes", Assert.Throws<ArgumentException>(() => SafeTensor.From("w", [1f, 2f, 3f], 2, 2)).Message);
        Assert.Contains("shape [-1]", Assert.Throws<ArgumentException>(() => SafeTensor.From("w", [1f], -1)).Message);
    }

    [Fact]
    public void A_file_without_tensors_is_sound()
    {
        SafeTensorsFile.Write(_folder["bare"], [], []);
        Assert.Equal("02000000000000007b7d", Convert.ToHexStringLower(Assemble("{}", [])));
        Assert.Empty(SafeTensorsFile.Read(_folder["bare"]).Tensors);
        Assert.Empty(Read("{}", []).Tensors);
    }

    private static byte[] Sample()
    {
        using var stream = new MemoryStream();
        SafeTensorsFile.Write(stream, [new("elman", "1")], [SafeTensor.From("w", [1f, 2f, 3f], 3), SafeTensor.From("n", [3L], 1)]);
        return stream.ToArray();
    }

    private static byte[] Assemble(string header, byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        return [.. BitConverter.GetBytes((long)json.Length), .. json, .. data];
    }

    private static SafeTensorsFile Read(string header, byte[] data) => SafeTensorsFile.Read(new MemoryStream(Assemble(header, data)), "test");

    private static void AssertRefused(string header, byte[] data, string reason) => AssertRefused(Assemble(header, data), reason);

    private static void AssertRefused(byte[] bytes, string reason)
    {
        var refusal = Assert.Throws<ElmanException>(() => SafeTensorsFile.Read(new MemoryStream(bytes), "test"));
        Assert.StartsWith("test: ", refusal.Message);
        Assert.Contains(reason, refusal.Message);
        Assert.EndsWith("; the file is damaged or no safetensors file, write or fetch it again", refusal.Message);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    /// <summary>A stream that cannot tell its length and hands out a few bytes at a time, as a pipe does.</summary>
    private sealed class PipeLike(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 70_001)]);
    }
}
