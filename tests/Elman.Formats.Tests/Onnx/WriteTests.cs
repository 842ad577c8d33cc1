using Elman.Cli.Tests;

namespace Elman.Formats.Tests.Onnx;

/// <summary>Networks written as ONNX, run by ONNX Runtime, and read again.</summary>
public sealed class WriteTests
{
    private static readonly Dictionary<string, Func<RandomStream, Module>> Networks = new()
    {
        ["lstm"] = random => new Lstm(4, 6, random),
        ["gru"] = random => new Gru(4, 6, random),
        ["gru, reset before"] = random => new Recurrent<OriginalGruUnit>(4, 6, random),
        ["rnn"] = random => new Rnn(4, 6, random),
        ["rnn, rectified"] = random => new Recurrent<ReluRnnUnit>(4, 6, random),
        ["lstm, three layers"] = random => new Lstm(4, 6, random, new RecurrentOptions { Layers = 3, Dropout = 0.5f, InputDropout = 0.2f, RecurrentDropout = 0.3f, WeightDropout = 0.4f }),
        ["lstm, two layers, both directions"] = random => new Lstm(4, 6, random, new RecurrentOptions { Layers = 2, Direction = Direction.Both }),
        ["gru, both directions"] = random => new Gru(4, 6, random, new RecurrentOptions { Direction = Direction.Both }),
        ["rnn, reverse"] = random => new Rnn(4, 6, random, new RecurrentOptions { Direction = Direction.Reverse }),
        ["lstm, no bias"] = random => new Lstm(4, 6, random, new RecurrentOptions { Bias = false }),
        ["lstm, two directions added"] = random => new Lstm(4, 6, random, new RecurrentOptions { Layers = 2, Direction = Direction.Both, Merge = Merge.Sum }),
        ["gru, two directions averaged"] = random => new Gru(4, 6, random, new RecurrentOptions { Direction = Direction.Both, Merge = Merge.Mean }),
        ["rnn, two directions multiplied"] = random => new Rnn(4, 6, random, new RecurrentOptions { Direction = Direction.Both, Merge = Merge.Product }),
        ["lstm, residual"] = random => new Lstm(4, 6, random, new RecurrentOptions { Layers = 3, Residual = true }),
        ["gru, three widths"] = random => new Gru(4, 6, random, new RecurrentOptions { HiddenSizes = [5, 8, 6], Direction = Direction.Both }),
        ["lstm, two widths"] = random => new Lstm(4, 6, random, new RecurrentOptions { HiddenSizes = [5, 6], LearnInitialState = true }),
        ["lstm, coupled and clipped"] = random => new Lstm(4, 6, random, new RecurrentOptions { Layers = 2, CoupledGates = true, GateClip = 0.3f }),
        ["lstm, activations"] = random => new Lstm(4, 6, random, new RecurrentOptions
        {
            Direction = Direction.Both,
            Activations = [Activation.HardSigmoid(), Activation.HardSigmoid(), Activation.Softsign, Activation.HardSigmoid(), Activation.Relu],
            ReverseActivations = [Activation.Sigmoid, Activation.Sigmoid, Activation.ScaledTanh(0.7f, 0.9f), Activation.Sigmoid, Activation.Affine(0.5f, 0.1f)],
        }),
        ["gru, activations"] = random => new Gru(4, 6, random, new RecurrentOptions { Activations = [Activation.HardSigmoid(0.3f, 0.4f), Activation.HardSigmoid(0.3f, 0.4f), Activation.Elu(0.5f)] }),
        ["rnn, identity"] = random => new Rnn(4, 6, random, new RecurrentOptions { Activations = [Activation.Identity] }),
        ["lstm, reverse activations only"] = random => new Lstm(4, 6, random, new RecurrentOptions
        {
            Direction = Direction.Both,
            ReverseActivations = [Activation.Sigmoid, Activation.Sigmoid, Activation.Relu, Activation.Sigmoid, Activation.Relu],
        }),
        ["lstm, peepholes"] = random => new Lstm(4, 6, random, new RecurrentOptions { Peepholes = true, Layers = 2, Direction = Direction.Both }),
        ["lstm, peepholes of coupled gates"] = random => new Lstm(4, 6, random, new RecurrentOptions { Peepholes = true, CoupledGates = true, GateClip = 0.4f }),
        ["convolutions"] = random => new Sequential(new Conv1d(4, 5, 3, random, dilation: 2), new Activate(Activation.Tanh), new Conv1d(5, 4, 2, random, bias: false), new Gru(4, 6, random)),
        ["halves merged at the end"] = random => new Sequential(new Lstm(4, 6, random, new RecurrentOptions { Direction = Direction.Both }), new LastStep(6), new MergeHalves(Merge.Mean)),
        ["layers between"] = random => new Sequential(new Linear(4, 5, random), new Activate(Activation.Relu), new Gru(5, 6, random), new LayerNorm(6), new Dropout(0.2f), new Lstm(6, 7, random), new Linear(7, 3, random, bias: false), new Softmax(log: true)),
        ["nested"] = random => new Sequential(new Sequential(new Lstm(4, 6, random)), new Sequential(new Sequential(new Lstm(6, 5, random), new Linear(5, 2, random)))),
        ["last step"] = random => new Sequential(new Lstm(4, 6, random), new LastStep(), new Linear(6, 3, random), new Softmax()),
        ["last step, both directions"] = random => new Sequential(new Gru(4, 6, random, new RecurrentOptions { Direction = Direction.Both }), new LastStep(6), new Linear(12, 3, random)),
        ["encoder and decoder"] = random => new Sequential(new Lstm(4, 6, random), new LastStep(), new Repeat(3), new Linear(6, 2, random)),
        ["tagger"] = random => new Sequential(new Embedding(9, 4, random), new Lstm(4, 6, random, new RecurrentOptions { Direction = Direction.Both }), new Linear(12, 5, random)),
        ["decoder of its own length"] = random => new Sequential(new Lstm(4, 6, random), new LastStep(), new Repeat(7), new Gru(6, 5, random), new Linear(5, 2, random)),
        ["activations"] = random => new Sequential([new Lstm(4, 6, random), .. Activations.Select(activation => new Activate(activation))]),
    };

