using System.Text.Json;

namespace Elman;

/// <summary>
/// One setting of an options record: what it is called, which values it may have, what it does, and how it is read and changed. Checks, the
/// model file, the command's options and the tables of the documents all come from here.
/// </summary>
/// <typeparam name="TOptions">The record.</typeparam>
public abstract class Setting<TOptions>
    where TOptions : class
{
    private protected Setting(string name, string help, string? option)
    {
        (Name, Help, Key) = (name, help, name.Replace(' ', '_'));
        Option = option ?? "--" + name.Replace(' ', '-');
    }

    /// <summary>What messages call it, in small letters: <c>batch size</c>.</summary>
    public string Name { get; }

    /// <summary>Its key in a model file: <c>batch_size</c>.</summary>
    public string Key { get; }

    /// <summary>The command's option, <c>--batch</c>; empty where a command line cannot set it.</summary>
    public string Option { get; }

    /// <summary>What it does: a sentence or two.</summary>
    public string Help { get; }

    /// <summary>What its values are.</summary>
    public abstract SettingKind Kind { get; }

    /// <summary>What stands for a value in a help text, such as <c>n</c> or <c>lstm|gru</c>.</summary>
    public abstract string Placeholder { get; }

    /// <summary>The values as one text: <c>1 … 64</c>.</summary>
    public abstract string Range { get; }

    /// <summary>What a command line may give: <c>a whole number from 1 to 64</c>.</summary>
    public abstract string Takes { get; }

    /// <summary>What files mean that are older than the setting, and so lack its key; null from it if they are damaged.</summary>
    internal Func<JsonElement, TOptions, TOptions?>? OfOldFiles { get; set; }

    /// <summary>Whether the value is one that the setting may have.</summary>
    public abstract bool Holds(TOptions options);

    /// <summary>Makes sure that the value is one that the setting may have.</summary>
    /// <exception cref="ElmanException">It is none: the message says the name, the range and the value.</exception>
    public abstract void Check(TOptions options);

    /// <summary>The value as a text, as <see cref="TryParse"/> reads it.</summary>
    public abstract string Text(TOptions options);

    /// <summary>The options with the value that a text gives.</summary>
    /// <returns>Null if the text is no value that the setting may have; <see cref="Takes"/> says what is.</returns>
    public abstract TOptions? TryParse(string text, TOptions options);

    internal abstract void Write(Utf8JsonWriter json, TOptions options);

    internal abstract TOptions Read(JsonElement json, string where, TOptions options);

    /// <summary>The same setting of a record that holds this one.</summary>
    internal abstract Setting<TOuter> Within<TOuter>(Func<TOuter, TOptions> get, Func<TOuter, TOptions, TOuter> set)
        where TOuter : class;
}

/// <summary>A setting whose values are of one type.</summary>
internal sealed class Setting<TOptions, TValue>(
    string name, string help, string? option, SettingNotation<TValue> notation, Func<TOptions, TValue> get, Func<TOptions, TValue, TOptions> set)
    : Setting<TOptions>(name, help, option)
    where TOptions : class
{
    public override SettingKind Kind => notation.Kind;

    public override string Placeholder => notation.Placeholder;

    public override string Range => notation.Range;

    public override string Takes => notation.Takes;

    public override bool Holds(TOptions options) => notation.Holds(get(options));

    public override void Check(TOptions options)
    {
        if (!Holds(options)) throw new ElmanException(notation.Complaint(Name, get(options)));
    }

    public override string Text(TOptions options) => notation.Format(get(options));

    public override TOptions? TryParse(string text, TOptions options) =>
        notation.TryParse(text, out TValue value) && notation.Holds(value) ? set(options, value) : null;

    internal override void Write(Utf8JsonWriter json, TOptions options) => notation.Write(json, Key, get(options));

    internal override TOptions Read(JsonElement json, string where, TOptions options)
    {
        if (json.ValueKind != JsonValueKind.Object || json.TryGetProperty(Key, out _)) return set(options, notation.Read(json, where, Key));
        if (OfOldFiles?.Invoke(json, options) is { } meant) return meant;
        return notation.IsOptional ? set(options, default!) : throw JsonFields.Damaged($"{where}: '{Key}' is missing");
    }

    internal override Setting<TOuter> Within<TOuter>(Func<TOuter, TOptions> outer, Func<TOuter, TOptions, TOuter> change)
    {
        Setting<TOuter, TValue> same = new(Name, Help, Option, notation, options => get(outer(options)), (options, value) => change(options, set(outer(options), value)));
        if (OfOldFiles is { } older)
            same.OfOldFiles = (json, options) => older(json, outer(options)) is { } meant ? change(options, meant) : null;
        return same;
    }
}
