using System.Text.Json;

namespace Elman.Formats;

/// <summary>The layers of a model as RTNeural computes them, for a <see cref="TwinNetwork"/>. The file has been checked by its reader.</summary>
internal static class RTNeuralTwin
{
    public static TwinNetwork Of(JsonElement root)
    {
        if (root.TryGetProperty("layers", out JsonElement layers)) return Around([.. layers.EnumerateArray().SelectMany(Layer)], Number(root, "in_skip") != 0, Gain(root, "in_gain"), Gain(root, "out_gain"));
        if (!GuitarMLFile.Fits(root)) return new([.. StateDict(root)]);
        return Around([.. StateDict(root.GetProperty("state_dict"))], Number(root.GetProperty("model_data"), "skip") != 0, 1, 1);
    }

    private static TwinNetwork Around(Func<TwinSequence, TwinSequence>[] layers, bool skips, double before, double after)
    {
        return new([sequence =>
        {
            TwinSequence input = sequence.Each(step => Array.ConvertAll(step, x => x * before)), output = layers.Aggregate(input, (value, layer) => layer(value));
            return output with { Steps = [.. output.Steps.Zip(input.Steps, (y, x) => Array.ConvertAll([.. y.Select((one, i) => one + (skips ? x[i] : 0))], one => one * after))] };
        }]);
    }

    private static double Gain(JsonElement root, string name) => Math.Pow(10, Number(root, name) / 20);

    private static double Number(JsonElement root, string name) => root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;

    private static IEnumerable<Func<TwinSequence, TwinSequence>> Layer(JsonElement json)
    {
        Tensor[] arrays = json.TryGetProperty("weights", out JsonElement weights) ? [.. weights.EnumerateArray().Select(array => JsonArrays.Read(array, ""))] : [];
        string type = json.GetProperty("type").GetString()!;
        if (type is "lstm" or "gru")
        {
            double[]? bias = arrays.Length > 2 ? Doubles(arrays[2]) : null;
            TwinCell cell = new(
                type, new TwinMatrix(arrays[0]), new TwinMatrix(arrays[1]), type == "gru" ? bias?[..(bias.Length / 2)] : bias, type == "gru" ? bias?[(bias.Length / 2)..] : null);
            yield return sequence => sequence with { Steps = cell.Run(sequence, false) };
            yield break;
        }
        if (type == "conv1d") yield return Conv(arrays, Last(json, "dilation", 1));
        else if (arrays.Length > 0) yield return TwinNetwork.Dense(new TwinMatrix(arrays[0]), arrays.Length > 1 ? Doubles(arrays[1]) : null);
        yield return (json.TryGetProperty("activation", out JsonElement activation) ? activation.GetString() : "") switch
        {
            "tanh" => TwinNetwork.Pointwise(Math.Tanh),
            "relu" => TwinNetwork.Pointwise(x => Math.Max(x, 0)),
            "sigmoid" => TwinNetwork.Pointwise(x => 1 / (1 + Math.Exp(-x))),
            "elu" => TwinNetwork.Pointwise(x => x > 0 ? x : Math.Exp(x) - 1),
            "softmax" => TwinNetwork.Softmax,
            _ => sequence => sequence,
        };
    }

    /// <summary>y_t = b + Σ_k x_{t − (K − 1 − k) d} W_k, with kernel [K, I, O].</summary>
    private static Func<TwinSequence, TwinSequence> Conv(Tensor[] arrays, int dilation)
    {
        TwinMatrix[] kernel = [.. Enumerable.Range(0, arrays[0].Shape[0]).Select(k => new TwinMatrix(arrays[0].Select(0, k)))];
        double[] bias = arrays.Length > 1 ? Doubles(arrays[1]) : new double[arrays[0].Shape[2]];
        return sequence => sequence with
        {
            Steps = [.. sequence.Steps.Select((_, t) => kernel.Select((matrix, k) => (Matrix: matrix, Then: t - ((kernel.Length - 1 - k) * dilation)))
                .Where(part => part.Then >= 0).Aggregate(bias, (sum, part) => part.Matrix.Product(sequence.Steps[part.Then], sum)))],
        };
    }

    private static int Last(JsonElement json, string name, int byDefault) => !json.TryGetProperty(name, out JsonElement value) ? byDefault
        : value.ValueKind == JsonValueKind.Array ? value[value.GetArrayLength() - 1].GetInt32() : value.GetInt32();

    /// <summary>PyTorch's arrays: transposed, and a GRU's gates are r, z, n.</summary>
    private static IEnumerable<Func<TwinSequence, TwinSequence>> StateDict(JsonElement root)
    {
        foreach (IGrouping<string, JsonProperty> layer in root.EnumerateObject().GroupBy(field => field.Name[..field.Name.LastIndexOf('.')]))
        {
            Dictionary<string, Tensor> arrays = layer.ToDictionary(field => field.Name[(layer.Key.Length + 1)..], field => JsonArrays.Read(field.Value, ""));
            if (arrays.TryGetValue("weight", out Tensor? dense)) yield return TwinNetwork.Dense(new TwinMatrix(dense, transposed: true), Optional(arrays, "bias"));
            for (int k = 0; arrays.TryGetValue($"weight_hh_l{k}", out Tensor? recurrent); k++)
            {
                TwinCell cell = new(
                    recurrent.Shape[0] == 4 * recurrent.Shape[1] ? "lstm" : "gru", new TwinMatrix(arrays[$"weight_ih_l{k}"], transposed: true), new TwinMatrix(recurrent, transposed: true),
                    Optional(arrays, $"bias_ih_l{k}"), Optional(arrays, $"bias_hh_l{k}"))
                {
                    Order = (1, 0),
                };
                yield return sequence => sequence with { Steps = cell.Run(sequence, false) };
            }
        }
    }

    private static double[]? Optional(Dictionary<string, Tensor> arrays, string name) => arrays.TryGetValue(name, out Tensor? array) ? Doubles(array) : null;

    private static double[] Doubles(Tensor tensor) => Array.ConvertAll(tensor.Span.ToArray(), value => (double)value);
}
