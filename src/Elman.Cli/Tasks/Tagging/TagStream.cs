namespace Elman.Cli;

/// <summary>
/// Sentences from standard input, each answered at once: a line of text each, or, where the first line has columns or is a comment, words
/// with an empty line behind each sentence.
/// </summary>
internal sealed class TagStream(TagAnswers answers, TaggedColumns columns)
{
    public void Run(TextReader reader, TextWriter writer)
    {
        bool? words = null;
        List<string> lines = [];
        while (reader.ReadLine() is { } line)
        {
            bool empty = line.AsSpan().Trim().IsEmpty;
            if (!empty) words ??= line.Contains('\t', StringComparison.Ordinal) || line.StartsWith("# ", StringComparison.Ordinal);
            if (words == true && !empty) lines.Add(line);
            else if (words == true) Sentence();
            else if (!empty) Answer(new TaggedSentence(Tokens.Of(line, TextUnit.Word)));
        }

        Sentence();

        void Sentence()
        {
            if (lines.Count == 0) return;
            foreach (var sentence in columns.Read("standard input", new StringReader(string.Join('\n', lines)), tagged: false)) Answer(sentence);
            lines.Clear();
        }

        void Answer(TaggedSentence sentence)
        {
            answers.Write(sentence, columns, writer);
            writer.Flush();
        }
    }
}
