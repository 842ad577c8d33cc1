using System.Globalization;

namespace Elman.Formats;

/// <summary>
/// An ONNX model that can be run: its recurrent nodes on the recurrent engine, its products on Elman's, in single precision. It is for inference; its
/// parameters are the weights as the nodes hold them, each under the node's name. Any number of threads may run it.
/// </summary>
public sealed class OnnxGraph : Module, IProbed
{
    private readonly GraphProgram _program;
    private readonly OnnxRoles _roles;
    private readonly string? _whyNoChain;
    private readonly bool _timeFirst;

    internal OnnxGraph(GraphReader reader)
    {
        (Inputs, Outputs, Opset) = (reader.Inputs, reader.Outputs, reader.Opset);
        _program = new GraphProgram(reader);
        _roles = OnnxRoles.Of(reader);
        AddWeights(reader, [], [], []);
        CheckFinite(reader.Source);
        (Chain, _whyNoChain, _timeFirst) = Lowering.Of(reader);
    }

    /// <summary>What goes in, in the order of the file.</summary>
    public IReadOnlyList<OnnxInput> Inputs { get; }

    /// <summary>Names of what comes out, in the order of the file.</summary>
    public IReadOnlyList<string> Outputs { get; }

    /// <summary>Version of the operator set that the file was written for.</summary>
    public int Opset { get; }

    /// <inheritdoc/>
    public override string Description => $"onnx graph of {_program.StepCount} nodes, opset {Opset}" + (Chain is null ? $" ({NoChain})" : "");

    private string NoChain => $"the graph is no chain of layers: {_whyNoChain}";

    /// <inheritdoc/>
    public int? ProbeClasses => _roles.Classes;

    /// <inheritdoc/>
    /// <exception cref="ElmanException">The file does not tell the size.</exception>
    public int ProbeSize => ProbeClasses is not null ? 1 : Chain?.Network.StepInputSize is { } size ? size
        : Inputs is [{ Shape: [.., string last] }, ..] && int.TryParse(last, CultureInfo.InvariantCulture, out int features) ? features
        : throw new ElmanException("the graph does not tell the size of its first input");

    /// <summary>The batch and the number of steps that the first input must have, each null where it is free.</summary>
    internal (int? Batch, int? Steps) FixedShape
    {
        get
        {
            if (Inputs is not [{ Shape: [var first, var second, ..] }, ..]) return default;
            (int? one, int? two) = (Whole(first), Whole(second));
            return _timeFirst ? (two, one) : (one, two);

            static int? Whole(string extent) => int.TryParse(extent, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : null;
        }
    }

    /// <summary>The layers that the graph is a chain of, if it is one.</summary>
    internal LoweredChain? Chain { get; }

    /// <summary>
    /// The layers that the graph is a chain of, such as an embedding, recurrent layers, linear layers and activations, with its weights: a network that can be trained,
    /// streamed and saved. It is batch first, [N, L, I], whatever the graph's layout; inputs for states and lengths are what its layers take anyway.
    /// </summary>
    /// <exception cref="ElmanException">The graph is no such chain; the message names the node that prevents it.</exception>
    public Sequential ToSequential() => Chain?.Network ?? throw new ElmanException(NoChain);

    /// <summary>Runs the graph.</summary>
    /// <param name="inputs">A tensor for every one of <see cref="Inputs"/>; whole numbers and booleans as floats.</param>
    /// <returns>A tensor for every one of <see cref="Outputs"/>; whole numbers and booleans as floats.</returns>
    /// <exception cref="ArgumentException">An input is missing, unknown, or not of the shape or kind that the file states.</exception>
    /// <exception cref="ElmanException">A node cannot take the values that reach it; the message names it.</exception>
    public IReadOnlyDictionary<string, Tensor> Run(IReadOnlyDictionary<string, Tensor> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        OnnxValue[] values = new OnnxValue[Inputs.Count];
        for (int i = 0; i < values.Length; i++)
            values[i] = inputs.TryGetValue(Inputs[i].Name, out Tensor? tensor) ? Inputs[i].Convert(tensor) : throw Mismatch(inputs);
        if (inputs.Count > values.Length) throw Mismatch(inputs);
        OnnxValue[] results = Execute(values, Outputs.Count);
        Dictionary<string, Tensor> named = [];
        for (int i = 0; i < results.Length; i++) named.Add(Outputs[i], Cast.ToFloats(results[i]).Floats);
        return named;
    }

    /// <summary>
    /// The first output for the first input, in the layout that the file gives them: [L, N, I] if the model has the time first. Inputs for the lengths of the
    /// sequences are given <paramref name="lengths"/>, initial states are zero; any other input must be fed through <see cref="Run"/>.
    /// </summary>
    /// <param name="input">The first input.</param>
    /// <param name="lengths">Valid steps of each sequence [N]; empty if all are L.</param>
    /// <exception cref="ArgumentException">The input is not what the file states, there are lengths that the model does not take, or it has other inputs.</exception>
    /// <exception cref="ElmanException">A node cannot take the values that reach it; the message names it.</exception>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (Inputs.Count == 0) throw new ArgumentException("the graph has no input");
        OnnxValue[] values = [Inputs[0].Convert(input), .. _roles.Fill(Inputs, input.Shape, lengths)];
        return Cast.ToFloats(Execute(values, 1)[0]).Floats;
    }

