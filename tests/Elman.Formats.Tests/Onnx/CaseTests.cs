using Elman.Tests;

namespace Elman.Formats.Tests.Onnx;

/// <summary>Whole small files as exporters write them, against ONNX Runtime, live.</summary>
public sealed class CaseTests
{
    [Theory]
    [InlineData("05-conv-1xK")]
    [InlineData("05-gather-elements")]
    [InlineData("05-global-average-pool")]
    [InlineData("05-maxpool-1d")]
    [InlineData("03-if-squeeze")]
    [InlineData("03-if-sampling-rate")]
    [InlineData("if_const")]
    [InlineData("04-loop-keras-lstm-relu")]
    public void Agrees_with_the_peer(string name)
    {
        byte[] model = File.ReadAllBytes(Path(name));
        Peer.Agrees(model, 1e-5f, Inputs(OnnxFile.Read(model, name)));
    }

    /// <summary>A file that holds a network for each sampling rate.</summary>
    [Fact]
    public void Either_branch_of_a_choice_by_an_input()
    {
        byte[] model = File.ReadAllBytes(Path("03-if-sampling-rate"));
        Dictionary<string, Tensor> inputs = Inputs(OnnxFile.Read(model, "test.onnx"));
        Tensor other = OnnxFile.Read(model, "test.onnx").Run(inputs).Values.First();
        inputs["sr"] = Tensor.Full(16000, inputs["sr"].Shape.Extents);
        Peer.Agrees(model, 1e-5f, inputs);
        Assert.NotEqual(other.Span.ToArray(), OnnxFile.Read(model, "test.onnx").Run(inputs).Values.First().Span.ToArray());
    }

    private static string Path(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "Fixtures", "cases", $"{name}.onnx");

    /// <summary>Random values, zeros for whole numbers; an axis without a number has extent 3.</summary>
    private static Dictionary<string, Tensor> Inputs(OnnxGraph graph) => graph.Inputs.ToDictionary(input => input.Name, input =>
    {
        int[] shape = [.. input.Shape!.Select(extent => int.TryParse(extent, out int number) ? number : 3)];
        return input.IsInteger ? Tensor.Zeros(shape) : Tensor.Uniform(new RandomStream(1), -1, 1, shape);
    });
}
