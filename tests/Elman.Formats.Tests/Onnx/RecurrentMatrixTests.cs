using DataType = Onnx.TensorProto.Types.DataType;

namespace Elman.Formats.Tests.Onnx;

/// <summary>
/// Every combination of the attributes and optional inputs of RNN, GRU and LSTM as a model of one node: against the specification in double precision, and
/// that against ONNX Runtime, live, wherever it takes the combination.
/// </summary>
public sealed class RecurrentMatrixTests
{
    private const int Steps = 5, Inputs = 3, Hidden = 5;

    public static TheoryData<string, string> Kinds
    {
        get
        {
            TheoryData<string, string> kinds = [];
            foreach (string name in (string[])["RNN", "GRU", "LSTM"])
                foreach (string direction in (string[])["forward", "reverse", "bidirectional"]) kinds.Add(name, direction);
            return kinds;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Optional_inputs_and_layouts(string name, string direction)
    {
        int count = 0;
        foreach (bool batchFirst in Both)
            foreach (bool bias in Both)
                foreach (int batch in (int[])[1, 3])
                    foreach (bool ragged in Both)
                        foreach (int states in name == "LSTM" ? (int[])[0, 1, 2, 3] : [0, 1])
                            foreach (bool resetAfter in name == "GRU" ? Both : [false])
                            {
                                Check(new Case(name, direction) { BatchFirst = batchFirst, Bias = bias, Batch = batch, Ragged = ragged, States = states, ResetAfter = resetAfter, Seed = ++count });
                            }
        Assert.Equal(name == "RNN" ? 32 : 64, count);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Any_subset_of_the_outputs(string name, string direction)
    {
        for (int outputs = 1; outputs < (name == "LSTM" ? 8 : 4); outputs++)
            foreach (int opset in (int[])[7, 14, 22]) Check(new Case(name, direction) { Outputs = outputs, Opset = opset, Seed = outputs });
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Weights_as_inputs_of_the_graph(string name, string direction) => Check(new Case(name, direction) { FedWeights = true, States = 1, Ragged = true });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Rows_without_steps(string name, string direction)
    {
        for (int states = 0; states < (name == "LSTM" ? 4 : 2); states++) Check(new Case(name, direction) { Ragged = true, Empty = true, States = states });
    }

    private static readonly bool[] Both = [false, true];

    private static void Check(Case own)
    {
        Dictionary<string, Tensor> inputs = own.Feeds();
        byte[] model = own.Model().Bytes;
        IReadOnlyDictionary<string, Tensor> result = OnnxFile.Read(model, $"{own}").Run(inputs);
        Dictionary<string, Tensor> expected = own.Expected();
        Assert.Equal(expected.Keys.Order(), result.Keys.Order());
        foreach ((string name, Tensor value) in expected) Near(own, value, result[name], 2e-6f);
        if (own.BatchFirst || own.Empty) return;
        foreach ((string name, Tensor value) in Peer.Run(model, inputs)) Near(own, expected[name], value, 1e-5f);
    }

    private static void Near(Case own, Tensor expected, Tensor actual, float tolerance)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        try
        {
            Onnx.Near.Equal(expected.Span, actual.Span, tolerance);
        }
        catch (Xunit.Sdk.XunitException failure)
        {
            Assert.Fail($"{own}: {failure.Message}");
        }
    }

    /// <summary>One combination.</summary>
    private sealed record Case(string Operator, string Direction)
    {
        public bool BatchFirst { get; init; }

        public bool Bias { get; init; } = true;

        public int Batch { get; init; } = 3;

        public bool Ragged { get; init; }

        /// <summary>1: h, 2: c, 3: both.</summary>
        public int States { get; init; }

        public bool ResetAfter { get; init; }

        /// <summary>1: Y, 2: Y_h, 4: Y_c.</summary>
        public int Outputs { get; init; } = 7;

        public int Opset { get; init; } = 17;

        public bool FedWeights { get; init; }

        public int Seed { get; init; } = 1;

        private int Directions => Direction == "bidirectional" ? 2 : 1;

        private int Gates => RecurrentNode.GatesOf(Operator);

        /// <summary>A row of no steps hands its initial state on; ONNX Runtime writes zeros there.</summary>
        public bool Empty { get; init; }

        private int[] Lengths => Batch == 1 ? [3] : [3, 5, Empty ? 0 : 1];

        private IEnumerable<string> OutputNames => new[] { "Y", "Y_h", "Y_c" }.Take(Operator == "LSTM" ? 3 : 2).Where((_, i) => (Outputs >> i & 1) != 0);

        public Dictionary<string, Tensor> Feeds()
        {
            Dictionary<string, Tensor> feeds = new() { ["x"] = Value("x")! };
            foreach (string weight in (string[])["w", "r", "b"])
                if (FedWeights && Value(weight) is { } value) feeds[weight] = value;
            if (Ragged) feeds["lengths"] = Tensor.From(Array.ConvertAll(Lengths, length => (float)length), Batch);
            foreach (string state in (string[])["h", "c"])
                if (Value(state) is { } value) feeds[state] = value;
            return feeds;
        }

        public TestModel Model()
        {
            TestModel model = new(Opset);
            foreach (string name in (string[])["x", "w", "r", "b", "h", "c"])
            {
                if (Value(name) is not { } value) continue;
                if (!FedWeights && name is ("w" or "r" or "b")) model.Constant(name, value);
                else model.Input(name, [.. value.Shape.Extents.ToArray().Cast<object>()]);
            }
            if (Ragged) model.Input("lengths", DataType.Int32, Batch);
            List<(string, object)> attributes = [("hidden_size", Hidden)];
            if (Direction != "forward") attributes.Add(("direction", Direction));
            if (BatchFirst) attributes.Add(("layout", 1));
            if (ResetAfter) attributes.Add(("linear_before_reset", 1));
            string inputs = string.Join(' ', new[] { "x", "w", "r", Bias ? "b" : "_", Ragged ? "lengths" : "_", (States & 1) != 0 ? "h" : "_", Operator == "LSTM" ? (States & 2) != 0 ? "c" : "_" : "" });
            string outputs = string.Join(' ', new[] { "Y", "Y_h", "Y_c" }.Take(Operator == "LSTM" ? 3 : 2).Select((name, i) => (Outputs >> i & 1) != 0 ? name : "_"));
            model.Node(Operator, inputs, outputs, [.. attributes]);
            foreach (string name in OutputNames) model.Output(name);
            return model;
        }

        public Dictionary<string, Tensor> Expected()
        {
            OnnxTwin twin = new(Operator) { Direction = Direction, BatchFirst = BatchFirst, ResetAfter = ResetAfter };
            Tensor[] values = twin.Run(Value("x")!, Value("w")!, Value("r")!, Value("b"), Ragged ? Lengths : null, Value("h"), Value("c"), null);
            return new[] { "Y", "Y_h", "Y_c" }.Zip(values).Where(pair => OutputNames.Contains(pair.First)).ToDictionary(pair => pair.First, pair => pair.Second);
        }

        /// <summary>An operand of the node; null if the combination leaves it out.</summary>
        private Tensor? Value(string name)
        {
            int[]? shape = name switch
            {
                "x" => BatchFirst ? [Batch, Steps, Inputs] : [Steps, Batch, Inputs],
                "w" => [Directions, Gates * Hidden, Inputs],
                "r" => [Directions, Gates * Hidden, Hidden],
                "b" => Bias ? [Directions, 2 * Gates * Hidden] : null,
                _ => (States & (name == "h" ? 1 : 2)) == 0 ? null : BatchFirst ? [Batch, Directions, Hidden] : [Directions, Batch, Hidden],
            };
            return shape is null ? null : Tensor.Uniform(new RandomStream((ulong)(Seed * 100) + name[0]), -0.9f, 0.9f, shape);
        }
    }
}
