using System.Text;
using Elman.Cli.Tests;

namespace Elman.Formats.Tests.RTNeural;

public class RTNeuralFileTests
{
    private const string TinyDense = """{"in_shape":[null,null,2],"layers":[{"type":"dense","activation":"tanh","shape":[null,null,1],"weights":[[[0.5],[-0.25]],[0.125]]}]}""";

    private static readonly byte[][] Tokens =
    [
        .. new[]
        {
            "null", "NaN", "1e39", "-1", "2147483647", "16777216", "[", "]", "[[", "{}", "\"lstm\"", "\"gru\"", "\"dense\"", "\"shape\"", "\"weights\"", "\"tanh\"", "[null,null,16777216]",
            ",", "[]", "\"dense.weight\":[[1]],", "_l1",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public static TheoryData<string> Models => ["dense", "lstm", "lstm_1d", "gru", "gru_1d", "lstm_torch", "gru_torch"];

    [Theory]
    [MemberData(nameof(Models))]
    public void A_model_makes_of_a_series_what_its_own_system_made_of_it(string name)
    {
        RTNeuralSeries series = RTNeuralSeries.Of(name);
        Sequential model = RTNeuralFile.Read(series.Model);
        Tensor output = model.Forward(Tensor.From(series.Input, 1, series.Input.Length, 1));
        Assert.Equal(new Shape(1, series.Output.Length, 1), output.Shape);
        RecurrentStream stream = model.OpenStream();
        for (int time = 0; time < series.Output.Length; time++)
        {
            Assert.Equal(series.Output[time], output[0, time, 0], 1e-6);
            Assert.Equal(output[0, time, 0], stream.Step(series.Input[time])[0]);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void What_RTNeural_computes_is_told_in_double_precision(string name)
    {
        RTNeuralSeries series = RTNeuralSeries.Of(name);
        Probe probe = Probe.Of(Tensor.From(series.Input, 1, series.Input.Length, 1), series.Input.Length);
        double[] output = Assert.Single(RTNeuralFile.Original(series.Model, new ReadOptions())(probe)).Values;
        Assert.Equal(series.Output.Length, output.Length);
        for (int time = 0; time < output.Length; time++) Assert.Equal(series.Output[time], output[time], 2e-7);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Written_and_read_again_a_model_computes_the_same_bits(string name)
    {
        using TemporaryFolder folder = new();
        string once = folder.File("once.json"), twice = folder.File("twice.json");
        RTNeuralSeries series = RTNeuralSeries.Of(name);
        Sequential model = RTNeuralFile.Read(series.Model);
        RTNeuralFile.Write(once, model);
        Sequential again = RTNeuralFile.Read(once);
        Tensor input = Tensor.From(series.Input, 1, series.Input.Length, 1);
        Assert.Equal(model.Forward(input).Span.ToArray(), again.Forward(input).Span.ToArray());
        RTNeuralFile.Write(twice, again);
        Assert.Equal(File.ReadAllBytes(once), File.ReadAllBytes(twice));
        if (name.EndsWith("torch", StringComparison.Ordinal)) return;
        Assert.Equal(model.Parameters().Select(parameter => parameter.Name), again.Parameters().Select(parameter => parameter.Name));
        foreach (((_, Tensor before), (_, Tensor after)) in model.Parameters().Zip(again.Parameters())) Assert.Equal(before.Span.ToArray(), after.Span.ToArray());
    }

    [Fact]
    public void A_model_with_a_convolution_computes_what_its_equations_say()
    {
        string path = RTNeuralSeries.Fixture("full_model.json");
        Sequential model = RTNeuralFile.Read(path);
        Assert.Equal(["linear 1 → 8", "activation Tanh", "conv 8 → 4, kernel 3, dilation 2", "activation Tanh", "gru 4 → 8", "linear 8 → 1"], model.Children.Select(child => child.Module.Description));
        Tensor input = Tensor.Normal(new RandomStream(7), 1, 20, 1), output = model.Forward(input);
        double[] expected = Assert.Single(RTNeuralFile.Original(path, new ReadOptions())(Probe.Of(input, 20))).Values;
        for (int time = 0; time < 20; time++) Assert.Equal(expected[time], output[0, time, 0], 1e-6);
        using TemporaryFolder folder = new();
        RTNeuralFile.Write(folder.File("again.json"), model);
        Assert.Equal(output.Span.ToArray(), RTNeuralFile.Read(folder.File("again.json")).Forward(input).Span.ToArray());
    }

    [Fact]
    public void Any_network_of_the_known_kinds_can_be_written()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("model.json");
        RandomStream random = new(4);
        Sequential model = new(
            new Sequential(new Linear(3, 5, random, bias: false), new Activate(Activation.Elu())), new Conv1d(5, 5, 2, random, bias: false),
            new Lstm(5, 4, random, new RecurrentOptions { Layers = 2, Dropout = 0.5f }), new Dropout(0.2f),
            new Gru(4, 6, random, new RecurrentOptions { Bias = false }), new Activate(Activation.Sigmoid), new Activate(Activation.Relu), new Activate(Activation.Tanh),
            new Linear(6, 2, random), new Softmax());
        RTNeuralFile.Write(path, model);
        Tensor input = Tensor.Normal(random, 2, 7, 3);
        Assert.Equal(model.Forward(input).Span.ToArray(), RTNeuralFile.Read(path).Forward(input).Span.ToArray());
    }

    [Fact]
    public void What_the_format_has_no_words_for_is_not_written()
    {
        RandomStream random = new(4);
        CannotWrite("module 1.0, layer norm 4, epsilon 1E-05: RTNeural's format has no such layer", new Sequential(new Linear(3, 4, random), new Sequential(new LayerNorm(4))));
        CannotWrite("rnn 3 → 4: RTNeural's format has no such layer", new Rnn(3, 4, random));
        CannotWrite("activation Softplus: RTNeural's", new Sequential(new Linear(3, 4, random), new Activate(Activation.Softplus)), "module 1, ");
        CannotWrite("log softmax: RTNeural's", new Sequential(new Linear(3, 4, random), new Softmax(log: true)), "module 1, ");
        CannotWrite("lstm 3 → 4: RTNeural's recurrent layers have none of these options", new Lstm(3, 4, random, new RecurrentOptions { LearnInitialState = true }));
        CannotWrite("softmax does not say how many inputs it takes", new Softmax());
        Linear broken = new(2, 2, random);
        broken.Weight.WritableSpan()[3] = float.NaN;
        CannotWrite("module 1, linear 2 → 2: 'weight' has a value that is not finite", new Sequential(new Linear(2, 2, random), broken));
    }

    [Fact]
    public void A_model_that_contradicts_itself_is_refused()
    {
        string path = RTNeuralSeries.Fixture("bad_lstm.json");
        Assert.Equal(
            $"{path}: layer 0 (lstm): weights 0 have shape [1, 80], expected [1, 64], for 1 inputs and the 16 outputs that its 'shape' says",
            Assert.Throws<ElmanException>(() => RTNeuralFile.Read(path)).Message);
    }

    [Theory]
    [InlineData("\"tanh\"", "\"gelu\"", "layer 0 (dense): the activation 'gelu' is unknown; known are tanh, relu")]
    [InlineData("\"dense\"", "\"conv2d\"", "layer 0 (conv2d): there is no such type here")]
    [InlineData("\"dense\"", "\"activation\"", "layer 0 (activation): has 2 arrays of weights, an activation has none")]
    [InlineData("\"dense\"", "\"lstm\"", "layer 0 (lstm): weights 0 have shape [2, 1], expected [2, 4]")]
    [InlineData("[[0.5],[-0.25]],[0.125]", "", "layer 0 (dense): has 0 arrays of weights, expected a kernel and a bias")]
    [InlineData("[0.125]", "[0.125,1]", "layer 0 (dense): weights 1 have shape [2], expected [1]")]
    [InlineData("[-0.25]", "[-0.25,1]", "layer 0 (dense), weights 0: the parts of the array have different shapes")]
    [InlineData("-0.25", "NaN", "layer 0 (dense), weights 0: element 1 is not a finite number")]
    [InlineData("-0.25", "-Infinity", "layer 0 (dense), weights 0: element 1 is not a finite number")]
    [InlineData("-0.25", "1e39", "layer 0 (dense), weights 0: element 1 is not a finite number")]
    [InlineData("-0.25", "\"\"", "layer 0 (dense), weights 0: expected a number at element 1")]
    [InlineData("[null,null,2]", "[]", "the model: 'in_shape' must end with a size between 1 and 16777216, it is []")]
    [InlineData("[null,null,2]", "[null,3]", "layer 0 (dense): weights 0 have shape [2, 1], expected [3, 1], for 3 inputs")]
    [InlineData("[null,null,1]", "[null,null,1.5]", "layer 0 (dense): 'shape' must end with a size")]
    [InlineData("\"layers\"", "\"in_jump\":1,\"layers\"", "the model: the field 'in_jump' is unknown or appears twice")]
    [InlineData("\"shape\"", "\"dilation\":[2],\"shape\"", "layer 0 (dense): the field 'dilation' is unknown or appears twice")]
    [InlineData("\"dense\"", "\"\\ud800\"", "Cannot read incomplete UTF-16 JSON text")]
    [InlineData("\"layers\":[", "\"layers\":[3,", "layer 0: expected an object, it is a number")]
    [InlineData("]]}]}", "]]}]", "this is no JSON: ")]
    public void A_damaged_model_is_refused_with_the_place(string old, string replacement, string message)
    {
        Assert.Contains(old, TinyDense, StringComparison.Ordinal);
        Refuses($": {message}", TinyDense.Replace(old, replacement, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""[1]""", "this JSON is no model of RTNeural")]
    [InlineData("""{}""", "this JSON is no model of RTNeural")]
    [InlineData("""{"weight":[[1]]}""", "the array 'weight' names no layer")]
    [InlineData("""{"a.weight":[[1,2]],"a.bias":[1],"b.weight":[[1,2]]}""", "layer 'b': takes 2 inputs, the layer before it makes 1 outputs")]
    [InlineData("""{"a.weight":[[1,2]],"a.bias":[1,2]}""", "layer 'a': parameter 'bias' has shape [2], the model expects [1]")]
    [InlineData("""{"a.weight":[[1,2]],"a.bais":[1]}""", "layer 'a': parameter 'bais' of shape [1] is not part of the model")]
    [InlineData("""{"a.weight":[1,2]}""", "layer 'a': has weight [2]; known are LSTM, GRU and dense layers")]
    [InlineData("""{"a.weight_hh_l0":[[1],[1],[1],[1]]}""", "layer 'a': needs weight_ih_l0")]
    [InlineData("""{"a.weight_hh_l0":[[1]],"a.weight_ih_l0":[[1]]}""", "layer 'a': weight_hh_l0 of shape [1, 1] is neither an LSTM's")]
    [InlineData("""{"a.weight_hh_l0":[[1],[1],[1]],"a.weight_ih_l0":[[1],[1],[1]],"a.weight_ih_l0_reverse":[[1],[1],[1]]}""", "layer 'a': parameter 'weight_ih_l0_reverse'")]
    [InlineData("""{"a.weight":[[NaN]]}""", "'a.weight': element 0 is not a finite number")]
    public void A_state_dict_that_does_not_fit_is_refused(string json, string message) => Refuses($": {message}", json);

    [Fact]
    public void Layers_cannot_be_multiplied_without_weights()
    {
        // A large first layer and the mere names of a thousand others would be a thousand large layers.
        string wide = $"[{string.Join(',', Enumerable.Repeat($"[{string.Join(',', Enumerable.Repeat("0", 60))}]", 240))}]";
        StringBuilder json = new($$"""{"a.weight_ih_l0":{{wide}},"a.weight_hh_l0":{{wide}}""");
        for (int layer = 1; layer < 1000; layer++) json.Append($",\"a.weight_hh_l{layer}\":[]");
        Refuses("brings the network above the 28800 values that the file holds", json.Append('}').ToString());
    }

    [Fact]
    public void Places_that_hold_no_model_are_named()
    {
        using TemporaryFolder folder = new();
        Assert.Equal($"cannot read '{folder.Path}': it is a directory; give the name of a file", Assert.Throws<ElmanException>(() => RTNeuralFile.Read(folder.Path)).Message);
        Assert.Equal($"cannot read '{folder.File("none")}': there is no such file; check the name", Assert.Throws<ElmanException>(() => RTNeuralFile.Read(folder.File("none"))).Message);
    }

    [Fact]
    public void A_damaged_file_is_read_or_refused()
    {
        DamagedFiles.Check(Encoding.UTF8.GetBytes(TinyDense), path => RTNeuralFile.Read(path), 400, Tokens);
        using TemporaryFolder folder = new();
        RandomStream random = new(4);
        RTNeuralFile.Write(folder.File("small"), new Sequential(new Lstm(1, 2, random), new Gru(2, 2, random), new Linear(2, 1, random)));
        DamagedFiles.Check(File.ReadAllBytes(folder.File("small")), path => RTNeuralFile.Read(path), 400, Tokens);
        const string StateDict = """{"a.weight_ih_l0":[[1],[1],[1],[1]],"a.weight_hh_l0":[[1],[1],[1],[1]],"a.bias_ih_l0":[1,1,1,1],"a.bias_hh_l0":[1,1,1,1],"b.weight":[[1]],"b.bias":[1]}""";
        DamagedFiles.Check(Encoding.UTF8.GetBytes(StateDict), path => RTNeuralFile.Read(path), 400, Tokens);
    }

    private static void Refuses(string message, string json)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("model.json", json);
        string said = Assert.Throws<ElmanException>(() => RTNeuralFile.Read(path)).Message;
        Assert.StartsWith(path, said, StringComparison.Ordinal);
        Assert.Contains(message, said, StringComparison.Ordinal);
    }

    private static void CannotWrite(string message, Module network, string prefix = "")
    {
        using TemporaryFolder folder = new();
        Assert.StartsWith(prefix + message, Assert.Throws<ArgumentException>(() => RTNeuralFile.Write(folder.File("model.json"), network)).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }
}
