using System.Reflection;
using System.Text.Json;

namespace Elman.Tests.Files;

public sealed class NetworkFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>One of every kind that can be saved.</summary>
    private static Sequential Everything(RandomStream random) => new(
        new Masking(6, new Sequential(new Embedding(7, 4, random), new Activate(Activation.LeakyRelu(0.3f)))),
        new Sequential(
            new Lstm(4, 5, random, new RecurrentOptions { Layers = 2, Direction = Direction.Both, Dropout = 0.25f }),
            new Dropout(0.5f),
            new LayerNorm(10, 1e-3f)),
        new Gru(10, 6, random, new RecurrentOptions { Bias = false, LearnInitialState = true }),
        new Shortcut(new Rnn(6, 6, random)),
        new Rnn(6, 3, random),
        Cells.Create("gru-original", 3, 4, random),
        Cells.Create("rnn-relu", 4, 3, random),
        new Conv1d(3, 4, 3, random, dilation: 2, bias: false),
        new Gru(4, 2, random, new RecurrentOptions { Direction = Direction.Both }),
        new LastStep(2),
        new Linear(4, 6, random),
        new MergeHalves(Merge.Product),
        new Repeat(2),
        new Linear(3, 8, random, bias: false),
        new Activate(Activation.HardSigmoid(0.1f, 0.25f)),
        Sequential.Named(("out", new Linear(8, 2, random)), ("loud", new Softmax(log: true))));

    [Fact]
    public void Every_kind_of_module_comes_back_with_its_options_its_weights_and_its_outputs()
    {
        Sequential saved = Everything(new RandomStream(3));
        NetworkFile.Save(_folder["net.elman"], saved);
        Module loaded = NetworkFile.Load(_folder["net.elman"]);

        Assert.Equal(saved.Fingerprint(), loaded.Fingerprint());
        Assert.Equal(Types(saved), Types(loaded));
        Assert.Equal(Layers(saved).Select(layer => layer.Options), Layers(loaded).Select(layer => layer.Options));
        Tensor x = Tensor.From([0, 3, 6, 1, 5, 2], 2, 3);
        Assert.Equal(saved.Forward(x, [3, 2]).Span, loaded.Forward(x, [3, 2]).Span);
    }

    [Fact]
    public void A_gru_d_comes_back_with_its_decays_and_means()
    {
        GruD saved = new(2, 3, new RandomStream(1));
        saved.Mean.CopyFrom([0.5f, -1]);
        NetworkFile.Save(_folder["net.elman"], saved);
        GruD loaded = Assert.IsType<GruD>(NetworkFile.Load(_folder["net.elman"]));
        Assert.Equal(saved.Fingerprint(), loaded.Fingerprint());
        Assert.False(loaded.Mean.RequiresGradient);
    }

    [Fact]
    public void So_does_any_other_cell_that_decays()
    {
        foreach (Module saved in (Module[])[new DecayRecurrent<LstmUnit>(2, 3, new RandomStream(1)), new DecayRecurrent<OriginalGruUnit>(2, 3, new RandomStream(2))])
        {
            NetworkFile.Save(_folder["net.elman"], saved);
            Module loaded = NetworkFile.Load(_folder["net.elman"]);
            Assert.Equal(saved.GetType(), loaded.GetType());
            Assert.Equal(saved.Fingerprint(), loaded.Fingerprint());
            Tensor x = Tensor.From([0.5f, 1, 1, 0, 2, -1, 0, 0, 1, 0.5f], 1, 2, 5);
            Assert.Equal(saved.Forward(x).Span, loaded.Forward(x).Span);
        }
    }

    [Fact]
    public void How_weights_were_first_drawn_is_not_kept_but_the_weights_are()
    {
        Lstm saved = new(2, 3, new RandomStream(1), new RecurrentOptions { ForgetBias = 1, Orthogonal = true });
        NetworkFile.Save(_folder["net.elman"], saved);
        Lstm loaded = Assert.IsType<Lstm>(NetworkFile.Load(_folder["net.elman"]));
        Assert.Equal(new RecurrentOptions(), loaded.Options);
        Assert.Equal(saved.Fingerprint(), loaded.Fingerprint());
    }

    /// <summary>Whoever adds a layer and forgets the file finds out here.</summary>
    [Fact]
    public void Every_layer_of_the_library_is_in_the_test_above()
    {
        Type[] others = [typeof(ForecastNet), typeof(RecurrentCell<>), typeof(RnnCell), typeof(LstmCell), typeof(GruCell), typeof(Recurrent<>), typeof(DecayRecurrent<>), typeof(GruD), typeof(SequenceEncoder), typeof(StepPool),
            typeof(MeanMaxPool), typeof(AttentionPool), typeof(TokenEncoder), typeof(Crf)];
        Type[] layers = [.. typeof(Module).Assembly.GetExportedTypes().Where(type => type.IsAssignableTo(typeof(Module)) && !type.IsAbstract).Except(others)];
        Assert.Equal([], layers.Except(Types(Everything(new RandomStream(3)))));
    }

    [Fact]
    public void Named_modules_keep_their_names_and_their_order()
    {
        RandomStream random = new(4);
        Sequential saved = Sequential.Named(("embed", new Embedding(5, 3, random)), ("rnn.core", new Lstm(3, 4, random)), ("2", new Linear(4, 2, random)));
        NetworkFile.Save(_folder["net.elman"], saved);
        Module loaded = NetworkFile.Load(_folder["net.elman"]);
        Assert.Equal(["embed.weight", "rnn.core.weight_ih_l0"], loaded.Parameters().Select(parameter => parameter.Name).Take(2));
        Assert.Equal(saved.Fingerprint(), loaded.Fingerprint());
        Assert.Throws<ArgumentException>(() => Sequential.Named(("a", new LastStep()), ("a", new LastStep())));
    }

    [Fact]
    public void A_single_layer_is_a_network_too()
    {
        Lstm saved = new(2, 3, new RandomStream(1));
        NetworkFile.Save(_folder["net.elman"], saved);
        Lstm loaded = Assert.IsType<Lstm>(NetworkFile.Load(_folder["net.elman"]));
        Assert.Equal(saved.Fingerprint(), loaded.Fingerprint());
    }

    /// <summary>Whoever adds an option and forgets the file finds out here.</summary>
    [Fact]
    public void Every_option_of_a_recurrent_layer_survives()
    {
        string[] ofTheFirstValues = [nameof(RecurrentOptions.Orthogonal), nameof(RecurrentOptions.ForgetBias)];
        PropertyInfo[] kept = [.. typeof(RecurrentOptions).GetProperties().Where(property => property.CanWrite && !ofTheFirstValues.Contains(property.Name))];
        Assert.NotEmpty(kept);
        Assert.All(kept, property =>
        {
            RecurrentOptions options = new();
            property.SetValue(options, Other(property, options));
            string json = JsonText.Of(writer =>
            {
                writer.WriteStartObject();
                RecurrentOptionsJson.Write(writer, options);
                writer.WriteEndObject();
            });
            using JsonDocument document = JsonDocument.Parse(json);
            StrictFields fields = new(document.RootElement, "test");
            RecurrentOptions read = RecurrentOptionsJson.Read(fields);
            fields.Finish();
            Assert.Equivalent(options, read, strict: true);
            Assert.NotEqual("{}", json);
        });
    }

    [Fact]
    public void A_module_of_ones_own_is_refused_by_its_name_and_the_old_file_stays()
    {
        string path = _folder["net.elman"];
        NetworkFile.Save(path, new Lstm(2, 3, new RandomStream(1)));
        byte[] before = File.ReadAllBytes(path);
        var refusal = Assert.Throws<ArgumentException>(() => NetworkFile.Save(path, new Sequential(new Linear(2, 2, new RandomStream(1)), new Own())));
        Assert.StartsWith("module 1, Own, is none of the kinds that a network file knows: sequential, recurrent, linear, ", refusal.Message);
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public void Nesting_ends_where_a_reader_would_refuse_it()
    {
        Module Nested(int depth) => depth == 0 ? new Linear(1, 1, new RandomStream(1)) : new Sequential(Nested(depth - 1));
        NetworkFile.Save(_folder["net.elman"], Nested(30));
        Assert.Equal(31, NetworkFile.Load(_folder["net.elman"]).Parameters().First().Name.Split('.').Length);
        Assert.Contains("nested more than 30 deep", Assert.Throws<ArgumentException>(() => NetworkFile.Save(_folder["net.elman"], Nested(31))).Message);
    }

    [Theory]
    [InlineData("""{"kind":"transformer"}""", "the network is of the unknown kind 'transformer', known are sequential, ")]
    [InlineData("""{"kind":"sequential","modules":[{"kind":"lin ear"}]}""", "module 0 is of the unknown kind 'lin ear'")]
    [InlineData("""{"kind":"sequential","modules":[{"kind":"sequential","modules":[4]}]}""", "module 0.0: expected an object, it is a number")]
    [InlineData("""{"kind":"sequential"}""", "the network (sequential): 'modules' is missing")]
    [InlineData("""{"kind":"sequential","modules":[{"kind":"softmax","log":false,"name":"x"},{"kind":"softmax","log":false,"name":"x"}]}""", "the network (sequential): two parameters or modules are named 'x'")]
    [InlineData("""{"kind":"sequential","name":"x","modules":[]}""", "the network (sequential): the field 'name' is unknown")]
    [InlineData("""{"modules":[]}""", "the network: 'kind' is missing")]
    [InlineData("""{"kind":"recurrent","cell":"lstm","inputs":2,"hidden":3,"warp":9}""", "the network (recurrent): the field 'warp' is unknown or appears twice")]
    [InlineData("""{"kind":"recurrent","cell":"lstm","inputs":2,"hidden":3,"hidden":3}""", "the network (recurrent): the field 'hidden' is unknown or appears twice")]
    [InlineData("""{"kind":"recurrent","cell":"lstm","inputs":2,"hidden":0}""", "the network (recurrent): expected a whole number from 1 to 16777216 for 'hidden', it is 0")]
    [InlineData("""{"kind":"recurrent","cell":"lstm","inputs":2,"hidden":3,"layers":100000}""", "expected a whole number from 1 to 4096 for 'layers'")]
    [InlineData("""{"kind":"recurrent","cell":"lstm","inputs":2,"hidden":3,"dropout":1}""", "the network (recurrent): dropout 1 is not at least 0 and below 1")]
    [InlineData("""{"kind":"recurrent","cell":"lstm","inputs":2,"hidden":3,"dropout":1e60}""", "'dropout' exceeds single precision")]
    [InlineData("""{"kind":"recurrent","cell":"lstm","inputs":2,"hidden":3,"bias":1}""", "expected true or false for 'bias', it is a number")]
    [InlineData("""{"kind":"recurrent","cell":"xlstm","inputs":2,"hidden":3}""", "there is no cell 'xlstm'; known are rnn, ")]
    [InlineData("""{"kind":"recurrent","cell":"lstm","inputs":16777216,"hidden":16777216}""", "the network (recurrent): shape [67108864, 16777216] has more than 2147483647 elements")]
    [InlineData("""{"kind":"recurrent","cell":"lstm","inputs":1,"hidden":20000}""", "the network (recurrent): a tensor of shape [80000, 1] brings the network above the 84 values that the file holds")]
    [InlineData("""{"kind":"layer_norm","size":16777216,"epsilon":1e-5}""", "a tensor of shape [16777216] brings the network above")]
    [InlineData("""{"kind":"recurrent","cell":"lstm","inputs":1,"hidden":3}""", "parameter 'weight_ih_l0' has shape [12, 2], the model expects [12, 1]")]
    [InlineData("""{"kind":"recurrent","cell":"lstm","inputs":2,"hidden":3,"bias":false}""", "parameter 'bias_ih_l0' of shape [12] is not part of the model")]
    public void What_is_wrong_with_a_description_is_named(string description, string expected)
    {
        // Of an LSTM with 2 inputs and 3 units: 84 values.
        string path = _folder["net.elman"];
        NetworkFile.Save(path, new Lstm(2, 3, new RandomStream(1)));
        Describe(path, description);
        var failure = Assert.Throws<ElmanException>(() => NetworkFile.Load(path));
        Assert.StartsWith(path, failure.Message);
        Assert.Contains(expected, failure.Message);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public void A_description_that_nests_too_deep_is_refused()
    {
        string path = _folder["net.elman"];
        NetworkFile.Save(path, new Lstm(2, 3, new RandomStream(1)));
        Describe(path, string.Concat(Enumerable.Repeat("""{"kind":"sequential","modules":[""", 10_000)));
        Assert.Contains("the section 'network' is damaged", Assert.Throws<ElmanException>(() => NetworkFile.Load(path)).Message);
    }

    [Fact]
    public void Another_task_is_refused()
    {
        string path = _folder["net.elman"];
        ModelFile.Write(path, "poetry", [], new Lstm(2, 3, new RandomStream(1)));
        Assert.Contains("expected a network, the model is a poetry", Assert.Throws<ElmanException>(() => NetworkFile.Load(path)).Message);
    }

    /// <summary>Puts another description in place of the network's, and leaves the digest out of it.</summary>
    private static void Describe(string path, string description)
    {
        SafeTensorsFile file = SafeTensorsFile.Read(path);
        Dictionary<string, string> metadata = new(file.Metadata) { ["network"] = description, ["digest"] = "none" };
        SafeTensorsFile.Write(path, metadata, file.Tensors);
    }

    private static IEnumerable<Type> Types(Module module) => module.Children.SelectMany(child => Types(child.Module)).Prepend(module.GetType());

    private static IEnumerable<RecurrentLayer> Layers(Module module) =>
        module.Children.SelectMany(child => Layers(child.Module)).Concat(module is RecurrentLayer layer ? [layer] : []);

    /// <summary>A value that is not the default.</summary>
    private static object Other(PropertyInfo property, RecurrentOptions options) => property.GetValue(options) switch
    {
        bool flag => !flag,
        int number => number + 2,
        float number => number + 0.1f,
        Enum value => Enum.GetValues(value.GetType()).Cast<object>().Last(),
        null when property.PropertyType == typeof(float?) => 0.3f,
        null when property.PropertyType == typeof(IReadOnlyList<int>) => new int[] { 3, 4 },
        null when property.PropertyType == typeof(IReadOnlyList<Activation>) => new Activation[] { Activation.Tanh, Activation.HardSigmoid(0.3f) },
        _ => throw new NotSupportedException($"give {nameof(Other)} a value for {property.Name}"),
    };

    private sealed class Own : Module
    {
        public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => input;
    }
}
