using System.Text.Json;

namespace Elman;

/// <summary>
/// The options of a recurrent layer as JSON fields, those that differ from the defaults: a network that uses nothing new stays readable
/// for an older version. How weights were first drawn (<see cref="RecurrentOptions.Orthogonal"/>, <see cref="RecurrentOptions.ForgetBias"/>)
/// is not kept, for a file replaces them.
/// </summary>
internal static class RecurrentOptionsJson
{
    private const int MostLayers = 4096;

    private static readonly RecurrentOptions Default = new();

    /// <summary>Writes the fields into the open object.</summary>
    public static void Write(Utf8JsonWriter json, RecurrentOptions options)
    {
        if (options.Layers != Default.Layers) json.WriteNumber("layers", options.Layers);
        if (options.HiddenSizes is { } sizes)
        {
            json.WriteStartArray("hidden_sizes");
            foreach (int size in sizes) json.WriteNumberValue(size);
            json.WriteEndArray();
        }
        if (options.Direction != Default.Direction) json.WriteString("direction", options.Direction.ToString());
        if (options.Merge != Default.Merge) json.WriteString("merge", options.Merge.ToString());
        if (options.Residual) json.WriteBoolean("residual", true);
        if (!options.Bias) json.WriteBoolean("bias", false);
        if (options.Dropout != 0) json.WriteNumber("dropout", options.Dropout);
        if (options.LearnInitialState) json.WriteBoolean("learn_initial_state", true);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="ElmanException">A field has another type, or lies outside its range.</exception>
    public static RecurrentOptions Read(StrictFields fields) => new()
    {
        Layers = fields.Whole("layers", 1, MostLayers, Default.Layers),
        HiddenSizes = fields.Has("hidden_sizes") ? fields.List("hidden_sizes", (size, _) => size.TryGetInt32(out int value) ? value : 0) : null,
        Direction = fields.OneOf("direction", Default.Direction),
        Merge = fields.OneOf("merge", Default.Merge),
        Residual = fields.Flag("residual", false),
        Bias = fields.Flag("bias", true),
        Dropout = fields.Number("dropout", 0),
        LearnInitialState = fields.Flag("learn_initial_state", false),
    };
}
