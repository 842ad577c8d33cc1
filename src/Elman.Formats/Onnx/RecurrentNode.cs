namespace Elman.Formats;

/// <summary>
/// An RNN, LSTM or GRU node as a recurrent layer: attributes and weights in ONNX's terms on one side, in Elman's on the other. ONNX stacks the gates as
/// i, o, f, c (LSTM) and z, r, h (GRU), Elman as i, f, g, o and r, z, n; both mean the same by z.
/// </summary>
internal sealed record RecurrentNode
{
    /// <summary>The activations that take alpha, and those that take beta too.</summary>
    private static readonly string[] TakeAlpha = ["affine", "leakyrelu", "thresholdedrelu", "scaledtanh", "hardsigmoid", "elu"], TakeBeta = ["affine", "scaledtanh", "hardsigmoid"];

    /// <summary>RNN, LSTM or GRU.</summary>
    public required string Operator { get; init; }

    public Direction Direction { get; init; }

    /// <summary>Whether X, Y and the states have the batch as their first axis.</summary>
    public bool BatchFirst { get; init; }

    /// <summary>H, if the node states it.</summary>
    public int? Hidden { get; init; }

    public float? Clip { get; init; }

    /// <summary>For each direction an activation f, g, h of each kind that the operator has; null for the defaults.</summary>
    public Activation[]? Activations { get; init; }

    public bool InputForget { get; init; }

    public bool ResetAfter { get; init; }

    public int Gates => GatesOf(Operator);

    public int Directions => Direction.Count();

    /// <summary>Place in ONNX's stack of every gate of Elman's. An LSTM whose forget gate is 1 − i has none there.</summary>
    private int[] GateOrder => Operator switch { "LSTM" => InputForget ? [0, 3, 1] : [0, 2, 3, 1], "GRU" => [1, 0, 2], _ => [0] };

    /// <summary>Place in ONNX's peepholes, i, o, f, of every one of Elman's, i, f, o, or i, o without a forget gate.</summary>
    private int[] PeepholeOrder => InputForget ? [0, 1] : [0, 2, 1];

    private int ActivationsPerDirection => Operator switch { "LSTM" => 3, "GRU" => 2, _ => 1 };

    public static int GatesOf(string name) => name switch { "LSTM" => 4, "GRU" => 3, _ => 1 };

    /// <summary>The rows of a stack of gates [G·H, ..] from Elman's order to ONNX's; zeros for a forget gate that has no weights.</summary>
    public Tensor ToOnnx(Tensor stack) => Restored(stack, Gates, GateOrder);

    /// <summary>Peepholes from Elman's order to ONNX's.</summary>
    public Tensor PeepholesToOnnx(Tensor stack) => Restored(stack, 3, PeepholeOrder);

    /// <summary>The attributes of the node, those with their default values left out.</summary>
    public (string Name, object Value)[] Attributes(int hidden)
    {
        List<(string, object)> attributes = [("hidden_size", (long)hidden)];
        if (Direction != Direction.Forward) attributes.Add(("direction", Direction == Direction.Both ? "bidirectional" : "reverse"));
        if (ResetAfter) attributes.Add(("linear_before_reset", 1L));
        if (InputForget) attributes.Add(("input_forget", 1L));
        if (Clip is { } clip) attributes.Add(("clip", clip));
        if (Activations is not null)
        {
            attributes.Add(("activations", Activations.Select(activation => activation.Name).ToArray()));
            attributes.Add(("activation_alpha", Activations.Where(activation => TakeAlpha.Contains(activation.Name.ToLowerInvariant())).Select(activation => activation.Alpha).ToArray()));
            attributes.Add(("activation_beta", Activations.Where(activation => TakeBeta.Contains(activation.Name.ToLowerInvariant())).Select(activation => activation.Beta).ToArray()));
        }
        return [.. attributes];
    }

