using DataType = Onnx.TensorProto.Types.DataType;

namespace Elman.Formats.Tests.Onnx;

/// <summary>Scans as others write them, against ONNX Runtime, live.</summary>
public sealed class LoopTests
{
    /// <summary>s' = s + x, out: the sums so far, and x · s.</summary>
    private static TestModel Sums => Body("s", "x").Node("Add", "s x", "s_next").Node("Identity", "s_next", "sum").Node("Mul", "x s", "product").Output("s_next").Output("sum").Output("product");

    [Theory]
    [InlineData(9)]
    [InlineData(11)]
    [InlineData(16)]
    [InlineData(21)]
    public void A_sum_over_time(int opset) => Peer.Agrees(Scan(opset, Sums), 1e-6f, ("start", Random(1, 4)), ("values", Random(2, 5, 4)));

    [Fact]
    public void Backwards() => Peer.Agrees(Scan(17, Sums, ("scan_input_directions", new long[] { 1 })), 1e-6f, ("start", Random(1, 4)), ("values", Random(2, 5, 4)));

    [Fact]
    public void Outputs_of_which_one_is_stacked_from_its_end() =>
        Peer.Agrees(Scan(17, Sums, ("scan_output_directions", new long[] { 1, 0 })), 1e-6f, ("start", Random(1, 4)), ("values", Random(2, 5, 4)));

    [Theory]
    [InlineData(1, 0, 2)]
    [InlineData(2, 1, 1)]
    [InlineData(-1, -1, -2)]
    public void Along_other_axes(int inputs, int sums, int products) =>
        Peer.Agrees(Scan(new TestModel().Input("start", 3, 4).Input("values", "a", "b", "c"), Sums, ("scan_input_axes", new long[] { inputs }), ("scan_output_axes", new long[] { sums, products })), 1e-6f, ("start", Random(1, 3, 4)), ("values", Along(inputs, 5, 3, 4)));

    [Fact]
    public void Two_values_in_opposite_directions()
    {
        TestModel body = Body("s", "a", "b").Node("Mul", "a b", "p").Node("Add", "p s", "s_next").Node("Sub", "a b", "d").Output("s_next").Output("d");
        TestModel model = new TestModel().Input("s0", 4).Input("one", "l", 4).Input("two", 4, "l")
            .Node("Scan", "s0 one two", "last differences", ("body", body), ("num_scan_inputs", 2), ("scan_input_axes", new long[] { 0, 1 }), ("scan_input_directions", new long[] { 0, 1 })).Output("last").Output("differences");
        Peer.Agrees(model, 1e-6f, ("s0", Random(1, 4)), ("one", Random(2, 5, 4)), ("two", Random(3, 4, 5)));
    }

    /// <summary>Constant weights, a value computed around the loop, and an input of the graph; the product with the constant weights is packed at load.</summary>
    [Fact]
    public void Values_around_the_body()
    {
        TestModel body = Body("h", "x").Node("MatMul", "x W", "a").Node("MatMul", "h U", "b").Node("Add", "a b", "c").Node("Add", "c shift", "d").Node("Tanh", "d", "h_next").Node("Mul", "h_next scale", "y").Output("h_next").Output("y");
        TestModel model = new TestModel().Input("h0", "n", 3).Input("xs", "l", "n", 4).Input("scale", 1).Input("raw", 3).Constant("W", Random(1, 4, 3)).Constant("U", Random(2, 3, 3))
            .Node("Scan", "h0 xs", "h_last ys", ("body", body), ("num_scan_inputs", 1)).Node("Exp", "raw", "shift").Output("h_last").Output("ys");
        Peer.Agrees(model, 1e-6f, ("h0", Random(3, 2, 3)), ("xs", Random(4, 5, 2, 4)), ("scale", Random(5, 1)), ("raw", Random(6, 3)));
        Assert.Equal(["/MatMul_0.weight", "/MatMul_1.weight"], model.Graph.Parameters().Select(parameter => parameter.Name));
    }

