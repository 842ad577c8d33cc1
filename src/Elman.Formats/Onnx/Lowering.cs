namespace Elman.Formats;

/// <summary>A chain of layers that computes what a graph computes.</summary>
/// <param name="Network">The layers, batch first. They share the graph's weights.</param>
/// <param name="InputTimeFirst">Whether the graph takes [L, N, ..] where the layers take [N, L, ..].</param>
/// <param name="OutputTimeFirst">Whether the graph gives [L, N, ..] where the layers give [N, L, ..].</param>
internal sealed record LoweredChain(Sequential Network, bool InputTimeFirst, bool OutputTimeFirst);

/// <summary>
/// Finds the layers behind a graph that is a chain from its first input to its first output. It follows the value through the nodes and keeps account of what each of
/// its axes means; nodes that only rearrange axes leave no layer.
/// </summary>
internal sealed class Lowering
{
    private readonly GraphReader _reader;
    private readonly HashSet<OnnxNode> _needed = [];
    private readonly Dictionary<string, OnnxNode> _producers = [];

    /// <summary>The nodes that lead to the output and read a value, in the order of the graph.</summary>
    private readonly Dictionary<string, List<OnnxNode>> _readers = [];
    private readonly List<Module> _layers = [];
    private readonly List<Axis> _axes = [];
    private RecurrentLayer? _recurrent;
    private bool _inputTimeFirst, _oriented, _reversed;
    private OnnxNode? _product;

    private Lowering(GraphReader reader)
    {
        _reader = reader;
        foreach (OnnxNode node in reader.Nodes)
            foreach (string output in node.Outputs.Where(name => name.Length > 0)) _producers[output] = node;
    }

    /// <summary>What an axis of the value means.</summary>
    private enum Axis
    {
        /// <summary>Batch or time: the outer of the input's two, until a recurrent node tells.</summary>
        Outer,

        /// <summary>The other one.</summary>
        Inner,

        /// <summary>The directions of a recurrent node.</summary>
        Directions,

        /// <summary>The values of a step.</summary>
        Features,

        /// <summary>An axis of extent 1.</summary>
        Single,
    }

    /// <summary>The chain, or why there is none: the node that prevents it. And whether the graph takes the time first, as far as it is known.</summary>
    public static (LoweredChain? Chain, string? Reason, bool InputTimeFirst) Of(GraphReader reader)
    {
        Lowering lowering = new(reader);
        try
        {
            LoweredChain chain = lowering.Follow();
            return (chain, null, chain.InputTimeFirst);
        }
        catch (Exception failure) when (failure is NoChainException or ArgumentException)
        {
            return (null, failure.Message, lowering._inputTimeFirst);
        }
    }

    private LoweredChain Follow()
    {
        if (_reader.Inputs.Count == 0) throw new NoChainException("the graph has no input");
        if (_reader.Nodes.FirstOrDefault(node => node.Bodies.Count > 0) is { } loop) throw No(loop, "no layer is made of a body of operators; the graph runs as it is");
        OnnxInput input = _reader.Inputs[0];
        if (input.Shape is not { Count: 2 or 3 } shape || input.IsInteger != (shape.Count == 2))
            throw new NoChainException($"the input '{input.Name}' is neither [N, L, F] nor classes [N, L]");
        if (_reader.Unused.Count > 0) throw new NoChainException($"no node reads the constant '{_reader.Unused[0]}'");
        _axes.AddRange(input.IsInteger ? [Axis.Outer, Axis.Inner] : [Axis.Outer, Axis.Inner, Axis.Features]);
        Need(_reader.Outputs[0]);
        foreach (OnnxNode node in _reader.Nodes.Where(_needed.Contains))
        {
            foreach (string read in node.Inputs.Distinct())
            {
                if (!_readers.TryGetValue(read, out List<OnnxNode>? readers)) _readers.Add(read, readers = []);
                readers.Add(node);
            }
        }
        if (_reader.Nodes.FirstOrDefault(node => !_needed.Contains(node) && !IsAside(node)) is { } other) throw No(other, $"it does not lead to the output '{_reader.Outputs[0]}'");
        string value = input.Name;
        while (value != _reader.Outputs[0]) value = Pass(Next(value), value);
        if (_layers.Count == 0) throw new NoChainException("the graph has no layers");
        bool sequence = _axes.Count == 3;
        if (_axes is not ([Axis.Outer or Axis.Inner, Axis.Inner or Axis.Outer, Axis.Features] or [Axis.Outer or Axis.Inner, Axis.Features]))
            throw new NoChainException($"the output '{_reader.Outputs[0]}' is not [N, L, F] or [N, F]");
        return new LoweredChain(new Sequential([.. _layers]), _inputTimeFirst, sequence && _axes[0] != Batch);
    }