    /// <summary>As <see cref="Forward(Tensor, ReadOnlySpan{int})"/>, from [N, L, I] to [N, L, ..] or [N, ..] whatever the graph's layout.</summary>
    /// <param name="input">[N, L, I], or classes [N, L].</param>
    /// <param name="lengths">Valid steps of each sequence, empty if all are L.</param>
    /// <exception cref="ArgumentException">The graph takes no lengths, or does not take such input.</exception>
    public Tensor RunProbe(Tensor input, ReadOnlySpan<int> lengths)
    {
        ArgumentNullException.ThrowIfNull(input);
        Tensor output = Forward(_timeFirst ? input.Transpose(0, 1) : input, lengths);
        int batch = input.Shape[0], steps = input.Shape[1];
        bool timeFirst = Chain?.OutputTimeFirst ?? (output.Rank > 1 && batch != steps && output.Shape[0] == steps && output.Shape[1] == batch);
        return timeFirst ? output.Transpose(0, 1) : output;
    }

    /// <summary>Says which input is unknown, or else which is missing.</summary>
    private ArgumentException Mismatch(IReadOnlyDictionary<string, Tensor> given) =>
        new(given.Keys.FirstOrDefault(name => !Inputs.Any(input => input.Name == name)) is { } unknown
            ? $"the graph has no input '{unknown}'; it has {string.Join(", ", Inputs.Select(input => $"'{input.Name}'"))}"
            : $"the input '{Inputs.First(input => !given.ContainsKey(input.Name)).Name}' is missing");

    private OnnxValue[] Execute(OnnxValue[] inputs, int outputs)
    {
        using GradientPause pause = Tensor.NoGradient();
        return _program.Run(inputs, outputs);
    }

    /// <summary>The weights of a graph, and of those within it.</summary>
    private void AddWeights(GraphReader reader, HashSet<string> names, Dictionary<string, int> repeated, HashSet<OnnxValue> known)
    {
        // Ten thousand nodes may bear one name: counting goes on where it stopped.
        string Unique(string name)
        {
            string unique = name;
            int count = repeated.GetValueOrDefault(name, 1);
            while (!names.Add(unique)) unique = $"{name}_{++count}";
            repeated[name] = count;
            return unique;
        }
        foreach ((string name, _, OnnxValue value) in reader.Constants)
            if (value.IsFloat && value.Shape.Rank > 0 && known.Add(value)) AddParameter(Unique(name), value.Floats);
        foreach (OnnxNode node in reader.Nodes)
        {
            foreach (Module module in node.Modules) AddChild(Unique(node.Name), module);
            foreach (GraphReader body in node.Bodies) AddWeights(body, names, repeated, known);
        }
    }

    private void CheckFinite(string source)
    {
        foreach ((string name, Tensor value) in Parameters())
        {
            int bad = value.Span.IndexOfAnyExceptInRange(float.MinValue, float.MaxValue);
            if (bad >= 0) throw new ElmanException(string.Create(CultureInfo.InvariantCulture, $"{source}: {SafeTensorsHeader.Quote(name)} has the value {value.Span[bad]} at element {bad}; weights must be finite"));
        }
    }
}