    /// <summary>The inner body reads from both graphs around it.</summary>
    [Fact]
    public void A_loop_within_a_loop()
    {
        TestModel inner = Body("s", "x").Node("Mul", "x factor", "p").Node("Add", "p t", "q").Node("Add", "q s", "s_next").Output("s_next");
        TestModel outer = Body("t", "row").Node("Scan", "t row", "t_next", ("body", inner), ("num_scan_inputs", 1)).Node("Identity", "t_next", "y").Output("t_next").Output("y");
        TestModel model = new TestModel().Input("t0", 4).Input("rows", "k", "l", 4).Input("factor", 4)
            .Node("Scan", "t0 rows", "t_last ys", ("body", outer), ("num_scan_inputs", 1)).Output("t_last").Output("ys");
        Peer.Agrees(model, 1e-5f, ("t0", Random(1, 4)), ("rows", Random(2, 3, 5, 4)), ("factor", Random(3, 4)));
    }

    [Fact]
    public void Whole_numbers_and_an_engine_within()
    {
        TestModel body = new TestModel().Input("count", DataType.Int64, 1).Input("chunk", 5, 2, 3).Node("LSTM", "chunk W R", "_ h", ("hidden_size", 4))
            .Node("Add", "count one", "count_next").Node("Identity", "count", "number").Output("count_next", DataType.Int64).Output("h").Output("number", DataType.Int64);
        TestModel model = new TestModel().Input("zero", DataType.Int64, 1).Input("chunks", "k", 5, 2, 3).Constant("one", 1).Constant("W", Random(1, 1, 16, 3)).Constant("R", Random(2, 1, 16, 4))
            .Node("Scan", "zero chunks", "counted hs numbers", ("body", body), ("num_scan_inputs", 1)).Output("counted", DataType.Int64).Output("hs").Output("numbers", DataType.Int64);
        Peer.Agrees(model, 1e-5f, ("zero", Tensor.Zeros(1)), ("chunks", Random(3, 3, 5, 2, 3)));
    }

    [Fact]
    public void No_steps()
    {
        IReadOnlyDictionary<string, Tensor> results = Scan(17, Sums, ("scan_output_axes", new long[] { 0, 1 })).Graph.Run(new Dictionary<string, Tensor> { ["start"] = Random(1, 4), ["values"] = Tensor.Zeros(0, 4) });
        Assert.Equal(Random(1, 4).Span, results["last"].Span);
        Assert.Equal((new Shape(0, 4), new Shape(4, 0)), (results["sums"].Shape, results["products"].Shape));
    }

    [Fact]
    public void What_is_unsound_is_refused_with_its_place()
    {
        Refused(Body("s", "x").Node("Add", "s x", "s_next").Node("Det", "s", "y").Output("s_next").Output("y"), "body: node '/Det_1' (Det, opset 17): the operator is not covered");
        Refused(Body("s", "x").Node("Add", "s z", "s_next").Output("s_next"), "body: node '/Add_0' (Add): its input 'z' comes from nowhere");
        Refused(Body("s", "x").Node("Add", "s x", "values").Output("values"), "body: node '/Add_0' (Add): its output 'values' bears the name of another value");
        Refused(Body("s", "values").Node("Add", "s values", "s_next").Output("s_next"), "body: its value 'values' bears the name of one around it");
        Refused(Body("s", "x").Node("Add", "s b", "a").Node("Add", "a x", "b").Output("a"), "body: node '/Add_0' (Add): it depends on its own output, through a cycle of nodes");
        Refused(Body("s").Node("Identity", "s", "t").Output("t"), "its body has 1 inputs, it should have 2: the states, then what is scanned");
        Refused(Body("s", "x").Node("Add", "s x", "t").Output("t"), "its body has 1 outputs for 1 states and 3 outputs");
        Refused(Sums, "'scan_output_axes' has 1 numbers, it should have 2", ("scan_output_axes", new long[] { 0 }));
        Refused(Sums, "'scan_input_directions' has the value 2, it should be 0 or 1", ("scan_input_directions", new long[] { 2 }));
        Assert.Equal("test.onnx: node '/Scan_0' (Scan, opset 8): the operator is covered from opset 9 on", Assert.Throws<ElmanException>(() => Scan(8, Sums).Graph).Message);
        TestModel own = Scan(17, Body("s", "x").Node("Add", "s sums", "t").Node("Identity", "t", "u").Node("Identity", "t", "v").Output("t").Output("u").Output("v"));
        Assert.Equal("test.onnx: node '/Scan_0' (Scan): it depends on its own output, through a cycle of nodes", Assert.Throws<ElmanException>(() => own.Graph).Message);
    }

