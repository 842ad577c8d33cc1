using System.Text.Json;

namespace Elman;

/// <summary>Lists of numbers in JSON.</summary>
internal static class NumberLists
{
    /// <summary>Writes a list; NaN becomes null.</summary>
    /// <param name="json">Where a property, or without a name a value, may stand.</param>
    /// <param name="name">The property's name.</param>
    /// <param name="values">The numbers.</param>
    public static void Write(Utf8JsonWriter json, string? name, ReadOnlySpan<double> values)
    {
        if (name is null) json.WriteStartArray();
        else json.WriteStartArray(name);
        foreach (double value in values)
        {
            if (double.IsFinite(value)) json.WriteNumberValue(value);
            else json.WriteNullValue();
        }
        json.WriteEndArray();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static double[] Read(JsonElement json) =>
        [.. json.EnumerateArray().Select(value => value.ValueKind == JsonValueKind.Null ? double.NaN : value.GetDouble())];
}
