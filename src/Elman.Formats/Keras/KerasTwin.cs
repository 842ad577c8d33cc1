using System.Text.Json;

namespace Elman.Formats;

/// <summary>The layers of a saved model as Keras's documentation describes them, for a <see cref="TwinNetwork"/>. The settings have been checked by <see cref="KerasModel"/>.</summary>
internal static class KerasTwin
{
    public static TwinNetwork Of(IEnumerable<(KerasLayer Layer, Tensor[] Arrays)> layers, KerasVersion version) =>
        new([.. layers.Select(entry => Layer(entry.Layer, entry.Arrays, version))]);

    private static Func<TwinSequence, TwinSequence> Layer(KerasLayer layer, Tensor[] arrays, KerasVersion version)
    {
        JsonElement config = layer.Config;
        switch (layer.Class)
        {
            case "Embedding":
                int size = arrays[0].Shape[1];
                bool masks = Is(config, "mask_zero");
                return sequence => sequence.Each(step => Doubles(arrays[0])[((int)step[0] * size)..(((int)step[0] + 1) * size)]) with
                {
                    Valid = masks ? Array.ConvertAll(sequence.Steps, step => step[0] != 0) : sequence.Valid,
                };
            case "Masking":
                double masked = config.TryGetProperty("mask_value", out JsonElement value) ? (float)value.GetDouble() : 0;
                return sequence => sequence with { Valid = Array.ConvertAll(sequence.Steps, step => step.Any(x => x != masked)) };
            case "SimpleRNN" or "LSTM" or "GRU":
                return Recurrent(Cell(layer, arrays, version), config);
            case "Bidirectional":
                return Bidirectional(layer, arrays, version);
            case "Dense":
                Func<TwinSequence, TwinSequence> activation = Activation(config, version), product = TwinNetwork.Dense(new TwinMatrix(arrays[0]), arrays.Length > 1 ? Doubles(arrays[1]) : null);
                return sequence => activation(product(sequence));
            case "LayerNormalization":
                return Normalization(config, arrays);
            case "BatchNormalization":
                return BatchNormalization(config, arrays);
            case "Activation":
                return Activation(config, version);
            case "TimeDistributed":
                return Layer(KerasLayer.Of(config.GetProperty("layer"), ""), arrays, version);
            case "RepeatVector":
                int count = config.GetProperty("n").GetInt32();
                return sequence => new TwinSequence([.. Enumerable.Repeat(sequence.Steps[0], count)], KeepsSteps: false);
            default:
                return sequence => sequence;
        }
    }

    private static Func<TwinSequence, TwinSequence> Recurrent(TwinCell cell, JsonElement config)
    {
        bool backwards = Is(config, "go_backwards"), sequences = Is(config, "return_sequences");
        return sequence => cell.Run(sequence, backwards) is var made && sequences ? sequence with { Steps = made } : TwinSequence.Row(made[^1]);
    }

    private static Func<TwinSequence, TwinSequence> Bidirectional(KerasLayer layer, Tensor[] arrays, KerasVersion version)
    {
        KerasLayer inner = KerasLayer.Of(layer.Config.GetProperty("layer"), "");
        int half = arrays.Length / 2;
        TwinCell forward = Cell(inner, arrays[..half], version), backward = Cell(inner, arrays[half..], version);
        Func<double[], double[], double[]> merge = layer.Config.GetProperty("merge_mode").GetString() switch
        {
            "sum" => (a, b) => [.. a.Zip(b, (x, y) => x + y)],
            "mul" => (a, b) => [.. a.Zip(b, (x, y) => x * y)],
            "ave" => (a, b) => [.. a.Zip(b, (x, y) => (x + y) / 2)],
            _ => (a, b) => [.. a, .. b],
        };
        bool sequences = Is(inner.Config, "return_sequences");
        return sequence =>
        {
            double[][] there = forward.Run(sequence, false), back = backward.Run(sequence, true);
            return sequences ? sequence with { Steps = [.. there.Zip(back.Reverse(), merge)] } : TwinSequence.Row(merge(there[^1], back[^1]));
        };
    }

