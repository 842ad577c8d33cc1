using System.CommandLine;
using System.Globalization;

namespace Elman.Cli;

/// <summary>What is written beside each word: the tag, how probable it is, and what else the command line asks for.</summary>
internal sealed class TagAnswers(Tagger model, LabelArguments arguments, ParseResult given)
{
    /// <summary>Sentences that are tagged at once.</summary>
    private const int Batch = 512;

    private readonly int _top = arguments.Top(given);
    private readonly bool _probabilities = arguments.Probabilities(given);
    private readonly double _threshold = arguments.Threshold(given) ?? 0;

    /// <summary>
    /// The names of the columns: the tag and its probability; the tags of the next best sequences, each with the probability of the whole;
    /// the probability of every tag.
    /// </summary>
    public string[] Head =>
    [
        "predicted", "probability", .. Enumerable.Range(2, _top - 1).SelectMany(rank => (string[])[$"predicted{rank}", $"probability{rank}"]),
        .. _probabilities ? model.Tags.Select(tag => "p_" + tag) : [],
    ];

    /// <summary>The name of the comment that tells the label.</summary>
    private static string LabelComment(TaggedColumns columns) => $"predicted_{columns.Label ?? "label"}";

    /// <summary>Writes sentences as they were read, with tags.</summary>
    public void WriteFile(IReadOnlyList<TaggedSentence> sentences, TaggedColumns columns, TextWriter writer)
    {
        foreach (var batch in sentences.Chunk(Batch))
        {
            var said = model.Predict(batch);
            for (int i = 0; i < batch.Length; i++) Write(batch[i], said[i], columns, writer);
        }
    }

    /// <summary>Tags one sentence, and writes it.</summary>
    public void Write(TaggedSentence sentence, TaggedColumns columns, TextWriter writer) => Write(sentence, model.Predict(sentence), columns, writer);

    /// <summary>Writes the rows of a table, with tags.</summary>
    public void WriteTable(Table table, IReadOnlyList<(TaggedSentence Sentence, IReadOnlyList<int> Rows)> groups, TextWriter writer)
    {
        bool labels = model.Labels.Count > 0;
        HashSet<string> names = [.. table.Columns.Select(column => column.Name)];
        string[] head = [.. Head, .. labels ? (string[])["predicted_label", "label_probability"] : []];
        CsvFile.WriteRow(writer, [.. table.Columns.Select(column => column.Name), .. head.Select(name => names.Contains(name) ? name + "_model" : name)]);
        var cells = new string[table.Rows][];
        foreach (var batch in groups.Chunk(Batch))
        {
            var said = model.Predict([.. batch.Select(one => one.Sentence)]);
            for (int i = 0; i < batch.Length; i++)
            {
                var rows = Cells(batch[i].Sentence, said[i], "");
                string[] label = labels ? [said[i].LabelConfidence >= _threshold ? said[i].Label! : "", Number(said[i].LabelConfidence)] : [];
                for (int word = 0; word < rows.Length; word++) cells[batch[i].Rows[word]] = [.. rows[word], .. label];
            }
        }

        for (int row = 0; row < table.Rows; row++) CsvFile.WriteRow(writer, [.. table.Columns.Select(column => column.TextAt(row)), .. cells[row]]);
    }

    private void Write(TaggedSentence sentence, TagPrediction said, TaggedColumns columns, TextWriter writer)
    {
        if (said.Label is { } label && said.LabelConfidence >= _threshold) writer.Write($"# {LabelComment(columns)} = {label}\n# probability = {Number(said.LabelConfidence)}\n");
        Conll.Write(writer, sentence, columns.Tags, Cells(sentence, said, "_"));
    }

    private string[][] Cells(TaggedSentence sentence, TagPrediction said, string none)
    {
        var others = _top > 1 && sentence.Words.Count > 0 ? model.Best(sentence, _top) : [];
        return [.. Enumerable.Range(0, said.Tags.Count).Select(word => (string[])
        [
            said.Confidences[word] >= _threshold ? said.Tags[word] : none, Number(said.Confidences[word]),
            .. Enumerable.Range(1, _top - 1).SelectMany(rank => rank < others.Count ? (string[])[others[rank].Tags[word], Number(others[rank].Probability)] : [none, none]),
            .. _probabilities ? said.Probabilities[word].Select(value => Number(value)) : [],
        ])];
    }

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
