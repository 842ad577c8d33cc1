using Google.Protobuf;
using Onnx;
using AttributeType = Onnx.AttributeProto.Types.AttributeType;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Elman.Formats;

/// <summary>Builds a graph node by node.</summary>
internal sealed class GraphWriter
{
    /// <summary>The first operator set with LayerNormalization.</summary>
    public const int Opset = 17;

    /// <summary>The version of the file format that goes with it.</summary>
    private const int IrVersion = 8;

    private readonly GraphProto _graph = new() { Name = "elman" };
    private readonly Dictionary<string, int> _counts;
    private readonly HashSet<string> _names;

    public GraphWriter() => (_counts, _names) = ([], []);

    private GraphWriter(GraphWriter outer) => (_counts, _names) = (outer._counts, outer._names);

    /// <summary>An empty graph for an attribute of a node of this one. No name may be in both.</summary>
    public GraphWriter Body() => new(this);

    public ModelProto Model()
    {
        ModelProto model = new() { IrVersion = IrVersion, ProducerName = "Elman", Graph = _graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = Opset });
        return model;
    }

    /// <summary>An input of the graph; an axis is a number, or a name if it is free.</summary>
    public string Input(string name, DataType type, params ReadOnlySpan<string> shape)
    {
        _graph.Input.Add(Value(Taken(name), type, shape));
        return name;
    }

    /// <summary>Makes a value an output of the graph, under a name.</summary>
    public void Output(string value, string name, params ReadOnlySpan<string> shape)
    {
        NodeProto identity = new() { OpType = "Identity", Name = $"/{name}" };
        identity.Input.Add(value);
        identity.Output.Add(Taken(name));
        _graph.Node.Add(identity);
        _graph.Output.Add(Value(name, DataType.Float, shape));
    }

    public string Constant(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape)
    {
        _graph.Initializer.Add(TensorCodec.Write(name = Unique(name), values, shape));
        return name;
    }

    public string Constant(string name, Tensor value) => Constant(name, value.Span, Array.ConvertAll(value.Shape.Extents.ToArray(), extent => (long)extent));

    /// <summary>A vector of whole numbers.</summary>
    public string Integers(string name, params ReadOnlySpan<long> values)
    {
        _graph.Initializer.Add(TensorCodec.Write(name = Unique(name), values, values.Length));
        return name;
    }

    /// <summary>A whole number, of no axes.</summary>
    public string Integer(string name, long value)
    {
        _graph.Initializer.Add(TensorCodec.Write(name = Unique(name), [value]));
        return name;
    }

    /// <summary>A node with one output.</summary>
    /// <returns>The name of the output.</returns>
    public string Node(string place, string type, ReadOnlySpan<string> inputs, params ReadOnlySpan<(string Name, object Value)> attributes) =>
        Node(place, type, inputs, 1, attributes)[0];

    /// <summary>A node.</summary>
    /// <param name="place">Path of the module that it belongs to.</param>
    /// <param name="type">The operator.</param>
    /// <param name="inputs">Names of values; empty for an input that is left out.</param>
    /// <param name="outputs">How many outputs.</param>
    /// <param name="attributes">Whole numbers, a float, a text or texts, or a graph.</param>
    public string[] Node(string place, string type, ReadOnlySpan<string> inputs, int outputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        string name = Unique(place.Length == 0 ? type : $"{place}/{type}");
        NodeProto node = new() { OpType = type, Name = $"/{name}" };
        string[] results = [.. Enumerable.Range(0, outputs).Select(i => Unique($"{name}.{i}"))];
        foreach (string input in inputs) node.Input.Add(input);
        node.Output.Add(results);
        foreach ((string key, object value) in attributes) node.Attribute.Add(Attribute(key, value));
        _graph.Node.Add(node);
        return results;
    }

    private static AttributeProto Attribute(string name, object value)
    {
        AttributeProto result = new() { Name = name };
        switch (value)
        {
            case long integer:
                (result.Type, result.I) = (AttributeType.Int, integer);
                break;
            case float number:
                (result.Type, result.F) = (AttributeType.Float, number);
                break;
            case string text:
                (result.Type, result.S) = (AttributeType.String, ByteString.CopyFromUtf8(text));
                break;
            case long[] integers:
                result.Type = AttributeType.Ints;
                result.Ints.Add(integers);
                break;
            case float[] floats:
                result.Type = AttributeType.Floats;
                result.Floats.Add(floats);
                break;
            case GraphWriter body:
                (result.Type, result.G) = (AttributeType.Graph, body._graph);
                break;
            default:
                result.Type = AttributeType.Strings;
                result.Strings.Add(((string[])value).Select(ByteString.CopyFromUtf8));
                break;
        }
        return result;
    }

    private static ValueInfoProto Value(string name, DataType type, ReadOnlySpan<string> shape)
    {
        TypeProto.Types.Tensor tensor = new() { ElemType = (int)type, Shape = new TensorShapeProto() };
        foreach (string extent in shape)
        {
            tensor.Shape.Dim.Add(long.TryParse(extent, System.Globalization.CultureInfo.InvariantCulture, out long number)
                ? new TensorShapeProto.Types.Dimension { DimValue = number } : new TensorShapeProto.Types.Dimension { DimParam = extent });
        }
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }

    private string Taken(string name) => _names.Add(name) ? name : throw new ArgumentException($"two inputs or outputs would be named '{name}'");

    private string Unique(string name)
    {
        string unique = name;
        while (!_names.Add(unique)) unique = $"{name}_{_counts[name] = _counts.GetValueOrDefault(name, 1) + 1}";
        return unique;
    }
}
