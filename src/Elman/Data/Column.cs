namespace Elman;

/// <summary>A named column of numbers, one for each time step; NaN marks a missing one.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Values">The values [L].</param>
public sealed record Column(string Name, float[] Values);
