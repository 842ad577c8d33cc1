namespace Elman;

/// <summary>
/// The format <c>.arff</c> of Weka, as the UCR and UEA archives use it: an attribute for each value, or one relational attribute whose
/// dimensions stand between \n; the class last.
/// </summary>
internal static class ArffReader
{
    /// <param name="name">What messages call the file.</param>
    /// <param name="reader">Its text.</param>
    /// <param name="required">Whether there must be labels; otherwise one that is missing is the empty text.</param>
    public static LabelledSequences Read(string name, TextReader reader, bool required = true)
    {
        SequenceLines lines = new(name, reader);
        bool relational = false, inside = false;
        int attributes = 0;
        while (true)
        {
            string line = lines.Next('%') ?? throw lines.Error("the file ends before @data; it is no whole .arff file");
            string lower = line.ToLowerInvariant();
            if (lower.StartsWith("@data", StringComparison.Ordinal)) break;
            if (lower.StartsWith("@end", StringComparison.Ordinal)) inside = false;
            else if (lower.StartsWith("@attribute", StringComparison.Ordinal))
            {
                if (lower.EndsWith("relational", StringComparison.Ordinal)) relational = inside = true;
                else if (!inside) attributes++;
            }
            else if (!lower.StartsWith("@relation", StringComparison.Ordinal)) throw lines.Error($"expected @relation, @attribute or @data, got {Names.Quote(line)}");
        }
        List<Example<Sequence, string>> examples = [];
        while (lines.Next('%') is { } line)
        {
            if (line[0] == '{') throw lines.Error("sparse rows, in braces, are not read; write all values");
            examples.Add(relational ? Relational(lines, line, required) : Plain(lines, line, attributes, required));
            if (examples[0].Input.Features != examples[^1].Input.Features) throw lines.Error($"the sequence has {examples[^1].Input.Features} dimensions, the first {examples[0].Input.Features}");
        }
        return new LabelledSequences(examples);
    }

    private static Example<Sequence, string> Plain(SequenceLines lines, string line, int attributes, bool required)
    {
        int end = line.LastIndexOf(',');
        if (end < 0) throw lines.Error("expected values and a class, separated by commas");
        float[] values = lines.Numbers(line.AsSpan(0, end));
        if (values.Length + 1 != attributes) throw lines.Error($"the row has {values.Length + 1} values, the header names {attributes} attributes");
        // Shorter sequences are filled up with ? in these files.
        int length = values.Length;
        while (length > 1 && float.IsNaN(values[length - 1])) length--;
        return new(Sequence.Of(values.AsMemory(0, length), 1), Label(lines, line[(end + 1)..], required));
    }

    private static Example<Sequence, string> Relational(SequenceLines lines, string line, bool required)
    {
        char quote = line[0];
        int end = quote is '\'' or '"' ? line.LastIndexOf(quote) : -1;
        if (end <= 0 || line.IndexOf(',', end) is var comma && comma < 0) throw lines.Error("expected the dimensions in quotes, a comma and the class");
        string[] dimensions = line[1..end].Split("\\n");
        return new(lines.Side([.. dimensions.Select(dimension => lines.Numbers(dimension))]), Label(lines, line[(comma + 1)..], required));
    }

    private static string Label(SequenceLines lines, string text, bool required)
    {
        string label = text.Trim();
        if (label is ['\'', .., '\''] or ['"', .., '"']) label = label[1..^1];
        return label.Length > 0 && label != "?" ? label : !required ? "" : throw lines.Error("the class is missing");
    }
}