    private static Activation[] Activations =>
    [
        Activation.Tanh, Activation.Sigmoid, Activation.Softsign, Activation.Softplus, Activation.LeakyRelu(0.2f), Activation.Elu(0.3f), Activation.HardSigmoid(0.3f, 0.4f),
        Activation.Affine(1.5f, -0.3f), Activation.ScaledTanh(0.9f, 1.1f), Activation.ThresholdedRelu(-2f), Activation.Identity, Activation.Relu,
    ];

    public static TheoryData<string> Names => [.. Networks.Keys];

    /// <summary>Those that are chains of layers again when they are read, each with and without states and lengths.</summary>
    public static TheoryData<string, bool, bool> Chains
    {
        get
        {
            TheoryData<string, bool, bool> chains = [];
            foreach (string name in Networks.Keys)
            {
                // Directions that are not laid side by side, residuals, learnt states and single-output activations of two nodes take other ways.
                if (name is "lstm, two directions added" or "gru, two directions averaged" or "rnn, two directions multiplied" or "lstm, residual" or "last step, both directions" or "halves merged at the end" or "decoder of its own length" or "activations") continue;
                foreach (bool states in (bool[])[false, true])
                    foreach (bool lengths in (bool[])[false, true])
                        if (name == "convolutions" ? !states : states || name != "lstm, two widths") chains.Add(name, states, lengths);
            }
            return chains;
        }
    }

    public static Module Network(string name) => Networks[name](new RandomStream(1));

    [Theory]
    [MemberData(nameof(Names))]
    public void The_peer_computes_the_same(string name)
    {
        Module network = Networks[name](new RandomStream(1));
        foreach (bool states in (bool[])[false, true])
        {
            if (states && name == "convolutions") continue;
            foreach (bool ragged in name == "encoder and decoder" ? (bool[])[false] : [false, true])
            {
                byte[] model = Written(network, new OnnxWriteOptions { States = states, Lengths = ragged });
                Tensor input = Input(name, 3, 5);
                int[] lengths = ragged ? [2, 5, 3] : [];
                Tensor expected = network.Forward(input, lengths), actual = Peer.Run(model, Feeds(model, input, lengths))["output"];
                Same(expected, actual, lengths, 1e-5f);
                OnnxGraph graph = OnnxFile.Read(model, name);
                Same(expected, graph.Forward(input, lengths), lengths, 2e-6f);
            }
        }
    }

