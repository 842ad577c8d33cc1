namespace Elman;

/// <summary>Rows of different lengths laid side by side, zero behind their ends.</summary>
internal static class RaggedRows
{
    /// <summary>Some rows as [N, L, I], L the longest of them.</summary>
    /// <param name="rows">The rows, each [L_i, I].</param>
    /// <param name="indices">Which rows [N].</param>
    /// <param name="features">Values of a step I.</param>
    public static (T[] Values, int[] Lengths) SideBySide<T>(IReadOnlyList<ReadOnlyMemory<T>> rows, int[] indices, int features)
    {
        int[] lengths = Array.ConvertAll(indices, index => rows[index].Length / features);
        int stride = lengths.Append(0).Max() * features;
        T[] values = new T[checked(indices.Length * stride)];
        for (int row = 0; row < indices.Length; row++)
            rows[indices[row]].Span.CopyTo(values.AsSpan(row * stride));
        return (values, lengths);
    }
}
