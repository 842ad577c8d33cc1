using DataType = Onnx.TensorProto.Types.DataType;

namespace Elman.Formats.Tests.Onnx;

/// <summary>If and Loop against ONNX Runtime, live.</summary>
public sealed class ControlTests
{
    [Theory]
    [InlineData(11, 0)]
    [InlineData(11, 1)]
    [InlineData(21, 0)]
    [InlineData(21, 1)]
    public void A_branch_is_chosen(int opset, int condition) =>
        Peer.Agrees(Choice(opset, Body(opset).Node("Add", "a scale", "t").Output("t"), Body(opset).Node("Mul", "b a", "p").Node("Sub", "p scale", "t").Output("t")), 1e-6f, ("c", Tensor.Scalar(condition)), ("a", Random(1, 3)), ("b", Random(2, 3)));

    /// <summary>The other branch, which could not take the values, does not run.</summary>
    [Fact]
    public void Only_the_taken_one_runs()
    {
        OnnxGraph graph = Choice(17, Body().Node("Add", "a scale", "t").Output("t"), Body().Constant("shape", 7).Node("Reshape", "a shape", "t").Output("t")).Graph;
        Dictionary<string, Tensor> inputs = new() { ["c"] = Tensor.Scalar(1), ["a"] = Random(1, 3), ["b"] = Random(2, 3) };
        Assert.Equal(new Shape(3), graph.Run(inputs)["y"].Shape);
        inputs["c"] = Tensor.Scalar(0);
        Assert.StartsWith("test.onnx: node '/If_0' (If, opset 17): else_branch: node '/Reshape_0' (Reshape, opset 17): shape [3]", Assert.Throws<ElmanException>(() => graph.Run(inputs)).Message);
    }

    [Fact]
    public void Branches_that_are_unsound_are_refused()
    {
        TestModel sound = Body().Node("Identity", "a", "t").Output("t");
        void Refused(TestModel other, string message) => Assert.Equal($"test.onnx: node '/If_0' (If, opset 17): {message}", Assert.Throws<ElmanException>(() => Choice(17, sound, other).Graph).Message);
        Refused(Body().Untyped("u").Node("Identity", "u", "t").Output("t"), "its else_branch has 1 inputs, it should have none");
        Refused(Body().Node("Identity", "nothing", "t").Output("t"), "else_branch: node '/Identity_0' (Identity): its input 'nothing' comes from nowhere");
        Refused(Body().Node("Nothing", "a", "t").Output("t"), "else_branch: node '/Nothing_0' (Nothing, opset 17): the operator is not covered");
    }

