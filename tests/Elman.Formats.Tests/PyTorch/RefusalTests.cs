using System.IO.Compression;
using System.Text;
using Elman.Cli.Tests;
using Elman.Formats.PyTorch;

namespace Elman.Formats.Tests.PyTorch;

/// <summary>What a file must not do, and what is wrong with damaged ones: one line that says so, and nothing executed or allocated.</summary>
public sealed class RefusalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("os-system.pt", "a dict of 1 without named tensors")]
    [InlineData("os-system-legacy.pt", "a dict of 1 without named tensors")]
    [InlineData("os-system-protocol4.pt", "a dict of 1 without named tensors")]
    [InlineData("eval-by-inst-first.pt", "a value is made in a way that no file of weights uses")]
    [InlineData("eval-by-inst.pt", "the instruction 0x53 is not one that a file of weights uses")]
    [InlineData("new-object.pt", "an object of 'subprocess.Popen', not built")]
    [InlineData("whole-module.pt", "an object of '__main__.Tagger', not built: a whole model is a program")]
    [InlineData("complex.pt", "it asks for 'torch.ComplexFloatStorage'")]
    [InlineData("cycle.pt", "a dict of 1 without named tensors")]
    [InlineData("views.pt", "tensor 'transposed' of shape [4, 3] belongs to no module")]
    [InlineData("types.pt", "tensor 'float32' of shape [4] belongs to no module")]
    [InlineData("layers.pt", "several state dicts: 'rnn-1-uni-bias', 'rnn-1-uni-nobias', ")]
    public void A_file_of_more_than_weights_is_refused(string file, string expected)
    {
        string path = PyTorchFixture.Path(file);
        var refusal = Assert.Throws<ElmanException>(() => PyTorchFile.Read(path));
        Assert.StartsWith(path, refusal.Message);
        Assert.Contains(expected, refusal.Message);
        Assert.DoesNotContain('\n', refusal.Message);
        Assert.False(File.Exists("/tmp/elman-was-here"));
    }

    [Fact]
    public void Every_instruction_that_is_not_needed_is_refused()
    {
        const string known = ".(012NR}])tasubcQJKMGXTUqrhjiBC";
        byte[] others = [.. Enumerable.Range(0, 256).Select(code => (byte)code).Where(code => code < 0x80 && !known.Contains((char)code)), 0x82, 0x83, 0x84, 0x96, 0x97, 0x98, 0xFF];
        Assert.All(others.Except([(byte)'e']), code => Assert.Contains($"the instruction 0x{code:X2} is not one", Unpickle([0x80, 2, (byte)'N', code, .. new byte[16]])));
    }

    [Theory]
    [InlineData("", "it ends too early")]
    [InlineData("\u0080\u0002", "it ends too early")]
    [InlineData(".", "a value is missing on its stack")]
    [InlineData("(0.", "a value is missing on its stack")]
    [InlineData("N(0.", "a value is missing on its stack")]
    [InlineData("t.", "a mark is missing")]
    [InlineData("h\u0007.", "it refers to the value 7, which it has not made")]
    [InlineData("X\u00ff\u00ff\u00ff\u007fa.", "it ends too early")]
    [InlineData("X\u00ff\u00ff\u00ff\u00ffa.", "it ends too early")]
    [InlineData("\u008d\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0080.", "a text is longer than the file")]
    [InlineData("\u008c\u0001\u00ff.", "a text is not valid UTF-8")]
    [InlineData("\u008a\u0020aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.", "a whole number has 32 bytes")]
    [InlineData("NNa.", "values are appended to something that is no list")]
    [InlineData("NNNs.", "items are set in something that is no dict")]
    [InlineData("}(Nu.", "a key has no value")]
    [InlineData("NNR.", "something is called that is no function")]
    [InlineData("NNb.", "attributes are set on something that is no dict")]
    [InlineData("NQ.", "it refers to something that is no storage of numbers")]
    [InlineData("ctorch\nQInt8Storage\n.", "it asks for 'torch.QInt8Storage'")]
    [InlineData("N(\u0090.", "0 values are added to something that is no set")]
    [InlineData("N)}\u0092.", "something is called that is no function")]
    [InlineData("cos", "a name does not end")]
    [InlineData("ctorch\nFloatStorage\n)R.", "it calls torch.FloatStorage, which is no function")]
    [InlineData("ctorch._utils\n_rebuild_tensor_v2\n)R.", "torch._utils._rebuild_tensor_v2 is called with arguments that PyTorch does not give it")]
    public void A_damaged_pickle_says_what_is_wrong(string pickle, string expected) => Assert.Contains(expected, Unpickle(Encoding.Latin1.GetBytes(pickle)));

    [Theory]
    [InlineData("\u008a\u0000.", 0L)]
    [InlineData("\u008a\u0001\u00ff.", -1L)]
    [InlineData("\u008a\u0005\u0000\u0000\u0000\u0000\u0001.", 1L << 32)]
    [InlineData("\u008b\u0002\u0000\u0000\u0000\u0000\u0001.", 256L)]
    [InlineData("J\u00fe\u00ff\u00ff\u00ff.", -2L)]
    [InlineData("M\u00fe\u00ff.", 65534L)]
    [InlineData("G\u003f\u00f8\u0000\u0000\u0000\u0000\u0000\u0000.", 1.5)]
    [InlineData("\u0088.", true)]
    [InlineData("\u0089.", false)]
    [InlineData("N.", null)]
    [InlineData("X\u0002\u0000\u0000\u0000\u00c3\u00a4.", "\u00e4")]
    [InlineData("K\u0001K\u00020.", 1L)]
    [InlineData("K\u0007q\u0005K\u0009h\u0005.", 7L)]
    [InlineData("K\u0007\u0094K\u0009\u0094h\u0000.", 7L)]
    public void A_value_is_what_Python_pickled(string pickle, object? expected) =>
        Assert.Equal(expected, Unpickler.Read(Encoding.Latin1.GetBytes(pickle), new TorchMeaning(), out _));

    /// <summary>A million lists in a list, or marks, or dicts in dicts: nothing here recurses.</summary>
    [Fact]
    public void Deep_nesting_does_not_overflow_the_stack()
    {
        const int depth = 1_000_000;
        byte[] lists = [.. Enumerable.Repeat((byte)']', depth), .. Enumerable.Repeat((byte)'a', depth - 1), (byte)'.'];
        byte[] tuples = [(byte)'N', .. Enumerable.Repeat((byte)0x85, depth), (byte)'.'];
        byte[] dicts = [.. Enumerable.Repeat("}U\u0001k"u8.ToArray(), depth).SelectMany(bytes => bytes), (byte)'N', .. Enumerable.Repeat((byte)'s', depth), (byte)'.'];
        byte[] marks = [.. Enumerable.Repeat((byte)'(', depth), (byte)'N', (byte)'.'];
        foreach (byte[] pickle in new[] { lists, tuples, dicts, marks })
            Assert.Contains("without named tensors", Assert.Throws<ElmanException>(() => PyTorchFile.Read(Zip(("a/data.pkl", pickle)))).Message);
    }

    [Theory]
    [InlineData(0, new long[] { 2, 3 }, new long[] { 3, 1 }, 6, null)]
    [InlineData(1, new long[] { 2, 3 }, new long[] { 3, 1 }, 6, "reaches past its storage of 6 elements")]
    [InlineData(-1, new long[] { 2 }, new long[] { 1 }, 6, "reaches past its storage")]
    [InlineData(0, new long[] { 2 }, new long[] { -1 }, 6, "makes no sense")]
    [InlineData(0, new long[] { -2 }, new long[] { 1 }, 6, "makes no sense")]
    [InlineData(0, new long[] { 2 }, new long[] { 1, 1 }, 6, "makes no sense")]
    [InlineData(0, new long[] { 2147483647, 2147483647 }, new long[] { 0, 0 }, 6, "is larger than an array can be")]
    [InlineData(0, new long[] { 2147483647, 0 }, new long[] { 1, 1 }, 6, "is larger than an array can be")]
    [InlineData(0, new long[] { 2, 2 }, new long[] { long.MaxValue, long.MaxValue }, 6, "reaches past its storage")]
    [InlineData(9, new long[] { 0, 4 }, new long[] { 4, 1 }, 6, null)]
    public void A_view_stays_within_its_storage(long offset, long[] shape, long[] strides, int count, string? expected)
    {
        TorchStorage storage = new(TorchType.Float32, count) { Bytes = new byte[4 * count] };
        if (expected is null) Assert.Equal(shape.Aggregate(1L, (product, extent) => product * extent), new TorchTensor(storage, offset, shape, strides).ToDoubles().Length);
        else Assert.Contains(expected, Assert.Throws<PickleException>(() => new TorchTensor(storage, offset, shape, strides)).Message);
    }

    [Fact]
    public void A_value_repeated_to_gigabytes_is_refused_before_it_is_made()
    {
        // {"w": a view [10000, 10000] of one number}
        string pickle = "}U\u0001w" + "ctorch._utils\n_rebuild_tensor_v2\n((U\u0007storagectorch\nFloatStorage\nU\u00010U\u0003cpuK\u0001tQ" + "K\0M\u0010\u0027M\u0010\u0027\u0086K\0K\0\u0086\u0089)tRs.";
        string path = Zip(("a/data.pkl", Encoding.Latin1.GetBytes(pickle)), ("a/data/0", new byte[4]));
        Assert.Contains("its tensors repeat 1 values to 100000000", Assert.Throws<ElmanException>(() => PyTorchFile.Read(path)).Message);
    }

    [Fact]
    public void Shapes_that_would_make_a_network_larger_than_the_file_are_refused()
    {
        // weight_hh_l0 [1, 4000] says H = 4000, weight_ih_l0 [4000, 1] that this is an RNN: its weight_hh would have 16 million values.
        Tensor h = Tensor.Zeros(1, 4000), x = Tensor.Zeros(4000, 1);
        string path = _folder.File("lie.safetensors");
        SafeTensorsFile.Write(path, [], [SafeTensor.From("weight_ih_l0", x.Span, 4000, 1), SafeTensor.From("weight_hh_l0", h.Span, 1, 4000)]);
        Assert.Contains("its shapes do not belong together: a tensor of shape [4000, 4000]", Assert.Throws<ElmanException>(() => PyTorchFile.Read(path)).Message);
    }

    [Fact]
    public void A_flipped_bit_and_a_missing_storage_are_found()
    {
        byte[] sound = File.ReadAllBytes(PyTorchFixture.Path("tagger.pt"));
        // The first storage begins where its local header and padding end: its content is in the middle of the entry.
        using (ZipArchive zip = new(new MemoryStream(sound)))
            Assert.NotNull(zip.GetEntry("tagger/data/0"));
        byte[] damaged = [.. sound];
        int at = Encoding.Latin1.GetString(sound).IndexOf("tagger/data/0", StringComparison.Ordinal) + 80;
        damaged[at] ^= 1;
        Assert.Contains("does not have the checksum that the zip file carries", Refusal(damaged));
        Assert.Contains("the zip file has no 'a/data/0'", Assert.Throws<ElmanException>(() => PyTorchFile.Read(Zip(("a/data.pkl", PickleOfOneStorage)))).Message);
        Assert.Contains("a storage of 1 elements of float32 has 5 bytes", Assert.Throws<ElmanException>(() => PyTorchFile.Read(Zip(("a/data.pkl", PickleOfOneStorage), ("a/data/0", new byte[5])))).Message);
        Assert.Contains("torch.jit", Assert.Throws<ElmanException>(() => PyTorchFile.Read(Zip(("a/data.pkl", PickleOfOneStorage), ("a/constants.pkl", [])))).Message);
    }

    [Fact]
    public void Big_endian_files_are_turned_round()
    {
        string path = Zip(("a/data.pkl", PickleOfOneStorage), ("a/byteorder", "big"u8.ToArray()), ("a/data/0", [0x40, 0x49, 0x0F, 0xDB]));
        Assert.Equal(MathF.PI, (float)StateDict.Read(path, null).Tensors[0].Tensor.ToDoubles()[0]);
    }

    [Fact]
    public void Weights_that_are_not_finite_are_named()
    {
        string path = Zip(("a/data.pkl", PickleOfOneStorage), ("a/data/0", BitConverter.GetBytes(float.NaN)));
        Assert.Contains("tensor 'bias' has the value NaN at element 0", Assert.Throws<ElmanException>(() => PyTorchFile.ReadInto(path, new Linear(1, 1, new RandomStream(1)))).Message);
        string wide = _folder.File("wide.safetensors");
        SafeTensorsFile.Write(wide, [], [SafeTensor.From("weight", [1e300], 1)]);
        Assert.Contains("tensor 'weight' has the value 1E+300 at element 0; weights must be finite numbers of single precision",
            Assert.Throws<ElmanException>(() => PyTorchFile.ReadInto(wide, new Linear(1, 1, new RandomStream(1)))).Message);
    }

    /// <summary>{"bias": a tensor [1]}.</summary>
    private static byte[] PickleOfOneStorage => Encoding.Latin1.GetBytes(
        "}U\u0004biasctorch._utils\n_rebuild_tensor_v2\n((U\u0007storagectorch\nFloatStorage\nU\u00010U\u0003cpuK\u0001tQK\0K\u0001\u0085K\u0001\u0085\u0089)tRs.");

    private string Zip(params ReadOnlySpan<(string Name, byte[] Content)> entries)
    {
        string path = _folder.File($"{Guid.NewGuid():N}.pt");
        PyTorch.Zip.Write(path, entries);
        return path;
    }

    private string Refusal(byte[] content)
    {
        string path = _folder.File("damaged.pt");
        File.WriteAllBytes(path, content);
        return Assert.Throws<ElmanException>(() => PyTorchFile.Read(path)).Message;
    }

    private static string Unpickle(byte[] pickle) => Assert.Throws<PickleException>(() => Unpickler.Read(pickle, new TorchMeaning(), out _)).Message;
}
