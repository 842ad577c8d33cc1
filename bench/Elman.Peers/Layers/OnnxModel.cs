using System.Runtime.InteropServices;

namespace Elman.Peers;

/// <summary>
/// A recurrent network as an ONNX model (operators LSTM, GRU, RNN of opset 14), one node per layer. Input <c>x</c> [L, N, I], and
/// <c>lengths</c> [N] if ragged; output <c>y</c> [L, D, N, H]. A step of a stream has its states as inputs and outputs instead: <c>h</c>, <c>c</c> →
/// <c>h_next</c>, <c>c_next</c> [1, N, H].
/// </summary>
internal static class OnnxModel
{
    private const int Float = 1, Int32 = 6, Int64 = 7;
    private const int IrVersion = 8, Opset = 14;

    /// <summary>The bytes of the model of <paramref name="row"/>.</summary>
    public static byte[] Of(LayerRow row, IReadOnlyList<Weight> weights, bool step = false)
    {
        Dictionary<string, Weight> named = weights.ToDictionary(weight => weight.Name);
        ProtobufWriter graph = new();
        for (int layer = 0; layer < row.Layers; layer++)
        {
            AddWeights(graph, row, layer, named);
            graph.Message(1, Node(row, layer, step));
            if (layer < row.Layers - 1) graph.Message(1, DropDirectionAxis(layer));
        }
        if (row.Layers > 1) graph.Message(5, Tensor("direction_axis", Int64, [1], MemoryMarshal.AsBytes<long>([1])));
        graph.Text(2, "recurrent");
        AddInterface(graph, row, step);
        return new ProtobufWriter().Number(1, IrVersion).Message(8, new ProtobufWriter().Text(1, "").Number(2, Opset)).Message(7, graph).ToArray();
    }

    private static ProtobufWriter Node(LayerRow row, int layer, bool step)
    {
        ProtobufWriter node = new();
        string[] inputs = [layer == 0 ? "x" : $"x{layer}", $"w{layer}", $"r{layer}", $"b{layer}", row.Ragged ? "lengths" : ""];
        bool carriesCell = row.Cell == "lstm";
        if (step) inputs = carriesCell ? [.. inputs, "h", "c"] : [.. inputs, "h"];
        string[] outputs = step ? carriesCell ? ["", "h_next", "c_next"] : ["", "h_next"] : [layer == row.Layers - 1 ? "y" : $"y{layer}"];
        foreach (string input in inputs) node.Text(1, input);
        foreach (string output in outputs) node.Text(2, output);
        node.Text(4, row.Cell.ToUpperInvariant());
        node.Message(5, Attribute("hidden_size", row.H));
        if (row.Bidirectional) node.Message(5, new ProtobufWriter().Text(1, "direction").Text(4, "bidirectional").Number(20, 3));
        if (row.Cell == "gru") node.Message(5, Attribute("linear_before_reset", 1));
        return node;
    }

    /// <summary>[L, 1, N, H] → [L, N, H], which is no work; networks of several layers here have one direction.</summary>
    private static ProtobufWriter DropDirectionAxis(int layer) =>
        new ProtobufWriter().Text(1, $"y{layer}").Text(1, "direction_axis").Text(2, $"x{layer + 1}").Text(4, "Squeeze");

    private static void AddWeights(ProtobufWriter graph, LayerRow row, int layer, Dictionary<string, Weight> named)
    {
        string[] suffixes = row.Bidirectional ? [$"_l{layer}", $"_l{layer}_reverse"] : [$"_l{layer}"];
        int rows = row.Gates * row.H;
        float[] inputs = [.. suffixes.SelectMany(suffix => Reordered(row, named["weight_ih" + suffix].Values))];
        float[] recurrent = [.. suffixes.SelectMany(suffix => Reordered(row, named["weight_hh" + suffix].Values))];
        float[] biases = [.. suffixes.SelectMany(suffix => (float[])[.. Reordered(row, named["bias_ih" + suffix].Values), .. Reordered(row, named["bias_hh" + suffix].Values)])];
        graph.Message(5, Tensor($"w{layer}", Float, [row.Directions, rows, row.Inputs(layer)], MemoryMarshal.AsBytes<float>(inputs)));
        graph.Message(5, Tensor($"r{layer}", Float, [row.Directions, rows, row.H], MemoryMarshal.AsBytes<float>(recurrent)));
        graph.Message(5, Tensor($"b{layer}", Float, [row.Directions, 2 * rows], MemoryMarshal.AsBytes<float>(biases)));
    }

    /// <summary>The gates in ONNX's order: LSTM i,f,g,o → i,o,f,g; GRU r,z,n → z,r,n.</summary>
    private static float[] Reordered(LayerRow row, float[] values)
    {
        int[] order = row.Cell switch { "lstm" => [0, 3, 1, 2], "gru" => [1, 0, 2], _ => [0] };
        int size = values.Length / order.Length;
        return [.. order.SelectMany(gate => values[(gate * size)..((gate + 1) * size)])];
    }

    private static void AddInterface(ProtobufWriter graph, LayerRow row, bool step)
    {
        graph.Message(11, Value("x", Float, row.L, row.N, row.I));
        if (row.Ragged) graph.Message(11, Value("lengths", Int32, row.N));
        if (!step)
        {
            graph.Message(12, Value("y", Float, row.L, row.Directions, row.N, row.H));
            return;
        }
        foreach (string state in row.Cell == "lstm" ? (string[])["h", "c"] : ["h"])
        {
            graph.Message(11, Value(state, Float, 1, row.N, row.H));
            graph.Message(12, Value(state + "_next", Float, 1, row.N, row.H));
        }
    }

    private static ProtobufWriter Attribute(string name, long value) => new ProtobufWriter().Text(1, name).Number(3, value).Number(20, 2);

    private static ProtobufWriter Tensor(string name, int type, int[] shape, ReadOnlySpan<byte> values)
    {
        ProtobufWriter tensor = new();
        foreach (int extent in shape) tensor.Number(1, extent);
        return tensor.Number(2, type).Text(8, name).Bytes(9, values);
    }

    private static ProtobufWriter Value(string name, int type, params ReadOnlySpan<int> shape)
    {
        ProtobufWriter extents = new();
        foreach (int extent in shape) extents.Message(1, new ProtobufWriter().Number(1, extent));
        ProtobufWriter tensorType = new ProtobufWriter().Number(1, type).Message(2, extents);
        return new ProtobufWriter().Text(1, name).Message(2, new ProtobufWriter().Message(1, tensorType));
    }
}