    private Axis Batch => _inputTimeFirst ? Axis.Inner : Axis.Outer;

    private Axis Time => _inputTimeFirst ? Axis.Outer : Axis.Inner;

    /// <summary>Marks what an output depends on, apart from shapes and initial states.</summary>
    private void Need(string output)
    {
        Stack<string> open = new([output]);
        while (open.TryPop(out string? name))
        {
            if (!_producers.TryGetValue(name, out OnnxNode? node) || node.Operator == "Shape" || !_needed.Add(node)) continue;
            for (int input = 0; input < node.Inputs.Count; input++)
                if (node.Operator is not ("RNN" or "LSTM" or "GRU") || input == 0) open.Push(node.Inputs[input]);
        }
    }

    /// <summary>Whether a node only makes initial states, or hands final ones on.</summary>
    private static bool IsAside(OnnxNode node) => OnnxRoles.Rearranging.Contains(node.Operator) || node.Operator is "Concat" or "Shape" or "ConstantOfShape" or "Expand" or "Equal" or "Where";

    private OnnxNode Next(string value)
    {
        return _readers.GetValueOrDefault(value) switch
        {
            [var reader] => reader,
            [var first, ..] => throw No(first, $"the value '{value}' goes more than one way"),
            _ => throw new NoChainException($"nothing leads from '{value}' to the output '{_reader.Outputs[0]}'"),
        };
    }

    private static NoChainException No(OnnxNode node, string why) => new($"node {SafeTensorsHeader.Quote(node.Name)} ({node.Operator}): {why}");

    /// <summary>Takes the value through a node; returns the name that it has behind it.</summary>
    private string Pass(OnnxNode node, string value)
    {
        OnnxNode? product = _product;
        _product = null;
        if (node.Operator is "RNN" or "LSTM" or "GRU") return Recur(node);
        switch (node.Operator)
        {
            case "Identity" or "Dropout":
                break;
            case "Cast" when TensorCodec.IsFloat((int)node.Integer("to", 0)) && _axes[^1] == Axis.Features:
                break;
            case "Transpose":
                Transpose(node);
                break;
            case "Squeeze" or "Unsqueeze":
                Squeeze(node);
                break;
            case "Reshape" or "Flatten":
                Join(node);
                break;
            case "Gather":
                Gather(node, value);
                break;
            case "ReverseSequence":
                _reversed = _axes is [var time, _, Axis.Features] && node.Integer("time_axis", 0) == (time == Time ? 0 : 1) ? true : throw No(node, "it reverses sequences");
                break;
            case "Slice":
                Slice(node);
                break;
            case "Expand":
                Repeat(node);
                break;
            case "Add":
                AddBias(node, product);
                break;
            case "MatMul" or "Gemm":
                Multiply(node);
                break;
            case "Conv":
                Convolve(node);
                break;
            case "LayerNormalization":
                Normalize(node);
                break;
            case "Softmax" or "LogSoftmax":
                long axis = node.Integer("axis", node.Opset >= 13 ? -1 : 1);
                Append(node, axis == -1 || axis == _axes.Count - 1 ? new Softmax(node.Operator == "LogSoftmax") : throw No(node, "it is not over the features"));
                break;
            default:
                Append(node, new Activate(ActivationOf(node)));
                break;
        }
        if (_reversed && node.Operator is not ("ReverseSequence" or "Slice")) throw No(node, "it sees a reversed sequence");
        return node.Outputs[0];
    }

    private void Append(OnnxNode node, Module layer)
    {
        if (_axes is not [.., Axis.Features]) throw No(node, "its values are not the features of steps");
        _layers.Add(layer);
    }

