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
        if (options.InputDropout != 0) json.WriteNumber("input_dropout", options.InputDropout);
        if (options.RecurrentDropout != 0) json.WriteNumber("recurrent_dropout", options.RecurrentDropout);
        if (options.WeightDropout != 0) json.WriteNumber("weight_dropout", options.WeightDropout);
        if (options.Zoneout != 0) json.WriteNumber("zoneout", options.Zoneout);
        if (options.CellZoneout is { } zoneout) json.WriteNumber("cell_zoneout", zoneout);
        if (options.LearnInitialState) json.WriteBoolean("learn_initial_state", true);
        WriteActivations(json, "activations", options.Activations);
        WriteActivations(json, "reverse_activations", options.ReverseActivations);
        if (options.GateClip is { } gates) json.WriteNumber("gate_clip", gates);
        if (options.CellClip is { } cell) json.WriteNumber("cell_clip", cell);
        if (options.LayerNorm) json.WriteBoolean("layer_norm", true);
        if (options.ProjectionSize != 0) json.WriteNumber("projection_size", options.ProjectionSize);
        if (options.Peepholes) json.WriteBoolean("peepholes", true);
        if (options.CoupledGates) json.WriteBoolean("coupled_gates", true);
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
        InputDropout = fields.Number("input_dropout", 0),
        RecurrentDropout = fields.Number("recurrent_dropout", 0),
        WeightDropout = fields.Number("weight_dropout", 0),
        Zoneout = fields.Number("zoneout", 0),
        CellZoneout = fields.OptionalNumber("cell_zoneout"),
        LearnInitialState = fields.Flag("learn_initial_state", false),
        Activations = ReadActivations(fields, "activations"),
        ReverseActivations = ReadActivations(fields, "reverse_activations"),
        GateClip = fields.OptionalNumber("gate_clip"),
        CellClip = fields.OptionalNumber("cell_clip"),
        LayerNorm = fields.Flag("layer_norm", false),
        ProjectionSize = fields.Whole("projection_size", 1, int.MaxValue, 0),
        Peepholes = fields.Flag("peepholes", false),
        CoupledGates = fields.Flag("coupled_gates", false),
    };

    private static void WriteActivations(Utf8JsonWriter json, string name, IReadOnlyList<Activation>? activations)
    {
        if (activations is null) return;
        json.WriteStartArray(name);
        foreach (Activation each in activations)
        {
            json.WriteStartObject();
            json.WriteString("name", each.Name);
            json.WriteNumber("alpha", each.Alpha);
            json.WriteNumber("beta", each.Beta);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static Activation[]? ReadActivations(StrictFields fields, string name) => !fields.Has(name) ? null
        : fields.List(name, (json, i) =>
        {
            StrictFields each = new(json, $"{fields.Where}, {name}[{i}]");
            Activation activation = Activation.Create(each.Text("name"), each.Number("alpha"), each.Number("beta"));
            each.Finish();
            return activation;
        });
}
