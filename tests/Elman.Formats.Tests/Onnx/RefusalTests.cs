using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Elman.Formats.Tests.Onnx;

/// <summary>What is not covered, or not sound, is refused when it is read, in one line that names the place.</summary>
public sealed class RefusalTests
{
    [Fact]
    public void An_operator_that_is_not_covered() =>
        Refused(Model().Node("Det", "x", "y"), "test.onnx: node '/Det_0' (Det, opset 17): the operator is not covered");

    [Theory]
    [InlineData("i#->i", "the equation 'i#->i' is not covered; letters and '...' are, as in 'bij,bjk->bik'")]
    [InlineData("......->", "the equation '......->' is not covered; letters and '...' are, as in 'bij,bjk->bik'")]
    [InlineData("ijk->i,j", "the equation 'ijk->i,j' is not covered; letters and '...' are, as in 'bij,bjk->bik'")]
    [InlineData("ijk,k->ij", "the equation 'ijk,k->ij' has 2 operands for 1 inputs")]
    [InlineData("ijk->ii", "the equation 'ijk->ii' gives an axis twice, or one that no operand has")]
    [InlineData("ijk->l", "the equation 'ijk->l' gives an axis twice, or one that no operand has")]
    public void An_equation_that_is_none(string equation, string message) => Refused(Model().Node("Einsum", "x", "y", ("equation", equation)), $"test.onnx: node '/Einsum_0' (Einsum, opset 17): {message}");

    [Fact]
    public void Windows_that_are_none()
    {
        void Pool(string message, params (string, object)[] attributes) => Refused(Model().Node("MaxPool", "x", "y", attributes), $"test.onnx: node '/MaxPool_0' (MaxPool, opset 17): {message}");
        Pool("the attribute 'kernel_shape' is missing");
        Pool("'kernel_shape' is 0, it should be positive", ("kernel_shape", new long[] { 0 }));
        Pool("'strides' has 2 numbers, it should have 1, one for each axis of the windows", ("kernel_shape", new long[] { 2 }), ("strides", new long[] { 1, 1 }));
        Pool("'pads' should be 4 numbers that are not negative", ("kernel_shape", new long[] { 2, 2 }), ("pads", new long[] { 0, 1, 0, -1 }));
        Pool("auto_pad 'MIRROR' is not covered", ("kernel_shape", new long[] { 2 }), ("auto_pad", "MIRROR"));
        OnnxGraph graph = Model().Node("MaxPool", "x", "y", ("kernel_shape", new long[] { 9 }), ("pads", new long[] { 2, 3 })).Graph;
        Assert.Equal("test.onnx: node '/MaxPool_0' (MaxPool, opset 17): 3 steps, padded by 2 and 3, are fewer than the 9 that an output sees",
            Assert.Throws<ElmanException>(() => graph.Forward(Tensor.Zeros(1, 2, 3))).Message);
    }

    [Fact]
    public void An_operator_of_another_domain()
    {
        TestModel model = Model().Node("Gelu", "x", "y");
        model.Proto.Graph.Node[0].Domain = "com.microsoft";
        Refused(model, "test.onnx: node '/Gelu_0' (Gelu, opset 17): operators of the domain 'com.microsoft' are not covered");
    }

    [Fact]
    public void An_operator_that_came_later() => Refused(Model().Node("Gelu", "x", "y"), "test.onnx: node '/Gelu_0' (Gelu, opset 17): the operator is covered from opset 20 on");

    [Fact]
    public void An_attribute_that_is_not_covered() =>
        Refused(Model().Node("Transpose", "x", "y", ("perm", new long[] { 1, 0 }), ("mirror", 1)), "test.onnx: node '/Transpose_0' (Transpose, opset 17): the attribute 'mirror' is not covered");

    [Fact]
    public void An_attribute_of_the_wrong_type() =>
        Refused(Model().Node("Softmax", "x", "y", ("axis", 1f)), "test.onnx: node '/Softmax_0' (Softmax, opset 17): the attribute 'axis' is of type Float, it should be Int");

