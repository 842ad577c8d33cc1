namespace Elman;

/// <summary>What a classifier says of a sequence.</summary>
/// <param name="Classes">The classes of the model.</param>
/// <param name="Probabilities">The probability of each, in their order; they add up to 1 unless a sequence may have several labels.</param>
public sealed record ClassPrediction(IReadOnlyList<string> Classes, IReadOnlyList<float> Probabilities)
{
    /// <summary>The most probable class, of equal ones the first.</summary>
    public string Label => Classes[ClassificationReport.Largest(Probabilities)];

    /// <summary>Its probability.</summary>
    public float Confidence => Probabilities[ClassificationReport.Largest(Probabilities)];

    /// <summary>The most probable classes, the best first.</summary>
    /// <param name="count">How many, at most.</param>
    public IReadOnlyList<(string Label, float Probability)> Top(int count) =>
        [.. Classes.Zip(Probabilities).OrderByDescending(pair => pair.Second).Take(count).Select(pair => (pair.First, pair.Second))];

    /// <summary>The classes of at least a probability, where a sequence may have several.</summary>
    /// <param name="threshold">The probability.</param>
    public IReadOnlyList<string> Labels(double threshold = 0.5) => [.. Classes.Where((_, at) => Probabilities[at] >= threshold)];

    /// <inheritdoc/>
    public override string ToString() => $"{Label} ({Confidence:P0})";
}