    /// <summary>Reads the attributes; what cannot be run is refused.</summary>
    public static RecurrentNode Of(OnnxNode node)
    {
        long? hidden = node.HasAttribute("hidden_size") ? node.Integer("hidden_size", 0) : null;
        if (hidden is <= 0 or > int.MaxValue) throw node.Refuse($"'hidden_size' is {hidden}, it should be positive");
        RecurrentNode result = new()
        {
            Operator = node.Operator,
            Direction = node.Text("direction", "forward") switch
            {
                "forward" => Direction.Forward,
                "reverse" => Direction.Reverse,
                "bidirectional" => Direction.Both,
                string other => throw node.Refuse($"the direction {SafeTensorsHeader.Quote(other)} is none of forward, reverse, bidirectional"),
            },
            BatchFirst = node.Opset >= 14 && node.Flag("layout", false),
            Hidden = (int?)hidden,
            Clip = node.HasAttribute("clip") ? node.Float("clip", 0) : null,
            InputForget = node.Operator == "LSTM" && node.Flag("input_forget", false),
            ResetAfter = node.Operator == "GRU" && node.Flag("linear_before_reset", false),
        };
        if (result.Clip is { } clip && !(clip > 0 && float.IsFinite(clip))) throw node.Refuse(FormattableString.Invariant($"'clip' is {clip}, it should be positive"));
        return result with { Activations = ReadActivations(node, result) };
    }

    /// <summary>The layer with its weights, which are checked against each other before anything is allocated for it.</summary>
    /// <param name="w">[D, G·H, I]</param>
    /// <param name="r">[D, G·H, H]</param>
    /// <param name="b">[D, 2·G·H]: input biases, then recurrent.</param>
    /// <param name="p">Peepholes [D, 3·H] in the order i, o, f.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or the engine has no such cell.</exception>
    public RecurrentLayer Layer(Tensor w, Tensor r, Tensor? b, Tensor? p)
    {
        if (w.Rank != 3 || r.Rank != 3) throw new ArgumentException($"the weights W and R should be [D, {Gates}·H, I] and [D, {Gates}·H, H], they have shapes {w.Shape} and {r.Shape}");
        int hidden = r.Shape[2], inputs = w.Shape[2], directions = Directions;
        if (Hidden is { } stated && stated != hidden) throw new ArgumentException($"hidden_size is {stated}, but the recurrent weights have shape {r.Shape}");
        Expect("W", w, directions, Gates * hidden, inputs);
        Expect("R", r, directions, Gates * hidden, hidden);
        if (b is not null) Expect("B", b, directions, 2 * Gates * hidden);
        if (p is not null) Expect("P", p, directions, 3 * hidden);
        if (hidden == 0 || inputs == 0) throw new ArgumentException($"weights of shapes {w.Shape} and {r.Shape} have no elements");
        RecurrentLayer layer = Create(inputs, hidden, b is not null, p is not null);
        Dictionary<string, Tensor> values = [];
        for (int direction = 0; direction < directions; direction++)
        {
            string suffix = direction == 0 ? "_l0" : "_l0_reverse";
            values["weight_ih" + suffix] = FromOnnx(w.Select(0, direction));
            values["weight_hh" + suffix] = FromOnnx(r.Select(0, direction));
            if (p is not null) values["weight_ph" + suffix] = Reordered(p.Select(0, direction), 3, PeepholeOrder);
            if (b is null) continue;
            Tensor biases = b.Select(0, direction);
            values["bias_ih" + suffix] = FromOnnx(biases.Slice(0, ..(Gates * hidden)));
            values["bias_hh" + suffix] = FromOnnx(biases.Slice(0, (Gates * hidden)..));
        }
        layer.Load(values);
        return layer;
    }

    private RecurrentLayer Create(int inputs, int hidden, bool bias, bool peepholes)
    {
        bool rectified = Operator == "RNN" && Activations is not null && Activations.All(activation => activation == Activation.Relu);
        string cell = Operator switch { "LSTM" => "lstm", "GRU" => ResetAfter ? "gru" : "gru-original", _ => rectified ? "rnn-relu" : "rnn" };
        Activation[]? forward = rectified ? null : GateActivations(0), reverse = rectified || Directions == 1 ? null : GateActivations(1);
        return Cells.Create(cell, inputs, hidden, new RandomStream(0), new RecurrentOptions
        {
            Bias = bias,
            Direction = Direction,
            GateClip = Clip,
            CoupledGates = InputForget,
            Peepholes = peepholes,
            Activations = forward,
            ReverseActivations = reverse is null || reverse.SequenceEqual(forward!) ? null : reverse,
        });
    }

