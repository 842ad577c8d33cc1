namespace Elman;

/// <summary>A named column of numbers, one for each time step; NaN marks a missing one.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Values">The values [L]; of a column of categories their indices in <paramref name="Categories"/>, whole numbers.</param>
/// <param name="Categories">The texts that the values stand for, such as kinds of weather; null for a column of numbers.</param>
public sealed record Column(string Name, double[] Values, IReadOnlyList<string>? Categories = null);
