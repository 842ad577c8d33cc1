using Onnx;

namespace Elman.Formats;

/// <summary>One node of a graph, ready to run.</summary>
/// <param name="Place">Where an error is.</param>
/// <param name="Compute">The operator with its attributes.</param>
/// <param name="Inputs">Slots of the values; −1 for an input that is left out or held by the operator.</param>
/// <param name="Outputs">Slots of the results; −1 for an output that nobody wants.</param>
internal sealed record GraphStep(string Place, Evaluate Compute, int[] Inputs, int[] Outputs);

/// <summary>
/// Turns a model file's graph into steps: checks names and references, puts the nodes in order, refuses what is not covered, computes at load what does not
/// depend on the inputs.
/// </summary>
internal sealed class GraphReader
{
    /// <summary>The operator sets that are read.</summary>
    public const int FirstOpset = 7, LastOpset = 22;

    private readonly string _source;
    private readonly GraphProto _graph;
    private readonly Dictionary<string, OnnxValue> _constants = [];
    private readonly Dictionary<string, int> _slots = [];
    private readonly Dictionary<string, int> _producers = [];

    /// <summary>Elements that may yet be computed at load: so many for shapes, and in proportion to the constants.</summary>
    private long _limit = 1 << 14;

    private GraphReader(ModelProto model, string source)
    {
        (_source, _graph) = (source, model.Graph ?? throw new ElmanException($"{source}: there is no graph; give an ONNX model"));
        Opset = OpsetOf(model, source);
    }

    public int Opset { get; }

    public List<OnnxInput> Inputs { get; } = [];

    public List<string> Outputs { get; } = [];

    public List<GraphStep> Steps { get; } = [];

    /// <summary>The nodes of <see cref="Steps"/>.</summary>
    public List<OnnxNode> Nodes { get; } = [];

    /// <summary>Number of slots: one for each value that a run knows.</summary>
    public int SlotCount => _slots.Count;

    /// <summary>Constants that a run needs, with their slots.</summary>
    public IEnumerable<(string Name, int Slot, OnnxValue Value)> Constants =>
        _slots.Where(slot => _constants.ContainsKey(slot.Key)).Select(slot => (slot.Key, slot.Value, _constants[slot.Key]));

    /// <summary>Constants of floating-point numbers that no node reads and no output is.</summary>
    public List<string> Unused { get; } = [];

    /// <exception cref="ElmanException">The graph is no sound graph, or something in it is not covered.</exception>
    public static GraphReader Read(ModelProto model, string source)
    {
        GraphReader reader = new(model, source);
        reader.ReadInitializers();
        reader.ReadInputs();
        reader.CheckNames();
        foreach (int index in reader.Ordered()) reader.Bind(reader._graph.Node[index], index);
        reader.ReadOutputs();
        return reader;
    }

    /// <summary>A value that is known at load, or null.</summary>
    public OnnxValue? Constant(string name) => _constants.GetValueOrDefault(name);

    /// <summary>The slot of a value.</summary>
    public int Slot(string name)
    {
        if (!_slots.TryGetValue(name, out int slot)) _slots.Add(name, slot = _slots.Count);
        return slot;
    }

    private ElmanException Bad(string what) => new($"{_source}: {what}");

    private static string Quote(string name) => SafeTensorsHeader.Quote(name);

    private static int OpsetOf(ModelProto model, string source)
    {
        OperatorSetIdProto? own = model.OpsetImport.FirstOrDefault(set => set.Domain is "" or "ai.onnx");
        if (own is null) throw new ElmanException($"{source}: it names no operator set of ONNX; give an ONNX model");
        return own.Version is >= FirstOpset and <= LastOpset ? (int)own.Version
            : throw new ElmanException($"{source}: operator set {own.Version} is not covered; {FirstOpset} to {LastOpset} are, export it for one of these");
    }

    private void ReadInitializers()
    {
        if (_graph.SparseInitializer.Count > 0) throw Bad("sparse constants are not covered");
        foreach (TensorProto proto in _graph.Initializer)
        {
            if (proto.Name.Length == 0) throw Bad("a constant has no name");
            OnnxValue value = TensorCodec.Read(proto, $"{_source}: constant {Quote(proto.Name)}");
            if (!_constants.TryAdd(proto.Name, value)) throw Bad($"two constants are named {Quote(proto.Name)}");
            _limit += 4L * value.Shape.Count;
        }
    }

    private void ReadInputs()
    {
        HashSet<string> names = [];
        foreach (ValueInfoProto info in _graph.Input)
        {
            if (info.Name.Length == 0 || !names.Add(info.Name)) throw Bad(info.Name.Length == 0 ? "an input has no name" : $"two inputs are named {Quote(info.Name)}");
            // The first versions of the format list constants among the inputs, as values that may be replaced.
            if (!_constants.ContainsKey(info.Name)) Inputs.Add(OnnxInput.Of(info, $"{_source}: input {Quote(info.Name)}"));
        }
    }

    /// <summary>Every name has one origin, and every reference a name.</summary>
    private void CheckNames()
    {
        HashSet<string> known = [.. _constants.Keys, .. Inputs.Select(input => input.Name)];
        for (int index = 0; index < _graph.Node.Count; index++)
        {
            foreach (string output in _graph.Node[index].Output)
            {
                if (output.Length == 0) continue;
                if (!known.Add(output)) throw Bad($"{PlaceOf(index)}: its output {Quote(output)} bears the name of another value");
                _producers.Add(output, index);
            }
        }
        for (int index = 0; index < _graph.Node.Count; index++)
        {
            foreach (string input in _graph.Node[index].Input)
                if (input.Length > 0 && !known.Contains(input)) throw Bad($"{PlaceOf(index)}: its input {Quote(input)} comes from nowhere");
        }
        foreach (ValueInfoProto info in _graph.Output)
            if (!known.Contains(info.Name)) throw Bad($"the output {Quote(info.Name)} comes from nowhere");
    }

