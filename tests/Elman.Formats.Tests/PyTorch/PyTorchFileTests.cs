using Elman.Cli.Tests;
using Elman.Tests.Reference;

namespace Elman.Formats.Tests.PyTorch;

/// <summary>Files of PyTorch's against the numbers that PyTorch itself computed with them.</summary>
public sealed class PyTorchFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Fixture.Names), "PyTorch/layers", MemberType = typeof(Fixture))]
    public void Every_layer_is_found_by_its_tensors_and_gives_PyTorchs_numbers_and_gradients(string name)
    {
        FixtureCase expected = Fixture.Load("PyTorch/layers")[name];
        RecurrentLayer layer = (RecurrentLayer)PyTorchFile.Read(PyTorchFixture.Path("layers.pt"), new ReadOptions { Entry = name });
        Assert.Equal(expected.Text("kind"), layer.Cell);
        Assert.Equal(expected.Count("layers"), layer.Options.Layers);
        Tensor x = Tensor.From(expected.Inputs["x"].Values, expected.Inputs["x"].Shape);
        x.RequiresGradient = true;

        (Tensor y, State final) = layer.Forward(x, null, expected.Inputs["lengths"].Integers);

        Near.Equal(expected.Outputs["y"].Values, y.Span, what: "y");
        Near.Equal(expected.Outputs["hn"].Values, final.Hidden.Span, what: "hn");
        Tensor loss = (y * Upstream(expected, "y")).Sum() + (final.Hidden * Upstream(expected, "hn")).Sum();
        if (expected.Outputs.ContainsKey("cn"))
        {
            Near.Equal(expected.Outputs["cn"].Values, final.Cell.Span, what: "cn");
            loss += (final.Cell * Upstream(expected, "cn")).Sum();
        }
        loss.Backward();
        Near.Equal(expected.Gradients["x"].Values, x.Gradient!.Span, what: "gradient of x");
        Assert.Equal(expected.Gradients.Keys.Where(key => key != "x").Order(), layer.Parameters().Select(parameter => parameter.Name).Order());
        foreach ((string parameter, Tensor value) in layer.Parameters())
            Near.Equal(expected.Gradients[parameter].Values, value.Gradient!.Span, what: "gradient of " + parameter);
    }

    /// <summary>The twin is what conversions are measured against: it must be PyTorch to far below single precision.</summary>
    [Theory]
    [MemberData(nameof(Fixture.Names), "PyTorch/layers", MemberType = typeof(Fixture))]
    public void The_twin_is_PyTorch(string name)
    {
        FixtureCase expected = Fixture.Load("PyTorch/layers")[name];
        Probe probe = Probe.Of(Tensor.From(expected.Inputs["x"].Values, expected.Inputs["x"].Shape), expected.Inputs["lengths"].Integers);
        IReadOnlyList<ProbeOutput> outputs = PyTorchFile.Original(PyTorchFixture.Path("layers.pt"), new ReadOptions { Entry = name })(probe);
        string[] parts = ["y", "hn", "cn"];
        Assert.Equal(expected.Outputs.Count, outputs.Count);
        foreach ((ProbeOutput output, string part) in outputs.Zip(parts)) Near.Equal(expected.Outputs[part].Values, output.Values, 1.5e-7, part);
    }

    [Theory]
    [InlineData("tagger.pt")]
    [InlineData("tagger-legacy.pt")]
    [InlineData("tagger-protocol4.pt")]
    [InlineData("tagger-legacy-protocol5.pt")]
    [InlineData("tagger-parameters.pt")]
    [InlineData("tagger.safetensors")]
    [InlineData("checkpoint.pt")]
    [InlineData("tagger-f64.pt", 1e-5)]
    [InlineData("tagger-f16.pt", 2e-3)]
    [InlineData("tagger-bf16.pt", 2e-2)]
    public void One_model_is_read_from_every_dress(string file, double tolerance = 1e-5)
    {
        FixtureCase expected = Fixture.Load("PyTorch/tagger-numbers")["tagger"];
        Module model = PyTorchFile.Read(PyTorchFixture.Path(file), Tagger);
        Assert.Equal(
            ["embedding 7 → 3", "lstm 3 → 4, 2 layers, bidirectional", "layer norm 8, epsilon 1E-05", "linear 8 → 2"],
            model.Children.Select(child => child.Module.Description));
        Assert.Equal(expected.Parameters.Keys, model.Parameters().Select(parameter => parameter.Name));

        int[] lengths = expected.Inputs["lengths"].Integers;
        Tensor x = Tensor.From(expected.Inputs["x"].Values, expected.Inputs["x"].Shape);
        Near.Equal(expected.Outputs["y"].Values, model.Forward(x, lengths).Span, tolerance, file);
        ProbeOutput twin = PyTorchFile.Original(PyTorchFixture.Path(file), Tagger)(Probe.Of(x, lengths))[^1];
        Assert.Equal("out", twin.Name);
        Near.Equal(Probe.Of(x, lengths).Run(model)[^1].Values, twin.Values, 2e-6, "the twin");
    }

    [Fact]
    public void What_goes_back_to_PyTorch_is_what_came_from_there_byte_by_byte()
    {
        byte[] expected = File.ReadAllBytes(PyTorchFixture.Path("tagger.safetensors"));
        foreach (string file in new[] { "tagger.pt", "tagger-legacy.pt", "tagger.safetensors", "checkpoint.pt" })
        {
            PyTorchFile.Write(_folder.File("back.safetensors"), PyTorchFile.Read(PyTorchFixture.Path(file), Tagger));
            Assert.Equal(expected, File.ReadAllBytes(_folder.File("back.safetensors")));
        }
    }

    [Theory]
    [InlineData("views.pt")]
    [InlineData("views-legacy.pt")]
    public void Views_of_a_storage_are_read_element_by_element(string file)
    {
        FixtureCase expected = Fixture.Load("PyTorch/views")["views"];
        var state = Elman.Formats.PyTorch.StateDict.Read(PyTorchFixture.Path(file), null);
        Assert.Equal(expected.Outputs.Keys, state.Tensors.Select(pair => pair.Name));
        Assert.All(state.Tensors, pair =>
        {
            Assert.Equal(new Shape(expected.Outputs[pair.Name].Shape), pair.Tensor.Shape);
            Assert.Equal(expected.Outputs[pair.Name].Values, pair.Tensor.ToDoubles().Select(value => (float)value));
        });
        Assert.Equal(["offset", "scalar", "empty", "same"], state.Tensors.Where(pair => pair.Tensor.IsContiguous).Select(pair => pair.Name));
    }

    [Fact]
    public void Every_type_of_numbers_is_exact()
    {
        var state = Elman.Formats.PyTorch.StateDict.Read(PyTorchFixture.Path("types.pt"), null);
        Assert.Equal(10, state.Tensors.Count);
        Assert.All(state.Tensors, pair =>
        {
            Assert.Equal(pair.Name, pair.Tensor.Type.Name);
            double[] values = pair.Name switch { "uint8" => [2, 0, 1, 3], "bool" => [1, 0, 1, 1], _ => [-2, 0, 1, 3] };
            Assert.Equal(values, pair.Tensor.ToDoubles());
        });
    }

    [Fact]
    public void What_was_assumed_left_out_or_rounded_is_told()
    {
        List<string> remarks = [];
        PyTorchFile.Read(PyTorchFixture.Path("checkpoint.pt"), Tagger with { Remark = remarks.Add });
        Assert.Equal(
            [
                "taking the state dict under 'state_dict'",
                "leaving the prefix 'module.' out of every name",
                "not part of the network: epoch = 3, optimizer = a dict of 2, best = 0.25, history = a list of 2, name = 'tagger', config = a dict of 3, shape = a tuple of 3",
                "assumed, for the file does not tell: 'norm' is a LayerNorm with PyTorch's ε of 1e-5",
            ],
            remarks);
        remarks.Clear();
        PyTorchFile.Read(PyTorchFixture.Path("tagger-f64.pt"), Tagger with { Remark = remarks.Add });
        Assert.Contains("tensor 'embed.weight': 21 of 21 numbers of float64 were rounded to float32", remarks);
        remarks.Clear();
        PyTorchFile.Read(PyTorchFixture.Path("tagger-f16.pt"), Tagger with { Remark = remarks.Add });
        Assert.Equal(["assumed, for the file does not tell: 'norm' is a LayerNorm with PyTorch's ε of 1e-5"], remarks);
    }

    /// <summary>That the tagger's norm is a LayerNorm no state dict tells.</summary>
    private static readonly ReadOptions Tagger = new() { Order = ["embed", "lstm", "norm:layernorm", "out"] };

    private static Tensor Upstream(FixtureCase expected, string name) => Tensor.From(expected.Upstream[name].Values, expected.Upstream[name].Shape);
}
