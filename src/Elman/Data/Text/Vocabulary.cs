using System.Text.Json;

namespace Elman;

/// <summary>
/// The tokens that a model knows, each with its index. It is built once, from the training's texts, and stays what it is with the model.
/// </summary>
public sealed class Vocabulary
{
    /// <summary>The index that fills rows up behind their ends; no token has it.</summary>
    public const int Padding = 0;

    /// <summary>The index of all tokens that are not known.</summary>
    public const int Unknown = 1;

    /// <summary>
    /// A token that is longer, in UTF-16 units, is not known: it is no word, and names it would only make the model large.
    /// </summary>
    public const int LongestToken = 512;

    private const int Special = 2;

    private readonly string[] _tokens;
    private readonly long[] _counts;
    private readonly Dictionary<string, int> _indices;

    private Vocabulary(string[] tokens, long[] counts)
    {
        (_tokens, _counts) = (tokens, counts);
        _indices = new Dictionary<string, int>(tokens.Length, StringComparer.Ordinal);
        for (int i = 0; i < tokens.Length; i++) _indices.Add(tokens[i], i + Special);
    }

    /// <summary>The number of indices: the tokens, padding and unknown.</summary>
    public int Count => _tokens.Length + Special;

    /// <summary>The token of an index; "&lt;padding&gt;" and "&lt;unknown&gt;" for the two that are none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such index.</exception>
    public string this[int index] => index switch
    {
        Padding => "<padding>",
        Unknown => "<unknown>",
        _ when (uint)index < (uint)Count => _tokens[index - Special],
        _ => throw new ArgumentOutOfRangeException(nameof(index), index, $"the vocabulary has {Count} indices"),
    };

    /// <summary>The tokens of some texts.</summary>
    /// <param name="tokens">All tokens of the training's texts, as often as they occur.</param>
    /// <param name="minCount">How often a token must occur to be known.</param>
    /// <param name="most">How many tokens are known at most, the most frequent ones; null for all.</param>
    /// <returns>A vocabulary ordered by falling count, then by the tokens' UTF-16 units.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="minCount"/> or <paramref name="most"/> is not positive.</exception>
    public static Vocabulary Build(IEnumerable<string> tokens, int minCount = 1, int? most = null)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(minCount);
        if (most is { } limit) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit, nameof(most));
        Dictionary<string, long> counts = new(StringComparer.Ordinal);
        long all = 0;
        foreach (string token in tokens)
        {
            all++;
            if (token.Length <= LongestToken && IsText(token)) counts[token] = counts.GetValueOrDefault(token) + 1;
        }
        KeyValuePair<string, long>[] known =
        [
            .. counts.Where(one => one.Value >= minCount).OrderByDescending(one => one.Value).ThenBy(one => one.Key, StringComparer.Ordinal).Take(most ?? int.MaxValue),
        ];
        return new Vocabulary(Array.ConvertAll(known, one => one.Key), [0, all - known.Sum(one => one.Value), .. known.Select(one => one.Value)]);
    }

    /// <summary>The index of a token; <see cref="Unknown"/> if it is not known.</summary>
    /// <param name="token">The token, as <see cref="Tokens"/> writes it.</param>
    public int IndexOf(string token) => _indices.GetValueOrDefault(token, Unknown);

    /// <summary>The index of each token.</summary>
    /// <param name="tokens">The tokens [L].</param>
    public int[] IndicesOf(IReadOnlyList<string> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        int[] indices = new int[tokens.Count];
        for (int i = 0; i < indices.Length; i++) indices[i] = IndexOf(tokens[i]);
        return indices;
    }

    /// <summary>
    /// How often a token occurred in the training's texts; of <see cref="Unknown"/>, how many tokens were left out. Who trains turns tokens
    /// that occurred once into
    /// unknown ones now and then: nothing else teaches what that index means.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such index.</exception>
    public long CountOf(int index) => (uint)index < (uint)Count ? _counts[index]
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"the vocabulary has {Count} indices");

    /// <summary>Writes the vocabulary as an object.</summary>
    /// <param name="json">Where a value may stand.</param>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteStartArray("tokens");
        foreach (string token in _tokens) json.WriteStringValue(token);
        json.WriteEndArray();
        json.WriteStartArray("counts");
        foreach (long count in _counts.AsSpan(Special)) json.WriteNumberValue(count);
        json.WriteEndArray();
        json.WriteNumber("others", _counts[Unknown]);
        json.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="json">The object.</param>
    /// <param name="where">What errors begin with.</param>
    /// <exception cref="ElmanException">It was not written so.</exception>
    public static Vocabulary Read(JsonElement json, string where = "vocabulary")
    {
        StrictFields fields = new(json, where);
        string[] tokens = fields.List("tokens", (item, _) => Text(item, where));
        long[] counts = fields.List("counts", (item, _) => item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out long count) && count > 0 ? count
            : throw JsonFields.Damaged($"{where}: a count is no positive number"));
        long others = fields.Value("others", item => item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out long count) && count >= 0 ? count
            : throw JsonFields.Damaged($"{where}: expected a count for 'others'"));
        fields.Finish();
        if (tokens.Length != counts.Length) throw JsonFields.Damaged($"{where}: {tokens.Length} tokens and {counts.Length} counts");
        for (int i = 0; i < tokens.Length; i++)
        {
            if (tokens[i].Length > LongestToken) throw JsonFields.Damaged($"{where}: token {i} has {tokens[i].Length} characters, more than {LongestToken}");
            bool follows = i == 0 || counts[i] < counts[i - 1] || counts[i] == counts[i - 1] && string.CompareOrdinal(tokens[i - 1], tokens[i]) < 0;
            if (!follows) throw JsonFields.Damaged($"{where}: token {i}, {Names.Quote(tokens[i])}, does not follow the one before it in the order of counts");
        }
        if (tokens.Distinct(StringComparer.Ordinal).Count() != tokens.Length) throw JsonFields.Damaged($"{where}: a token appears twice");
        return new Vocabulary(tokens, [0, others, .. counts]);
    }

    private static string Text(JsonElement item, string where)
    {
        if (item.ValueKind != JsonValueKind.String) throw JsonFields.Damaged($"{where}: a token is no string");
        try
        {
            return item.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // An escape of half a surrogate pair.
            throw JsonFields.Damaged($"{where}: a token is no text");
        }
    }

    /// <summary>Whether a token can be written to a file: it has no half of a surrogate pair.</summary>
    private static bool IsText(string token)
    {
        for (int i = 0; i < token.Length; i++)
        {
            if (!char.IsSurrogate(token[i])) continue;
            if (i + 1 >= token.Length || !char.IsSurrogatePair(token[i], token[i + 1])) return false;
            i++;
        }
        return true;
    }
}
