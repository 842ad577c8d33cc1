using System.Text.Json;

namespace Elman;

/// <summary>How the values of a setting are bounded, and how they are written: on a command line, in a model file, in a message.</summary>
internal abstract class SettingNotation<TValue>
{
    public abstract SettingKind Kind { get; }

    /// <summary>What stands for a value in a help text, such as <c>n</c> or <c>lstm|gru</c>.</summary>
    public abstract string Placeholder { get; }

    /// <summary>The values as one text: <c>1 … 64</c>, <c>a positive number</c>.</summary>
    public abstract string Range { get; }

    /// <summary>What a command line may give: <c>a whole number from 1 to 64</c>.</summary>
    public abstract string Takes { get; }

    /// <summary>Whether a model file may lack the value, because there is none.</summary>
    public virtual bool IsOptional => false;

    public abstract bool Holds(TValue value);

    /// <summary>What is wrong with a value that does not hold.</summary>
    public virtual string Complaint(string name, TValue value) => $"the {name} must be {Range}; it is {Format(value)}";

    /// <summary>Reads a text, whether or not the value holds.</summary>
    public abstract bool TryParse(string text, out TValue value);

    /// <summary>The text that <see cref="TryParse"/> reads.</summary>
    public abstract string Format(TValue value);

    public abstract void Write(Utf8JsonWriter json, string key, TValue value);

    /// <exception cref="ElmanException">The field is no such value.</exception>
    public abstract TValue Read(JsonElement json, string where, string key);
}

/// <summary>A value or none: a model file leaves out the key, a command line the option, or says the word for it.</summary>
/// <param name="inner">How a value is written.</param>
/// <param name="none">What none means, such as <c>never</c> or <c>a fifth of the rows</c>.</param>
internal sealed class OptionalNotation<TValue>(SettingNotation<TValue> inner, string none) : SettingNotation<TValue?>
    where TValue : struct
{
    public override SettingKind Kind => inner.Kind;

    public override string Placeholder => inner.Placeholder;

    public override string Range => inner.Range;

    public override string Takes => none.Contains(' ') ? inner.Takes : $"{inner.Takes}, or {none}";

    public override bool IsOptional => true;

    public override bool Holds(TValue? value) => value is not { } given || inner.Holds(given);

    public override bool TryParse(string text, out TValue? value)
    {
        value = null;
        if (text == none) return true;
        if (!inner.TryParse(text, out TValue given)) return false;
        value = given;
        return true;
    }

    public override string Format(TValue? value) => value is { } given ? inner.Format(given) : none;

    public override void Write(Utf8JsonWriter json, string key, TValue? value)
    {
        if (value is { } given) inner.Write(json, key, given);
    }

    public override TValue? Read(JsonElement json, string where, string key) => inner.Read(json, where, key);
}