    [Theory]
    [InlineData(11, 5, 1)]
    [InlineData(17, 5, 1)]
    [InlineData(21, 1, 1)]
    [InlineData(17, 100, 1)]
    public void A_loop_with_a_number_of_steps_and_a_condition(int opset, int most, int condition) =>
        Peer.Agrees(Halving(opset), 1e-6f, ("most", Tensor.Scalar(most)), ("c", Tensor.Scalar(condition)), ("start", Random(1, 3) + 40f));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(5, 0)]
    public void No_steps(int most, int condition)
    {
        IReadOnlyDictionary<string, Tensor> own = Halving(17).Graph.Run(new Dictionary<string, Tensor> { ["most"] = Tensor.Scalar(most), ["c"] = Tensor.Scalar(condition), ["start"] = Random(1, 3) });
        Assert.Equal(Random(1, 3).Span, own["last"].Span);
        Assert.Equal((new Shape(0, 3), new Shape(0)), (own["all"].Shape, own["numbers"].Shape));
    }

    [Fact]
    public void A_state_that_grows_and_a_choice_within()
    {
        TestModel yes = Body().Node("Add", "s a", "t").Output("t"), no = Body().Node("Concat", "s a", "t", ("axis", 0)).Output("t");
        TestModel body = new TestModel().Input("i", DataType.Int64).Input("go", DataType.Bool).Input("s", "n")
            .Node("Constant", "", "one", ("value_int", 2)).Node("Less", "i one", "early").Node("If", "early", "grown", ("then_branch", no), ("else_branch", yes)).Node("Identity", "go", "going").Node("Identity", "grown", "s_next")
            .Output("going", DataType.Bool).Output("s_next");
        TestModel model = new TestModel().Input("s0", "n").Input("a", "m").Constant(TensorCodec.Write("most", [2L]))
            .Node("Loop", "most _ s0", "y", ("body", body)).Output("y");
        Peer.Agrees(model, 1e-6f, ("s0", Random(1, 3)), ("a", Random(2, 2)));
    }

    [Fact]
    public void A_loop_without_an_end_is_stopped()
    {
        TestModel Endless(string type, string inputs, params (string, object)[] attributes) => new TestModel().Input("x", "n").Node("Loop", "_ _ x", "y",
            ("body", Body("i", "go", "s").Node("Identity", "go", "going").Node(type, inputs, "t", attributes).Output("going").Output("t"))).Output("y");
        void Stopped(TestModel model) => Assert.Contains("the loop takes more work than the size of its inputs justifies",
            Assert.Throws<ElmanException>(() => model.Graph.Forward(Tensor.Ones(1))).Message);
        Stopped(Endless("Neg", "s"));
        Stopped(Endless("Concat", "s s", ("axis", 0)));
    }

    [Fact]
    public void Loops_that_are_unsound_are_refused()
    {
        void Refused(TestModel body, string message) => Assert.Equal($"test.onnx: node '/Loop_0' (Loop, opset 17): {message}",
            Assert.Throws<ElmanException>(() => new TestModel().Input("x", 1).Node("Loop", "_ _ x", "y z", ("body", body)).Output("y").Graph).Message);
        Refused(Body("i", "go").Node("Identity", "go", "b").Output("b"), "its body has 2 inputs, it should have 3: step, condition, then the states");
        Refused(Body("i", "go", "s").Node("Identity", "go", "b").Node("Identity", "s", "t").Output("b").Output("t"), "its body has 2 outputs for the condition, 1 states and 2 outputs");
    }

    private static TestModel Choice(int opset, TestModel yes, TestModel no) => new TestModel(opset).Input("c", DataType.Bool).Input("a", "n").Input("b", "n").Constant("scale", Random(9, 1))
        .Node("If", "c", "y", ("then_branch", yes), ("else_branch", no)).Output("y");

    /// <summary>s' = s / 2 as long as its sum is above 1; out: every s, and the numbers of the steps.</summary>
    private static TestModel Halving(int opset)
    {
        TestModel body = new TestModel(opset).Input("i", DataType.Int64).Input("go", DataType.Bool).Input("s", 3)
            .Node("Mul", "s half", "s_next").Node("ReduceL2", "s_next", "size", ("keepdims", 0)).Node("Greater", "size bound", "going").Node("Identity", "s", "each").Node("Identity", "i", "number")
            .Output("going", DataType.Bool).Output("s_next").Output("each").Output("number", DataType.Int64);
        return new TestModel(opset).Input("most", DataType.Int64).Input("c", DataType.Bool).Input("start", 3).Constant("half", Tensor.Full(0.5f, 1)).Constant(TensorCodec.Write("bound", [1f]))
            .Node("Loop", "most c start", "last all numbers", ("body", body)).Output("last").Output("all").Output("numbers", DataType.Int64);
    }

    private static TestModel Body(int opset, params string[] inputs) => inputs.Aggregate(new TestModel(opset), (body, input) => body.Untyped(input));

    private static TestModel Body(params string[] inputs) => Body(17, inputs);

    private static Tensor Random(int seed, params int[] shape) => Tensor.Uniform(new RandomStream((ulong)seed), -0.8f, 0.8f, shape);
}
