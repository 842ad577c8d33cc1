using Onnx;

namespace Elman.Formats.Tests.Onnx;

/// <summary>The ONNX project's own cases of its recurrent operators.</summary>
public sealed class NodeCaseTests
{
    public static TheoryData<string> Cases => [.. Directory.GetDirectories(Folder).Select(path => Path.GetFileName(path)).Order()];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Fixtures", "onnx_node");

    [Fact]
    public void There_are_twelve() => Assert.Equal(12, Cases.Count);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Equals_the_specification(string name)
    {
        string folder = Path.Combine(Folder, name), data = Path.Combine(folder, "test_data_set_0");
        OnnxGraph graph = OnnxFile.Read(Path.Combine(folder, "model.onnx"));
        IReadOnlyDictionary<string, Tensor> outputs = graph.Run(Values(data, "input", graph.Inputs.Select(input => input.Name)));
        foreach ((string output, Tensor expected) in Values(data, "output", graph.Outputs))
        {
            Assert.Equal(expected.Shape, outputs[output].Shape);
            Near.Equal(expected.Span, outputs[output].Span, 1e-6f);
        }
    }

    private static Dictionary<string, Tensor> Values(string folder, string kind, IEnumerable<string> names) => names.Select((name, i) =>
    {
        TensorProto proto = TensorProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(folder, $"{kind}_{i}.pb")));
        return (name, Value: Cast.ToFloats(TensorCodec.Read(proto, name)).Floats);
    }).ToDictionary(pair => pair.name, pair => pair.Value);
}
