using System.Collections.Immutable;
using System.Text.Json;

namespace Elman;

/// <summary>One of some words, such as the names of the cells, which may grow in number.</summary>
internal sealed class ChoiceNotation(Func<IEnumerable<string>> words) : SettingNotation<string>
{
    private const int LongestPlaceholder = 24;

    public override SettingKind Kind => SettingKind.Choice;

    public override string Placeholder => string.Join('|', words()) is { Length: <= LongestPlaceholder } all ? all : "name";

    public override string Range => string.Join(", ", words());

    public override string Takes => words().ToArray() is [.. var others, var last] && others.Length > 0 ? $"{string.Join(", ", others)} or {last}" : Range;

    public override bool Holds(string value) => words().Contains(value);

    public override string Complaint(string name, string value) => $"there is no {name} '{value}'; known are {Range}";

    public override bool TryParse(string text, out string value)
    {
        value = text;
        return true;
    }

    public override string Format(string value) => value;

    public override void Write(Utf8JsonWriter json, string key, string value) => json.WriteString(key, value);

    public override string Read(JsonElement json, string where, string key) => json.RequiredString(where, key);
}

/// <summary>The values of an enumeration: in a model file by their names, elsewhere in small letters, <c>MinMax</c> as <c>min-max</c>.</summary>
internal sealed class EnumNotation<TValue> : SettingNotation<TValue>
    where TValue : struct, Enum
{
    private static readonly (TValue Value, string Word)[] Words = [.. Enum.GetValues<TValue>().Select(value => (value, WordOf(value.ToString())))];
    private static readonly ChoiceNotation Choice = new(() => Words.Select(word => word.Word));

    public override SettingKind Kind => SettingKind.Choice;

    public override string Placeholder => Choice.Placeholder;

    public override string Range => Choice.Range;

    public override string Takes => Choice.Takes;

    public override bool Holds(TValue value) => Enum.IsDefined(value);

    public override string Complaint(string name, TValue value) => Choice.Complaint(name, Format(value));

    public override bool TryParse(string text, out TValue value)
    {
        int found = Array.FindIndex(Words, word => word.Word == text);
        value = found < 0 ? default : Words[found].Value;
        return found >= 0;
    }

    public override string Format(TValue value) => WordOf(value.ToString());

    public override void Write(Utf8JsonWriter json, string key, TValue value) => json.WriteString(key, value.ToString());

    public override TValue Read(JsonElement json, string where, string key)
    {
        string text = json.RequiredString(where, key);
        return Enum.TryParse(text, out TValue value) && Enum.GetName(value) == text ? value
            : throw JsonFields.Damaged($"{where}: '{key}' is {SafeTensorsHeader.Quote(text)}, known are {string.Join(", ", Enum.GetNames<TValue>())}");
    }

    private static string WordOf(string name) =>
        string.Concat(name.Select((letter, i) => char.IsAsciiLetterUpper(letter) && i > 0 ? $"-{char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));
}

/// <summary>Yes or no.</summary>
internal sealed class FlagNotation : SettingNotation<bool>
{
    public override SettingKind Kind => SettingKind.Flag;

    public override string Placeholder => "yes|no";

    public override string Range => "yes or no";

    public override string Takes => "yes or no";

    public override bool Holds(bool value) => true;

    public override bool TryParse(string text, out bool value)
    {
        value = text is "yes" or "true";
        return value || text is "no" or "false";
    }

    public override string Format(bool value) => value ? "yes" : "no";

    public override void Write(Utf8JsonWriter json, string key, bool value) => json.WriteBoolean(key, value);

    public override bool Read(JsonElement json, string where, string key) => json.RequiredBoolean(where, key);
}

/// <summary>A text, or none.</summary>
/// <param name="none">What none means.</param>
internal sealed class TextNotation(string none) : SettingNotation<string?>
{
    public override SettingKind Kind => SettingKind.Text;

    public override string Placeholder => "text";

    public override string Range => "a text";

    public override string Takes => "a text";

    public override bool IsOptional => true;

    public override bool Holds(string? value) => value is null || value.Length > 0;

    public override bool TryParse(string text, out string? value)
    {
        value = text;
        return true;
    }

    public override string Format(string? value) => value ?? none;

    public override void Write(Utf8JsonWriter json, string key, string? value)
    {
        if (value is not null) json.WriteString(key, value);
    }

    public override string Read(JsonElement json, string where, string key) => json.RequiredString(where, key);
}

/// <summary>Texts, separated by commas.</summary>
internal sealed class TextsNotation : SettingNotation<ImmutableArray<string>>
{
    public override SettingKind Kind => SettingKind.List;

    public override string Placeholder => "a,b";

    public override string Range => "texts, none of them empty";

    public override string Takes => "texts separated by commas";

    public override bool Holds(ImmutableArray<string> value) => !value.IsDefault && value.All(text => text.Length > 0);

    public override bool TryParse(string text, out ImmutableArray<string> value)
    {
        value = [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        return true;
    }

    public override string Format(ImmutableArray<string> value) => value.IsDefault ? "" : string.Join(", ", value);

    public override void Write(Utf8JsonWriter json, string key, ImmutableArray<string> value)
    {
        json.WriteStartArray(key);
        foreach (string text in value) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    public override ImmutableArray<string> Read(JsonElement json, string where, string key) =>
        [.. json.Required(where, key, JsonValueKind.Array).EnumerateArray().Select(text => text.GetString() ?? throw JsonFields.Damaged($"{where}: '{key}' holds null"))];
}
