using Onnx;

namespace Elman.Formats;

/// <summary>
/// A node as an operator reads it at load: attributes with their defaults, which inputs and outputs exist, constant inputs. What an operator does not
/// read it does not know, and <see cref="CheckAllRead"/> refuses it.
/// </summary>
internal sealed class OnnxNode
{
    private readonly NodeProto _proto;
    private readonly Dictionary<string, AttributeProto> _attributes = [];
    private readonly HashSet<string> _read = [];
    private readonly GraphReader _reader;
    private readonly string _source;

    public OnnxNode(NodeProto proto, int index, string source, GraphReader reader)
    {
        (_proto, _source, _reader) = (proto, source, reader);
        Name = proto.Name.Length > 0 ? proto.Name : $"{proto.OpType}_{index}";
        foreach (AttributeProto attribute in proto.Attribute)
        {
            if (!_attributes.TryAdd(attribute.Name, attribute)) throw Refuse($"the attribute {SafeTensorsHeader.Quote(attribute.Name)} stands there twice");
            if (attribute.HasRefAttrName) throw Refuse($"the attribute {SafeTensorsHeader.Quote(attribute.Name)} refers to a function's; functions are not covered");
        }
    }

    /// <summary>The node's name, or operator and place if it has none.</summary>
    public string Name { get; }

    public string Operator => _proto.OpType;

    public int Opset => _reader.Opset;

    public IReadOnlyList<string> Inputs => _proto.Input;

    public IReadOnlyList<string> Outputs => _proto.Output;

    /// <summary>The graphs within the node.</summary>
    public List<GraphReader> Bodies { get; } = [];

    /// <summary>What those read of the values around them: it goes in after the inputs.</summary>
    public IEnumerable<string> Captures => Bodies.SelectMany(body => body.Captures);

    /// <summary>Modules that hold the node's weights, packed once; they become children of the graph.</summary>
    public List<Module> Modules { get; } = [];

    /// <summary>Inputs whose values those modules hold, so that a run does not need them.</summary>
    public HashSet<int> Owned { get; } = [];

    /// <summary>Where an error is: node, operator and opset.</summary>
    public string Place => $"{_source}: node {SafeTensorsHeader.Quote(Name)} ({SafeTensorsHeader.Quote(Operator)[1..^1]}, opset {Opset})";

    public bool HasInput(int index) => index < Inputs.Count && Inputs[index].Length > 0;

    public bool HasOutput(int index) => index < Outputs.Count && Outputs[index].Length > 0;

    public ElmanException Refuse(string what) => new($"{Place}: {what}");

    /// <summary>An input that is known at load; null if there is none, or if it is computed.</summary>
    public OnnxValue? Constant(int input) => HasInput(input) ? _reader.Constant(Inputs[input]) : null;

    /// <summary>Says that modules hold the values of these inputs.</summary>
    public void Own(params ReadOnlySpan<int> inputs)
    {
        foreach (int input in inputs) Owned.Add(input);
    }

    /// <summary>Reads an attribute that means nothing to inference.</summary>
    public void Ignore(string name) => _read.Add(name);

    public bool HasAttribute(string name) => _attributes.ContainsKey(name);

    public long Integer(string name, long fallback) => Read(name, AttributeProto.Types.AttributeType.Int)?.I ?? fallback;

    public bool Flag(string name, bool fallback) => Integer(name, fallback ? 1 : 0) switch
    {
        0 => false,
        1 => true,
        long other => throw Refuse($"the attribute '{name}' is {other}, it should be 0 or 1"),
    };

    public float Float(string name, float fallback) => Read(name, AttributeProto.Types.AttributeType.Float)?.F ?? fallback;

    public string Text(string name, string fallback) => Read(name, AttributeProto.Types.AttributeType.String)?.S.ToStringUtf8() ?? fallback;

    public long[]? Integers(string name) => Read(name, AttributeProto.Types.AttributeType.Ints)?.Ints.ToArray();

    public float[]? Floats(string name) => Read(name, AttributeProto.Types.AttributeType.Floats)?.Floats.ToArray();

    public string[]? Texts(string name) => Read(name, AttributeProto.Types.AttributeType.Strings)?.Strings.Select(text => text.ToStringUtf8()).ToArray();

    public TensorProto? TensorProto(string name) => Read(name, AttributeProto.Types.AttributeType.Tensor)?.T;

    /// <summary>A graph that is an attribute, ready to run. It sees the values around the node.</summary>
    /// <exception cref="ElmanException">There is none, or it is no sound graph, or something in it is not covered.</exception>
    public GraphProgram Body(string name)
    {
        GraphProto body = Read(name, AttributeProto.Types.AttributeType.Graph)?.G ?? throw Refuse($"the attribute '{name}' is missing");
        Bodies.Add(_reader.ReadBody(body, $"{Place}: {name}"));
        return new GraphProgram(Bodies[^1]);
    }

    /// <exception cref="ElmanException">There is no such attribute.</exception>
    public long RequiredInteger(string name) => HasAttribute(name) ? Integer(name, 0) : throw Refuse($"the attribute '{name}' is missing");

    /// <summary>Refuses the attributes that nobody has asked for.</summary>
    public void CheckAllRead()
    {
        foreach (string name in _attributes.Keys)
            if (!_read.Contains(name)) throw Refuse($"the attribute {SafeTensorsHeader.Quote(name)} is not covered");
    }

    private AttributeProto? Read(string name, AttributeProto.Types.AttributeType type)
    {
        _read.Add(name);
        if (!_attributes.TryGetValue(name, out AttributeProto? attribute)) return null;
        // Files of the first versions leave the type out; then the field that is set must do.
        if (attribute.HasType && attribute.Type != type) throw Refuse($"the attribute '{name}' is of type {attribute.Type}, it should be {type}");
        return attribute;
    }
}
