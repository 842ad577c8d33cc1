using DataType = Onnx.TensorProto.Types.DataType;

namespace Elman.Formats.Tests.Onnx;

/// <summary>Whole models, put together as PyTorch's and Keras' exporters write them, against ONNX Runtime, live.</summary>
public sealed class GraphTests
{
    [Fact]
    public void A_tagger_from_PyTorch()
    {
        TestModel model = Tagger();
        Peer.Agrees(model, 1e-5f, ("tokens", Tensor.From([3, 1, 4, 1, 5, 9, 2, 6, 5, 3], 2, 5)));
        Peer.Agrees(model, 1e-5f, ("tokens", Tensor.From([0, 10, 7], 1, 3)));
        Peer.Agrees(model, 1e-5f, ("tokens", Tensor.From([3, 1, 4, 1, 5, 9, 2], 7, 1)));
    }

    [Fact]
    public void A_classifier_from_Keras()
    {
        TestModel model = new TestModel(15).Input("x", "unk__1", "unk__2", 3)
            .Node("Transpose", "x", "t", ("perm", new long[] { 1, 0, 2 }))
            .Constant("W", Random(1, 1, 12, 3)).Constant("R", Random(2, 1, 12, 4)).Constant("B", Random(3, 1, 24))
            .Node("GRU", "t W R B", "y _", ("hidden_size", 4), ("linear_before_reset", 0), ("activations", new[] { "Sigmoid", "Tanh" }))
            .Constant("axes", 1).Node("Squeeze", "y axes", "s").Node("Transpose", "s", "u", ("perm", new long[] { 1, 0, 2 }))
            .Constant("V", Random(4, 4, 5)).Node("MatMul", "u V", "m").Constant("c", Random(5, 5)).Node("Add", "m c", "a").Node("Softmax", "a", "out").Output("out");
        Peer.Agrees(model, 1e-5f, ("x", Random(6, 3, 7, 3)));
        Assert.Equal(new Shape(2, 6, 5), model.Graph.Forward(Random(7, 2, 6, 3)).Shape);
    }

    [Fact]
    public void A_filter_before_and_a_decision_after()
    {
        TestModel model = new TestModel(13).Input("x", "n", 4, "l")
            .Constant("k", Random(1, 6, 4, 3)).Constant("kb", Random(2, 6)).Node("Conv", "x k kb", "c", ("pads", new long[] { 1, 1 }), ("strides", new long[] { 2 }))
            .Constant("s", Random(3, 6)).Constant("b", Random(4, 6)).Constant("mean", Random(5, 6)).Constant("var", Random(6, 6) + 1.5f)
            .Node("BatchNormalization", "c s b mean var", "bn").Node("Relu", "bn", "r").Node("Transpose", "r", "t", ("perm", new long[] { 2, 0, 1 }))
            .Constant("W", Random(7, 1, 20, 6)).Constant("R", Random(8, 1, 20, 5)).Node("LSTM", "t W R", "_ h", ("hidden_size", 5))
            .Constant("zero", 0).Node("Squeeze", "h zero", "last").Constant("V", Random(9, 2, 5)).Constant("d", Random(10, 2)).Node("Gemm", "last V d", "out", ("transB", 1)).Output("out");
        Peer.Agrees(model, 1e-5f, ("x", Random(11, 3, 4, 11)));
    }

    [Fact]
    public void Lengths_and_states_are_inputs()
    {
        TestModel model = Stateful();
        (string, Tensor)[] inputs = [("x", Random(1, 4, 2, 3)), ("lengths", Tensor.From([2, 4], 2)), ("h0", Random(2, 2, 2, 5)), ("c0", Random(3, 2, 2, 5))];
        Peer.Agrees(model, 1e-5f, inputs);
        OnnxGraph graph = model.Graph;
        Tensor x = Random(1, 4, 2, 3), zeros = Tensor.Zeros(2, 2, 5);
        Tensor expected = graph.Run(new Dictionary<string, Tensor> { ["x"] = x, ["lengths"] = Tensor.From([3, 4], 2), ["h0"] = zeros, ["c0"] = zeros })["y"];
        Assert.Equal(expected.Span, graph.Forward(x, [3, 4]).Span);
        Assert.Equal(graph.Forward(x, [4, 4]).Span, graph.Forward(x).Span);
    }

