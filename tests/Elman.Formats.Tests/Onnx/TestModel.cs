using Google.Protobuf;
using Onnx;
using AttributeType = Onnx.AttributeProto.Types.AttributeType;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Elman.Formats.Tests.Onnx;

/// <summary>A model built node by node, as an exporter writes it.</summary>
internal sealed class TestModel
{
    private readonly GraphProto _graph = new() { Name = "test" };

    public TestModel(int opset = 17)
    {
        Proto = new ModelProto { IrVersion = 8, Graph = _graph };
        Proto.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = opset });
    }

    public ModelProto Proto { get; }

    public byte[] Bytes => Proto.ToByteArray();

    public OnnxGraph Graph => OnnxFile.Read(Bytes, "test.onnx");

    /// <summary>An input; an axis is a number or a name.</summary>
    public TestModel Input(string name, DataType type, params object[] shape)
    {
        _graph.Input.Add(Value(name, type, shape));
        return this;
    }

    public TestModel Input(string name, params object[] shape) => Input(name, DataType.Float, shape);

    /// <summary>An input of a body, which need not tell its type.</summary>
    public TestModel Untyped(string name)
    {
        _graph.Input.Add(new ValueInfoProto { Name = name });
        return this;
    }

    public TestModel Output(string name, DataType type = DataType.Float)
    {
        _graph.Output.Add(new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type } } });
        return this;
    }

    public TestModel Constant(string name, Tensor value)
    {
        _graph.Initializer.Add(TensorCodec.Write(name, value.Span, [.. value.Shape.Extents.ToArray().Select(extent => (long)extent)]));
        return this;
    }

    public TestModel Constant(string name, params long[] values)
    {
        _graph.Initializer.Add(TensorCodec.Write(name, values, values.Length));
        return this;
    }

    public TestModel Constant(TensorProto proto)
    {
        _graph.Initializer.Add(proto);
        return this;
    }

    /// <summary>A node. Inputs and outputs are separated by blanks; <c>_</c> leaves one out.</summary>
    public TestModel Node(string type, string inputs, string outputs, params (string Name, object Value)[] attributes)
    {
        NodeProto node = new() { OpType = type, Name = $"/{type}_{_graph.Node.Count}" };
        node.Input.Add(Names(inputs));
        node.Output.Add(Names(outputs));
        foreach ((string name, object value) in attributes) node.Attribute.Add(Attribute(name, value));
        _graph.Node.Add(node);
        return this;
    }

    public static AttributeProto Attribute(string name, object value)
    {
        AttributeProto result = new() { Name = name };
        switch (value)
        {
            case int or long:
                (result.Type, result.I) = (AttributeType.Int, Convert.ToInt64(value));
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
            case string[] texts:
                result.Type = AttributeType.Strings;
                result.Strings.Add(texts.Select(ByteString.CopyFromUtf8));
                break;
            case TestModel body:
                (result.Type, result.G) = (AttributeType.Graph, body._graph);
                break;
            case TensorProto tensor:
                (result.Type, result.T) = (AttributeType.Tensor, tensor);
                break;
            default:
                throw new NotSupportedException($"{value.GetType()}");
        }
        return result;
    }

    private static IEnumerable<string> Names(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => name == "_" ? "" : name);

    private static ValueInfoProto Value(string name, DataType type, object[] shape)
    {
        TypeProto.Types.Tensor tensor = new() { ElemType = (int)type, Shape = new TensorShapeProto() };
        foreach (object extent in shape)
            tensor.Shape.Dim.Add(extent is string symbol ? new TensorShapeProto.Types.Dimension { DimParam = symbol } : new TensorShapeProto.Types.Dimension { DimValue = Convert.ToInt64(extent) });
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }
}