    /// <summary>ONNX's f, g, h of a direction as one activation for each gate of Elman's, and that of an LSTM's cell on its way out.</summary>
    private Activation[]? GateActivations(int direction)
    {
        if (Activations is null) return null;
        ReadOnlySpan<Activation> own = Activations.AsSpan(direction * ActivationsPerDirection, ActivationsPerDirection);
        return Operator switch
        {
            "LSTM" when InputForget => [own[0], own[1], own[0], own[2]],
            "LSTM" => [own[0], own[0], own[1], own[0], own[2]],
            "GRU" => [own[0], own[0], own[1]],
            _ => [own[0]],
        };
    }

    /// <summary>The rows of a stack of gates [G·H, ..] from ONNX's order to Elman's.</summary>
    private Tensor FromOnnx(Tensor stack) => Reordered(stack, Gates, GateOrder);

    /// <summary>Of so many parts of equal size those at the places, in their order.</summary>
    private static Tensor Reordered(Tensor stack, int parts, int[] places)
    {
        int size = stack.Shape[0] / parts;
        return Tensor.Concat(0, [.. places.Select(place => stack.Slice(0, (place * size)..((place + 1) * size)))]);
    }

    /// <summary>The reverse: parts put back to their places, zeros at those that are left.</summary>
    private static Tensor Restored(Tensor stack, int parts, int[] places)
    {
        int size = stack.Shape[0] / places.Length;
        Tensor nothing = Tensor.Zeros([size, .. stack.Shape.Extents[1..]]);
        return Tensor.Concat(0, [.. Enumerable.Range(0, parts).Select(part => Array.IndexOf(places, part) is >= 0 and int from ? stack.Slice(0, (from * size)..((from + 1) * size)) : nothing)]);
    }

    private static void Expect(string name, Tensor tensor, params int[] shape)
    {
        if (!tensor.Shape.Extents.SequenceEqual(shape)) throw new ArgumentException($"{name} has shape {tensor.Shape}, it should be {Shape.Format(shape)}");
    }

    /// <summary>An alpha, and a beta, is taken from the lists for each activation that has one, in order; the defaults follow when they are used up.</summary>
    private static Activation[]? ReadActivations(OnnxNode node, RecurrentNode own)
    {
        string[]? names = node.Texts("activations");
        Queue<float> alphas = new(node.Floats("activation_alpha") ?? []), betas = new(node.Floats("activation_beta") ?? []);
        if (names is null)
        {
            if (alphas.Count > 0 || betas.Count > 0) throw node.Refuse("'activation_alpha' and 'activation_beta' without 'activations'");
            return null;
        }
        int expected = own.ActivationsPerDirection * own.Directions;
        if (names.Length != expected) throw node.Refuse($"'activations' has {names.Length} names, it should have {expected}");
        Activation[] result = new Activation[expected];
        for (int i = 0; i < expected; i++)
        {
            string name = names[i].ToLowerInvariant();
            try
            {
                result[i] = Activation.Create(name, TakeAlpha.Contains(name) ? Next(alphas) : null, TakeBeta.Contains(name) ? Next(betas) : null);
            }
            catch (Exception failure) when (failure is ElmanException or ArgumentException)
            {
                throw node.Refuse($"'activations': {failure.Message}");
            }
        }
        if (alphas.Count > 0 || betas.Count > 0) throw node.Refuse("'activation_alpha' or 'activation_beta' has more values than the activations take");
        return result.SequenceEqual(own.DefaultActivations()) ? null : result;
    }

    private IEnumerable<Activation> DefaultActivations()
    {
        Activation[] one = Operator switch
        {
            "LSTM" => [Activation.Sigmoid, Activation.Tanh, Activation.Tanh],
            "GRU" => [Activation.Sigmoid, Activation.Tanh],
            _ => [Activation.Tanh],
        };
        return Enumerable.Repeat(one, Directions).SelectMany(each => each);
    }

    private static float? Next(Queue<float> values) => values.TryDequeue(out float value) ? value : null;
}
