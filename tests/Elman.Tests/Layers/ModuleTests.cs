namespace Elman.Tests.Layers;

public class ModuleTests
{
    [Fact]
    public void Loading_copies_every_parameter()
    {
        Linear source = new(3, 2, new RandomStream(1)), target = new(3, 2, new RandomStream(2));
        target.Load(source.Parameters().ToDictionary(parameter => parameter.Name, parameter => parameter.Value));
        Assert.Equal(source.Weight.Span.ToArray(), target.Weight.Span.ToArray());
        Assert.Equal(source.Bias!.Span.ToArray(), target.Bias!.Span.ToArray());
    }

    [Theory]
    [InlineData("bias", null, "parameter 'bias' of shape [2] is missing")]
    [InlineData("bias", 3, "parameter 'bias' has shape [3], the model expects [2]")]
    [InlineData("extra", 1, "parameter 'extra' of shape [1] is not part of the model")]
    public void Loading_is_strict_and_changes_nothing_when_it_fails(string name, int? size, string message)
    {
        Linear layer = new(3, 2, new RandomStream(1));
        float[] before = layer.Weight.Span.ToArray();
        Dictionary<string, Tensor> values = new() { ["weight"] = Tensor.Ones(2, 3), ["bias"] = Tensor.Ones(2) };
        if (size is { } count) values[name] = Tensor.Ones(count);
        else values.Remove(name);
        Assert.Equal(message, Assert.Throws<ElmanException>(() => layer.Load(values)).Message);
        Assert.Equal(before, layer.Weight.Span.ToArray());
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Weights_must_be_finite(float value)
    {
        Dictionary<string, Tensor> values = new() { ["weight"] = Tensor.Ones(2, 3), ["bias"] = Tensor.From([1, value], 2) };
        Assert.StartsWith("parameter 'bias' has the value", Assert.Throws<ElmanException>(() => new Linear(3, 2, new RandomStream(1)).Load(values)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gradients_of_all_parameters_are_cleared_together()
    {
        Linear layer = new(3, 2, new RandomStream(1));
        layer.Forward(Tensor.Ones(1, 3)).Backward();
        Assert.Contains(1f, layer.Weight.Gradient!.Span.ToArray());
        layer.ZeroGradients();
        Assert.All(layer.Weight.Gradient!.Span.ToArray(), slope => Assert.Equal(0, slope));
    }

    [Fact]
    public void A_module_prints_itself_as_a_tree()
    {
        RandomStream random = new(1);
        Assert.Equal("linear 2 → 3", new Linear(2, 3, random).ToString());
        Sequential net = new(new Linear(2, 3, random), new Sequential(new Linear(3, 4, random), new Linear(4, 1, random)));
        Assert.Equal("sequential of 2\n  0: linear 2 → 3\n  1: sequential of 2\n    0: linear 3 → 4\n    1: linear 4 → 1", net.ToString());
    }
}