    [Fact]
    public void A_recurrent_node_has_the_bits_of_a_native_layer()
    {
        Lstm native = new(3, 20, new RandomStream(1));
        Tensor x = Random(2, 4, 6, 3);
        TestModel model = new TestModel().Input("x", "l", "n", 3);
        Tensor Onnx(string name, int width) => Tensor.Concat(0, [.. new[] { 0, 3, 1, 2 }.Select(gate => Parameter(native, name).Slice(0, (gate * 20)..((gate + 1) * 20)))]).Reshape(width > 0 ? [1, 80, width] : [1, 80]);
        model.Constant("W", Onnx("weight_ih_l0", 3)).Constant("R", Onnx("weight_hh_l0", 20)).Constant("B", Tensor.Concat(1, Onnx("bias_ih_l0", 0), Onnx("bias_hh_l0", 0)));
        model.Node("LSTM", "x W R B", "y", ("hidden_size", 20)).Output("y");
        Assert.Equal(native.Forward(x).Span, model.Graph.Forward(x.Transpose(0, 1)).Reshape(6, 4, 20).Transpose(0, 1).Span);
    }

    [Fact]
    public void Weights_are_parameters_under_the_nodes_names()
    {
        OnnxGraph graph = Tagger().Graph;
        Assert.Equal(["embed", "bias", "/LSTM_"], graph.Parameters().Select(parameter => parameter.Name.Length < 6 ? parameter.Name : parameter.Name[..6]).Distinct().Take(3).ToArray());
        Assert.Equal((11 * 6) + 7 + (2 * (24 * 12 + 48)) + (2 * ((24 * 6) + (24 * 6) + 48)) + (2 * 24 * 6) + (12 * 7), graph.ParameterCount);
    }

    /// <summary>
    /// Embedding, two bidirectional LSTM layers with batch_first, a linear layer and log-softmax: PyTorch computes the initial states from the input's shape, and
    /// joins the directions by Transpose and Reshape.
    /// </summary>
    internal static TestModel Tagger()
    {
        TestModel model = new TestModel(14).Input("tokens", DataType.Int64, "batch", "time");
        model.Constant("embed", Random(1, 11, 6)).Node("Gather", "embed tokens", "e").Node("Transpose", "e", "x0", ("perm", new long[] { 1, 0, 2 }));
        model.Node("Shape", "e", "shape").Constant("i0", 0).Node("Gather", "shape i0", "batch", ("axis", 0));
        model.Node("Constant", "", "directions", ("value", TensorCodec.Write("", [2L], 1))).Constant("hidden", 6).Node("Concat", "directions batch hidden", "h_shape", ("axis", 0));
        model.Node("ConstantOfShape", "h_shape", "zeros", ("value", TensorCodec.Write("", [0f], 1)));
        for (int layer = 0; layer < 2; layer++)
        {
            int inputs = layer == 0 ? 6 : 12;
            model.Constant($"W{layer}", Random(10 + layer, 2, 24, inputs)).Constant($"R{layer}", Random(20 + layer, 2, 24, 6)).Constant($"B{layer}", Random(30 + layer, 2, 48));
            model.Node("LSTM", $"x{layer} W{layer} R{layer} B{layer} _ zeros zeros", $"y{layer} h{layer} c{layer}", ("hidden_size", 6), ("direction", "bidirectional"));
            model.Node("Transpose", $"y{layer}", $"t{layer}", ("perm", new long[] { 0, 2, 1, 3 })).Constant($"join{layer}", 0, 0, -1).Node("Reshape", $"t{layer} join{layer}", $"x{layer + 1}");
        }
        model.Node("Transpose", "x2", "batched", ("perm", new long[] { 1, 0, 2 })).Constant("weight", Random(40, 12, 7)).Node("MatMul", "batched weight", "m");
        return model.Constant("bias", Random(41, 7)).Node("Add", "bias m", "a").Node("LogSoftmax", "a", "out", ("axis", -1)).Output("out");
    }

    private static TestModel Stateful() => new TestModel().Input("x", "l", "n", 3).Input("lengths", DataType.Int32, "n").Input("h0", 2, "n", 5).Input("c0", 2, "n", 5)
        .Constant("W", Random(1, 2, 20, 3)).Constant("R", Random(2, 2, 20, 5)).Constant("B", Random(3, 2, 40))
        .Node("LSTM", "x W R B lengths h0 c0", "y h c", ("hidden_size", 5), ("direction", "bidirectional")).Output("y").Output("h").Output("c");

    private static Tensor Parameter(Module module, string name) => module.Parameters().First(parameter => parameter.Name == name).Value;

    private static Tensor Random(int seed, params int[] shape) => Tensor.Uniform(new RandomStream((ulong)seed), -0.8f, 0.8f, shape);
}
