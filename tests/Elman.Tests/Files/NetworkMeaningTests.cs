using System.Text.Json;
using Elman.Tests.Tensors;

namespace Elman.Tests.Files;

/// <summary>What a network file holds besides the library's modules: labels, scalers, modules of one's own.</summary>
public sealed class NetworkMeaningTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    static NetworkMeaningTests()
    {
        NetworkFile.Register<Gate>("tests.gate", (json, gate) => json.WriteNumberValue(gate.Size), json => new Gate(json.GetInt32()));
        NetworkFile.Register<Pair>("tests.pair", (json, pair) =>
        {
            json.WriteStartObject();
            json.WriteNumber("size", pair.Size);
            json.WriteEndObject();
        }, json => new Pair(json.GetProperty("size").GetInt32()));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Labels_and_scalers_come_back()
    {
        RandomStream random = new(1);
        Scaler scaler = Scaler.Fit(ScalerKind.Standard, new double[] { 1, 2, 4.5 });
        NetworkFile.Save(_folder["net"], new Linear(2, 3, random), new NetworkMeaning
        {
            Labels = ["noun", "", "\"vèrb\"\n"],
            Scalers = new Dictionary<string, Scaler> { ["length"] = scaler, ["a.b"] = Scaler.Fit(ScalerKind.MinMax, new double[] { 3, 3 }) },
        });
        Module net = NetworkFile.Load(_folder["net"], out NetworkMeaning meaning);
        Assert.IsType<Linear>(net);
        Assert.Equal(["noun", "", "\"vèrb\"\n"], meaning.Labels);
        Assert.Equal(["length", "a.b"], meaning.Scalers.Keys);
        Assert.Equal((scaler.Offset, scaler.Scale, false), (meaning.Scalers["length"].Offset, meaning.Scalers["length"].Scale, meaning.Scalers["length"].IsConstant));
        Assert.True(meaning.Scalers["a.b"].IsConstant);
        Assert.Equal(net.Fingerprint(), NetworkFile.Load(_folder["net"]).Fingerprint());
    }

    [Fact]
    public void A_file_without_them_is_what_it_was_and_gives_none()
    {
        Linear net = new(2, 3, new RandomStream(1));
        NetworkFile.Save(_folder["a"], net);
        NetworkFile.Save(_folder["b"], net, new NetworkMeaning());
        Assert.Equal(File.ReadAllBytes(_folder["a"]), File.ReadAllBytes(_folder["b"]));
        Assert.Equal(["network"], ModelFile.Read(_folder["a"]).Sections);
        NetworkFile.Load(_folder["a"], out NetworkMeaning meaning);
        Assert.Empty(meaning.Labels);
        Assert.Empty(meaning.Scalers);
    }

    [Fact]
    public void Labels_that_do_not_tell_classes_apart_are_refused_and_leave_the_file_as_it_was()
    {
        Linear net = new(2, 3, new RandomStream(1));
        NetworkFile.Save(_folder["net"], net);
        byte[] before = File.ReadAllBytes(_folder["net"]);
        Assert.StartsWith("two labels are 'a'", Assert.Throws<ArgumentException>(() => NetworkFile.Save(_folder["net"], net, new NetworkMeaning { Labels = ["a", "b", "a"] })).Message, StringComparison.Ordinal);
        Assert.StartsWith("a label is null", Assert.Throws<ArgumentException>(() => NetworkFile.Save(_folder["net"], net, new NetworkMeaning { Labels = ["a", null!] })).Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_folder["net"]));
    }

    [Theory]
    [InlineData("labels", "{}")]
    [InlineData("labels", "[1]")]
    [InlineData("labels", "[null]")]
    [InlineData("labels", "[\"a\",\"a\"]")]
    [InlineData("scalers", "[]")]
    [InlineData("scalers", "{\"a\":1}")]
    [InlineData("scalers", "{\"a\":{\"kind\":\"standard\",\"offset\":0,\"scale\":0,\"constant\":false}}")]
    public void A_damaged_section_is_named(string section, string text)
    {
        Linear net = new(2, 3, new RandomStream(1));
        using JsonDocument document = JsonDocument.Parse(text);
        ModelFile.Write(_folder["net"], NetworkFile.TaskName, [("network", json => NetworkJson.Write(json, net)), (section, json => document.RootElement.WriteTo(json))], net);
        Assert.StartsWith(_folder["net"], Assert.Throws<ElmanException>(() => NetworkFile.Load(_folder["net"], out _)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_of_ones_own_comes_back_within_others_and_shared()
    {
        RandomStream random = new(1);
        Gate gate = new(4);
        Sequential net = new(new Linear(3, 4, random), gate, new Sequential(new Pair(4), gate), new Linear(4, 2, random));
        net.Load(net.Parameters().ToDictionary(parameter => parameter.Name, parameter => Some.Tensor(parameter.Value.Shape.Extents)));
        NetworkFile.Save(_folder["net"], net);
        Module read = NetworkFile.Load(_folder["net"]);
        Assert.Same(read.Children[1].Module, read.Children[2].Module.Children[1].Module);
        Assert.Equal(net.Parameters().Select(parameter => parameter.Name), read.Parameters().Select(parameter => parameter.Name));
        Tensor x = Some.Tensor(5, 3);
        Assert.Equal(net.Forward(x).Span.ToArray(), read.Forward(x).Span.ToArray());
    }

    [Fact]
    public void A_kind_that_is_not_known_or_known_twice_is_refused()
    {
        Assert.Contains("a kind of your own is made known by NetworkFile.Register", Assert.Throws<ArgumentException>(() => NetworkFile.Save(_folder["net"], new Unknown())).Message, StringComparison.Ordinal);
        Assert.StartsWith("the kind 'gate' has no dot", Assert.Throws<ArgumentException>(() => NetworkFile.Register<Unknown>("gate", (_, _) => { }, _ => new Unknown())).Message, StringComparison.Ordinal);
        Assert.StartsWith("the kind 'tests.gate', or the class Unknown, is registered already",
            Assert.Throws<ArgumentException>(() => NetworkFile.Register<Unknown>("tests.gate", (_, _) => { }, _ => new Unknown())).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => NetworkFile.Register<Gate>("tests.other", (_, _) => { }, _ => new Gate(1)));
    }

    [Theory]
    [InlineData("""{"kind":"tests.gate"}""", "the network (tests.gate): 'options' is missing")]
    [InlineData("""{"kind":"tests.gate","options":"four"}""", "the network (tests.gate): ")]
    [InlineData("""{"kind":"tests.gate","options":-1}""", "the network (tests.gate): ")]
    [InlineData("""{"kind":"tests.pair","options":{}}""", "the network (tests.pair): ")]
    [InlineData("""{"kind":"tests.gate","options":4,"more":1}""", "the network (tests.gate): the field 'more' is unknown")]
    [InlineData("""{"kind":"tests.lost","options":4}""", "the network is of the unknown kind 'tests.lost'")]
    public void A_damaged_description_is_named(string description, string expected)
    {
        using JsonDocument document = JsonDocument.Parse(description);
        Assert.StartsWith(expected, Assert.Throws<ElmanException>(() => NetworkJson.Read(document.RootElement)).Message, StringComparison.Ordinal);
    }

    private sealed class Gate : Module
    {
        private readonly Tensor _gate;

        public Gate(int size)
        {
            Size = size;
            _gate = AddParameter("gate", Tensor.Ones(size));
        }

        public int Size { get; }

        public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => input * _gate.Sigmoid();
    }

    private sealed class Pair : Module
    {
        private readonly Linear _left, _right;

        /// <summary>Not a parameter, and larger than the whole file: what a module of one's own needs besides is its own affair.</summary>
        private readonly Tensor _table = Tensor.Zeros(1000);

        public Pair(int size)
        {
            Size = size;
            _left = AddChild("left", new Linear(size, size, new RandomStream(1)));
            _right = AddChild("right", new Linear(size, size, new RandomStream(2)));
        }

        public int Size { get; }

        public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => _left.Forward(input) * _right.Forward(input) + _table.Span[0];
    }

    private sealed class Unknown : Module
    {
        public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => input;
    }
}
