using System.Text;

namespace Elman.Formats.Tests.Onnx;

/// <summary>Damaged models are read or refused, nothing else; and those that are read are run or refused.</summary>
public sealed class DamagedModelTests
{
    private static readonly string[] Tokens =
    [
        "LSTM", "GRU", "RNN", "Scan", "Loop", "If", "Einsum", "MaxPool", "TopK", "GatherND", "NonZero", "Constant", "ConstantOfShape", "Expand", "Tile", "Pad", "Range", "Reshape", "Concat", "Unsqueeze", "Split", "Conv", "y0", "x1", "hidden_size", "direction",
        "layout", "axis", "perm", "activations", "clip", "zeros", "embed", "body", "scan_input_axes",
    ];

    private static readonly byte[][] Numbers =
    [
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0x80, 0x80, 0x80, 0x80, 0x08], [0xFF, 0xFF, 0xFF, 0xFF, 0x07], [0xFF, 0xFF, 0xFF, 0x7F], [0x00], [0x80],
    ];

    public static TheoryData<string> Models => ["tagger", "arithmetic", "network", "scan"];

    [Theory]
    [MemberData(nameof(Models))]
    public void Are_read_or_refused(string name) => DamagedFiles.Check(Sound(name), path =>
    {
        OnnxGraph graph = OnnxFile.Read(path);
        if (graph.Chain is { } chain) Assert.NotEmpty(chain.Network.Children);
    }, allocation: 300, [.. Tokens.Select(Encoding.UTF8.GetBytes), .. Numbers]);

    [Theory]
    [MemberData(nameof(Models))]
    public void The_sound_ones_are_read(string name) => Assert.NotEmpty(OnnxFile.Read(Sound(name), name).Outputs);

    private static byte[] Sound(string name) => name switch
    {
        "tagger" => GraphTests.Tagger().Bytes,
        "network" => WriteTests.Written(WriteTests.Network("layers between"), new OnnxWriteOptions()),
        "scan" => WriteTests.Written(new Lstm(3, 4, new RandomStream(1), new RecurrentOptions { ProjectionSize = 2, Direction = Direction.Both }), new OnnxWriteOptions()),
        _ => Arithmetic().Bytes,
    };

    /// <summary>Shapes that are computed from each other at load, by every operator that can make values larger.</summary>
    private static TestModel Arithmetic() => new TestModel(18).Input("x", "n", 4)
        .Constant("two", 2).Constant("shape", 2, 3).Constant("pads", 0, 1, 1, 0).Constant("axes", 0)
        .Node("Constant", "", "c", ("value_ints", new long[] { 1, 2, 3 })).Node("ConstantOfShape", "shape", "a").Node("Tile", "a shape", "b").Node("Pad", "b pads", "d")
        .Node("Concat", "c c two", "e", ("axis", 0)).Node("Gather", "e c", "f").Node("Unsqueeze", "f axes", "g").Node("Expand", "g shape", "h").Node("Mul", "h c", "i")
        .Node("Slice", "i axes two", "j").Node("Split", "e _", "k l", ("num_outputs", 2)).Node("ReduceProd", "k", "m").Node("Squeeze", "m axes", "o").Node("Reshape", "c minus", "never").Constant("minus", -1)
        .Node("Cast", "l", "p", ("to", 1)).Node("ReduceSum", "p", "q").Node("Transpose", "d", "r").Node("Shape", "r", "s").Node("Equal", "s s", "t").Node("Where", "t s s", "u")
        .Node("Conv", "w kernel", "v").Constant("kernel", Tensor.Ones(1, 1, 2)).Node("Unsqueeze", "x axes", "w").Node("Add", "v q", "y").Output("y").Output("j").Output("o").Output("u").Output("f");
}
