using Elman.Cli.Tests;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Elman.Formats.Tests.Onnx;

/// <summary>Graphs as chains of layers.</summary>
public sealed class LoweringTests
{
    /// <summary>Elman → ONNX → Elman: the same layers with the same weights, so the same bits.</summary>
    [Theory]
    [MemberData(nameof(WriteTests.Chains), MemberType = typeof(WriteTests))]
    public void What_was_written_comes_back_to_the_bit(string name, bool states, bool lengths)
    {
        Module network = WriteTests.Network(name);
        OnnxGraph graph = OnnxFile.Read(WriteTests.Written(network, new OnnxWriteOptions { States = states, Lengths = lengths }), name);
        Sequential layers = graph.ToSequential();
        Tensor input = WriteTests.Input(name, 3, 5);
        Assert.Equal(network.Forward(input).Span, layers.Forward(input).Span);
        if (!lengths || name == "encoder and decoder") return;
        foreach (int[] ragged in (int[][])[[2, 5, 3], [1, 1, 1]]) Assert.Equal(network.Forward(input, ragged).Span, layers.Forward(input, ragged).Span);
    }

    [Fact]
    public void A_tagger_from_PyTorch_becomes_layers_that_can_be_saved()
    {
        OnnxGraph graph = GraphTests.Tagger().Graph;
        Sequential layers = graph.ToSequential();
        Assert.Equal(["embedding 11 → 6", "lstm 6 → 6, bidirectional", "lstm 12 → 6, bidirectional", "linear 12 → 7", "log softmax"], layers.Children.Select(child => child.Module.Description));
        Tensor tokens = Tensor.From([3, 1, 4, 1, 5, 9, 2, 6, 5, 3], 2, 5);
        Near.Equal(graph.Forward(tokens).Span, layers.Forward(tokens).Span, 1e-6f);
        using TemporaryFolder folder = new();
        NetworkFile.Save(folder.File("tagger.elman"), layers);
        Assert.Equal(layers.Forward(tokens).Span, NetworkFile.Load(folder.File("tagger.elman")).Forward(tokens).Span);
    }

    [Fact]
    public void A_time_first_graph_becomes_batch_first_layers()
    {
        OnnxGraph graph = Recurrent().Node("Squeeze", "h zero", "last").Constant("V", Random(4, 5, 2)).Constant("b", Random(5, 2)).Node("Gemm", "last V b", "out").Output("out").Graph;
        Assert.Equal((true, false), (graph.Chain!.InputTimeFirst, graph.Chain.OutputTimeFirst));
        Tensor x = Random(6, 4, 2, 3);
        Near.Equal(graph.Forward(x).Span, graph.ToSequential().Forward(x.Transpose(0, 1)).Span, 1e-6f);
        graph = Recurrent().Constant("one", 1).Node("Squeeze", "y one", "out").Output("out").Graph;
        Assert.Equal((true, true), (graph.Chain!.InputTimeFirst, graph.Chain.OutputTimeFirst));
        Assert.Equal(graph.Forward(x).Transpose(0, 1).Span, graph.ToSequential().Forward(x.Transpose(0, 1)).Span);
    }

    [Fact]
    public void Both_directions_at_their_ends()
    {
        OnnxGraph graph = new TestModel(14).Input("x", "n", "l", 3).Constant("W", Random(1, 2, 15, 3)).Constant("R", Random(2, 2, 15, 5))
            .Node("GRU", "x W R", "_ h", ("hidden_size", 5), ("direction", "bidirectional"), ("layout", 1), ("linear_before_reset", 1)).Node("Flatten", "h", "out").Output("out").Graph;
        Tensor x = Random(6, 4, 6, 3);
        Assert.Equal(graph.Forward(x).Span, graph.ToSequential().Forward(x).Span);
        Assert.False(graph.Chain!.InputTimeFirst);
    }

    [Fact]
    public void The_last_step_by_its_index()
    {
        OnnxGraph graph = Recurrent().Constant("one", 1).Node("Squeeze", "y one", "s").Constant(TensorCodec.Write("minus", [-1L])).Node("Gather", "s minus", "out", ("axis", 0)).Output("out").Graph;
        Tensor x = Random(6, 4, 2, 3);
        Assert.Equal(graph.Forward(x).Span, graph.ToSequential().Forward(x.Transpose(0, 1)).Span);
    }

    [Fact]
    public void The_node_that_prevents_it_is_named()
    {
        Refused(Recurrent().Node("ReduceMean", "h", "out").Output("out"), "node '/ReduceMean_1' (ReduceMean): there is no such layer");
        Refused(Recurrent().Node("Squeeze", "y one", "out").Constant("one", 1).Node("Tanh", "h", "other").Output("out").Output("other"), "node '/Tanh_2' (Tanh): it does not lead to the output 'out'");
        Refused(Recurrent().Node("Add", "h c", "out").Output("out"), "node '/LSTM_0' (LSTM): more than one of its outputs is read");
        Refused(new TestModel().Input("x", "n", "l", 3).Node("Tanh", "x", "t").Node("Add", "t x", "out").Output("out"), "node '/Tanh_0' (Tanh): the value 'x' goes more than one way");
        Refused(Recurrent().Constant("shift", Random(1, 5)).Node("Add", "h shift", "out").Output("out"), "node '/Add_1' (Add): it adds something else than the bias of a linear layer");
        Refused(new TestModel().Input("x", "n", "l", 3).Constant("V", Random(1, 3, 3)).Constant("left", Random(1, 3)).Node("MatMul", "x V", "out").Output("out"), "no node reads the constant 'left'");
        Refused(new TestModel().Input("x", "n").Node("Tanh", "x", "out").Output("out"), "the input 'x' is neither [N, L, F] nor classes [N, L]");
        Refused(Recurrent(Random(9, 1, 2, 5)).Output("h"), "node '/LSTM_0' (LSTM): its initial state is neither an input of the graph nor zero");
    }

    private static void Refused(TestModel model, string reason) =>
        Assert.Equal($"the graph is no chain of layers: {reason}", Assert.Throws<ElmanException>(() => model.Graph.ToSequential()).Message);

    private static TestModel Recurrent(Tensor? initial = null)
    {
        TestModel model = new TestModel().Input("x", "l", "n", 3).Input("lengths", DataType.Int32, "n").Constant("W", Random(1, 1, 20, 3)).Constant("R", Random(2, 1, 20, 5)).Constant("zero", 0);
        if (initial is not null) model.Constant("h0", initial);
        return model.Node("LSTM", initial is null ? "x W R _ lengths" : "x W R _ lengths h0", "y h c", ("hidden_size", 5));
    }

    private static Tensor Random(int seed, params int[] shape) => Tensor.Uniform(new RandomStream((ulong)seed), -0.8f, 0.8f, shape);
}
