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

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Activations_clip_and_coupled_gates(string name, string direction)
    {
        int seed = 1000;
        for (int set = 0; set < Sets.Length; set++)
            foreach (float clip in (float[])[0, 0.2f])
                foreach (bool coupled in name == "LSTM" ? Both : [false])
                    foreach (bool resetAfter in name == "GRU" ? Both : [false])
                        foreach (bool ragged in Both)
                            Check(new Case(name, direction) { Functions = set, Clip = clip, InputForget = coupled, ResetAfter = resetAfter, Ragged = ragged, States = name == "LSTM" ? 3 : 1, Seed = ++seed });
    }

    [Theory]
    [InlineData("forward")]
    [InlineData("reverse")]
    [InlineData("bidirectional")]
    public void Peepholes(string direction)
    {
        int seed = 2000;
        foreach (bool batchFirst in Both)
            foreach (bool bias in Both)
                foreach (bool ragged in Both)
                    foreach (int states in (int[])[0, 3])
                        foreach (bool coupled in Both)
                            foreach (float clip in (float[])[0, 0.2f])
                                foreach (int functions in (int[])[0, 1])
                                {
                                    Case own = new("LSTM", direction) { Peepholes = true, BatchFirst = batchFirst, Bias = bias, Ragged = ragged, States = states, Seed = ++seed };
                                    Check(own with { InputForget = coupled, Clip = clip, Functions = functions });
                                }
        Check(new Case("LSTM", direction) { Peepholes = true, FedWeights = true });
    }

    /// <summary>Activations for two directions of an LSTM; other operators, and one direction, take the first ones. Given alphas come before defaults, as the lists are filled from the front.</summary>
    private static readonly Function[][] Sets =
    [
        [],
        [Function.Sigmoid, Function.Relu, Function.Tanh, Function.HardSigmoid(0.3f, 0.6f), Function.Tanh, Function.Relu],
        [Function.LeakyRelu(null), Function.HardSigmoid(null, null), Function.Tanh, Function.Sigmoid, Function.Softsign, Function.Relu],
        [Function.HardSigmoid(0.3f, 0.4f), Function.LeakyRelu(0.2f), Function.Elu(0.7f), Function.Affine(0.4f, 0.1f), Function.ScaledTanh(0.8f, 1.2f), Function.Softsign],
        [Function.Sigmoid, Function.ThresholdedRelu(0.2f), Function.Softsign, Function.Sigmoid, Function.Softplus, Function.LeakyRelu(null)],
        [Function.Softsign, Function.Softplus, Function.Tanh, Function.HardSigmoid(null, null), Function.Softplus, Function.Sigmoid],
    ];

    /// <summary>An activation by its ONNX name, alpha and beta; null for their defaults.</summary>
    private sealed record Function(string Name, bool TakesAlpha, bool TakesBeta, float? Alpha, float? Beta, Func<double, double> Of)
    {
        public static readonly Function Sigmoid = Plain("Sigmoid", x => 1 / (1 + Math.Exp(-x)));
        public static readonly Function Tanh = Plain("Tanh", Math.Tanh);
        public static readonly Function Relu = Plain("Relu", x => Math.Max(x, 0));
        public static readonly Function Softsign = Plain("Softsign", x => x / (1 + Math.Abs(x)));
        public static readonly Function Softplus = Plain("Softplus", x => Math.Log(1 + Math.Exp(x)));

        public static Function HardSigmoid(float? a, float? b) => new("HardSigmoid", true, true, a, b, x => Math.Clamp(((a ?? 0.2f) * x) + (b ?? 0.5f), 0, 1));

        public static Function Affine(float a, float b) => new("Affine", true, true, a, b, x => (a * x) + b);

        public static Function ScaledTanh(float a, float b) => new("ScaledTanh", true, true, a, b, x => a * Math.Tanh(b * x));

        public static Function LeakyRelu(float? a) => new("LeakyRelu", true, false, a, null, x => x >= 0 ? x : (a ?? 0.01f) * x);

        public static Function ThresholdedRelu(float a) => new("ThresholdedRelu", true, false, a, null, x => x > a ? x : 0);

        public static Function Elu(float a) => new("Elu", true, false, a, null, x => x >= 0 ? x : a * (Math.Exp(x) - 1));

        private static Function Plain(string name, Func<double, double> of) => new(name, false, false, null, null, of);
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

        public int Functions { get; init; }

        public float Clip { get; init; }

        public bool InputForget { get; init; }

        public bool Peepholes { get; init; }

        public int Seed { get; init; } = 1;

        private int Directions => Direction == "bidirectional" ? 2 : 1;

        private int Gates => RecurrentNode.GatesOf(Operator);

        /// <summary>A row of no steps hands its initial state on; ONNX Runtime writes zeros there.</summary>
        public bool Empty { get; init; }

        private int[] Lengths => Batch == 1 ? [3] : [3, 5, Empty ? 0 : 1];

        private Function[] Chosen => [.. Sets[Functions].Take(Directions * (Operator switch { "LSTM" => 3, "GRU" => 2, _ => 1 }))];

        private IEnumerable<string> OutputNames => new[] { "Y", "Y_h", "Y_c" }.Take(Operator == "LSTM" ? 3 : 2).Where((_, i) => (Outputs >> i & 1) != 0);

        public Dictionary<string, Tensor> Feeds()
        {
            Dictionary<string, Tensor> feeds = new() { ["x"] = Value("x")! };
            foreach (string weight in (string[])["w", "r", "b", "p"])
                if (FedWeights && Value(weight) is { } value) feeds[weight] = value;
            if (Ragged) feeds["lengths"] = Tensor.From(Array.ConvertAll(Lengths, length => (float)length), Batch);
            foreach (string state in (string[])["h", "c"])
                if (Value(state) is { } value) feeds[state] = value;
            return feeds;
        }

        public TestModel Model()
        {
            TestModel model = new(Opset);
            foreach (string name in (string[])["x", "w", "r", "b", "h", "c", "p"])
            {
                if (Value(name) is not { } value) continue;
                if (!FedWeights && name is ("w" or "r" or "b" or "p")) model.Constant(name, value);
                else model.Input(name, [.. value.Shape.Extents.ToArray().Cast<object>()]);
            }
            if (Ragged) model.Input("lengths", DataType.Int32, Batch);
            List<(string, object)> attributes = [("hidden_size", Hidden)];
            if (Direction != "forward") attributes.Add(("direction", Direction));
            if (BatchFirst) attributes.Add(("layout", 1));
            if (ResetAfter) attributes.Add(("linear_before_reset", 1));
            if (InputForget) attributes.Add(("input_forget", 1));
            if (Clip > 0) attributes.Add(("clip", Clip));
            if (Chosen is { Length: > 0 } chosen)
            {
                attributes.Add(("activations", chosen.Select(function => function.Name).ToArray()));
                attributes.Add(("activation_alpha", chosen.Where(function => function.Alpha is not null).Select(function => function.Alpha!.Value).ToArray()));
                attributes.Add(("activation_beta", chosen.Where(function => function.Beta is not null).Select(function => function.Beta!.Value).ToArray()));
            }
            string inputs = string.Join(' ', new[] { "x", "w", "r", Bias ? "b" : "_", Ragged ? "lengths" : "_", (States & 1) != 0 ? "h" : "_", Operator == "LSTM" ? (States & 2) != 0 ? "c" : "_" : "", Peepholes ? "p" : "" });
            string outputs = string.Join(' ', new[] { "Y", "Y_h", "Y_c" }.Take(Operator == "LSTM" ? 3 : 2).Select((name, i) => (Outputs >> i & 1) != 0 ? name : "_"));
            model.Node(Operator, inputs, outputs, [.. attributes]);
            foreach (string name in OutputNames) model.Output(name);
            return model;
        }

        public Dictionary<string, Tensor> Expected()
        {
            OnnxTwin twin = new(Operator)
            {
                Direction = Direction,
                BatchFirst = BatchFirst,
                ResetAfter = ResetAfter,
                InputForget = InputForget,
                Clip = Clip > 0 ? Clip : double.PositiveInfinity,
                Activations = Chosen.Length > 0 ? [.. Chosen.Select(function => function.Of)] : null,
            };
            Tensor[] values = twin.Run(Value("x")!, Value("w")!, Value("r")!, Value("b"), Ragged ? Lengths : null, Value("h"), Value("c"), Value("p"));
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
                "p" => Peepholes ? [Directions, 3 * Hidden] : null,
                "b" => Bias ? [Directions, 2 * Gates * Hidden] : null,
                _ => (States & (name == "h" ? 1 : 2)) == 0 ? null : BatchFirst ? [Batch, Directions, Hidden] : [Directions, Batch, Hidden],
            };
            return shape is null ? null : Tensor.Uniform(new RandomStream((ulong)(Seed * 100) + name[0]), -0.9f, 0.9f, shape);
        }
    }
}
