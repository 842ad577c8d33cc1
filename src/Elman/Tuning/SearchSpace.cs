namespace Elman;

/// <summary>
/// Which settings of an options record a search may change, and within which bounds. Values are texts as the table reads them, so that a study can be read by
/// people and given to the command as options.
/// </summary>
/// <typeparam name="TOptions">The record.</typeparam>
/// <param name="table">The settings of the record.</param>
/// <example><code>
/// SearchSpace&lt;ForecasterOptions&gt; space = new SearchSpace&lt;ForecasterOptions&gt;(ForecasterOptions.Settings)
///     .Choice("cell", "lstm", "gru").Whole("hidden", 8, 96, logarithmic: true).Real("learning rate", 1e-4, 1e-2, logarithmic: true);
/// </code></example>
public sealed class SearchSpace<TOptions>(SettingTable<TOptions> table)
    where TOptions : class
{
    private readonly List<SearchDimension> _dimensions = [];

    /// <summary>The names of the settings that are searched, in the order in which they were added.</summary>
    public IReadOnlyList<string> Names => [.. _dimensions.Select(dimension => dimension.Name)];

    internal IReadOnlyList<SearchDimension> Dimensions => _dimensions;

    /// <summary>What is searched, as one text: two spaces with the same one give the same trials.</summary>
    internal string Description => string.Join("; ", _dimensions.Select(dimension => dimension.Description));

    /// <summary>Adds a setting that is one of some values, which have no order.</summary>
    /// <param name="name">The setting's name.</param>
    /// <param name="texts">The values, each at most once.</param>
    /// <exception cref="ArgumentException">One of them is no value of the setting.</exception>
    public SearchSpace<TOptions> Choice(string name, params IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (texts.Count == 0 || texts.Distinct().Count() != texts.Count) throw new ArgumentException($"'{name}' needs different values to choose from", nameof(texts));
        return Add(new ChoiceDimension(name, [.. texts]), texts);
    }

    /// <summary>Adds a whole number.</summary>
    /// <param name="name">The setting's name.</param>
    /// <param name="low">The least value; above zero if logarithmic.</param>
    /// <param name="high">The largest value.</param>
    /// <param name="logarithmic">Whether 8 and 16 are as far apart as 16 and 32.</param>
    /// <exception cref="ArgumentException">The bounds are no values of the setting, or not in order.</exception>
    public SearchSpace<TOptions> Whole(string name, int low, int high, bool logarithmic = false) => Add(NumberDimension.Whole(name, low, high, logarithmic));

    /// <summary>Adds a number; three digits of it are searched.</summary>
    /// <inheritdoc cref="Whole"/>
    public SearchSpace<TOptions> Real(string name, double low, double high, bool logarithmic = false) => Add(NumberDimension.Real(name, low, high, logarithmic));

    /// <summary>The space without some settings, which then stay as they are.</summary>
    /// <param name="names">Their names; those that are not searched do not matter.</param>
    public SearchSpace<TOptions> Without(IEnumerable<string> names)
    {
        HashSet<string> fixedNames = [.. names];
        SearchSpace<TOptions> rest = new(table);
        rest._dimensions.AddRange(_dimensions.Where(dimension => !fixedNames.Contains(dimension.Name)));
        return rest;
    }

    /// <summary>The options with the values that a trial has.</summary>
    /// <param name="settings">Texts by the settings' names.</param>
    /// <param name="options">What the settings say that are not searched.</param>
    /// <exception cref="ElmanException">A text is no value of its setting.</exception>
    public TOptions Apply(IReadOnlyDictionary<string, string> settings, TOptions options)
    {
        ArgumentNullException.ThrowIfNull(settings);
        foreach (SearchDimension dimension in _dimensions)
        {
            if (!settings.TryGetValue(dimension.Name, out string? text)) continue;
            options = table[dimension.Name].TryParse(text, options) ?? throw new ElmanException($"'{dimension.Name}' takes {table[dimension.Name].Takes}, not '{text}'");
        }
        return options;
    }

    /// <summary>The values of some options.</summary>
    internal Dictionary<string, string> TextsOf(TOptions options) =>
        _dimensions.ToDictionary(dimension => dimension.Name, dimension => table[dimension.Name].Text(options));

    /// <summary>All settings of some options, searched or not.</summary>
    internal IEnumerable<(string Name, string Text)> All(TOptions options) => table.Select(setting => (setting.Name, setting.Text(options)));

    private SearchSpace<TOptions> Add(NumberDimension dimension) => Add(dimension, [dimension.Text(0), dimension.Text(1)]);

    private SearchSpace<TOptions> Add(SearchDimension dimension, IReadOnlyList<string> texts)
    {
        if (_dimensions.Exists(other => other.Name == dimension.Name)) throw new ArgumentException($"'{dimension.Name}' is searched already");
        foreach (string text in texts)
            if (table[dimension.Name].TryParse(text, table.Defaults) is null)
                throw new ArgumentException($"'{dimension.Name}' takes {table[dimension.Name].Takes}, not '{text}'");
        _dimensions.Add(dimension);
        return this;
    }
}
