namespace Elman;

/// <summary>What was said of a sentence, beside what is right.</summary>
/// <param name="Gold">The right tag of each word.</param>
/// <param name="Said">The tag that was said.</param>
public sealed record TaggedAnswer(IReadOnlyList<string> Gold, IReadOnlyList<string> Said)
{
    /// <summary>The tag that each word had most often in training; null where that is not known.</summary>
    public IReadOnlyList<string>? Floor { get; init; }

    /// <summary>Whether each word was seen in training; null where that is not known.</summary>
    public IReadOnlyList<bool>? Known { get; init; }

    /// <summary>
    /// The label of the whole sentence, where there is one: the right one, that which was said, and the most frequent one of the training.
    /// </summary>
    public (string Gold, string Said, string Floor)? Label { get; init; }
}
