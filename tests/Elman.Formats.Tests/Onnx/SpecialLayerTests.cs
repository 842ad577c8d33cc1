namespace Elman.Formats.Tests.Onnx;

/// <summary>Masks, time gaps, directions that stay apart and single steps, written as ONNX: ONNX Runtime and Elman's graph against the modules themselves.</summary>
public sealed class SpecialLayerTests
{
    private static readonly Dictionary<string, Func<RandomStream, Module>> Masked = new()
    {
        ["lstm"] = random => new Masking(0.5f, new Lstm(4, 6, random)),
        ["not a number"] = random => new Masking(float.NaN, new Gru(4, 6, random)),
        ["as a loop"] = random => new Masking(0.5f, new Lstm(4, 6, random, new RecurrentOptions { ProjectionSize = 3, Layers = 2, Direction = Direction.Both })),
        ["both directions"] = random => new Masking(0.5f, new Gru(4, 6, random, new RecurrentOptions { Direction = Direction.Both, Layers = 2, Merge = Merge.Sum })),
        ["several modules"] = random => new Sequential(new Masking(0.5f, new Sequential(new Lstm(4, 6, random), new LayerNorm(6), new Rnn(6, 5, random))), new Linear(5, 2, random)),
        ["a mask within a mask"] = random => new Masking(0.5f, new Masking(-0.25f, new Gru(4, 6, random))),
        ["last step"] = random => new Sequential(new Masking(0.5f, new Sequential(new Gru(4, 6, random), new LastStep())), new Linear(6, 2, random)),
        ["last step behind it"] = random => new Sequential(new Masking(0.5f, new Gru(4, 6, random)), new LastStep(), new Linear(6, 2, random)),
        ["steps without a memory"] = random => new Masking(0.5f, new Linear(4, 3, random)),
    };

    public static TheoryData<string> Names => [.. Masked.Keys];

    /// <summary>Rows whose masked steps stand in front, in between, at the end, everywhere, nowhere; without lengths, and with some that are zero.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Masked_steps(string name)
    {
        Module network = Masked[name](new RandomStream(1));
        Tensor input = Gapped(name == "not a number" ? float.NaN : 0.5f, 6);
        Agrees(network, input, []);
        Agrees(network, input, [6, 3, 0, 6, 6, 1]);
    }

    [Fact]
    public void A_convolution_sees_what_is_left()
    {
        Module network = new Masking(0.5f, new Sequential(new Conv1d(4, 5, 3, new RandomStream(1)), new Gru(5, 6, new RandomStream(2))));
        Agrees(network, Gapped(0.5f, 6), [6, 3, 0, 6, 6, 1], states: false);
    }

    [Fact]
    public void Masked_classes()
    {
        Module network = new Masking(0, new Sequential(new Embedding(5, 4, new RandomStream(1)), new Lstm(4, 6, new RandomStream(2))));
        Tensor input = Tensor.From([0, 1, 0, 0, 4, 2, 2, 3, 1, 1, 0, 0, 0, 0, 0], 3, 5);
        Agrees(network, input, []);
        Agrees(network, input, [5, 4, 3]);
    }

    /// <summary>A masked step repeats the output of the step before it, also if that was in the call before.</summary>
    [Fact]
    public void A_stream_with_masked_steps_continues()
    {
        Module network = new Sequential(new Linear(4, 4, new RandomStream(3)), new Masking(0.5f, new Lstm(4, 6, new RandomStream(1))));
        network.Children[0].Module.Load(new Dictionary<string, Tensor> { ["weight"] = Tensor.From([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], 4, 4), ["bias"] = Tensor.Zeros(4) });
        Tensor input = Gapped(0.5f, 6), expected = network.Forward(input);
        byte[] model = WriteTests.Written(network, new OnnxWriteOptions());
        Dictionary<string, Tensor> feeds = new() { ["1.inner.h"] = Tensor.Zeros(1, 6, 6), ["1.inner.c"] = Tensor.Zeros(1, 6, 6), ["1.last"] = Tensor.Zeros(6, 6), ["lengths"] = Tensor.Ones(6) };
        for (int step = 0; step < 6; step++)
        {
            feeds["input"] = input.Slice(1, step..(step + 1));
            Dictionary<string, Tensor> results = Peer.Run(model, feeds);
            Near.Equal(expected.Slice(1, step..(step + 1)).Span, results["output"].Span, 1e-5f);
            foreach ((string output, Tensor state) in results.Where(result => result.Key.EndsWith("_next", StringComparison.Ordinal))) feeds[output[..^5]] = state;
        }
    }

