namespace Elman.Formats.Tests.Onnx;

/// <summary>Recurrent layers that go out as steps of basic operators, run by ONNX Runtime, and read again as graphs.</summary>
public sealed class ScanTests
{
    private static readonly Activation[] Several = [Activation.HardSigmoid(0.3f, 0.4f), Activation.Sigmoid, Activation.ScaledTanh(0.7f, 0.9f), Activation.Affine(0.4f, 0.1f), Activation.Softsign];
    private static readonly Activation[] Others = [Activation.Sigmoid, Activation.ThresholdedRelu(0.1f), Activation.LeakyRelu(0.2f), Activation.Softplus, Activation.Elu(0.5f)];

    private static readonly Dictionary<string, (string Cell, RecurrentOptions Options)> Layers = new()
    {
        ["projection"] = ("lstm", new() { ProjectionSize = 3 }),
        ["cell clip"] = ("lstm", new() { CellClip = 0.2f }),
        ["activations of each gate"] = ("lstm", new() { Activations = Several }),
        ["all of these, gate clip, peepholes"] = ("lstm", new() { ProjectionSize = 3, CellClip = 0.3f, GateClip = 0.4f, Peepholes = true, Activations = Several }),
        ["all of these, coupled gates, no bias"] = ("lstm", new() { ProjectionSize = 3, CellClip = 0.3f, Peepholes = true, CoupledGates = true, Bias = false, Activations = [.. Several[..3], Activation.Relu] }),
        ["gru, activations"] = ("gru", new() { Activations = Several[..3] }),
        ["gru-original, activations"] = ("gru-original", new() { Activations = Several[1..4], Bias = false }),
        ["layer norm, lstm"] = ("lstm", new() { LayerNorm = true }),
        ["layer norm, lstm, everything"] = ("lstm", new() { LayerNorm = true, ProjectionSize = 3, CellClip = 0.3f, GateClip = 0.4f, Peepholes = true, CoupledGates = true, Zoneout = 0.2f, CellZoneout = 0.1f }),
        ["layer norm, lstm, no bias"] = ("lstm", new() { LayerNorm = true, Bias = false }),
        ["layer norm, gru"] = ("gru", new() { LayerNorm = true, GateClip = 0.5f }),
        ["layer norm, gru-original"] = ("gru-original", new() { LayerNorm = true }),
        ["layer norm, rnn"] = ("rnn", new() { LayerNorm = true }),
        ["layer norm, rnn-relu, no bias"] = ("rnn-relu", new() { LayerNorm = true, Bias = false }),
        ["zoneout, lstm"] = ("lstm", new() { Zoneout = 0.3f }),
        ["zoneout of the cell alone"] = ("lstm", new() { CellZoneout = 0.4f }),
        ["zoneout, gru"] = ("gru", new() { Zoneout = 0.3f }),
        ["zoneout, gru-original"] = ("gru-original", new() { Zoneout = 0.2f }),
        ["zoneout, rnn"] = ("rnn", new() { Zoneout = 0.3f }),
        ["zoneout, rnn-relu"] = ("rnn-relu", new() { Zoneout = 0.3f }),
    };

    public static TheoryData<string> Names => [.. Layers.Keys];

    /// <summary>Outputs and final states of two layers in every direction, with lengths, of which one is zero, and without.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void The_peer_and_the_graph_compute_the_same(string name)
    {
        (string cell, RecurrentOptions options) = Layers[name];
        foreach (Direction direction in Enum.GetValues<Direction>())
        {
            RecurrentOptions turned = options with { Layers = 2, Direction = direction, ReverseActivations = direction == Direction.Both && options.Activations is { } own ? Others[..own.Count] : null };
            Agrees(Layer(cell, 6, turned), []);
            Agrees(Layer(cell, 6, turned), [2, 5, 0]);
        }
    }

    [Theory]
    [InlineData(Merge.Sum)]
    [InlineData(Merge.Mean)]
    [InlineData(Merge.Product)]
    public void Merges_and_residuals(Merge merge) =>
        Agrees(Layer("lstm", 6, new() { ProjectionSize = 3, Layers = 3, Direction = Direction.Both, Merge = merge, Residual = true }), [2, 5, 3]);

