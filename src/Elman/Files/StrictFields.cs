using System.Text.Json;

namespace Elman;

/// <summary>
/// A JSON object that is read field by field. Fields may be absent where a default is given; one that nobody asked for, or that appears
/// twice, is refused by <see cref="Finish"/>: what a file says and this version does not understand must not be lost in silence.
/// </summary>
internal sealed class StrictFields(JsonElement json, string where)
{
    private readonly HashSet<string> _asked = [];

    /// <summary>What the errors begin with.</summary>
    public string Where => where;

    /// <summary>Whether the object has the field.</summary>
    public bool Has(string name)
    {
        _asked.Add(name);
        return json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out _);
    }

    public string Text(string name)
    {
        _asked.Add(name);
        return json.RequiredString(where, name);
    }

    /// <summary>A text that may be missing; null where it is.</summary>
    public string? OptionalText(string name) => Has(name) ? json.RequiredString(where, name) : null;

    /// <summary>A number, or null for none, which is NaN.</summary>
    public double Figure(string name) => Value(name, value => value.ValueKind == JsonValueKind.Null ? double.NaN : json.RequiredNumber(where, name));

    public bool Flag(string name, bool? byDefault = null) => !Has(name) && byDefault is { } value ? value : json.RequiredBoolean(where, name);

    /// <summary>A whole number from <paramref name="low"/> to <paramref name="high"/>.</summary>
    public int Whole(string name, int low, int high, int? byDefault = null) =>
        !Has(name) && byDefault is { } value ? value : (int)json.RequiredInteger(where, name, low, high);

    /// <summary>A number that is finite in single precision.</summary>
    public float Number(string name, float? byDefault = null) => !Has(name) && byDefault is { } value ? value : Single(json, name);

    public float? OptionalNumber(string name) => Has(name) ? Single(json, name) : null;

    /// <summary>One of an enumeration's names.</summary>
    public T OneOf<T>(string name, T byDefault)
        where T : struct, Enum
    {
        if (!Has(name)) return byDefault;
        string text = json.RequiredString(where, name);
        return Enum.TryParse(text, out T value) && Enum.GetName(value) == text ? value
            : throw new ElmanException($"{where}: '{name}' is {SafeTensorsHeader.Quote(text)}, known are {string.Join(", ", Enum.GetNames<T>())}; the file is damaged or of a newer version");
    }

    /// <summary>The elements of an array, each read from its JSON and its index.</summary>
    public T[] List<T>(string name, Func<JsonElement, int, T> read)
    {
        _asked.Add(name);
        return [.. json.Required(where, name, JsonValueKind.Array).EnumerateArray().Select(read)];
    }

    /// <summary>An object, read by <paramref name="read"/>.</summary>
    public T Inner<T>(string name, Func<JsonElement, T> read)
    {
        _asked.Add(name);
        return read(json.Required(where, name, JsonValueKind.Object));
    }

    /// <summary>Any value, read by <paramref name="read"/>.</summary>
    public T Value<T>(string name, Func<JsonElement, T> read) => Has(name) ? read(json.GetProperty(name))
        : throw new ElmanException($"{where}: '{name}' is missing; the file is damaged");

    /// <summary>Refuses fields that are unknown or appear twice.</summary>
    /// <exception cref="ElmanException">There is such a field.</exception>
    public void Finish()
    {
        foreach (JsonProperty field in json.EnumerateObject())
        {
            if (_asked.Remove(field.Name)) continue;
            throw new ElmanException($"{where}: the field {SafeTensorsHeader.Quote(field.Name)} is unknown or appears twice; the file is damaged or of a newer version");
        }
    }

    private float Single(JsonElement parent, string name) =>
        (float)parent.RequiredNumber(where, name) is var value && float.IsFinite(value) ? value
            : throw new ElmanException($"{where}: '{name}' exceeds single precision; the file is damaged");
}