    public static TheoryData<string> Decays => ["gru-original", "gru", "lstm", "rnn", "rnn-relu"];

    [Theory]
    [MemberData(nameof(Decays))]
    public void Time_gaps(string cell)
    {
        RandomStream random = new(1);
        Module layer = cell switch
        {
            "gru-original" => new GruD(4, 6, random),
            "gru" => new DecayRecurrent<GruUnit>(4, 6, random),
            "lstm" => new DecayRecurrent<LstmUnit>(4, 6, random),
            "rnn" => new DecayRecurrent<RnnUnit>(4, 6, random),
            _ => new DecayRecurrent<ReluRnnUnit>(4, 6, random),
        };
        // Means that are not zero, decays that are not all at work.
        foreach ((string name, Tensor value) in layer.Parameters()) value.CopyFrom(Tensor.Uniform(new RandomStream((ulong)name.Length), -0.8f, 0.8f, value.Shape.Extents).Span);
        Agrees(layer, Observed(3, 6), []);
        Agrees(layer, Observed(3, 6), [2, 6, 0]);
        Agrees(new Sequential(layer, new Linear(6, 2, random)), Observed(3, 6), [2, 6, 0]);
    }

    /// <summary>Cut anywhere: what was last observed, and how long ago, goes on.</summary>
    [Fact]
    public void A_stream_with_time_gaps_continues()
    {
        GruD layer = new(4, 6, new RandomStream(1));
        layer.Mean.CopyFrom([0.5f, -1, 2, 0.1f]);
        Tensor input = Observed(3, 6), expected = layer.Forward(input);
        byte[] model = WriteTests.Written(layer, new OnnxWriteOptions { Lengths = false });
        Dictionary<string, Tensor> feeds = new() { ["h"] = Tensor.Zeros(1, 3, 6), ["last"] = Tensor.Zeros(1, 3, 4), ["gap"] = Tensor.Zeros(1, 3, 4) };
        foreach (Range steps in (Range[])[0..2, 2..3, 3..6])
        {
            feeds["input"] = input.Slice(1, steps);
            Dictionary<string, Tensor> results = Peer.Run(model, feeds);
            Near.Equal(expected.Slice(1, steps).Span, results["output"].Span, 1e-5f);
            foreach ((string output, Tensor state) in results.Where(result => result.Key.EndsWith("_next", StringComparison.Ordinal))) feeds[output[..^5]] = state;
        }
        Tensor elapsed = input.Slice(2, 8..).Reshape(3, 6);
        State final = layer.Forward(input.Slice(2, ..4), input.Slice(2, 4..8), elapsed).Final;
        Near.Equal(final.Parts[0].Span, feeds["h"].Span, 1e-5f);
        Near.Equal((final.Parts[1] - layer.Mean).Span, feeds["last"].Span, 1e-5f);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Directions_that_stay_apart(bool loop, bool gated)
    {
        RecurrentOptions options = new() { Layers = 3, Residual = true, Direction = Direction.Both, Merge = Merge.None, LayerNorm = loop, LearnInitialState = true };
        RecurrentLayer layer = gated ? new Gru(4, 6, new RandomStream(1), options) : new Lstm(4, 6, new RandomStream(1), options with { ReverseActivations = loop ? null : [Activation.Sigmoid, Activation.Sigmoid, Activation.Relu, Activation.Sigmoid, Activation.Softsign] });
        foreach ((string name, Tensor value) in layer.Parameters()) value.CopyFrom(Tensor.Uniform(new RandomStream((ulong)(name.Length + name[^1])), -0.8f, 0.8f, value.Shape.Extents).Span);
        Tensor input = Tensor.Uniform(new RandomStream(7), -1, 1, 3, 5, 4);
        State initial = new([.. layer.ForwardDirections(input).Final.Parts.Select((part, index) => Tensor.Uniform(new RandomStream((ulong)(20 + index)), -1, 1, part.Shape.Extents))]);
        foreach (int[] lengths in (int[][])[[], [2, 5, 0]])
        {
            (Tensor forward, Tensor reverse, State final) = layer.ForwardDirections(input, initial, lengths);
            Dictionary<string, Tensor> feeds = new() { ["input"] = input, ["h"] = initial.Hidden };
            if (!gated) feeds["c"] = initial.Cell;
            if (lengths.Length > 0) feeds["lengths"] = Tensor.From(Array.ConvertAll(lengths, length => (float)length), 3);
            byte[] model = WriteTests.Written(layer, new OnnxWriteOptions { States = true, Lengths = lengths.Length > 0 });
            foreach (IReadOnlyDictionary<string, Tensor> results in Both(model, feeds))
            {
                Valid(Tensor.Concat(2, forward, reverse), results["output"], lengths);
                Near.Equal(final.Hidden.Span, results["h_next"].Span, 1e-5f);
                if (!gated) Near.Equal(final.Cell.Span, results["c_next"].Span, 1e-5f);
            }
        }
        byte[] learnt = WriteTests.Written(layer, new OnnxWriteOptions { States = false, Lengths = false });
        (Tensor ahead, Tensor back, _) = layer.ForwardDirections(input);
        Near.Equal(Tensor.Concat(2, ahead, back).Span, Peer.Run(learnt, new Dictionary<string, Tensor> { ["input"] = input })["output"].Span, 1e-5f);
    }

    [Theory]
    [InlineData("lstm", true)]
    [InlineData("gru", true)]
    [InlineData("rnn", true)]
    [InlineData("gru-original", false)]
    [InlineData("rnn-relu", false)]
    public void Single_steps(string name, bool bias)
    {
        RandomStream random = new(1);
        Tensor x = Tensor.Uniform(new RandomStream(7), -1, 1, 3, 4), h = Tensor.Uniform(new RandomStream(8), -1, 1, 3, 6), c = Tensor.Uniform(new RandomStream(9), -1, 1, 3, 6);
        (Module cell, Tensor[] next) = name switch
        {
            "lstm" => Stepped(new LstmCell(4, 6, random, bias), h, c),
            "gru" => Stepped(new GruCell(4, 6, random, bias), h),
            "rnn" => Stepped(new RnnCell(4, 6, random, bias), h),
            "gru-original" => Stepped(new RecurrentCell<OriginalGruUnit>(4, 6, random, bias), h),
            _ => Stepped(new RecurrentCell<ReluRnnUnit>(4, 6, random, bias), h),
        };
        (Module, Tensor[]) Stepped<TUnit>(RecurrentCell<TUnit> cell, params Tensor[] states)
            where TUnit : struct, IRecurrentUnit => (cell, cell.Step(x, states));
        Dictionary<string, Tensor> feeds = new() { ["input"] = x, ["h"] = h };
        if (name == "lstm") feeds["c"] = c;
        foreach (IReadOnlyDictionary<string, Tensor> results in Both(WriteTests.Written(cell, new OnnxWriteOptions()), feeds))
        {
            Near.Equal(next[0].Span, results["output"].Span, 1e-5f);
            Near.Equal(next[0].Span, results["h_next"].Span, 1e-5f);
            if (name == "lstm") Near.Equal(next[1].Span, results["c_next"].Span, 1e-5f);
        }
        Sequential behind = new(new Gru(4, 4, random), new LastStep(), cell, new Linear(6, 2, random));
        Agrees(behind, Tensor.Uniform(new RandomStream(7), -1, 1, 3, 5, 4), [2, 5, 1]);
    }

    /// <summary>A row without steps hands its initial states on, through nodes too.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void Rows_without_steps_keep_their_states(int layers, bool widths)
    {
        Lstm layer = new(4, 6, new RandomStream(3), new RecurrentOptions { Layers = widths ? 1 : layers, HiddenSizes = widths ? [5, 6] : null, Direction = Direction.Both });
        Tensor input = Tensor.Uniform(new RandomStream(7), -1, 1, 3, 5, 4);
        State initial = new([.. layer.Forward(input, null).Final.Parts.Select((part, index) => Tensor.Uniform(new RandomStream((ulong)(20 + index)), -1, 1, part.Shape.Extents))]);
        (Tensor output, State final) = layer.Forward(input, initial, [0, 5, 2]);
        string[] names = widths ? ["l0.h", "l0.c", "l1.h", "l1.c"] : ["h", "c"];
        Dictionary<string, Tensor> feeds = new() { ["input"] = input, ["lengths"] = Tensor.From([0, 5, 2], 3) };
        for (int part = 0; part < names.Length; part++) feeds[names[part]] = initial.Parts[part];
        foreach (IReadOnlyDictionary<string, Tensor> results in Both(WriteTests.Written(layer, new OnnxWriteOptions()), feeds))
        {
            Near.Equal(output.Span, results["output"].Span, 1e-5f);
            for (int part = 0; part < names.Length; part++) Near.Equal(final.Parts[part].Span, results[$"{names[part]}_next"].Span, 1e-5f);
        }
    }

    private static IReadOnlyDictionary<string, Tensor>[] Both(byte[] model, Dictionary<string, Tensor> feeds) => [Peer.Run(model, feeds), OnnxFile.Read(model, "model").Run(feeds)];

    /// <summary>From zero states, fed and not.</summary>
    private static void Agrees(Module network, Tensor input, int[] lengths, bool states = true)
    {
        Tensor expected = network.Forward(input, lengths);
        foreach (bool fed in states ? (bool[])[false, true] : [false])
        {
            byte[] model = WriteTests.Written(network, new OnnxWriteOptions { States = fed, Lengths = lengths.Length > 0 });
            Dictionary<string, Tensor> feeds = [];
            OnnxGraph graph = OnnxFile.Read(model, "model");
            foreach (OnnxInput own in graph.Inputs)
            {
                feeds[own.Name] = own.Name == "input" ? input : own.Name == "lengths" ? Tensor.From(Array.ConvertAll(lengths, length => (float)length), lengths.Length)
                    : Tensor.Zeros([.. own.Shape!.Select(extent => extent == "batch" ? input.Shape[0] : int.Parse(extent, System.Globalization.CultureInfo.InvariantCulture))]);
            }
            foreach (IReadOnlyDictionary<string, Tensor> results in Both(model, feeds)) Valid(expected, results["output"], lengths);
            Valid(expected, graph.Forward(input, lengths), lengths);
        }
    }

    /// <summary>Compares the valid steps: what layers make of padding is nobody's.</summary>
    private static void Valid(Tensor expected, Tensor actual, int[] lengths)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        if (expected.Rank < 3 || lengths.Length == 0) Near.Equal(expected.Span, actual.Span, 1e-5f);
        else for (int row = 0; row < lengths.Length; row++) Near.Equal(expected.Select(0, row).Slice(0, ..lengths[row]).Span, actual.Select(0, row).Slice(0, ..lengths[row]).Span, 1e-5f);
    }