    [Theory]
    [InlineData("lstm, three layers")]
    [InlineData("gru")]
    [InlineData("nested")]
    [InlineData("lstm, two widths")]
    public void A_stream_continues_in_the_peer(string name)
    {
        Module network = Networks[name](new RandomStream(2));
        byte[] model = Written(network, new OnnxWriteOptions { States = true, Lengths = false });
        Tensor input = Input(name, 2, 6), expected = network.Forward(input);
        Dictionary<string, Tensor> feeds = Feeds(model, input.Slice(1, ..1), []);
        for (int step = 0; step < 6; step++)
        {
            feeds["input"] = input.Slice(1, step..(step + 1));
            Dictionary<string, Tensor> results = Peer.Run(model, feeds);
            Near.Equal(expected.Slice(1, step..(step + 1)).Span, results["output"].Span, 1e-5f);
            foreach ((string output, Tensor state) in results.Where(result => result.Key.EndsWith("_next", StringComparison.Ordinal))) feeds[output[..^5]] = state;
        }
        Assert.Equal(name == "gru" ? 2 : name is "nested" or "lstm, two widths" ? 5 : 3, feeds.Count);
    }

    [Fact]
    public void Final_states_are_those_of_the_layer()
    {
        Lstm layer = new(4, 6, new RandomStream(3), new RecurrentOptions { Layers = 2, Direction = Direction.Both });
        byte[] model = Written(layer, new OnnxWriteOptions());
        Tensor input = Input("", 3, 5), h = Tensor.Uniform(new RandomStream(4), -1, 1, 4, 3, 6), c = Tensor.Uniform(new RandomStream(5), -1, 1, 4, 3, 6);
        (Tensor output, State final) = layer.Forward(input, new State(h, c), [5, 1, 4]);
        Dictionary<string, Tensor> results = Peer.Run(model, new Dictionary<string, Tensor> { ["input"] = input, ["lengths"] = Tensor.From([5, 1, 4], 3), ["h"] = h, ["c"] = c });
        Near.Equal(output.Span, results["output"].Span, 1e-5f);
        Near.Equal(final.Hidden.Span, results["h_next"].Span, 1e-5f);
        Near.Equal(final.Cell.Span, results["c_next"].Span, 1e-5f);
    }

    [Fact]
    public void Learnt_states_begin_a_run()
    {
        Lstm layer = new(4, 6, new RandomStream(3), new RecurrentOptions { Layers = 2, LearnInitialState = true });
        foreach ((string name, Tensor value) in layer.Parameters().Where(parameter => parameter.Name.StartsWith("initial", StringComparison.Ordinal)))
            value.CopyFrom(Tensor.Uniform(new RandomStream((ulong)name.Length + name[^1]), -1, 1, value.Shape.Extents).Span);
        byte[] model = Written(layer, new OnnxWriteOptions { States = false, Lengths = false });
        Tensor input = Input("", 3, 5);
        Near.Equal(layer.Forward(input).Span, Peer.Run(model, new Dictionary<string, Tensor> { ["input"] = input })["output"].Span, 1e-5f);
    }

    [Theory]
    [InlineData(0, Direction.Forward)]
    [InlineData(2, Direction.Both)]
    [InlineData(1, Direction.Reverse)]
    public void A_forecasters_network(int known, Direction direction)
    {
        ForecasterOptions options = new() { Context = 7, Horizon = 3, Hidden = 5, Layers = 2, Direction = direction };
        ForecastNet net = new(4, known, options, new RandomStream(6));
        foreach ((_, Tensor value) in net.Parameters()) value.CopyFrom(Tensor.Uniform(new RandomStream((ulong)value.Count), -0.5f, 0.5f, value.Shape.Extents).Span);
        byte[] model = Written(net, new OnnxWriteOptions());
        Tensor windows = Input("", 3, 10);
        Tensor expected = net.Forward(windows), actual = Peer.Run(model, new Dictionary<string, Tensor> { ["input"] = windows })["output"];
        Assert.Equal(expected.Shape, actual.Shape);
        Near.Equal(expected.Span, actual.Span, 1e-5f);
    }