    private static Activation ActivationOf(OnnxNode node) => node.Operator switch
    {
        "Relu" => Activation.Relu,
        "Tanh" => Activation.Tanh,
        "Sigmoid" => Activation.Sigmoid,
        "Softsign" => Activation.Softsign,
        "Softplus" => Activation.Softplus,
        "Elu" => Activation.Elu(node.Float("alpha", 1)),
        "LeakyRelu" => Activation.LeakyRelu(node.Float("alpha", 0.01f)),
        "ThresholdedRelu" => Activation.ThresholdedRelu(node.Float("alpha", 1)),
        "HardSigmoid" => Activation.HardSigmoid(node.Float("alpha", 0.2f), node.Float("beta", 0.5f)),
        _ => throw No(node, "there is no such layer"),
    };

    private string Recur(OnnxNode node)
    {
        if (node.Modules is not [RecurrentLayer layer]) throw No(node, "its weights are not constant");
        bool batchFirst = node.Opset >= 14 && node.Flag("layout", false);
        if (_axes is not ([Axis.Outer, Axis.Inner, Axis.Features] or [Axis.Inner, Axis.Outer, Axis.Features])) throw No(node, "its input is no sequence");
        if (!_oriented) _inputTimeFirst = (_axes[0] == Axis.Outer) != batchFirst;
        else if ((_axes[0] == Batch) != batchFirst) throw No(node, "it takes for time what another node takes for the batch");
        _oriented = true;
        CheckSides(node);
        string[] read = [.. node.Outputs.Where(name => name.Length > 0 && (name == _reader.Outputs[0] || _readers.ContainsKey(name)))];
        if (read.Length != 1) throw No(node, "more than one of its outputs is read");
        _layers.Add(_recurrent = layer);
        _axes.Clear();
        if (read[0] == node.Outputs[0])
        {
            _axes.AddRange(batchFirst ? [Batch, Time, Axis.Directions, Axis.Features] : [Time, Axis.Directions, Batch, Axis.Features]);
            return read[0];
        }
        if (node.HasOutput(2) && read[0] == node.Outputs[2]) throw No(node, "its cell state is read");
        _layers.Add(new LastStep(layer.Options.Direction == Direction.Forward ? 0 : layer.HiddenSize));
        _axes.AddRange(batchFirst ? [Batch, Axis.Directions, Axis.Features] : [Axis.Directions, Batch, Axis.Features]);
        return read[0];
    }

    /// <summary>Lengths must be an input of the graph, and the initial states inputs or zeros.</summary>
    private void CheckSides(OnnxNode node)
    {
        if (node.HasInput(4) && !IsInput(Origin(node.Inputs[4]))) throw No(node, "its lengths are not an input of the graph");
        for (int input = 5; input <= 6; input++)
        {
            if (!node.HasInput(input)) continue;
            string origin = Origin(node.Inputs[input]);
            if (!IsInput(origin) && !IsZero(origin)) throw No(node, "its initial state is neither an input of the graph nor zero");
        }
    }

    private bool IsInput(string name) => _reader.Inputs.Skip(1).Any(input => input.Name == name);

    private bool IsZero(string name)
    {
        if (_reader.Constant(name) is { } constant) return constant.IsFloat && !constant.Floats.Span.ContainsAnyExcept(0f);
        if (!_producers.TryGetValue(name, out OnnxNode? node)) return false;
        return node.Operator == "ConstantOfShape" && (node.TensorProto("value") is not { } proto || TensorCodec.Read(proto, node.Place).ToFloat() == 0);
    }

    /// <summary>Where a value comes from, through nodes that rearrange or repeat it.</summary>
    private string Origin(string name)
    {
        while (_producers.TryGetValue(name, out OnnxNode? node) && (OnnxRoles.Rearranging.Contains(node.Operator) || node.Operator == "Expand")) name = node.Inputs[0];
        return name;
    }

    private void Transpose(OnnxNode node)
    {
        long[] order = node.Integers("perm") ?? [.. Enumerable.Range(0, _axes.Count).Reverse().Select(axis => (long)axis)];
        Axis[] before = [.. _axes];
        if (order.Length != before.Length) throw No(node, "its axes are not those of the value");
        for (int axis = 0; axis < before.Length; axis++) _axes[axis] = before[OnnxValue.Axis(order[axis], before.Length)];
    }