    /// <summary>Six rows [6, L, 4]; the masked steps are written out.</summary>
    private static Tensor Gapped(float value, int steps)
    {
        Tensor input = Tensor.Uniform(new RandomStream(7), -1, 1, 6, steps, 4);
        foreach ((int row, int step) in ((int, int)[])[(0, 0), (0, 1), (1, 2), (1, 3), (2, 0), (2, 1), (2, 2), (2, 3), (2, 4), (2, 5), (3, 4), (3, 5), (5, 0)])
            input.WritableSpan().Slice(((row * steps) + step) * 4, 4).Fill(value);
        // One value of four does not mask a step; and another mask's steps.
        input.WritableSpan()[((4 * steps) + 1) * 4] = float.IsNaN(value) ? 0 : value;
        input.WritableSpan().Slice(((4 * steps) + 3) * 4, 4).Fill(-0.25f);
        return input;
    }

    /// <summary>[x; m; time] of four variables; what was not observed is no number.</summary>
    private static Tensor Observed(int batch, int steps)
    {
        Tensor values = Tensor.Uniform(new RandomStream(7), -1, 1, batch, steps, 4), chance = Tensor.Uniform(new RandomStream(8), 0, 1, batch, steps, 4);
        Tensor mask = Tensor.From(Array.ConvertAll(chance.Span.ToArray(), value => value < 0.5f ? 1f : 0), batch, steps, 4);
        for (int i = 0; i < values.Count; i++)
            if (mask.Span[i] == 0) values.WritableSpan()[i] = float.NaN;
        return Tensor.Concat(2, values, mask, Tensor.Uniform(new RandomStream(9), 0, 2, batch, steps, 1));
    }
}
