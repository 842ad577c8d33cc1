using System.Text.Json;

namespace Elman.Formats;

/// <summary>
/// Models of GuitarML's plug-ins (NeuralPi, Proteus), as Automated-GuitarAmpModelling writes them: <c>model_data</c> with the sizes, and <c>state_dict</c> with PyTorch's arrays of the recurrent layer
/// <c>rec</c> and the linear layer <c>lin</c>; with <c>skip</c> the input is added to the output.
/// </summary>
internal static class GuitarMLFile
{
    private const int LargestSize = 1 << 24;

    private const string Where = "'model_data'";

    /// <summary>Notes of the training, which change no output.</summary>
    private static readonly string[] Notes = ["model", "bias_fl", "samplerate", "sample_rate", "name", "author", "date", "esr"];

    public static bool Fits(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty("model_data", out JsonElement data) && data.ValueKind == JsonValueKind.Object
        && root.TryGetProperty("state_dict", out JsonElement state) && RTNeuralStateDict.Fits(state);

    public static Sequential Read(JsonElement root)
    {
        StrictFields fields = new(root.GetProperty("model_data"), Where);
        foreach (string note in Notes) fields.Has(note);
        int inputs = fields.Whole("input_size", 1, LargestSize), outputs = fields.Whole("output_size", 1, LargestSize), hidden = fields.Whole("hidden_size", 1, LargestSize);
        int layers = fields.Whole("num_layers", 1, LargestSize, 1), skip = fields.Whole("skip", 0, LargestSize, 0);
        string unit = fields.Text("unit_type");
        Sequential network = RTNeuralStateDict.Read(root.GetProperty("state_dict"));
        if (network.Children is not [(_, RecurrentLayer recurrent), (_, Linear linear)])
            throw new ElmanException($"expected a recurrent layer and a linear one, got {string.Join(", ", network.Children.Select(child => child.Module.Description))}");
        if (!recurrent.Cell.Equals(unit, StringComparison.OrdinalIgnoreCase)) throw new ElmanException($"{Where}: 'unit_type' is {SafeTensorsHeader.Quote(unit)}, the weights are those of {recurrent.Cell}");
        if (recurrent.InputSize != inputs || recurrent.HiddenSize != hidden || recurrent.Options.Layers != layers || linear.OutputSize != outputs)
            throw new ElmanException($"{Where}: its sizes are not those of the weights: {recurrent.Description}, {linear.Description}");
        // The first channels are the sound, the others the settings of the amplifier's knobs.
        if (skip > 0 && skip != outputs) throw new ElmanException($"{Where}: 'skip' adds {skip} inputs to {outputs} outputs; as many are read");
        return new AmplifierGains(1, 1, skip > 0).Around(network, inputs, outputs);
    }
}