    [Fact]
    public void Learnt_states_of_several_widths()
    {
        RecurrentLayer layer = Layer("lstm", 6, new() { HiddenSizes = [5, 6], ProjectionSize = 3, LearnInitialState = true, Direction = Direction.Both });
        Tensor input = Input(3, 5);
        byte[] model = WriteTests.Written(layer, new OnnxWriteOptions { States = false, Lengths = false });
        Near.Equal(layer.Forward(input).Span, Peer.Run(model, new Dictionary<string, Tensor> { ["input"] = input })["output"].Span, 1e-5f);
    }

    [Fact]
    public void Zeros_are_where_nothing_begins()
    {
        RecurrentLayer layer = Layer("lstm", 6, new() { ProjectionSize = 3, Layers = 2, Direction = Direction.Both });
        Tensor input = Input(3, 5);
        byte[] model = WriteTests.Written(layer, new OnnxWriteOptions { States = false, Lengths = false });
        Near.Equal(layer.Forward(input).Span, Peer.Run(model, new Dictionary<string, Tensor> { ["input"] = input })["output"].Span, 1e-5f);
    }

    [Fact]
    public void A_stream_continues_behind_other_layers()
    {
        RandomStream random = new(2);
        Sequential network = new(new Linear(4, 5, random), new Gru(5, 6, random, new RecurrentOptions { Zoneout = 0.2f }), new Lstm(6, 7, random, new RecurrentOptions { LayerNorm = true }), new Linear(7, 2, random));
        byte[] model = WriteTests.Written(network, new OnnxWriteOptions { Lengths = false });
        Tensor input = Input(2, 6), expected = network.Forward(input);
        Dictionary<string, Tensor> feeds = new() { ["1.h"] = Tensor.Zeros(1, 2, 6), ["2.h"] = Tensor.Zeros(1, 2, 7), ["2.c"] = Tensor.Zeros(1, 2, 7) };
        for (int step = 0; step < 6; step++)
        {
            feeds["input"] = input.Slice(1, step..(step + 1));
            Dictionary<string, Tensor> results = Peer.Run(model, feeds);
            Near.Equal(expected.Slice(1, step..(step + 1)).Span, results["output"].Span, 1e-5f);
            foreach ((string output, Tensor state) in results.Where(result => result.Key.EndsWith("_next", StringComparison.Ordinal))) feeds[output[..^5]] = state;
        }
    }

    /// <summary>A layer none of whose weights is what it begins as: gains of ones and shifts of zeros would prove nothing.</summary>
    private static RecurrentLayer Layer(string cell, int hidden, RecurrentOptions options)
    {
        RecurrentLayer layer = Cells.Create(cell, 4, hidden, new RandomStream(1), options);
        ulong seed = 10;
        foreach ((_, Tensor value) in layer.Parameters()) value.CopyFrom(Tensor.Uniform(new RandomStream(seed++), -0.8f, 0.8f, value.Shape.Extents).Span);
        return layer;
    }

    private static Tensor Input(int batch, int steps) => Tensor.Uniform(new RandomStream(7), -1, 1, batch, steps, 4);

    private static void Agrees(RecurrentLayer layer, int[] lengths)
    {
        byte[] model = WriteTests.Written(layer, new OnnxWriteOptions { Lengths = lengths.Length > 0 });
        Tensor input = Input(3, 5);
        Tensor[] parts = [.. layer.Forward(input, null).Final.Parts.Select((part, index) => Tensor.Uniform(new RandomStream((ulong)(20 + index)), -1, 1, part.Shape.Extents))];
        (Tensor output, State final) = layer.Forward(input, new State(parts), lengths);
        Dictionary<string, Tensor> feeds = new() { ["input"] = input, ["h"] = parts[0] };
        if (parts.Length > 1) feeds["c"] = parts[1];
        if (lengths.Length > 0) feeds["lengths"] = Tensor.From(Array.ConvertAll(lengths, length => (float)length), lengths.Length);
        OnnxGraph graph = OnnxFile.Read(model, "model");
        foreach (IReadOnlyDictionary<string, Tensor> results in (IReadOnlyDictionary<string, Tensor>[])[Peer.Run(model, feeds), graph.Run(feeds)])
        {
            Assert.Equal(output.Shape, results["output"].Shape);
            Near.Equal(output.Span, results["output"].Span, 1e-5f);
            Near.Equal(final.Hidden.Span, results["h_next"].Span, 1e-5f);
            if (parts.Length > 1) Near.Equal(final.Cell.Span, results["c_next"].Span, 1e-5f);
        }
        // Without states of its own it begins at zeros, and knows which input has the lengths.
        Near.Equal(layer.Forward(input, lengths).Span, graph.Forward(input, lengths).Span, 1e-5f);
    }
}
