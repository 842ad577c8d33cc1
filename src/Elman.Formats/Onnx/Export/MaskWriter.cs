using System.Globalization;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Elman.Formats;

/// <summary>
/// Writes a mask: the steps that are seen move to the front, the module inside runs on them with their number for its lengths, and its outputs go back to their steps; see
/// <see cref="Masking"/>. With states, what the last step put out is one of them, <c>last</c>, for the masked steps with which a stream continues.
/// </summary>
internal sealed class MaskWriter
{
    private readonly ModuleWriter _writer;
    private readonly Masking _masking;
    private readonly string _path, _input, _rows, _steps;
    private readonly Flow _flow;

    private MaskWriter(ModuleWriter writer, Masking masking, string path, Flow flow)
    {
        (_writer, _masking, _path, _flow, _input) = (writer, masking, path, flow, flow.Name);
        _steps = writer.Count(path, _input, 1);
        _rows = Node("Mul", Unsqueezed(writer.Count(path, _input, 0), 1), writer.Extent(path, _input, 1));
    }

    /// <summary>The module's nodes.</summary>
    public static Flow Add(ModuleWriter writer, Masking masking, string path, Flow flow) =>
        flow.Steps ? new MaskWriter(writer, masking, path, writer.BatchFirst(flow)).Add() : throw ModuleWriter.Refuse(path, masking, "it does not follow a sequence");

    private GraphWriter Graph => _writer.Graph;

    private Flow Add()
    {
        string within = _writer.Lengths.Length > 0 ? Node("Less", _steps, _writer.LengthColumn(_path)) : "";
        string seen = within.Length > 0 ? Node("And", Seen(), within) : Seen();
        // How many steps have been seen up to each, and in all.
        string counts = Node("CumSum", Cast(seen, DataType.Int64), Graph.Integer(Named("axis"), 1));
        string number = Graph.Node(_path, "ReduceSum", [Cast(seen, DataType.Float), Graph.Integers(Named("axes"), 1)], ("keepdims", 0L));
        Flow front = _flow with { Name = Taken(_input, Places(seen, counts), _flow.Classes ? 0 : 1) };
        Flow inner = _writer.BatchFirst(_writer.Add(_masking.Inner, Named("inner"), front, Cast(number, DataType.Int32)));
        return _masking.Inner.KeepsSteps ? new Flow(Held(inner.Name, within, counts, Unsqueezed(Cast(number, DataType.Int64), 1)), Steps: true) : inner;
    }

    /// <summary>Which steps are not masked, bool [N, L].</summary>
    private string Seen()
    {
        string values = _flow.Classes ? Unsqueezed(Cast(_input, DataType.Float), 2) : _input;
        // No number equals what is none.
        string differs = float.IsNaN(_masking.Value) ? Node("Equal", values, values) : Node("Not", Node("Equal", values, Graph.Constant(Named("value"), [_masking.Value])));
        return Cast(Graph.Node(_path, "ReduceMax", [Cast(differs, DataType.Float)], ("axes", new long[] { 2 }), ("keepdims", 0L)), DataType.Bool);
    }

    /// <summary>The steps that are seen, in order, and then zeros [N, L]: each step goes where its number says, the masked ones to a place behind the last.</summary>
    private string Places(string seen, string counts)
    {
        string length = _writer.Extent(_path, _input, 1), one = Graph.Integers(Named("one"), 1), zero = Graph.Integers(Named("zero"), 0);
        string target = Node("Where", seen, Node("Sub", counts, one), length);
        string shape = Graph.Node(_path, "Concat", [_writer.Extent(_path, _input, 0), Node("Add", length, one)], ("axis", 0L));
        string steps = Node("Expand", _steps, Node("Shape", counts));
        return Node("Slice", Graph.Node(_path, "ScatterElements", [Node("Expand", zero, shape), target, steps], ("axis", 1L)), zero, length, one);
    }

    /// <summary>At every step the output of the last one that was seen; before the first what the last call ended with, zeros behind the end.</summary>
    /// <param name="output">[N, L, O] of the steps that are seen.</param>
    /// <param name="within">Which steps lie within the lengths, if there are any.</param>
    /// <param name="counts">How many steps have been seen up to each [N, L].</param>
    /// <param name="number">How many have been in all [N, 1].</param>
    private string Held(string output, string within, string counts, string number)
    {
        string zero = Graph.Constant(Named("zero"), [0f]), none = Graph.Integers(Named("none"), 0);
        string At(string many) => Taken(output, Node("Max", Node("Sub", many, Graph.Integers(Named("one"), 1)), none), 1);
        string begin = zero;
        if (_writer.WritesStates && _masking.WhyNotStreamable is null)
        {
            string[] shape = ["batch", _masking.StepOutputSize(_masking.StepInputSize!.Value).ToString(CultureInfo.InvariantCulture)];
            begin = Unsqueezed(_writer.StateInput(_path, "last", shape)!, 1);
            string last = Node("Where", Unsqueezed(Node("Greater", number, none), 2), At(number), begin);
            _writer.StateOutput(Node("Squeeze", last, Graph.Integers(Named("axes"), 1)), _path, "last", shape);
        }
        string held = Node("Where", Unsqueezed(Node("Greater", counts, none), 2), At(counts), begin);
        return within.Length > 0 ? Node("Where", Unsqueezed(within, 2), held, zero) : held;
    }

    /// <summary>Of every row of [N, L, ..] the steps at some places.</summary>
    private string Taken(string value, string places, int axes)
    {
        string flat = axes == 0 ? Node("Reshape", value, Graph.Integers(Named("flat"), -1)) : Graph.Node(_path, "Flatten", [value], ("axis", 2L));
        return Graph.Node(_path, "Gather", [flat, Node("Add", places, _rows)], ("axis", 0L));
    }

    private string Named(string name) => ModuleWriter.Named(_path, name);

    private string Node(string type, params ReadOnlySpan<string> inputs) => Graph.Node(_path, type, inputs);

    private string Cast(string value, DataType type) => Graph.Node(_path, "Cast", [value], ("to", (long)type));

    private string Unsqueezed(string value, int axis) => Node("Unsqueeze", value, Graph.Integers(Named("axes"), axis));
}