    [Fact]
    public void What_has_no_form_is_refused_by_name()
    {
        RandomStream random = new(1);
        Assert.Equal("module 1, lstm 6 → 6, cannot be written as ONNX: it does not follow a sequence", Refused(new Sequential(new LstmCell(4, 6, random), new Lstm(6, 6, random))));
        Assert.StartsWith("module inner, lstm 4 → 6, bidirectional, merge none, cannot be written as ONNX: its directions stay apart",
            Refused(new Masking(0, new Lstm(4, 6, random, new RecurrentOptions { Direction = Direction.Both, Merge = Merge.None }))));
        Assert.EndsWith("cannot be written as ONNX: its past steps have no place among the states; write it without states", Refused(new Conv1d(4, 5, 3, random), new OnnxWriteOptions { States = true }));
        Assert.Equal(["input"], OnnxFile.Read(Written(new Conv1d(4, 5, 3, random), new OnnxWriteOptions()), "model").Inputs.Select(input => input.Name));
        Assert.Equal("module 1, lstm cell 6 → 6, cannot be written as ONNX: it is a single step, and follows a sequence", Refused(new Sequential(new Lstm(4, 6, random), new LstmCell(6, 6, random))));
        Assert.Equal("the network, own 4 → 6, cannot be written as ONNX: ONNX has no such cell", Refused(new Recurrent<OwnUnit>(4, 6, random)));
        Assert.Equal("the network, own cell 4 → 6, cannot be written as ONNX: ONNX has no form of it", Refused(new RecurrentCell<OwnUnit>(4, 6, random)));
        Assert.Equal("the network, own with decay 4 → 6, cannot be written as ONNX: ONNX has no form of it", Refused(new DecayRecurrent<OwnUnit>(4, 6, random)));
    }

    /// <summary>A cell of a user's own.</summary>
    private struct OwnUnit : IRecurrentUnit
    {
        public static string Name => "own";

        public static int Gates => 1;

        public static void Forward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> next, Lanes<V> saved)
            where V : struct, IVector<V> => next[0] = gates[0];

        public static void Backward<V>(Lanes<V> gates, Lanes<V> product, Lanes<V> previous, Lanes<V> saved, Lanes<V> gradient)
            where V : struct, IVector<V> => gates[0] = gradient[0];
    }

    private static string Refused(Module network, OnnxWriteOptions? options = null) => Assert.Throws<ArgumentException>(() => Written(network, options ?? new OnnxWriteOptions())).Message;

    public static Tensor Input(string name, int batch, int steps) => name == "tagger"
        ? Tensor.From([.. Enumerable.Range(0, batch * steps).Select(i => (float)(i * 5 % 9))], batch, steps) : Tensor.Uniform(new RandomStream(7), -1, 1, batch, steps, 4);

    public static byte[] Written(Module network, OnnxWriteOptions options)
    {
        using TemporaryFolder folder = new();
        OnnxFile.Write(folder.File("network.onnx"), network, options);
        return File.ReadAllBytes(folder.File("network.onnx"));
    }

    /// <summary>What the model asks for: the input, the lengths, and zeros for the states.</summary>
    private static Dictionary<string, Tensor> Feeds(byte[] model, Tensor input, int[] lengths)
    {
        Dictionary<string, Tensor> feeds = [];
        foreach (OnnxInput own in OnnxFile.Read(model, "model").Inputs)
        {
            feeds[own.Name] = own.Name == "input" ? input : own.Name == "lengths" ? Tensor.From(Array.ConvertAll(lengths, length => (float)length), lengths.Length)
                : Tensor.Zeros(int.Parse(own.Shape![0], System.Globalization.CultureInfo.InvariantCulture), input.Shape[0], int.Parse(own.Shape[2], System.Globalization.CultureInfo.InvariantCulture));
        }
        return feeds;
    }

    /// <summary>Compares the valid steps: what layers make of padding is nobody's.</summary>
    private static void Same(Tensor expected, Tensor actual, int[] lengths, float tolerance)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        if (expected.Rank < 3 || lengths.Length == 0)
        {
            Near.Equal(expected.Span, actual.Span, tolerance);
            return;
        }
        for (int row = 0; row < lengths.Length; row++) Near.Equal(expected.Select(0, row).Slice(0, ..lengths[row]).Span, actual.Select(0, row).Slice(0, ..lengths[row]).Span, tolerance);
    }
}
