using System.Globalization;

namespace Elman.Formats;

/// <summary>
/// Which inputs of a graph are lengths of sequences and which are initial states: those that reach a recurrent node or a Scan as such, through nodes that only
/// rearrange them; lengths also where whole numbers are compared with the steps, or sequences are reversed by them; states also by their name, if with
/// <c>_next</c> it is that of an output.
/// </summary>
internal sealed class OnnxRoles
{
    /// <summary>Operators whose first input goes through with its elements unchanged.</summary>
    public static readonly IReadOnlySet<string> Rearranging = new HashSet<string> { "Identity", "Slice", "Split", "Squeeze", "Unsqueeze", "Transpose", "Reshape", "Gather", "Cast" };

    private readonly HashSet<string> _lengths = [], _states = [];

    /// <summary>C, if the first input chooses among the rows of an embedding.</summary>
    public int? Classes { get; private set; }

    public static OnnxRoles Of(GraphReader reader)
    {
        OnnxRoles roles = new();
        Dictionary<string, OnnxNode> producers = [];
        Dictionary<string, string> known = [];
        foreach (OnnxNode node in reader.Nodes)
            foreach (string output in node.Outputs.Where(name => name.Length > 0)) producers[output] = node;
        foreach (OnnxNode node in reader.Nodes.Where(node => node.Operator is "RNN" or "LSTM" or "GRU"))
        {
            for (int input = 4; input <= 6; input++)
                if (node.HasInput(input)) (input == 4 ? roles._lengths : roles._states).Add(Origin(node.Inputs[input], producers, known));
        }
        foreach (OnnxNode node in reader.Nodes.Where(node => node.Operator == "Scan"))
            for (int input = 0; input < node.Inputs.Count - node.RequiredInteger("num_scan_inputs"); input++) roles._states.Add(Origin(node.Inputs[input], producers, known));
        HashSet<string> outputs = [.. reader.Outputs], lengths = [.. reader.Inputs.Where(input => input is { IsInteger: true, Shape.Count: 1 }).Select(input => input.Name)];
        foreach (OnnxNode node in reader.Nodes.Where(node => node.Operator is "Less" or "ReverseSequence"))
            if (Origin(node.Inputs[1], producers, known) is var origin && lengths.Contains(origin)) roles._lengths.Add(origin);
        foreach (OnnxInput input in reader.Inputs.Where(input => outputs.Contains(input.Name + "_next"))) roles._states.Add(input.Name);
        string? first = reader.Inputs.FirstOrDefault()?.Name;
        foreach (OnnxNode node in reader.Nodes.Where(node => node.Operator == "Gather" && node.Constant(0) is { Shape.Rank: 2 } && Origin(node.Inputs[1], producers, known) == first))
            roles.Classes = node.Constant(0)!.Shape[0];
        return roles;
    }

    /// <summary>Values for the inputs after the first, which has the given shape.</summary>
    /// <exception cref="ArgumentException">An input is neither, or lengths are given that nobody takes.</exception>
    public IEnumerable<OnnxValue> Fill(IReadOnlyList<OnnxInput> inputs, Shape first, ReadOnlySpan<int> lengths)
    {
        List<OnnxValue> values = [];
        bool taken = lengths.IsEmpty;
        foreach (OnnxInput input in inputs.Skip(1))
        {
            if (_lengths.Contains(input.Name))
            {
                values.Add(OnnxValue.Of(Lengths(input, inputs[0], first, lengths)));
                taken = true;
            }
            else if (_states.Contains(input.Name))
            {
                values.Add(new OnnxValue(Tensor.Zeros([.. Extents(input, inputs[0], first)])));
            }
            else
            {
                throw new ArgumentException($"the input '{input.Name}' is neither a length nor an initial state; use Run to feed it");
            }
        }
        return taken ? values : throw new ArgumentException("the graph takes no lengths; give sequences of one length");
    }

    /// <summary>Where a value comes from. What was walked through is entered as its own answer, so that many nodes behind one long chain cost no more than the chain.</summary>
    private static string Origin(string name, Dictionary<string, OnnxNode> producers, Dictionary<string, string> known)
    {
        List<string> passed = [];
        while (!known.ContainsKey(name) && producers.TryGetValue(name, out OnnxNode? node) && Rearranging.Contains(node.Operator))
        {
            passed.Add(name);
            name = node.Inputs[0];
        }
        string origin = known.GetValueOrDefault(name, name);
        foreach (string one in passed) known[one] = origin;
        return origin;
    }

    private static long[] Lengths(OnnxInput input, OnnxInput main, Shape first, ReadOnlySpan<int> lengths)
    {
        if (!lengths.IsEmpty) return Array.ConvertAll(lengths.ToArray(), length => (long)length);
        // Of the two outer axes of the sequences, the one that is not the batch is the time.
        int batch = Extents(input, main, first)[0], axis = main.Shape?.ToList().IndexOf(input.Shape?[0] ?? "") ?? -1;
        return Enumerable.Repeat((long)first[axis == 0 ? 1 : 0], batch).ToArray();
    }

    /// <summary>The extents of an input: numbers, and names that the first input has too.</summary>
    private static List<int> Extents(OnnxInput input, OnnxInput main, Shape first)
    {
        List<int> extents = [];
        foreach (string extent in input.Shape ?? [])
        {
            int axis = extent.Length == 0 ? -1 : main.Shape?.ToList().IndexOf(extent) ?? -1;
            if (int.TryParse(extent, CultureInfo.InvariantCulture, out int number)) extents.Add(number);
            else extents.Add(axis >= 0 ? first[axis] : throw new ArgumentException($"the file does not say how large the input '{input.Name}' is for an input '{main.Name}' of shape {first}; use Run to feed it"));
        }
        return input.Shape is null ? throw new ArgumentException($"the file does not say how large the input '{input.Name}' is; use Run to feed it") : extents;
    }
}
