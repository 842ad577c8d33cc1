namespace Elman;

public sealed partial class Tagger
{
    private static Example<TaggedSentence, TaggedSentence>[] Examples(IReadOnlyList<TaggedSentence> sentences) =>
        [.. sentences.Select(sentence => new Example<TaggedSentence, TaggedSentence>(sentence, sentence))];

    private static int FeaturesOf(TaggedSentence sentence) => sentence.Features.Count == 0 ? 0 : sentence.Features[0].Count;

    /// <summary>Every sentence has tags, and the same further columns as the first.</summary>
    private static void RequireAlike(IReadOnlyList<TaggedSentence> sentences, TaggedSentence first)
    {
        for (int i = 0; i < sentences.Count; i++)
        {
            TaggedSentence sentence = sentences[i];
            if (sentence.Tags is null) throw new ElmanException($"{Place(sentences, i, 0)}: the sentence has no tags; a tagger learns from tags and is scored on them");
            if (sentence.Words.Count == 0) continue;
            if (sentence.Features.Count is var words && words != 0 && words != sentence.Words.Count || sentence.Features.Any(word => word.Count != FeaturesOf(first)) || FeaturesOf(sentence) != FeaturesOf(first))
                throw new ElmanException($"{Place(sentences, i, 0)}: the words have {Names.Count(FeaturesOf(sentence), "further column")}, those of the first sentence {FeaturesOf(first)}; all need the same");
        }
    }

    private static void RequireLegal(TagScheme scheme, IReadOnlyList<TaggedSentence> sentences)
    {
        for (int i = 0; i < sentences.Count; i++)
        {
            if (TagSchemes.FirstBreak(scheme, sentences[i].Tags!) is >= 0 and int at)
                throw new ElmanException($"{Place(sentences, i, at)}: {TagSchemes.Complaint(scheme, sentences[i].Tags!, at)}; mend the tag of {Names.Quote(sentences[i].Words[at])}");
        }
    }

    private static string Place(IReadOnlyList<TaggedSentence> sentences, int sentence, int word) =>
        (sentences[sentence].Source is { } source ? $"{source}: " : "") + (sentences[sentence].LineOf(word) is > 0 and long line ? $"line {line}" : $"sentence {sentence + 1}, word {word + 1}");

    private static IEnumerable<string> Remarks(IReadOnlyList<TaggedSentence> sentences, TagScheme scheme, IReadOnlyList<TaggedSentence>? test)
    {
        HashSet<string> tags = [.. sentences.SelectMany(sentence => sentence.Tags!)], labels = [.. sentences.Select(sentence => sentence.Label).OfType<string>()];
        string kind = scheme switch { TagScheme.Plain => "", TagScheme.Iob1 => ", spans in IOB1", TagScheme.Bio => ", spans in BIO", _ => ", spans in BIOES" };
        string whole = labels.Count == 0 ? "" : $", {Names.Count(labels.Count, "label")}";
        yield return $"{Names.Count(sentences.Count, "sentence")}, {Names.Count(sentences.Sum(sentence => (long)sentence.Words.Count), "word")}, {Names.Count(tags.Count, "tag")}{kind}{whole}";
        if (tags.Count == 1) yield return $"all words have the tag {Names.Quote(tags.First())}: there is nothing to tell apart";
        if (test is null) yield break;
        string[] unknown = [.. test.SelectMany(sentence => sentence.Tags!).Where(tag => !tags.Contains(tag)).Distinct()];
        if (unknown.Length > 0) yield return $"the test has {Names.Count(unknown.Length, "tag")} that the training does not know, {Names.List(unknown)}; these words count as wrong";
        string[] other = [.. test.Select(sentence => sentence.Label).OfType<string>().Where(label => !labels.Contains(label)).Distinct()];
        if (other.Length > 0 && labels.Count > 0) yield return $"the test has {Names.Count(other.Length, "label")} that the training does not know, {Names.List(other)}; these sentences count as wrong";
    }
}
