using System.Globalization;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Elman.Formats;

/// <summary>A value of the graph on its way through the modules.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Steps">Whether it is a sequence; otherwise it is a row [N, F].</param>
/// <param name="TimeFirst">Whether it is [L, N, F], as recurrent nodes have it, and not [N, L, F].</param>
/// <param name="Classes">Whether it is of classes [N, L], as an embedding takes them.</param>
internal readonly record struct Flow(string Name, bool Steps, bool TimeFirst = false, bool Classes = false);

/// <summary>Writes a network as a graph: input <c>input</c> [batch, time, features], or classes [batch, time] if it begins with an embedding; output <c>output</c>.</summary>
internal sealed class ModuleWriter
{
    private const string Batch = "batch", Time = "time";

    private readonly bool _writesStates, _writesLengths;
    private readonly GraphWriter _graph = new();
    private readonly List<(string Value, string Name, string[] Shape)> _states = [];
    private string? _input, _lengths;

    private ModuleWriter(bool states, bool lengths) => (_writesStates, _writesLengths) = (states, lengths);

    /// <summary>The model of a network.</summary>
    /// <exception cref="ArgumentException">A module has no form in ONNX; it is named.</exception>
    public static ModelProto Write(Module network, OnnxWriteOptions options)
    {
        bool whole = network is ForecastNet;
        ModuleWriter writer = new(!whole && (options.States ?? !NeedsOwnBeginning(network)), !whole && options.Lengths);
        writer.WriteNetwork(network);
        return writer._graph.Model();
    }

    /// <summary>The graph that modules add their nodes to.</summary>
    public GraphWriter Graph => _graph;

    /// <summary>Whether states are inputs and outputs.</summary>
    public bool WritesStates => _writesStates;

    /// <summary>The lengths of the sequences, int32 [N]: the input of that name, or what a mask leaves of it; empty if they are all of L steps.</summary>
    public string Lengths => _lengths ?? (_writesLengths ? _input ??= _graph.Input("lengths", DataType.Int32, Batch) : "");

    /// <summary>A module's nodes.</summary>
    /// <param name="module">The module.</param>
    /// <param name="path">Its path from the network on.</param>
    /// <param name="flow">What goes in.</param>
    public Flow Add(Module module, string path, Flow flow) => module switch
    {
        Sequential => AddAll(module, path, flow),
        Dropout => flow,
        Linear linear => AddLinear(linear, path, flow),
        Embedding embedding => AddEmbedding(embedding, path, flow),
        LayerNorm norm => flow with
        {
            Name = _graph.Node(path, "LayerNormalization", [flow.Name, _graph.Constant(Named(path, "weight"), norm.Weight), _graph.Constant(Named(path, "bias"), norm.Bias)], ("axis", -1L), ("epsilon", norm.Epsilon)),
        },
        Activate activate => flow with { Name = ActivationWriter.Add(_graph, activate.Activation, path, flow.Name) },
        Softmax softmax => flow with { Name = _graph.Node(path, softmax.Log ? "LogSoftmax" : "Softmax", [flow.Name], ("axis", -1L)) },
        LastStep last => AddLastStep(last, path, BatchFirst(flow)),
        Conv1d convolution => AddConvolution(convolution, path, flow),
        MergeHalves merge => flow with { Name = AddMerge(merge.Merge, path, _graph.Node(path, "Split", [flow.Name], 2, ("axis", -1L))) },
        Repeat repeat => AddRepeat(repeat, path, flow),
        RecurrentLayer layer => RecurrentWriter.Add(this, layer, path, flow),
        ForecastNet net => ForecastWriter.Add(this, net, flow),
        Masking masking => MaskWriter.Add(this, masking, path, flow),
        Shortcut shortcut => AddShortcut(shortcut, path, BatchFirst(flow)),
        _ when CellWriter.CellOf(module) is { } cell => IsStep(module) ? AddStep(module, cell, path, flow) : DecayWriter.Add(this, module, cell, path, flow),
        _ => throw Refuse(path, module, "ONNX has no form of it"),
    };

