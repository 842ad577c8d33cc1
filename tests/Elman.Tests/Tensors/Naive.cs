namespace Elman.Tests.Tensors;

/// <summary>The slow way to visit a tensor.</summary>
internal static class Naive
{
    /// <summary>All indices of a shape in row-major order.</summary>
    public static IEnumerable<int[]> Indices(int[] extents)
    {
        if (extents.Length == 0) return [[]];
        return Enumerable.Range(0, extents[0]).SelectMany(_ => Indices(extents[1..]), (first, rest) => (int[])[first, .. rest]);
    }
}
