using Elman.Cli.Tests;
using Google.Protobuf;
using Onnx;

namespace Elman.Formats.Tests.Onnx;

/// <summary>ONNX among the other kinds: conversions that prove themselves.</summary>
public sealed class ConversionTests
{
    [Fact]
    public void A_model_from_PyTorch_becomes_an_Elman_file()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder.File("tagger.onnx"), GraphTests.Tagger().Bytes);
        ConversionProof proof = Conversion.Convert(folder.File("tagger.onnx"), folder.File("tagger.elman"), ModelFormat.Of(FileKind.Elman), new ReadOptions(), 1, 1e-5);
        Assert.InRange(proof.Largest, 0, 1e-6);
        Assert.Equal(["sequential of 5"], [NetworkFile.Load(folder.File("tagger.elman")).Description]);
    }

    [Fact]
    public void A_time_first_model_too()
    {
        using TemporaryFolder folder = new();
        TestModel model = new TestModel().Input("x", "l", "n", 3).Constant("W", Random(1, 1, 20, 3)).Constant("R", Random(2, 1, 20, 5)).Constant("one", 1)
            .Node("LSTM", "x W R", "y h c", ("hidden_size", 5)).Node("Squeeze", "y one", "out").Output("out");
        File.WriteAllBytes(folder.File("model.onnx"), model.Bytes);
        Assert.InRange(Conversion.Convert(folder.File("model.onnx"), folder.File("model.elman"), ModelFormat.Of(FileKind.Elman), new ReadOptions(), 1, 1e-5).Largest, 0, 1e-6);
    }

    /// <summary>Weights in Constant nodes are what weights in initializers are: packed at load, and layers.</summary>
    [Fact]
    public void Weights_in_nodes_of_their_own()
    {
        using TemporaryFolder folder = new();
        ModelProto model = GraphTests.Tagger().Proto;
        foreach (TensorProto weight in model.Graph.Initializer)
        {
            NodeProto node = new() { OpType = "Constant", Name = weight.Name };
            node.Output.Add(weight.Name);
            node.Attribute.Add(TestModel.Attribute("value", weight));
            model.Graph.Node.Add(node);
        }
        model.Graph.Initializer.Clear();
        File.WriteAllBytes(folder.File("tagger.onnx"), model.ToByteArray());
        Assert.InRange(Conversion.Convert(folder.File("tagger.onnx"), folder.File("tagger.elman"), ModelFormat.Of(FileKind.Elman), new ReadOptions(), 1, 1e-5).Largest, 0, 1e-6);

        OnnxGraph[] graphs = [.. new[] { "initializers", "constant-nodes" }.Select(where => OnnxFile.Read(Path.Combine(AppContext.BaseDirectory, "Fixtures", "cases", $"02-weights-in-{where}.onnx")))];
        Assert.Equal(graphs[0].Description, graphs[1].Description);
        Assert.Equal(graphs[0].Parameters().Select(parameter => parameter.Name[^5..]), graphs[1].Parameters().Select(parameter => parameter.Name[^5..]));
        Assert.Equal(graphs[0].ParameterCount, graphs[1].ParameterCount);
    }

    [Fact]
    public void An_Elman_file_becomes_an_ONNX_model()
    {
        using TemporaryFolder folder = new();
        RandomStream random = new(1);
        Sequential network = new(new Lstm(3, 6, random, new RecurrentOptions { Layers = 2, Direction = Direction.Both, Merge = Merge.Sum }), new Linear(6, 2, random));
        NetworkFile.Save(folder.File("model.elman"), network);
        Assert.InRange(Conversion.Convert(folder.File("model.elman"), folder.File("model.onnx"), ModelFormat.Of(FileKind.Onnx), new ReadOptions(), 1, 1e-5).Largest, 0, 2e-6);
    }

    [Fact]
    public void What_is_written_as_a_Scan_is_compared_too_but_is_no_network_again()
    {
        using TemporaryFolder folder = new();
        RandomStream random = new(1);
        NetworkFile.Save(folder.File("model.elman"), new Sequential(new Lstm(3, 6, random, new RecurrentOptions { ProjectionSize = 2, Layers = 2, Direction = Direction.Both }), new Linear(4, 1, random)));
        List<string> remarks = [];
        ConversionProof proof = Conversion.Convert(folder.File("model.elman"), folder.File("model.onnx"), ModelFormat.Of(FileKind.Onnx), new ReadOptions { Remark = remarks.Add }, 1, 1e-5);
        Assert.InRange(proof.Largest, 0, 2e-6);
        // Four probes, the ragged one among them.
        Assert.Equal((3 + 15 + 24 + 48, 0), (proof.Outputs.Single().Count, remarks.Count));
        Assert.InRange(Conversion.Verify(folder.File("model.onnx"), folder.File("model.elman"), new ReadOptions(), 1).Largest, 0, 2e-6);
        Assert.Contains("(Scan): no layer is made of a body of operators; the graph runs as it is", Assert.Throws<ElmanException>(
            () => Conversion.Convert(folder.File("model.onnx"), folder.File("back.elman"), ModelFormat.Of(FileKind.Elman), new ReadOptions(), 1, 1e-5)).Message);
    }

    [Fact]
    public void Nothing_is_written_where_a_Scan_computes_something_else()
    {
        using TemporaryFolder folder = new();
        NetworkFile.Save(folder.File("model.elman"), new Lstm(3, 6, new RandomStream(1), new RecurrentOptions { ProjectionSize = 2 }));
        Conversion.Convert(folder.File("model.elman"), folder.File("model.onnx"), ModelFormat.Of(FileKind.Onnx), new ReadOptions(), 1, tolerance: 1e-12);
        Assert.False(File.Exists(folder.File("model.onnx")));
    }

    public static TheoryData<string> Special => ["masked", "masked classes", "time gaps", "time gaps of an lstm", "directions apart", "directions apart, as loops", "learnt states"];

    [Theory]
    [MemberData(nameof(Special))]
    public void Modules_that_no_node_expresses_are_compared(string name)
    {
        using TemporaryFolder folder = new();
        RandomStream random = new(1);
        Module network = name switch
        {
            "masked" => new Sequential(new Masking(0.5f, new Lstm(3, 6, random, new RecurrentOptions { Direction = Direction.Both })), new Linear(12, 2, random)),
            "masked classes" => new Masking(0, new Sequential(new Embedding(4, 3, random), new Gru(3, 6, random))),
            "time gaps" => new Sequential(new GruD(3, 6, random), new Linear(6, 2, random)),
            "time gaps of an lstm" => new DecayRecurrent<LstmUnit>(3, 6, random),
            "directions apart" => new Gru(3, 6, random, new RecurrentOptions { Direction = Direction.Both, Merge = Merge.None, Layers = 2 }),
            "learnt states" => new Sequential(new Lstm(3, 6, random, new RecurrentOptions { LearnInitialState = true }), new Linear(6, 2, random)),
            _ => new Lstm(3, 6, random, new RecurrentOptions { Direction = Direction.Both, Merge = Merge.None, Layers = 2, LayerNorm = true }),
        };
        foreach ((_, Tensor value) in network.Parameters().Where(parameter => parameter.Name.Contains("initial", StringComparison.Ordinal))) value.CopyFrom(Tensor.Ones([.. value.Shape.Extents]).Span);
        NetworkFile.Save(folder.File("model.elman"), network);
        List<string> remarks = [];
        ConversionProof proof = Conversion.Convert(folder.File("model.elman"), folder.File("model.onnx"), ModelFormat.Of(FileKind.Onnx), new ReadOptions { Remark = remarks.Add }, 1, 1e-5);
        // What is promised; norms over six units enlarge what products and functions round differently.
        double promised = name == "directions apart, as loops" ? 1e-5 : 2e-6;
        Assert.InRange(proof.Largest, 0, promised);
        Assert.Empty(remarks);
        Assert.InRange(Conversion.Verify(folder.File("model.onnx"), folder.File("model.elman"), new ReadOptions(), 1).Largest, 0, promised);
    }

    [Fact]
    public void What_is_no_chain_of_layers_is_refused_with_the_node()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder.File("model.onnx"), new TestModel().Input("x", "n", "l", 3).Node("Tanh", "x", "t").Node("Mul", "t t", "out").Output("out").Bytes);
        ElmanException failure = Assert.Throws<ElmanException>(() => Conversion.Convert(folder.File("model.onnx"), folder.File("model.elman"), ModelFormat.Of(FileKind.Elman), new ReadOptions(), 1, 1e-5));
        Assert.Contains("the graph is no chain of layers: node '/Mul_1' (Mul): there is no such layer", failure.Message);
        Assert.False(File.Exists(folder.File("model.elman")));
    }

    private static Tensor Random(int seed, params int[] shape) => Tensor.Uniform(new RandomStream((ulong)seed), -0.8f, 0.8f, shape);
}