    public static ArgumentException Refuse(string path, Module module, string why) =>
        new($"{(path.Length == 0 ? "the network" : $"module {path}")}, {module.Description}, cannot be written as ONNX: {why}");

    /// <summary>The value as [N, L, F].</summary>
    public Flow BatchFirst(Flow flow) => flow.TimeFirst ? new Flow(Swapped(flow.Name), flow.Steps) : flow;

    /// <summary>The value as [L, N, F].</summary>
    public Flow TimeFirst(Flow flow) => flow.TimeFirst ? flow : new Flow(Swapped(flow.Name), flow.Steps, TimeFirst: true);

    /// <summary>A module's nodes for sequences of other lengths than those around it.</summary>
    /// <param name="module">The module.</param>
    /// <param name="path">Its path from the network on.</param>
    /// <param name="flow">What goes in.</param>
    /// <param name="lengths">The lengths, int32 [N]; empty if all sequences are of L steps.</param>
    public Flow Add(Module module, string path, Flow flow, string lengths)
    {
        string? outer = _lengths;
        _lengths = lengths;
        Flow result = Add(module, path, flow);
        _lengths = outer;
        return result;
    }

    /// <summary>An initial state as an input, or null if there is none.</summary>
    public string? StateInput(string path, string part, string[] shape) => _writesStates ? _graph.Input(Named(path, part), DataType.Float, shape) : null;

    /// <summary>A final state as an output, if states are asked for.</summary>
    public void StateOutput(string value, string path, string part, string[] shape)
    {
        if (_writesStates) _states.Add((value, $"{Named(path, part)}_next", shape));
    }

    /// <summary>Zeros [N, width].</summary>
    /// <param name="place">Path of the module that they belong to.</param>
    /// <param name="value">What has the batch as one of its axes.</param>
    /// <param name="axis">That axis.</param>
    /// <param name="width">How wide they are.</param>
    public string Zeros(string place, string value, int axis, int width)
    {
        string shape = _graph.Node(place, "Concat", [Extent(place, value, axis), _graph.Integers(Named(place, "width"), width)], ("axis", 0L));
        return _graph.Node(place, "Expand", [_graph.Constant(Named(place, "zero"), [0f]), shape]);
    }

    /// <summary>The extent of an axis, [1].</summary>
    public string Extent(string place, string value, int axis) =>
        _graph.Node(place, "Slice", [_graph.Node(place, "Shape", [value]), _graph.Integers(Named(place, "from"), axis), _graph.Integers(Named(place, "to"), axis + 1)]);

    /// <summary>0, 1, … for every place of an axis.</summary>
    public string Count(string place, string value, int axis)
    {
        string count = _graph.Node(place, "Squeeze", [Extent(place, value, axis), _graph.Integers(Named(place, "axes"), 0)]);
        return _graph.Node(place, "Range", [_graph.Integer(Named(place, "from"), 0), count, _graph.Integer(Named(place, "step"), 1)]);
    }

    /// <summary>The lengths as int64 [N, 1].</summary>
    public string LengthColumn(string place) =>
        _graph.Node(place, "Unsqueeze", [_graph.Node(place, "Cast", [Lengths], ("to", (long)DataType.Int64)), _graph.Integers(Named(place, "axes"), 1)]);

