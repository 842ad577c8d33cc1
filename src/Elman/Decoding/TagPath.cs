namespace Elman;

/// <summary>One of the best sequences of tags.</summary>
/// <param name="Tags">The tags [L].</param>
/// <param name="Score">s(tags): e^Score / Z is its probability.</param>
public sealed record TagPath(IReadOnlyList<int> Tags, double Score);