    [Fact]
    public void An_operator_set_that_is_not_covered()
    {
        Refused(Model(6).Node("Tanh", "x", "y"), "test.onnx: operator set 6 is not covered; 7 to 22 are, export it for one of these");
        Refused(Model(23).Node("Tanh", "x", "y"), "test.onnx: operator set 23 is not covered; 7 to 22 are, export it for one of these");
    }

    [Fact]
    public void A_cycle() => Refused(Model().Node("Add", "x b", "a").Node("Tanh", "a", "b").Node("Tanh", "x", "y"),
        "test.onnx: node '/Add_0' (Add): it depends on its own output, through a cycle of nodes");

    [Fact]
    public void A_name_that_is_given_twice()
    {
        Refused(Model().Node("Tanh", "x", "y").Node("Tanh", "x", "y"), "test.onnx: node '/Tanh_1' (Tanh): its output 'y' bears the name of another value");
        Refused(Model().Node("Tanh", "x", "x"), "test.onnx: node '/Tanh_0' (Tanh): its output 'x' bears the name of another value");
        Refused(Model().Constant("c", 1).Constant("c", 2).Node("Tanh", "x", "y"), "test.onnx: two constants are named 'c'");
        Refused(Model().Input("x", 1).Node("Tanh", "x", "y"), "test.onnx: two inputs are named 'x'");
        Refused(Model().Node("Tanh", "x", "y").Output("y"), "test.onnx: two outputs are named 'y'");
    }

    [Fact]
    public void A_reference_to_nothing()
    {
        Refused(Model().Node("Add", "x z", "y"), "test.onnx: node '/Add_0' (Add): its input 'z' comes from nowhere");
        Refused(Model().Node("Tanh", "x", "z"), "test.onnx: the output 'y' comes from nowhere");
    }

    [Fact]
    public void Inputs_that_are_missing_or_too_many()
    {
        Refused(Model().Node("Add", "x", "y"), "test.onnx: node '/Add_0' (Add, opset 17): its input 1 is missing");
        Refused(Model().Node("Tanh", "x x", "y"), "test.onnx: node '/Tanh_0' (Tanh, opset 17): it has 2 inputs, 1 at most are covered");
    }

