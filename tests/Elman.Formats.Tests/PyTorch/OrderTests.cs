using System.Text.Json;
using Elman.Cli.Tests;

namespace Elman.Formats.Tests.PyTorch;

/// <summary>What a state dict does not tell is asked for, or named as assumed; it is never taken for proved.</summary>
public sealed class OrderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("square.safetensors", "its names and sizes fit several orders of its modules, and a state dict does not tell which: say it with --order fc,lstm or --order lstm,fc")]
    [InlineData("forecaster.safetensors", "say it with --order fc,lstm or --order lstm,fc")]
    [InlineData("ctor_order.pt", "say it with --order fc,gru or --order gru,fc")]
    [InlineData("10-relu-between-head0-and-head2.pt", "module 'head.1' has no weights and is not in the file: say what stands there, such as --order lstm,head.0,relu,head.2, or --order lstm,head.0,head.2 if it is nothing but dropout")]
    [InlineData("groupnorm.pt", "module 'gn' has tensors that LayerNorm, GroupNorm, InstanceNorm and BatchNorm have: if it is a LayerNorm say so, --order gru,gn:layernorm,out")]
    [InlineData("instancenorm.pt", "--order gru,norm:layernorm,out")]
    [InlineData("batchnorm_notrack.pt", "--order gru,norm:layernorm,out")]
    [InlineData("rmsnorm.pt", "LayerNorm, RMSNorm, GroupNorm and PReLU have")]
    [InlineData("layernorm_nobias.pt", "LayerNorm, RMSNorm, GroupNorm and PReLU have")]
    [InlineData("prelu.pt", "say it with --order")]
    [InlineData("batchnorm.pt", "module 'bn' is a BatchNorm")]
    [InlineData("10-batchnorm1d.pt", "module 'bn' is a BatchNorm")]
    public void Where_several_readings_fit_nothing_is_written(string file, string expected)
    {
        string refusal = Assert.Throws<ElmanException>(() => Convert(file)).Message;
        Assert.Contains(expected, refusal);
        Assert.DoesNotContain('\n', refusal);
        Assert.False(File.Exists(_folder.File("out.elman")));
    }

    [Theory]
    [InlineData("square.safetensors", "lstm,fc")]
    [InlineData("forecaster.safetensors", "lstm,fc")]
    [InlineData("ctor_order.pt", "gru,fc")]
    [InlineData("layernorm_nobias.pt", "gru,norm:layernorm,out")]
    public void The_order_that_is_given_has_PyTorchs_numbers(string file, string order)
    {
        ConversionProof proof = Convert(file, order);
        Assert.InRange(proof.Largest, 0, 1e-5);
        Assert.DoesNotContain(proof.Assumed, line => line.Contains("one after the other", StringComparison.Ordinal));
        (Tensor input, double[] expected) = Case(file);
        float[] actual = NetworkFile.Load(_folder.File("out.elman")).Forward(input).Span.ToArray();
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < actual.Length; i++) Assert.Equal(expected[i], actual[i], 1e-5);
    }

    [Fact]
    public void What_stands_between_modules_is_computed_by_both_sides()
    {
        const string file = "10-relu-between-head0-and-head2.pt";
        Assert.InRange(Convert(file, "lstm,head.0,relu,head.2").Largest, 0, 1e-5);
        Assert.Equal(["lstm", "head.0", "relu", "head.2"], NetworkFile.Load(_folder.File("out.elman")).Children.Select(child => child.Name));
        ConversionProof last = Convert(file, "lstm,last,head.0,tanh,head.2");
        Assert.InRange(last.Largest, 0, 1e-5);
        Sequential network = (Sequential)NetworkFile.Load(_folder.File("out.elman"));
        Assert.Equal(2, network.Forward(Tensor.Zeros(2, 5, network.StepInputSize!.Value)).Rank);
    }

    [Theory]
    [InlineData("lstm", "the order lacks module 'fc'")]
    [InlineData("lstm,fc,lstm", "the order names 'lstm' twice")]
    [InlineData("lstm,gelu,fc", "the order names 'gelu', which is no module of the file")]
    [InlineData("lstm:gru,fc", "module 'lstm' cannot be 'gru'; by its tensors it is lstm")]
    [InlineData("relu,lstm,fc", "the order begins with relu")]
    [InlineData("lstm,last,last,fc", "the order has last twice")]
    public void An_order_that_cannot_be_is_refused(string order, string expected) =>
        Assert.Contains(expected, Assert.Throws<ElmanException>(() => Convert("square.safetensors", order)).Message);

    [Fact]
    public void A_network_of_the_same_architecture_takes_the_weights()
    {
        RandomStream random = new(5);
        Module like = Sequential.Named(("lstm", new Lstm(8, 8, random)), ("fc", new Linear(8, 8, random)));
        ConversionProof proof = Conversion.Convert(PathOf("square.safetensors"), _folder.File("out.elman"), ModelFormat.Of(FileKind.Elman), new ReadOptions { As = like }, 1, 1e-5);
        Assert.Null(proof.By);
        (Tensor input, double[] expected) = Case("square.safetensors");
        float[] actual = NetworkFile.Load(_folder.File("out.elman")).Forward(input).Span.ToArray();
        for (int i = 0; i < actual.Length; i++) Assert.Equal(expected[i], actual[i], 1e-5);
    }

    [Fact]
    public void Numbers_in_names_are_an_order_and_the_only_order_that_fits_is_named_as_assumed()
    {
        // Sorted by name, "layers.10" stands before "layers.2".
        RandomStream random = new(2);
        (string, Module)[] modules = [.. Enumerable.Range(0, 12).Select(i => ($"layers.{i}", (Module)new Linear(4, 4, random)))];
        Module network = Sequential.Named([("gru", new Gru(3, 4, random)), .. modules]);
        SafeTensorsFile.Write(_folder.File("sorted.safetensors"), [], [.. network.Parameters().OrderBy(one => one.Name, StringComparer.Ordinal).Select(one => SafeTensor.From(one.Name, one.Value.Span, one.Value.Shape.Extents))]);
        List<string> assumed = [];
        Module read = PyTorchFile.Read(_folder.File("sorted.safetensors"), new ReadOptions { Assumed = assumed.Add });
        Assert.Equal(network.Children.Select(child => child.Name), read.Children.Select(child => child.Name));
        Assert.StartsWith("the modules are applied one after the other, 'gru', 'layers.0'", assumed[0]);
        Assert.Contains("there is no activation function between the modules, and every step is looked at", assumed);
    }

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "Fixtures", "StateDicts", file);

    private ConversionProof Convert(string file, string? order = null) => Conversion.Convert(
        PathOf(file), _folder.File("out.elman"), ModelFormat.Of(FileKind.Elman), new ReadOptions { Order = order?.Split(',') ?? [] }, 1, 1e-5);

    /// <summary>What PyTorch said to an input [2, 5, I].</summary>
    private static (Tensor Input, double[] Expected) Case(string file)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(PathOf(file + ".json")));
        JsonElement input = json.RootElement.GetProperty("input");
        float[] values = [.. Numbers(input).Select(value => (float)value)];
        return (Tensor.From(values, input.GetArrayLength(), input[0].GetArrayLength(), input[0][0].GetArrayLength()), [.. Numbers(json.RootElement.GetProperty("expected"))]);
    }

    private static IEnumerable<double> Numbers(JsonElement json) => json.ValueKind == JsonValueKind.Array ? json.EnumerateArray().SelectMany(Numbers) : [json.GetDouble()];
}