    private string PlaceOf(int index) => $"node {Quote(_graph.Node[index].Name.Length > 0 ? _graph.Node[index].Name : $"number {index}")} ({Quote(_graph.Node[index].OpType)[1..^1]})";

    /// <summary>The nodes, each after those that it depends on; otherwise in the order of the file.</summary>
    private List<int> Ordered()
    {
        int count = _graph.Node.Count;
        int[] waits = new int[count];
        List<int>[] followers = new List<int>[count];
        for (int index = 0; index < count; index++)
        {
            foreach (int producer in _graph.Node[index].Input.Where(_producers.ContainsKey).Select(name => _producers[name]).Distinct())
            {
                waits[index]++;
                (followers[producer] ??= []).Add(index);
            }
        }
        PriorityQueue<int, int> ready = new(Enumerable.Range(0, count).Where(index => waits[index] == 0).Select(index => (index, index)));
        List<int> order = [];
        while (ready.TryDequeue(out int index, out _))
        {
            order.Add(index);
            foreach (int follower in followers[index] ?? [])
                if (--waits[follower] == 0) ready.Enqueue(follower, follower);
        }
        return order.Count == count ? order : throw Bad($"{PlaceOf(Array.FindIndex(waits, left => left > 0))}: it depends on its own output, through a cycle of nodes");
    }

    private void Bind(NodeProto proto, int index)
    {
        OnnxNode node = new(proto, index, Opset, _source, _constants);
        if (proto.Domain is not ("" or "ai.onnx")) throw node.Refuse($"operators of the domain {Quote(proto.Domain)} are not covered");
        Operator known = Operator.Find(proto.OpType) ?? throw node.Refuse("the operator is not covered");
        if (Opset < known.Since) throw node.Refuse($"the operator is covered from opset {known.Since} on");
        CheckCounts(node, known);
        Evaluate compute;
        try
        {
            compute = known.Bind(node);
        }
        catch (Exception failure) when (IsRefusal(failure) && !failure.Message.StartsWith(node.Place, StringComparison.Ordinal))
        {
            throw node.Refuse(failure.Message);
        }
        node.CheckAllRead();
        bool constant = node.Inputs.All(name => name.Length == 0 || _constants.ContainsKey(name));
        if (known.Folds && constant) Fold(node, compute);
        else Add(node, compute);
    }

    /// <summary>What a computation throws for values that it cannot take.</summary>
    public static bool IsRefusal(Exception failure) => failure is ArgumentException or OverflowException or InvalidOperationException || failure.GetType() == typeof(ElmanException);

    private static void CheckCounts(OnnxNode node, Operator known)
    {
        if (node.Inputs.Count > known.MaxInputs) throw node.Refuse($"it has {node.Inputs.Count} inputs, {known.MaxInputs} at most are covered");
        for (int i = 0; i < known.MinInputs; i++)
            if (!node.HasInput(i)) throw node.Refuse($"its input {i} is missing");
        for (int i = known.MaxOutputs; i < node.Outputs.Count; i++)
            if (node.HasOutput(i)) throw node.Refuse($"its output {i} is not covered");
    }

    /// <summary>Computes a node of constants; one whose result is too large for that stays a step.</summary>
    private void Fold(OnnxNode node, Evaluate compute)
    {
        OnnxValue?[] results;
        try
        {
            results = compute(new Arguments([.. node.Inputs.Select(name => name.Length == 0 ? null : _constants[name])], _limit));
            _limit -= Enumerable.Range(0, node.Outputs.Count).Sum(i => node.HasOutput(i) ? results[i]!.Shape.Count : 0L);
        }
        catch (OutOfProportionException)
        {
            Add(node, compute);
            return;
        }
        catch (Exception failure) when (IsRefusal(failure))
        {
            throw node.Refuse(failure.Message);
        }
        for (int i = 0; i < node.Outputs.Count; i++)
            if (node.HasOutput(i)) _constants.Add(node.Outputs[i], results[i]!);
    }

    private void Add(OnnxNode node, Evaluate compute)
    {
        int[] inputs = [.. node.Inputs.Select((name, i) => name.Length == 0 || node.Owned.Contains(i) ? -1 : Slot(name))];
        int[] outputs = [.. node.Outputs.Select(name => name.Length == 0 ? -1 : Slot(name))];
        Steps.Add(new GraphStep(node.Place, compute, inputs, outputs));
        Nodes.Add(node);
    }

    private void ReadOutputs()
    {
        foreach (ValueInfoProto info in _graph.Output)
        {
            if (Outputs.Contains(info.Name)) throw Bad($"two outputs are named {Quote(info.Name)}");
            Slot(info.Name);
            Outputs.Add(info.Name);
        }
        if (Outputs.Count == 0) throw Bad("the graph has no output");
        foreach (OnnxInput input in Inputs) Slot(input.Name);
        HashSet<string> read = [.. _graph.Node.SelectMany(node => node.Input), .. Outputs];
        Unused.AddRange(_graph.Initializer.Select(proto => proto.Name).Where(name => _constants[name].IsFloat && !read.Contains(name)));
    }
}
