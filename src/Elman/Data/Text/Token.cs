namespace Elman;

/// <summary>A token and where it stands in the text that was given.</summary>
/// <param name="Text">The token in Unicode's composed form (NFC).</param>
/// <param name="Start">Where it begins in the text as it was given, in UTF-16 units.</param>
/// <param name="Length">How long it is there; several tokens may share a place that was composed anew, or that several bytes
/// encode.</param>
public readonly record struct Token(string Text, int Start, int Length);