    [Fact]
    public void Bodies_in_bodies_have_an_end()
    {
        TestModel Nested(int deepest)
        {
            TestModel body = new TestModel().Input("s", 4).Input("x", 4).Node("Add", "s x", "t").Output("t");
            for (int depth = 1; depth <= deepest; depth++)
            {
                (string s, string x, string t) = ($"s{depth}", $"x{depth}", $"t{depth}");
                body = new TestModel().Input(s, 4).Input(x, 4).Node("Scan", $"{s} {x}", t, ("body", body), ("num_scan_inputs", 1)).Output(t);
            }
            return body;
        }

        Assert.Equal(["t8"], Nested(8).Graph.Outputs);
        Assert.EndsWith(": body: graphs lie in each other more than 8 deep", Assert.Throws<ElmanException>(() => Nested(9).Graph).Message);
    }

    [Fact]
    public void A_step_that_fails_is_named()
    {
        TestModel body = Body("s", "x").Node("Concat", "s x", "t", ("axis", 0)).Node("Identity", "t", "u").Node("Identity", "t", "v").Output("t").Output("u").Output("v");
        Dictionary<string, Tensor> inputs = new() { ["start"] = Random(1, 4), ["values"] = Random(2, 5, 4) };
        Assert.Equal("test.onnx: node '/Scan_0' (Scan, opset 17): a state of shape [4] becomes one of shape [8]", Assert.Throws<ElmanException>(() => Scan(17, body).Graph.Run(inputs)).Message);
        inputs["start"] = Random(1, 3);
        Assert.StartsWith("test.onnx: node '/Scan_0' (Scan, opset 17): body: node '/Add_0' (Add, opset 17): Add: shapes [3] and [4] do not broadcast", Assert.Throws<ElmanException>(() => Scan(17, Sums).Graph.Run(inputs)).Message);
    }

    private static TestModel Scan(int opset, TestModel body, params (string, object)[] attributes) => Scan(new TestModel(opset).Input("start", "a").Input("values", "b", "c"), body, attributes);

    private static TestModel Scan(TestModel inputs, TestModel body, params (string, object)[] attributes) => inputs
        .Node("Scan", "start values", "last sums products", [("body", body), ("num_scan_inputs", 1), .. attributes]).Output("last").Output("sums").Output("products");

    private static TestModel Body(params string[] inputs) => inputs.Aggregate(new TestModel(), (body, input) => body.Untyped(input));

    private static void Refused(TestModel body, string message, params (string, object)[] attributes) =>
        Assert.Equal($"test.onnx: node '/Scan_0' (Scan, opset 17): {message}", Assert.Throws<ElmanException>(() => Scan(17, body, attributes).Graph).Message);

    /// <summary>Steps [..] along an axis.</summary>
    private static Tensor Along(int axis, int steps, params int[] shape)
    {
        List<int> extents = [.. shape];
        extents.Insert(axis < 0 ? axis + shape.Length + 1 : axis, steps);
        return Random(2, [.. extents]);
    }

    private static Tensor Random(int seed, params int[] shape) => Tensor.Uniform(new RandomStream((ulong)seed), -0.8f, 0.8f, shape);
}
