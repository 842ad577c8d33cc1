namespace Elman;

/// <summary>Consecutive words that mean something together: a chunk, a name, a slot.</summary>
/// <param name="Type">What they mean.</param>
/// <param name="Start">The first word, counted from 0.</param>
/// <param name="Length">How many.</param>
public readonly record struct TagSpan(string Type, int Start, int Length)
{
    /// <summary>The word after the last.</summary>
    public int End => Start + Length;
}