    /// <summary>The name of something of a module.</summary>
    public static string Named(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private void WriteNetwork(Module network)
    {
        Module first = network;
        while (Leading(first) is { } inner) first = inner;
        int? features = IsStep(first) ? Parameter(first, "weight_ih").Shape[1] : (first as IStreamable)?.StepInputSize ?? (network as IStreamable)?.StepInputSize;
        Flow flow = first switch
        {
            Embedding => new(_graph.Input("input", DataType.Int64, Batch, Time), Steps: true, Classes: true),
            ForecastNet net => new(_graph.Input("input", DataType.Float, Batch, Number(net.Context + net.Horizon), Number(((RecurrentLayer)net.Children[0].Module).InputSize)), Steps: true),
            _ when first is Repeat || IsStep(first) => new(_graph.Input("input", DataType.Float, Batch, features is { } size ? Number(size) : "features"), Steps: false),
            _ => new(_graph.Input("input", DataType.Float, Batch, Time, features is { } size ? Number(size) : "features"), Steps: true),
        };
        flow = BatchFirst(Add(network, "", flow));
        string[] shape = network is ForecastNet forecast ? [Batch, Number(forecast.Horizon), Number(forecast.Quantiles)] : flow.Steps ? [Batch, "steps", "outputs"] : [Batch, "outputs"];
        _graph.Output(flow.Name, "output", shape);
        foreach ((string value, string name, string[] extents) in _states) _graph.Output(value, name, extents);
    }

    /// <summary>The first module that does something, of modules that hold others; else null.</summary>
    private static Module? Leading(Module module) => module switch
    {
        Sequential => module.Children.Select(child => child.Module).FirstOrDefault(child => child is not Dropout),
        Masking or Shortcut => module.Children[0].Module,
        _ => null,
    };

    private Flow AddShortcut(Shortcut shortcut, string path, Flow flow)
    {
        Flow inner = BatchFirst(Add(shortcut.Inner, Named(path, "inner"), flow));
        IStreamable? steps = shortcut.Inner as IStreamable;
        if (flow.Classes || steps?.StepInputSize is not { } inputs) throw Refuse(path, shortcut, "the size of its input is not known");
        int outputs = steps.StepOutputSize(inputs);
        string first = outputs == inputs ? flow.Name
            : _graph.Node(path, "Slice", [flow.Name, _graph.Integers(Named(path, "from"), 0), _graph.Integers(Named(path, "to"), outputs), _graph.Integers(Named(path, "axes"), -1)]);
        return inner with { Name = _graph.Node(path, "Add", [inner.Name, first]) };
    }

    private Flow AddAll(Module sequential, string path, Flow flow)
    {
        string? lengths = _lengths;
        foreach ((string name, Module module) in sequential.Children)
        {
            flow = Add(module, Named(path, name), flow);
            if (!module.KeepsSteps) _lengths = "";
        }
        _lengths = lengths;
        return flow;
    }

    /// <summary>Whether it is a single step of a cell.</summary>
    private static bool IsStep(Module module) => CellWriter.CellOf(module) is not null && module.Parameters().Any(parameter => parameter.Name == "weight_ih");

    private static Tensor Parameter(Module module, string name) => module.Parameters().First(parameter => parameter.Name == name).Value;

    /// <summary>A single step [N, I] → [N, H], its states [N, H].</summary>
    private Flow AddStep(Module module, string cell, string path, Flow flow)
    {
        if (flow.Steps) throw Refuse(path, module, "it is a single step, and follows a sequence");
        CellWriter step = CellWriter.Plain(_graph, path, cell, module.Parameters().ToDictionary(parameter => parameter.Name, parameter => parameter.Value), "");
        string[] next = step.Next(flow.Name, [.. step.States.Select(state => StateInput(path, state.Name, [Batch, Number(state.Width)]) ?? Zeros(path, flow.Name, 0, state.Width))]);
        for (int part = 0; part < next.Length; part++) StateOutput(next[part], path, step.States[part].Name, [Batch, Number(step.States[part].Width)]);
        return flow with { Name = next[0] };
    }

    private string Swapped(string name) => _graph.Node("", "Transpose", [name], ("perm", new long[] { 1, 0, 2 }));

    private Flow AddLinear(Linear linear, string path, Flow flow)
    {
        string product = _graph.Node(path, "MatMul", [flow.Name, _graph.Constant(Named(path, "weight"), linear.Weight.Transpose())]);
        return flow with { Name = linear.Bias is null ? product : _graph.Node(path, "Add", [product, _graph.Constant(Named(path, "bias"), linear.Bias)]) };
    }

    private Flow AddEmbedding(Embedding embedding, string path, Flow flow)
    {
        if (!flow.Classes) throw Refuse(path, embedding, "it stands behind other modules, and not where classes come in");
        return new Flow(_graph.Node(path, "Gather", [_graph.Constant(Named(path, "weight"), embedding.Weight), flow.Name], ("axis", 0L)), Steps: true);
    }

    /// <summary>Two values as one: their sum, mean or product.</summary>
    public string AddMerge(Merge merge, string path, string[] both)
    {
        string one = _graph.Node(path, merge == Merge.Product ? "Mul" : "Add", both);
        return merge == Merge.Mean ? _graph.Node(path, "Mul", [one, _graph.Constant(Named(path, "scalar"), [0.5f])]) : one;
    }

    /// <summary>Whether states from outside that are zero at first would make a difference, or could not be given.</summary>
    private static bool NeedsOwnBeginning(Module module) =>
        module is Conv1d or RecurrentLayer { Options.LearnInitialState: true } || module.Children.Any(child => NeedsOwnBeginning(child.Module));

    /// <summary>A causal convolution: all padding stands before the first step.</summary>
    private Flow AddConvolution(Conv1d layer, string path, Flow flow)
    {
        if (_writesStates) throw Refuse(path, layer, "its past steps have no place among the states; write it without states");
        string channels = _graph.Node(path, "Transpose", [BatchFirst(flow).Name], ("perm", new long[] { 0, 2, 1 }));
        string[] weights = [_graph.Constant(Named(path, "weight"), layer.Weight), .. layer.Bias is null ? Array.Empty<string>() : [_graph.Constant(Named(path, "bias"), layer.Bias)]];
        string result = _graph.Node(path, "Conv", [channels, .. weights], ("dilations", new long[] { layer.Dilation }), ("pads", new long[] { (layer.KernelSize - 1L) * layer.Dilation, 0 }));
        return new Flow(_graph.Node(path, "Transpose", [result], ("perm", new long[] { 0, 2, 1 })), flow.Steps);
    }

    /// <summary>The last valid step: the first one of the sequence whose valid steps are reversed. What a backward direction made is taken at the first step.</summary>
    private Flow AddLastStep(LastStep last, string path, Flow flow)
    {
        if (last.Reversed == 0) return new Flow(LastOf(flow.Name, path), Steps: false);
        string forward = Cut(flow.Name, path, 2, 0, -last.Reversed), backward = Cut(flow.Name, path, 2, -last.Reversed, long.MaxValue);
        return new Flow(_graph.Node(path, "Concat", [LastOf(forward, path), Step(backward, path, 0, 1)], ("axis", 1L)), Steps: false);
    }

    private string LastOf(string sequence, string path)
    {
        if (Lengths.Length == 0) return Step(sequence, path, -1, long.MaxValue);
        string lengths = _graph.Node(path, "Cast", [Lengths], ("to", (long)DataType.Int64));
        return Step(_graph.Node(path, "ReverseSequence", [sequence, lengths], ("batch_axis", 0L), ("time_axis", 1L)), path, 0, 1);
    }

    /// <summary>One step of [N, L, F] as [N, F].</summary>
    private string Step(string sequence, string path, long from, long to) =>
        _graph.Node(path, "Squeeze", [Cut(sequence, path, 1, from, to), _graph.Integers(Named(path, "axis"), 1)]);

    private string Cut(string value, string path, int axis, long from, long to) =>
        _graph.Node(path, "Slice", [value, _graph.Integers(Named(path, "from"), from), _graph.Integers(Named(path, "to"), to), _graph.Integers(Named(path, "axis"), axis)]);

    private Flow AddRepeat(Repeat repeat, string path, Flow flow)
    {
        if (flow.Steps) throw Refuse(path, repeat, "it follows a sequence");
        string one = _graph.Node(path, "Unsqueeze", [flow.Name, _graph.Integers(Named(path, "time"), 1)]);
        return new Flow(_graph.Node(path, "Expand", [one, _graph.Integers(Named(path, "shape"), 1, repeat.Count, 1)]), Steps: true);
    }
}
