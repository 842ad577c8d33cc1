namespace Elman;

/// <summary>
/// The format <c>.ts</c> of aeon and sktime: a header of @ lines, then a sequence a line, its dimensions between colons, the label last.
/// Sequences may differ in length.
/// </summary>
internal static class TsReader
{
    /// <param name="name">What messages call the file.</param>
    /// <param name="reader">Its text.</param>
    /// <param name="required">Whether there must be labels; otherwise a sequence without one has the empty text.</param>
    public static LabelledSequences Read(string name, TextReader reader, bool required = true)
    {
        SequenceLines lines = new(name, reader);
        bool labelled = false;
        HashSet<string> classes = [];
        while (true)
        {
            string line = lines.Next('#') ?? throw lines.Error("the file ends before @data; it is no whole .ts file");
            string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words[0][0] != '@') throw lines.Error($"expected a line that begins with @, got {Names.Quote(line)}; is it a .ts file?");
            switch (words[0].ToLowerInvariant())
            {
                case "@data":
                    return Data(lines, labelled, required, classes);
                case "@timestamps" when words is [_, var given] && given.Equals("true", StringComparison.OrdinalIgnoreCase):
                    throw lines.Error("sequences with a time at each value are not read; give the values alone (@timeStamps false)");
                case "@classlabel" or "@targetlabel":
                    labelled = words.Length > 1 && words[1].Equals("true", StringComparison.OrdinalIgnoreCase);
                    classes = [.. words.Skip(2)];
                    break;
            }
        }
    }

    private static LabelledSequences Data(SequenceLines lines, bool labelled, bool required, HashSet<string> classes)
    {
        if (!labelled && required) throw lines.Error("the sequences have no labels (@classLabel false); there is nothing to learn");
        List<Example<Sequence, string>> examples = [];
        while (lines.Next('#') is { } line)
        {
            string[] parts = line.Split(':');
            if (!labelled) parts = [.. parts, ""];
            if (parts.Length < 2) throw lines.Error("expected dimensions and a label between colons, got one part");
            string label = parts[^1].Trim();
            if (label is "" or "?" && !required) label = "";
            else if (label.Length == 0) throw lines.Error("the label is empty");
            else if (classes.Count > 0 && !classes.Contains(label)) throw lines.Error($"the label {Names.Quote(label)} is none of those in the header, {Names.List(classes)}");
            Sequence sequence = lines.Side([.. parts[..^1].Select(dimension => lines.Numbers(dimension))]);
            if (examples.Count > 0 && examples[0].Input.Features != sequence.Features)
                throw lines.Error($"the sequence has {sequence.Features} dimensions, the first {examples[0].Input.Features}");
            examples.Add(new(sequence, label));
        }
        return new LabelledSequences(examples);
    }
}
