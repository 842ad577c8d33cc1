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

    /// <summary>How deep graphs may lie in each other.</summary>
    private const int DeepestBody = 8;

    private readonly GraphProto _graph;
    private readonly GraphReader? _outer;
    private readonly int _depth;
    private readonly Dictionary<string, OnnxValue> _constants = [];
    private readonly Dictionary<string, int> _slots = [];
    private readonly Dictionary<string, int> _producers = [];
    private readonly HashSet<string> _names = [];

    /// <summary>Elements that may yet be computed at load, by this graph and all within it: so many for shapes, and in proportion to the constants.</summary>
    private long _limit = 1 << 14;

    /// <summary>What all that may cost on the way, counted as <see cref="AllocationLimit"/> does: a loop of constants may run for ever and give one number.</summary>
    private long _work = 1 << 24;

    private GraphReader(GraphProto graph, int opset, string source, GraphReader? outer)
    {
        (_graph, Source, Opset, _outer, _depth) = (graph, source, opset, outer, outer is null ? 0 : outer._depth + 1);
        if (_depth > DeepestBody) throw Bad($"graphs lie in each other more than {DeepestBody} deep");
    }

    /// <summary>What error messages begin with.</summary>
    public string Source { get; }

    public int Opset { get; }

    public List<OnnxInput> Inputs { get; } = [];

    public List<string> Outputs { get; } = [];

    public List<GraphStep> Steps { get; } = [];

    /// <summary>The nodes of <see cref="Steps"/>.</summary>
    public List<OnnxNode> Nodes { get; } = [];

    /// <summary>Values of the graphs around this one that it reads, and that are known only when it is run.</summary>
    public List<string> Captures { get; } = [];

    /// <summary>Number of slots: one for each value that a run knows.</summary>
    public int SlotCount => _slots.Count;

    /// <summary>Constants that a run needs, with their slots.</summary>
    public IEnumerable<(string Name, int Slot, OnnxValue Value)> Constants =>
        _slots.Where(slot => Constant(slot.Key) is not null).Select(slot => (slot.Key, slot.Value, Constant(slot.Key)!));

    /// <summary>Constants of floating-point numbers that no node reads and no output is.</summary>
    public List<string> Unused { get; } = [];

    /// <exception cref="ElmanException">The graph is no sound graph, or something in it is not covered.</exception>
    public static GraphReader Read(ModelProto model, string source) => model.Graph is null ? throw new ElmanException($"{source}: there is no graph; give an ONNX model")
        : new GraphReader(model.Graph, OpsetOf(model, source), source, null).Read();

    /// <summary>Reads a graph that is an attribute of a node of this one: it sees this one's values.</summary>
    /// <exception cref="ElmanException">The graph is no sound graph, or something in it is not covered.</exception>
    public GraphReader ReadBody(GraphProto body, string source) => new GraphReader(body, Opset, source, this).Read();

    /// <summary>A value that is known at load, here or around; else null.</summary>
    public OnnxValue? Constant(string name) => _constants.GetValueOrDefault(name) ?? _outer?.Constant(name);

    /// <summary>The slot of a value.</summary>
    public int Slot(string name)
    {
        if (_slots.TryGetValue(name, out int slot)) return slot;
        _slots.Add(name, slot = _slots.Count);
        if (!_names.Contains(name) && Constant(name) is null) Captures.Add(name);
        return slot;
    }

    private GraphReader Read()
    {
        ReadInitializers();
        ReadInputs();
        CheckNames();
        foreach (int index in Ordered()) Bind(_graph.Node[index], index);
        ReadOutputs();
        return this;
    }

    private GraphReader Outermost => _outer?.Outermost ?? this;

    /// <summary>Whether a value has this name here or around.</summary>
    private bool Knows(string name) => _names.Contains(name) || (_outer?.Knows(name) ?? false);

    private ElmanException Bad(string what) => new($"{Source}: {what}");

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
            if (_constants.ContainsKey(proto.Name)) throw Bad($"two constants are named {Quote(proto.Name)}");
            Hold(proto.Name, TensorCodec.Read(proto, $"{Source}: constant {Quote(proto.Name)}"));
        }
    }

    /// <summary>Keeps a value that stands in the file as it is: what may be computed from it is in proportion to it.</summary>
    private void Hold(string name, OnnxValue value)
    {
        _constants.Add(name, value);
        Outermost._limit += 4L * value.Shape.Count;
        Outermost._work += 16L * value.Shape.Count;
    }

    private void ReadInputs()
    {
        HashSet<string> names = [];
        foreach (ValueInfoProto info in _graph.Input)
        {
            if (info.Name.Length == 0 || !names.Add(info.Name)) throw Bad(info.Name.Length == 0 ? "an input has no name" : $"two inputs are named {Quote(info.Name)}");
            // The first versions of the format list constants among the inputs, as values that may be replaced.
            if (_constants.ContainsKey(info.Name)) continue;
            // What goes into a body has the types of the values around it, and need not repeat them.
            Inputs.Add(_outer is not null && info.Type is null ? new OnnxInput(info.Name, IsInteger: false, Shape: null) : OnnxInput.Of(info, $"{Source}: input {Quote(info.Name)}"));
        }
    }

    /// <summary>Every name has one origin, here or around, and every reference a name.</summary>
    private void CheckNames()
    {
        foreach (string name in _constants.Keys.Concat(Inputs.Select(input => input.Name)))
        {
            if (Knows(name)) throw Bad($"its value {Quote(name)} bears the name of one around it");
            _names.Add(name);
        }
        for (int index = 0; index < _graph.Node.Count; index++)
        {
            foreach (string output in _graph.Node[index].Output)
            {
                if (output.Length == 0) continue;
                if (Knows(output)) throw Bad($"{PlaceOf(index)}: its output {Quote(output)} bears the name of another value");
                _names.Add(output);
                _producers.Add(output, index);
            }
        }
        for (int index = 0; index < _graph.Node.Count; index++)
        {
            foreach (string input in _graph.Node[index].Input)
                if (input.Length > 0 && !Knows(input)) throw Bad($"{PlaceOf(index)}: its input {Quote(input)} comes from nowhere");
        }
        foreach (ValueInfoProto info in _graph.Output)
            if (!Knows(info.Name)) throw Bad($"the output {Quote(info.Name)} comes from nowhere");
    }

    /// <summary>The names that a node reads, those in graphs within it included.</summary>
    private static List<string> NamesReadBy(NodeProto node)
    {
        List<string> names = [.. node.Input];
        Stack<NodeProto> open = new([node]);
        while (open.TryPop(out NodeProto? next))
        {
            foreach (GraphProto body in next.Attribute.Where(attribute => attribute.G is not null).Select(attribute => attribute.G))
            {
                names.AddRange(body.Output.Select(output => output.Name));
                foreach (NodeProto inner in body.Node)
                {
                    names.AddRange(inner.Input);
                    open.Push(inner);
                }
            }
        }
        return names;
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
            foreach (int producer in NamesReadBy(_graph.Node[index]).Where(_producers.ContainsKey).Select(name => _producers[name]).Distinct())
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
        OnnxNode node = new(proto, index, Source, this);
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
        bool constant = node.Inputs.All(name => name.Length == 0 || Constant(name) is not null);
        // Some exporters give every weight a node of its own.
        if (node.Operator == "Constant" && node.HasOutput(0)) Hold(node.Outputs[0], compute(new Arguments([], long.MaxValue))[0]!);
        else if (known.Folds && constant) Fold(node, compute);
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
        using AllocationLimit work = AllocationLimit.Of(Outermost._work, "computing the constants would take more work than the size of the file justifies");
        try
        {
            AllocationLimit.Count(16);
            results = compute(new Arguments([.. node.Inputs.Select(name => name.Length == 0 ? null : Constant(name))], Outermost._limit));
            Outermost._limit -= Enumerable.Range(0, node.Outputs.Count).Sum(i => node.HasOutput(i) ? results[i]!.Shape.Count : 0L);
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
        finally
        {
            Outermost._work = work.Left;
        }
        for (int i = 0; i < node.Outputs.Count; i++)
            if (node.HasOutput(i)) _constants.Add(node.Outputs[i], results[i]!);
    }

    private void Add(OnnxNode node, Evaluate compute)
    {
        int[] inputs = [.. node.Inputs.Select((name, i) => name.Length == 0 || node.Owned.Contains(i) ? -1 : Slot(name)), .. node.Captures.Select(Slot)];
        int[] outputs = [.. node.Outputs.Select(name => name.Length == 0 ? -1 : Slot(name))];
        Steps.Add(new GraphStep(node.Place, compute, inputs, outputs));
        Nodes.Add(node);
    }

    private void ReadOutputs()
    {
        HashSet<string> outputs = [];
        foreach (ValueInfoProto info in _graph.Output)
        {
            if (!outputs.Add(info.Name)) throw Bad($"two outputs are named {Quote(info.Name)}");
            Slot(info.Name);
            Outputs.Add(info.Name);
        }
        if (Outputs.Count == 0) throw Bad("the graph has no output");
        foreach (OnnxInput input in Inputs) Slot(input.Name);
        HashSet<string> read = [.. _graph.Node.SelectMany(NamesReadBy), .. Outputs];
        Unused.AddRange(_graph.Initializer.Select(proto => proto.Name).Where(name => _constants[name].IsFloat && !read.Contains(name)));
    }
}
