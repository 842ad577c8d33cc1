using System.Text.Json;

namespace Elman;

/// <summary>Fields of a JSON object that must be there, with the right type: whoever reads a model file says what is wrong with it.</summary>
internal static class JsonFields
{
    public static JsonElement Required(this JsonElement parent, string where, string name, params ReadOnlySpan<JsonValueKind> kinds)
    {
        if (parent.ValueKind != JsonValueKind.Object)
            throw Damaged($"{where}: expected an object, it is {Format(parent.ValueKind)}");
        if (!parent.TryGetProperty(name, out JsonElement value))
            throw Damaged($"{where}: '{name}' is missing");
        if (!kinds.Contains(value.ValueKind))
            throw Damaged($"{where}: expected {Format(kinds[0])} for '{name}', it is {Format(value.ValueKind)}");
        return value;
    }

    public static string RequiredString(this JsonElement parent, string where, string name) =>
        parent.Required(where, name, JsonValueKind.String).GetString()!;

    public static bool RequiredBoolean(this JsonElement parent, string where, string name) =>
        parent.Required(where, name, JsonValueKind.True, JsonValueKind.False).GetBoolean();

    /// <summary>A finite number.</summary>
    public static double RequiredNumber(this JsonElement parent, string where, string name)
    {
        JsonElement value = parent.Required(where, name, JsonValueKind.Number);
        return value.TryGetDouble(out double number) && double.IsFinite(number)
            ? number
            : throw Damaged($"{where}: expected a finite number for '{name}', it is {value.GetRawText()}");
    }

    /// <summary>A whole number from <paramref name="low"/> to <paramref name="high"/>.</summary>
    public static long RequiredInteger(this JsonElement parent, string where, string name, long low, long high)
    {
        JsonElement value = parent.Required(where, name, JsonValueKind.Number);
        return value.TryGetInt64(out long number) && number >= low && number <= high
            ? number
            : throw Damaged($"{where}: expected a whole number from {low} to {high} for '{name}', it is {value.GetRawText()}");
    }

    /// <summary>Writes a number; null where there is none: NaN or infinite.</summary>
    public static void WriteFigure(this Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value)) json.WriteNumber(name, value);
        else json.WriteNull(name);
    }

    public static ElmanException Damaged(string what) => new($"{what}; the file is damaged or of a newer version");

    private static string Format(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };
}