    private void Squeeze(OnnxNode node)
    {
        long[] named = (node.Opset < 13 ? node.Integers("axes") : _reader.Constant(node.Inputs.ElementAtOrDefault(1) ?? "")?.Integers) ?? throw No(node, "its axes are not constant");
        if (node.Operator == "Unsqueeze")
        {
            foreach (int place in named.Select(axis => OnnxValue.Axis(axis, _axes.Count + named.Length)).Order()) _axes.Insert(place, Axis.Single);
            return;
        }
        foreach (int place in named.Select(axis => OnnxValue.Axis(axis, _axes.Count)).OrderDescending())
        {
            if (!IsSingle(_axes[place])) throw No(node, $"its axis {place} is not of extent 1");
            _axes.RemoveAt(place);
        }
    }

    private bool IsSingle(Axis axis) => axis == Axis.Single || (axis == Axis.Directions && _recurrent!.Options.Direction != Direction.Both);

    /// <summary>Directions and features become one axis: [L, N, D, H] → [L, N, D·H]; or axes of extent 1 go.</summary>
    private void Join(OnnxNode node)
    {
        Axis[] kept = [.. _axes.Where(axis => !IsSingle(axis) && axis != Axis.Directions)];
        bool beside = !_axes.Contains(Axis.Directions) || IsSingle(Axis.Directions) || _axes is [.., Axis.Directions, Axis.Features];
        bool fits = node.Operator == "Flatten" ? kept.Length == 2 && node.Integer("axis", 1) == 1 && _axes[0] == kept[0]
            : _reader.Constant(node.Inputs[1])?.Integers is { } extents && extents.Length == kept.Length && KeepsOuter(extents, kept);
        if (!beside || !fits) throw No(node, "it gives the value a shape that is not that of steps");
        _axes.Clear();
        _axes.AddRange(kept);
    }

    /// <summary>All axes but the last are copied (0), one of them or the last may be inferred (−1).</summary>
    private bool KeepsOuter(long[] extents, Axis[] kept)
    {
        for (int axis = 0; axis < extents.Length - 1; axis++)
            if (!(extents[axis] == 0 && _axes[axis] == kept[axis]) && !(extents[axis] == -1 && extents.Count(extent => extent == -1) == 1 && extents[^1] > 0)) return false;
        int features = _recurrent is null ? -1 : _recurrent.OutputSize;
        return extents[^1] == -1 || extents[^1] == features;
    }

    private void Gather(OnnxNode node, string value)
    {
        if (node.Inputs[1] == value && node.Constant(0) is { IsFloat: true, Shape.Rank: 2 } table && node.Integer("axis", 0) == 0 && _layers.Count == 0 && !_axes.Contains(Axis.Features))
        {
            Embedding embedding = new(table.Shape[0], table.Shape[1], new RandomStream(0));
            embedding.Weight.CopyFrom(table.Floats.Span);
            _axes.Add(Axis.Features);
            _layers.Add(embedding);
            return;
        }
        int axis = OnnxValue.Axis(node.Integer("axis", 0), _axes.Count);
        if (node.Inputs[0] != value || node.Constant(1) is not { Shape.Rank: 0 } index) throw No(node, "it gathers what no layer gathers");
        bool single = IsSingle(_axes[axis]);
        if (!single && !(_axes.Count == 3 && _oriented && _axes[axis] == Time && index.ToInteger() == -1)) throw No(node, "it picks something else than the last step");
        if (!single) _layers.Add(new LastStep(0));
        _axes.RemoveAt(axis);
    }

    /// <summary>The last step of a sequence, or the first of a reversed one.</summary>
    private void Slice(OnnxNode node)
    {
        long[]?[] operands = [.. Enumerable.Range(1, 4).Select(input => node.Opset >= 10 ? node.Constant(input)?.Integers : null)];
        if (operands is not [[long start], [long end], [long axis], null or [1]] || _axes.Count != 3 || _axes[OnnxValue.Axis(axis, 3)] != Time)
            throw No(node, "it slices something else than the last step");
        bool last = _reversed ? start == 0 && end == 1 : start == -1 && end >= int.MaxValue;
        if (!last) throw No(node, "it slices something else than the last step");
        _reversed = false;
        _layers.Add(new LastStep(0));
        _axes[OnnxValue.Axis(axis, 3)] = Axis.Single;
    }

