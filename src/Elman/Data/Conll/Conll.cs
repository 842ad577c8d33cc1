using System.Globalization;

namespace Elman;

/// <summary>
/// Files of tagged sentences: CoNLL-U (universaldependencies.org), and columns as in the shared tasks of CoNLL: a word a line, its columns
/// between blanks or tabs, an empty line behind each sentence. A
/// comment such as <c># intent = PlayMusic</c> may give the whole sentence a label.
/// </summary>
public static class Conll
{
    /// <summary>The columns of CoNLL-U.</summary>
    private static readonly string[] Universal = ["id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc"];

    private const string Document = "-DOCSTART-";

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="column">The column of the tags: a name of CoNLL-U such as <c>upos</c>, or a number counted from 1; null for the last,
    /// or <c>upos</c> in CoNLL-U.</param>
    /// <param name="label">The name of the comment that holds the label of a sentence; null for none.</param>
    /// <param name="features">Further columns that a tagger may read.</param>
    /// <exception cref="ElmanException">There is no such file or column, or a line is damaged: the message says which.</exception>
    public static IReadOnlyList<TaggedSentence> Read(string path, string? column = null, string? label = null, IReadOnlyList<string>? features = null) =>
        InputFile.Read(path, stream => Read(path, new StreamReader(stream), column, label, features));

    /// <summary>Reads what a file holds.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="reader">The text.</param>
    /// <param name="column">The column of the tags.</param>
    /// <param name="label">The name of the comment that holds the label of a sentence; null for none.</param>
    /// <param name="features">Further columns that a tagger may read.</param>
    /// <param name="tagged">Whether the column must be there; otherwise sentences without it have no tags.</param>
    /// <exception cref="ElmanException">There is no such column, or a line is damaged.</exception>
    public static IReadOnlyList<TaggedSentence> Read(
        string name, TextReader reader, string? column = null, string? label = null, IReadOnlyList<string>? features = null, bool tagged = true)
    {
        ArgumentNullException.ThrowIfNull(reader);
        List<TaggedSentence> sentences = [];
        List<string> lines = [];
        long number = 0, first = 1;
        while (reader.ReadLine() is { } line)
        {
            number++;
            if (number == 1) line = line.TrimStart('\uFEFF');
            if (line.AsSpan().Trim().IsEmpty) Finish(number + 1);
            else lines.Add(line);
        }
        Finish(number + 1);
        return sentences.Count > 0 ? sentences : throw new ElmanException($"{name}: there are no sentences; expected a word a line, with its columns");

        void Finish(long next)
        {
            if (lines.Count > 0 && Sentence(name, lines, first, column, label, features ?? [], tagged) is { } sentence) sentences.Add(sentence);
            lines = [];
            first = next;
        }
    }

