namespace Elman;

/// <summary>What a <see cref="Tagger"/> says of a sentence.</summary>
public sealed class TagPrediction
{
    /// <summary>The words.</summary>
    public required IReadOnlyList<string> Words { get; init; }

    /// <summary>The most probable sequence of tags, one for each word, in the scheme of the training data.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>The probability of each of these tags, whatever the others are.</summary>
    public required IReadOnlyList<float> Confidences { get; init; }

    /// <summary>
    /// The spans that the tags make, each with the probability that it is there, of this type and with these borders; empty for plain tags.
    /// </summary>
    public required IReadOnlyList<(TagSpan Span, float Confidence)> Spans { get; init; }

    /// <summary>The probability of every tag at every word [L][C], in the order of <see cref="Tagger.Tags"/>.</summary>
    public required IReadOnlyList<IReadOnlyList<float>> Probabilities { get; init; }

    /// <summary>The label of the whole sentence; null if the model gives none.</summary>
    public string? Label { get; init; }

    /// <summary>Its probability.</summary>
    public float LabelConfidence { get; init; }
}

/// <summary>One of the most probable sequences of tags.</summary>
/// <param name="Tags">The tag of each word.</param>
/// <param name="Probability">Of the whole sequence.</param>
public sealed record TagAlternative(IReadOnlyList<string> Tags, double Probability);