    private void Repeat(OnnxNode node)
    {
        if (_axes is not [var batch, Axis.Single, Axis.Features] || batch != Batch || node.Constant(1)?.Integers is not [1, > 0 and <= int.MaxValue and var count, 1]) throw No(node, "it repeats something else than steps");
        _layers.Add(new Repeat((int)count));
        _axes[1] = Time;
    }

    private void Multiply(OnnxNode node)
    {
        if (node.Modules is not [Linear linear] || (node.Operator == "Gemm" && (node.Flag("transA", false) || (node.HasInput(2) && linear.Bias is null))))
            throw No(node, "its right operand is not constant, or its bias is not");
        Append(node, linear);
        if (linear.Bias is null) _product = node;
    }

    /// <summary>A vector added right after a product is the bias of the linear layer.</summary>
    private void AddBias(OnnxNode node, OnnxNode? product)
    {
        OnnxValue? bias = node.Constant(0) ?? node.Constant(1);
        if (product is null || bias is not { IsFloat: true } || _layers[^1] is not Linear linear || bias.Shape.Count != linear.OutputSize || bias.Shape.Extents[..^1].ContainsAnyExcept(1) || bias.Shape[^1] != linear.OutputSize)
            throw No(node, "it adds something else than the bias of a linear layer");
        _layers[^1] = ProductOperators.Linear(linear.Weight, bias.Floats);
    }

    /// <summary>A convolution over [N, F, L] whose padding stands before the first step, so that no step sees a later one.</summary>
    private void Convolve(OnnxNode node)
    {
        if (_axes is not ([Axis.Outer, Axis.Features, Axis.Inner] or [Axis.Inner, Axis.Features, Axis.Outer])) throw No(node, "it is not over the time");
        if (_oriented && _axes[0] != Batch) throw No(node, "it takes for time what another node takes for the batch");
        (_inputTimeFirst, _oriented) = (_axes[0] == Axis.Inner, true);
        Tensor weight = node.Constant(1)!.Floats;
        if (weight.Rank != 3) throw No(node, "it is not over one axis");
        long dilation = node.Integers("dilations")?[0] ?? 1, past = (weight.Shape[2] - 1) * dilation;
        bool causal = node.Text("auto_pad", "NOTSET") == "NOTSET" && (node.Integers("pads") ?? [0, 0]).SequenceEqual([past, 0]);
        if (!causal || node.Integer("group", 1) != 1 || (node.Integers("strides")?[0] ?? 1) != 1) throw No(node, "it is no causal convolution of one group and step 1");
        Conv1d layer = new(weight.Shape[1], weight.Shape[0], weight.Shape[2], new RandomStream(0), (int)dilation, node.HasInput(2));
        layer.Weight.CopyFrom(weight.Span);
        layer.Bias?.CopyFrom(node.Constant(2)!.Floats.Span);
        _layers.Add(layer);
    }

    private void Normalize(OnnxNode node)
    {
        OnnxValue? scale = node.Constant(1), bias = node.Constant(2);
        long axis = node.Integer("axis", -1);
        if (scale is not { IsFloat: true, Shape.Rank: 1, Shape.Count: > 0 } || (bias is null && node.HasInput(2)) || (bias is not null && bias.Shape != scale.Shape) || (axis != -1 && axis != _axes.Count - 1))
            throw No(node, "it is not over the features, or its weights are not constant vectors");
        LayerNorm norm = new(scale.Shape.Count, node.Float("epsilon", 1e-5f));
        norm.Weight.CopyFrom(scale.Floats.Span);
        if (bias is not null) norm.Bias.CopyFrom(bias.Floats.Span);
        Append(node, norm);
    }

    /// <summary>There is no chain; the message says why.</summary>
    private sealed class NoChainException(string message) : Exception(message);
}