    [Fact]
    public void Data_in_another_file()
    {
        TensorProto proto = new() { Name = "c", DataType = (int)DataType.Float, DataLocation = TensorProto.Types.DataLocation.External };
        proto.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "../../etc/passwd" });
        Refused(Model().Constant(proto).Node("Add", "x c", "y"), "test.onnx: constant 'c': its values lie in another file; save the model as one file (all data inside)");
    }

    [Fact]
    public void A_constant_that_is_not_there()
    {
        TensorProto proto = new() { Name = "c", DataType = (int)DataType.Float };
        proto.Dims.Add([1 << 15, 1 << 15]);
        Refused(Model().Constant(proto).Node("Add", "x c", "y"), "test.onnx: constant 'c': shape [32768, 32768] needs 1073741824 values, 0 are there");
    }

    [Fact]
    public void Constants_that_grow_out_of_proportion_are_left_to_the_runs()
    {
        byte[] model = Model().Constant("shape", 1 << 14, 1 << 14).Node("ConstantOfShape", "shape", "c").Node("Add", "x c", "y").Bytes;
        long before = GC.GetAllocatedBytesForCurrentThread();
        OnnxFile.Read(model, "test.onnx");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Peer.Agrees(new TestModel().Input("x", 1, 300).Constant("shape", 300, 300).Node("ConstantOfShape", "shape", "c", ("value", TensorCodec.Write("", [2f], 1))).Node("Add", "x c", "y").Output("y"), 0, ("x", Tensor.Ones(1, 300)));
    }

    [Fact]
    public void Weights_that_do_not_fit() => Refused(
        Model().Constant("W", Tensor.Zeros(1, 12, 3)).Constant("R", Tensor.Zeros(1, 16, 4)).Node("LSTM", "x W R", "y", ("hidden_size", 4)),
        "test.onnx: node '/LSTM_0' (LSTM, opset 17): W has shape [1, 12, 3], it should be [1, 16, 3]");

    [Fact]
    public void Weights_that_are_not_finite()
    {
        Refused(Model().Constant("c", Tensor.From([1, float.NaN, 2], 3)).Node("Add", "x c", "y"), "test.onnx: 'c' has the value NaN at element 1; weights must be finite");
        Refused(Model().Constant("c", Tensor.From([1, 2, float.PositiveInfinity], 3, 1)).Node("MatMul", "x c", "y"), "test.onnx: '/MatMul_0.weight' has the value Infinity at element 2; weights must be finite");
        TestModel body = new TestModel().Untyped("s").Untyped("step").Constant("c", Tensor.From([float.NaN], 1)).Node("Add", "s c", "t").Output("t");
        Refused(Model().Node("Scan", "z x", "y", ("body", body), ("num_scan_inputs", 1)).Constant("z", 1), "test.onnx: 'c' has the value NaN at element 0; weights must be finite");
    }

    [Fact]
    public void A_direction_that_does_not_exist() => Refused(
        Model().Constant("W", Tensor.Zeros(1, 16, 3)).Constant("R", Tensor.Zeros(1, 16, 4)).Node("LSTM", "x W R", "y", ("direction", "sideways")),
        "test.onnx: node '/LSTM_0' (LSTM, opset 17): the direction 'sideways' is none of forward, reverse, bidirectional");

    [Fact]
    public void A_file_that_is_none()
    {
        ElmanException failure = Assert.Throws<ElmanException>(() => OnnxFile.Read([.. "PK\u0003\u0004 no model"u8], "test.onnx"));
        Assert.Equal("test.onnx: it is cut off, damaged or no ONNX model; write or fetch it again", failure.Message);
        Assert.Equal("test.onnx: there is no graph; give an ONNX model", Assert.Throws<ElmanException>(() => OnnxFile.Read([], "test.onnx")).Message);
        Assert.Equal("cannot read 'nowhere.onnx': there is no such file; check the name", Assert.Throws<ElmanException>(() => OnnxFile.Read("nowhere.onnx")).Message);
    }

    [Fact]
    public void Inputs_of_a_run_are_checked()
    {
        OnnxGraph graph = new TestModel().Input("x", "n", 3).Input("i", DataType.Int64, "n").Node("Tanh", "x", "y").Output("y").Graph;
        Tensor x = Tensor.Zeros(2, 3), i = Tensor.Zeros(2);
        Dictionary<string, Tensor> With(string name, Tensor value) => new() { ["x"] = x, ["i"] = i, [name] = value };
        Assert.Equal("the input 'i' is missing", Assert.Throws<ArgumentException>(() => graph.Run(new Dictionary<string, Tensor> { ["x"] = x })).Message);
        Assert.Equal("the input 'x' has shape [n, 3], got [2, 4]", Assert.Throws<ArgumentException>(() => graph.Run(With("x", Tensor.Zeros(2, 4)))).Message);
        Assert.Equal("the graph has no input 'z'; it has 'x', 'i'", Assert.Throws<ArgumentException>(() => graph.Run(With("z", x))).Message);
        Assert.Equal("the input 'i' is of whole numbers, got 0.5 at element 1", Assert.Throws<ArgumentException>(() => graph.Run(With("i", Tensor.From([0, 0.5f], 2)))).Message);
        Assert.Equal("the input 'i' is neither a length nor an initial state; use Run to feed it", Assert.Throws<ArgumentException>(() => graph.Forward(x)).Message);
    }

    [Fact]
    public void A_node_that_cannot_take_its_values_is_named_at_the_run()
    {
        OnnxGraph graph = new TestModel().Input("x", "a").Input("z", "b").Node("Add", "x z", "y").Output("y").Graph;
        ElmanException failure = Assert.Throws<ElmanException>(() => graph.Run(new Dictionary<string, Tensor> { ["x"] = Tensor.Zeros(2), ["z"] = Tensor.Zeros(3) }));
        Assert.StartsWith("test.onnx: node '/Add_0' (Add, opset 17): Add: shapes [2] and [3] do not broadcast", failure.Message);
    }

    private static TestModel Model(int opset = 17) => new TestModel(opset).Input("x", "l", "n", 3).Output("y");

    private static void Refused(TestModel model, string message) => Assert.Equal(message, Assert.Throws<ElmanException>(() => model.Graph).Message);
}
