using Elman.Formats;

namespace Elman.Cli.Tests;

/// <summary>elman run: a model of any kind on data.</summary>
public sealed class RunVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Sequential _network = new(new Gru(2, 3, new RandomStream(4)), new Linear(3, 2, new RandomStream(5)));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_of_a_table_are_the_steps_of_a_sequence()
    {
        string model = _folder.File("m.safetensors"), data = _folder.Write("d.csv", "name,a,b\nx,1,2\ny,3,-4\nx,0.5,0.25\n");
        PyTorchFile.Write(model, _network);
        string[] rows = Command.Run("run", model, data).Out.TrimEnd('\n').Split('\n');
        Assert.Equal(["y1,y2", .. Rows(_network.Forward(Tensor.From([1, 2, 3, -4, 0.5f, 0.25f], 1, 3, 2)))], rows);
        Assert.Equal(string.Join('\n', rows) + "\n", Command.RunWithInput(File.ReadAllText(data), "run", model, "-", "--columns", "a,b").Out);
        string[] grouped = Command.Run("run", model, data, "--group", "name").Out.TrimEnd('\n').Split('\n');
        Assert.Equal(["name,y1,y2", .. Rows(_network.Forward(Tensor.From([1, 2, 0.5f, 0.25f], 1, 2, 2))).Select(row => "x," + row), .. Rows(_network.Forward(Tensor.From([3f, -4], 1, 1, 2))).Select(row => "y," + row)], grouped);
    }

    [Fact]
    public void An_array_comes_of_an_array()
    {
        string model = _folder.File("m.safetensors"), data = _folder.File("d.npy"), output = _folder.File("y.npy");
        PyTorchFile.Write(model, _network);
        Tensor input = Tensor.Normal(new RandomStream(1), 2, 4, 2);
        NpyFile.Write(data, input);
        Assert.Equal(0, Command.Run("run", model, data, "-o", output).Code);
        Tensor expected = _network.Forward(input), got = NpyFile.Read(output);
        Assert.Equal(expected.Shape, got.Shape);
        Assert.Equal(expected.Span.ToArray(), got.Span.ToArray());
    }

    [Theory]
    [InlineData("<f8", "False", "(2, 3)", new byte[] { 1, 2, 3, 4, 5, 6 })]
    [InlineData("<i4", "False", "(2, 3)", new byte[] { 1, 2, 3, 4, 5, 6 })]
    [InlineData("<f8", "True", "(2, 3)", new byte[] { 1, 4, 2, 5, 3, 6 })]
    [InlineData("|u1", "True", "(2, 3)", new byte[] { 1, 4, 2, 5, 3, 6 })]
    public void Arrays_of_numpy_are_read_in_every_order(string type, string fortran, string shape, byte[] stored)
    {
        byte[] values = [.. stored.SelectMany(value => type switch { "<f8" => BitConverter.GetBytes((double)value), "<i4" => BitConverter.GetBytes((int)value), _ => [value] })];
        Tensor read = NpyFile.Read(Npy($"{{'descr': '{type}', 'fortran_order': {fortran}, 'shape': {shape}, }}", values));
        Assert.Equal(new Shape(2, 3), read.Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], read.Span.ToArray());
    }

    [Theory]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "no plain array")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", "elements of type '<c8' are not read")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", "the array has 3 elements of 4 bytes, the file 8 bytes of them")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999,99999999), }", "the shape in the header")]
    [InlineData("{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }", "does not fit single precision")]
    public void What_is_no_array_of_numbers_is_refused(string header, string expected) => Assert.Contains(expected,
        Assert.Throws<ElmanException>(() => NpyFile.Read(Npy(header, BitConverter.GetBytes((1L << 24) + 1)))).Message, StringComparison.Ordinal);

    [Fact]
    public void Bad_data_is_refused_in_one_line()
    {
        string model = _folder.File("m.safetensors");
        PyTorchFile.Write(model, _network);
        foreach ((string csv, string expected) in (ReadOnlySpan<(string, string)>)[("a,b\n1,\n", "line 2: column 'b' has no value"), ("a,b,c\n1,2,3\n", "does not take data of shape [1, 1, 3]"), ("a,b\nx,y\n", "no column of numbers")])
        {
            var refused = Command.Run("run", model, _folder.Write("d.csv", csv));
            Assert.NotEqual(0, refused.Code);
            Assert.Contains(expected, refused.Error, StringComparison.Ordinal);
            Assert.Single(refused.Error.TrimEnd('\n').Split('\n'), line => line.StartsWith("elman: ", StringComparison.Ordinal) && line.Contains(expected, StringComparison.Ordinal));
        }
        Assert.Contains("'z'", Command.Run("run", model, _folder.Write("e.csv", "a,b\n1,2\n"), "--columns", "a,z").Error, StringComparison.Ordinal);
    }

    private string Npy(string header, byte[] values)
    {
        string path = _folder.File("x.npy");
        byte[] text = System.Text.Encoding.ASCII.GetBytes(header + "\n");
        File.WriteAllBytes(path, [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, (byte)(text.Length >> 8), .. text, .. values]);
        return path;
    }

    private static IEnumerable<string> Rows(Tensor output)
    {
        int size = output.Shape[^1];
        return Enumerable.Range(0, output.Count / size).Select(at => string.Join(',', output.Span.Slice(at * size, size).ToArray().Select(value => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture))));
    }
}