    /// <summary>Writes sentences as they were read, with tags: in CoNLL-U in their column, else in one more column.</summary>
    /// <param name="writer">Where they go.</param>
    /// <param name="sentence">The sentence.</param>
    /// <param name="column">The column of the tags, as it was read.</param>
    /// <param name="cells">What is written for each word: the tag, and further columns.</param>
    public static void Write(TextWriter writer, TaggedSentence sentence, string? column, IReadOnlyList<IReadOnlyList<string>> cells)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(sentence);
        ArgumentNullException.ThrowIfNull(cells);
        IReadOnlyList<string> lines = sentence.Lines.Count > 0 ? sentence.Lines : sentence.Words;
        // The rows of the words ascend, so the next one is all that has to be looked for.
        int word = 0;
        for (int i = 0; i < lines.Count; i++)
        {
            if (sentence.Lines.Count > 0 && (word == sentence.Rows.Count || sentence.Rows[word] != i)) writer.Write(lines[i] + "\n");
            else
            {
                string[] columns = Columns(lines[i], out char separator);
                if (IsUniversal(columns))
                {
                    columns[Array.IndexOf(Universal, column?.ToLowerInvariant() ?? "upos") is var at && at >= 0 ? at : 3] = cells[word][0];
                    if (cells[word].Count > 1) columns[^1] = $"{(columns[^1] == "_" ? "" : columns[^1] + "|")}Confidence={cells[word][1]}";
                    writer.Write(string.Join(separator, columns) + "\n");
                }
                else writer.Write(string.Join(separator, [lines[i], .. cells[word]]) + "\n");
                word++;
            }
        }
        writer.Write("\n");
    }

    private static TaggedSentence? Sentence(string name, List<string> lines, long first, string? column, string? label, IReadOnlyList<string> features, bool tagged)
    {
        List<string> words = [], tags = [];
        List<IReadOnlyList<string>> further = [];
        List<int> rows = [];
        string? whole = null;
        int expected = 0;
        for (int i = 0; i < lines.Count; i++)
        {
            string line = lines[i];
            if (words.Count == 0 && IsComment(lines, i))
            {
                if (label is not null && line.Length > 2 && line.Split('=', 2, StringSplitOptions.TrimEntries) is [var key, var value] && key[1..].Trim() == label) whole = value;
                continue;
            }
            string[] columns = Columns(line, out _);
            if (columns[0] == Document) continue;
            bool universal = IsUniversal(columns);
            // 1-2 is a word that is written as one and read as two, 1.1 one that is not written.
            if (universal && columns[0].AsSpan().ContainsAny('-', '.')) continue;
            if (expected == 0) expected = columns.Length;
            if (columns.Length != expected) throw Error(i, $"expected {expected} columns as in the first word of the sentence, got {columns.Length}");
            words.Add(universal ? columns[1] : columns[0]);
            rows.Add(i);
            if (Place(columns, universal, column, i) is { } at) tags.Add(columns[at]);
            if (features.Count > 0) further.Add([.. features.Select(feature => columns[Place(columns, universal, feature, i) ?? throw Error(i, $"there is no column {Names.Quote(feature)}")])]);
        }
        if (words.Count == 0) return null;
        if (label is not null && tagged && whole is null) throw Error(0, $"the sentence has no comment '# {label} = …'; give each sentence its label, or leave the label out");
        return new TaggedSentence(words, tags.Count == words.Count ? tags : null, whole) { Source = name, Features = further, Line = first + (rows.Count > 0 ? rows[0] : 0), Lines = lines, Rows = rows };

        int? Place(string[] columns, bool universal, string? wanted, int i)
        {
            int at = wanted is null ? universal ? 3 : columns.Length - 1
                : int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number - 1 : universal ? Array.IndexOf(Universal, wanted.ToLowerInvariant()) : -1;
            if (at > 0 && at < columns.Length) return at;
            if (!tagged) return null;
            throw Error(i, universal ? $"there is no column {Names.Quote(wanted ?? "")}; those of CoNLL-U are {string.Join(", ", Universal)}"
                : columns.Length < 2 ? "the line has one column; expected a word and its tag" : $"there is no column {Names.Quote(wanted ?? "")}; give its number, 2 to {columns.Length}");
        }

        ElmanException Error(int i, string what) => new($"{name}: line {first + i}: {what}");
    }

    /// <summary>
    /// Whether a line before a sentence's first word is a comment. In columns '#' may be the first word, as in CoNLL-2000: then the line has as many as
    /// the words behind it, and gives nothing a value.
    /// </summary>
    private static bool IsComment(List<string> lines, int at)
    {
        string line = lines[at];
        if (line[0] != '#' || (line.Length > 1 && line[1] is not (' ' or '\t'))) return false;
        string? word = lines.Skip(at + 1).FirstOrDefault(next => next[0] != '#');
        return word is null || line.Contains(" = ", StringComparison.Ordinal) || Columns(line, out _).Length != Columns(word, out _).Length;
    }

    private static bool IsUniversal(string[] columns) => columns.Length == Universal.Length && columns[0].Length > 0 && columns[0].All(sign => char.IsAsciiDigit(sign) || sign is '-' or '.');

    private static string[] Columns(string line, out char separator)
    {
        separator = line.Contains('\t', StringComparison.Ordinal) ? '\t' : ' ';
        return line.TrimEnd().Split(separator, separator == ' ' ? StringSplitOptions.RemoveEmptyEntries : StringSplitOptions.None);
    }
}