    private static TwinCell Cell(KerasLayer layer, Tensor[] arrays, KerasVersion version)
    {
        bool resetAfter = layer.Class == "GRU" && Is(layer.Config, "reset_after");
        double[]? bias = arrays.Length > 2 ? Doubles(arrays[2]) : null;
        TwinCell cell = new(
            layer.Class switch { "LSTM" => "lstm", "GRU" => "gru", _ => "rnn" }, new TwinMatrix(arrays[0]), new TwinMatrix(arrays[1]),
            resetAfter ? bias?[..(bias.Length / 2)] : bias, resetAfter ? bias?[(bias.Length / 2)..] : null)
        {
            Activation = Function(layer.Config.GetProperty("activation").GetString()!, version),
            ResetAfter = resetAfter,
        };
        return layer.Class == "SimpleRNN" ? cell : cell with { Gate = Function(layer.Config.GetProperty("recurrent_activation").GetString()!, version) };
    }

    private static Func<TwinSequence, TwinSequence> Normalization(JsonElement config, Tensor[] arrays)
    {
        double epsilon = config.GetProperty("epsilon").GetDouble();
        double[]? scale = Is(config, "scale", true) ? Doubles(arrays[0]) : null, shift = Is(config, "center", true) ? Doubles(arrays[^1]) : null;
        return sequence => sequence.Each(step =>
        {
            double mean = step.Average(), deviation = Math.Sqrt(step.Average(x => (x - mean) * (x - mean)) + epsilon);
            return [.. step.Select((x, i) => ((x - mean) / deviation * (scale?[i] ?? 1)) + (shift?[i] ?? 0))];
        });
    }

    private static Func<TwinSequence, TwinSequence> BatchNormalization(JsonElement config, Tensor[] arrays)
    {
        double epsilon = config.GetProperty("epsilon").GetDouble();
        double[]? scale = Is(config, "scale", true) ? Doubles(arrays[0]) : null, shift = Is(config, "center", true) ? Doubles(arrays[^3]) : null;
        double[] mean = Doubles(arrays[^2]), variance = Doubles(arrays[^1]);
        return sequence => sequence.Each(step => [.. step.Select((x, i) => ((x - mean[i]) / Math.Sqrt(variance[i] + epsilon) * (scale?[i] ?? 1)) + (shift?[i] ?? 0))]);
    }

    private static Func<TwinSequence, TwinSequence> Activation(JsonElement config, KerasVersion version) => config.GetProperty("activation").GetString() switch
    {
        "softmax" => TwinNetwork.Softmax,
        "log_softmax" => sequence => TwinNetwork.Pointwise(Math.Log)(TwinNetwork.Softmax(sequence)),
        var name => TwinNetwork.Pointwise(Function(name!, version)),
    };

    private static Func<double, double> Function(string name, KerasVersion version) => name switch
    {
        "tanh" => Math.Tanh,
        "sigmoid" => x => 1 / (1 + Math.Exp(-x)),
        "hard_sigmoid" => version.Major < 3 ? x => Math.Clamp((0.2 * x) + 0.5, 0, 1) : x => Math.Clamp((x / 6) + 0.5, 0, 1),
        "relu" => x => Math.Max(x, 0),
        "leaky_relu" => x => x > 0 ? x : 0.2 * x,
        "elu" => x => x > 0 ? x : Math.Exp(x) - 1,
        "softplus" => x => Math.Log(1 + Math.Exp(x)),
        "softsign" => x => x / (1 + Math.Abs(x)),
        _ => x => x,
    };

    private static double[] Doubles(Tensor tensor) => Array.ConvertAll(tensor.Span.ToArray(), value => (double)value);

    private static bool Is(JsonElement config, string name, bool byDefault = false) => config.TryGetProperty(name, out JsonElement value) ? value.ValueKind == JsonValueKind.True : byDefault;
}
