using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Elman;

/// <summary>
/// The settings of an options record, each said once. A table is made next to its record, one call for each setting; the defaults are those of
/// the record itself.
/// </summary>
/// <typeparam name="TOptions">The record; changed values are copies.</typeparam>
/// <param name="defaults">The record as it is when nothing is set.</param>
/// <example><code>
/// public static SettingTable&lt;MyOptions&gt; Settings { get; } = new SettingTable&lt;MyOptions&gt;(new MyOptions())
///     .Whole("hidden", "Hidden units.", o => o.Hidden, (o, v) => o with { Hidden = v }, 1, 65_536)
///     .Choice("cell", "The recurrent cell.", o => o.Cell, (o, v) => o with { Cell = v }, () => Cells.Names);
/// </code></example>
public sealed class SettingTable<TOptions>(TOptions defaults) : IReadOnlyList<Setting<TOptions>>
    where TOptions : class
{
    private readonly List<Setting<TOptions>> _settings = [];
    private readonly List<Func<TOptions, string?>> _rules = [];

    /// <summary>The record as it is when nothing is set.</summary>
    public TOptions Defaults { get; } = defaults;

    /// <inheritdoc/>
    public int Count => _settings.Count;

    /// <inheritdoc/>
    public Setting<TOptions> this[int index] => _settings[index];

    /// <summary>The setting of a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public Setting<TOptions> this[string name] => _settings.Find(setting => setting.Name == name) ?? throw new KeyNotFoundException($"there is no setting '{name}'");

    /// <summary>Adds a whole number.</summary>
    /// <param name="name">What messages call it, in small letters; its key and option follow from it.</param>
    /// <param name="help">What it does: a sentence or two.</param>
    /// <param name="get">Reads it.</param>
    /// <param name="set">The record with another value.</param>
    /// <param name="low">The least value.</param>
    /// <param name="high">The largest value.</param>
    /// <param name="unit">What is counted, such as rows.</param>
    /// <param name="option">The command's option where it is another than the name's; empty for none.</param>
    public SettingTable<TOptions> Whole<TValue>(
        string name, string help, Func<TOptions, TValue> get, Func<TOptions, TValue, TOptions> set, TValue low, TValue high, string unit = "", string? option = null)
        where TValue : struct, IBinaryInteger<TValue>, IMinMaxValue<TValue> => Add(name, help, option, new WholeNotation<TValue>(low, high, unit), get, set);

    /// <summary>Adds a whole number that may be missing.</summary>
    /// <inheritdoc cref="Whole"/>
    /// <param name="none">What null means; a single word, such as never, may be given on a command line.</param>
    public SettingTable<TOptions> WholeOrNone<TValue>(
        string name, string help, Func<TOptions, TValue?> get, Func<TOptions, TValue?, TOptions> set, TValue low, TValue high, string none, string unit = "", string? option = null)
        where TValue : struct, IBinaryInteger<TValue>, IMinMaxValue<TValue> =>
        Add(name, help, option, new OptionalNotation<TValue>(new WholeNotation<TValue>(low, high, unit), none), get, set);

    /// <summary>Adds a number; from <see cref="double.Epsilon"/> to <see cref="double.MaxValue"/> is every positive one.</summary>
    /// <inheritdoc cref="Whole"/>
    public SettingTable<TOptions> Real(
        string name, string help, Func<TOptions, double> get, Func<TOptions, double, TOptions> set, double low, double high, string unit = "", string? option = null) =>
        Add(name, help, option, new RealNotation(low, high, unit), get, set);

    /// <summary>Adds a number of single precision, which is written with as few digits as tell it from its neighbours.</summary>
    /// <inheritdoc cref="Whole"/>
    public SettingTable<TOptions> Real(
        string name, string help, Func<TOptions, float> get, Func<TOptions, float, TOptions> set, double low, double high, string unit = "", string? option = null) =>
        Real(name, help, options => double.Parse(get(options).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture), (options, value) => set(options, (float)value), low, high, unit, option);

    /// <summary>Adds a number that may be missing.</summary>
    /// <inheritdoc cref="WholeOrNone"/>
    public SettingTable<TOptions> RealOrNone(
        string name, string help, Func<TOptions, double?> get, Func<TOptions, double?, TOptions> set, double low, double high, string none, string unit = "", string? option = null) =>
        Add(name, help, option, new OptionalNotation<double>(new RealNotation(low, high, unit), none), get, set);

    /// <summary>Adds a list of numbers.</summary>
    /// <inheritdoc cref="Whole"/>
    /// <param name="range">Which lists may be given: what follows "must be".</param>
    /// <param name="holds">Whether a list may be given.</param>
    public SettingTable<TOptions> Reals(
        string name, string help, Func<TOptions, ImmutableArray<double>> get, Func<TOptions, ImmutableArray<double>, TOptions> set,
        string range, Func<ImmutableArray<double>, bool> holds, string? option = null) => Add(name, help, option, new RealsNotation(range, holds), get, set);

    /// <summary>Adds a list of texts.</summary>
    /// <inheritdoc cref="Whole"/>
    public SettingTable<TOptions> Texts(
        string name, string help, Func<TOptions, ImmutableArray<string>> get, Func<TOptions, ImmutableArray<string>, TOptions> set, string? option = null) =>
        Add(name, help, option, new TextsNotation(), get, set);

    /// <summary>Adds a choice among words.</summary>
    /// <inheritdoc cref="Whole"/>
    /// <param name="words">The words, asked for whenever they matter: their number may grow.</param>
    public SettingTable<TOptions> Choice(
        string name, string help, Func<TOptions, string> get, Func<TOptions, string, TOptions> set, Func<IEnumerable<string>> words, string? option = null) =>
        Add(name, help, option, new ChoiceNotation(words), get, set);

    /// <summary>Adds a choice among the values of an enumeration.</summary>
    /// <inheritdoc cref="Whole"/>
    public SettingTable<TOptions> Choice<TValue>(string name, string help, Func<TOptions, TValue> get, Func<TOptions, TValue, TOptions> set, string? option = null)
        where TValue : struct, Enum => Add(name, help, option, new EnumNotation<TValue>(), get, set);

    /// <summary>Adds a choice that may be missing.</summary>
    /// <inheritdoc cref="WholeOrNone"/>
    public SettingTable<TOptions> ChoiceOrNone<TValue>(
        string name, string help, Func<TOptions, TValue?> get, Func<TOptions, TValue?, TOptions> set, string none, string? option = null)
        where TValue : struct, Enum => Add(name, help, option, new OptionalNotation<TValue>(new EnumNotation<TValue>(), none), get, set);

    /// <summary>Adds a flag: yes or no.</summary>
    /// <inheritdoc cref="Whole"/>
    public SettingTable<TOptions> Flag(string name, string help, Func<TOptions, bool> get, Func<TOptions, bool, TOptions> set, string? option = null) =>
        Add(name, help, option, new FlagNotation(), get, set);

    /// <summary>Adds a time, null for none.</summary>
    /// <inheritdoc cref="WholeOrNone"/>
    public SettingTable<TOptions> Duration(
        string name, string help, Func<TOptions, TimeSpan?> get, Func<TOptions, TimeSpan?, TOptions> set, TimeSpan low, string none, string? option = null) =>
        Add(name, help, option, new OptionalNotation<TimeSpan>(new DurationNotation(low), none), get, set);

    /// <summary>Adds a number of bytes, null for none.</summary>
    /// <inheritdoc cref="WholeOrNone"/>
    public SettingTable<TOptions> Size(string name, string help, Func<TOptions, long?> get, Func<TOptions, long?, TOptions> set, string none, string? option = null) =>
        Add(name, help, option, new OptionalNotation<long>(new SizeNotation(), none), get, set);

    /// <summary>Adds a text, null for none.</summary>
    /// <inheritdoc cref="WholeOrNone"/>
    public SettingTable<TOptions> Text(string name, string help, Func<TOptions, string?> get, Func<TOptions, string?, TOptions> set, string none, string? option = null) =>
        Add(name, help, option, new TextNotation(none), get, set);

    /// <summary>Says what files mean that lack the key of the setting added last, because they are older.</summary>
    /// <param name="meant">The options with that value, from the other fields of the file; null if the key must be there.</param>
    public SettingTable<TOptions> OfOldFiles(Func<JsonElement, TOptions, TOptions?> meant)
    {
        _settings[^1].OfOldFiles = meant;
        return this;
    }

    /// <summary>Adds the settings of a record that this one holds, such as a recipe of training.</summary>
    /// <param name="inner">Its table.</param>
    /// <param name="get">Reads the record.</param>
    /// <param name="set">The outer record with another one.</param>
    public SettingTable<TOptions> Include<TInner>(SettingTable<TInner> inner, Func<TOptions, TInner> get, Func<TOptions, TInner, TOptions> set)
        where TInner : class
    {
        ArgumentNullException.ThrowIfNull(inner);
        foreach (Setting<TInner> setting in inner) Add(setting.Within(get, set));
        _rules.AddRange(inner._rules.Select(rule => (Func<TOptions, string?>)(options => rule(get(options)))));
        return this;
    }

    /// <summary>Adds a rule that more than one setting takes part in.</summary>
    /// <param name="problem">The message if the options break it: what must be, what is; null if they keep it.</param>
    public SettingTable<TOptions> Rule(Func<TOptions, string?> problem)
    {
        _rules.Add(problem);
        return this;
    }

    /// <summary>Makes sure that every setting has a meaning.</summary>
    /// <exception cref="ElmanException">One has none: the message says the name, the range and the value.</exception>
    public void Check(TOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        foreach (Setting<TOptions> setting in _settings) setting.Check(options);
        foreach (Func<TOptions, string?> rule in _rules)
            if (rule(options) is { } problem) throw new ElmanException(problem);
    }

    /// <summary>Writes all settings as one JSON object; numbers are exact.</summary>
    public void Write(Utf8JsonWriter json, TOptions options)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        foreach (Setting<TOptions> setting in _settings) setting.Write(json, options);
        json.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Write"/> wrote, and checks it.</summary>
    /// <param name="json">The object.</param>
    /// <param name="where">What messages call it.</param>
    /// <exception cref="ElmanException">A setting is missing or has no meaning.</exception>
    public TOptions Read(JsonElement json, string where = "options")
    {
        TOptions options = _settings.Aggregate(Defaults, (options, setting) => setting.Read(json, where, options));
        Check(options);
        return options;
    }

    /// <summary>All settings by their keys, as texts: what a <see cref="TrainingRecord"/> keeps and a resumed training compares.</summary>
    /// <param name="options">The options.</param>
    /// <param name="but">Names of settings to leave out: those that may differ between a run and its continuation.</param>
    public Dictionary<string, string> Texts(TOptions options, params ReadOnlySpan<string> but)
    {
        Dictionary<string, string> texts = [];
        using JsonDocument json = JsonDocument.Parse(JsonText.Of(writer => Write(writer, options)));
        foreach (JsonProperty field in json.RootElement.EnumerateObject()) texts.Add(field.Name, field.Value.GetRawText().Trim('"'));
        foreach (string name in but) texts.Remove(this[name].Key);
        return texts;
    }

    /// <summary>The settings as a table of Markdown, for the documents; a test compares it with what they say.</summary>
    public string ToMarkdown()
    {
        StringBuilder text = new("| Option | Values | Default | What it does |\n|---|---|---|---|\n");
        foreach (Setting<TOptions> setting in _settings.Where(setting => setting.Option.Length > 0))
            text.Append(CultureInfo.InvariantCulture, $"| `{setting.Option}` | {setting.Range} | {setting.Text(Defaults)} | {setting.Help} |\n");
        return text.ToString();
    }

    /// <inheritdoc/>
    public IEnumerator<Setting<TOptions>> GetEnumerator() => _settings.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private SettingTable<TOptions> Add<TValue>(
        string name, string help, string? option, SettingNotation<TValue> notation, Func<TOptions, TValue> get, Func<TOptions, TValue, TOptions> set) =>
        Add(new Setting<TOptions, TValue>(name, help, option, notation, get, set));

    private SettingTable<TOptions> Add(Setting<TOptions> setting)
    {
        if (_settings.Exists(other => other.Key == setting.Key || other.Option.Length > 0 && other.Option == setting.Option))
            throw new ArgumentException($"two settings have the name '{setting.Name}' or the option '{setting.Option}'; names must differ", nameof(setting));
        _settings.Add(setting);
        return this;
    }
}
