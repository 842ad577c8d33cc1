namespace Elman.Formats;

/// <summary>Where the largest and the smallest values stand.</summary>
internal static class ExtremumOperators
{
    public static IEnumerable<Operator> All => [Operator.Of("ArgMax", 1..1, node => Find(node, least: false)), Operator.Of("ArgMin", 1..1, node => Find(node, least: true))];

    /// <summary>The place along an axis of the largest or the least value, the first or the last of equal ones.</summary>
    /// <param name="x">[outer, extent, inner]</param>
    /// <param name="axis">The axis of that extent, which is not 0.</param>
    /// <param name="least">Whether the least is asked for.</param>
    /// <param name="last">Whether of equal ones the last.</param>
    /// <returns>[outer, inner]</returns>
    public static long[] Places(Tensor x, int axis, bool least, bool last)
    {
        int extent = x.Shape[axis], inner = x.Shape.Product(axis + 1, x.Rank);
        ReadOnlySpan<float> values = x.Span;
        long[] places = new long[values.Length / extent];
        for (int i = 0; i < places.Length; i++)
        {
            int start = (i / inner * extent * inner) + (i % inner), best = 0;
            for (int place = 1; place < extent; place++)
            {
                float candidate = values[start + (place * inner)], top = values[start + (best * inner)];
                if ((least ? candidate < top : candidate > top) || (last && candidate == top)) best = place;
            }
            places[i] = best;
        }
        return places;
    }

    private static Func<Arguments, OnnxValue> Find(OnnxNode node, bool least)
    {
        long named = node.Integer("axis", 0);
        bool keep = node.Flag("keepdims", true), last = node.Opset >= 12 && node.Flag("select_last_index", false);
        return x =>
        {
            Shape shape = x[0].Shape;
            int axis = x[0].Axis(named);
            if (shape[axis] == 0) throw new ArgumentException($"there is no {(least ? "least" : "largest")} among no elements: shape {shape}");
            Shape result = keep ? new Shape([.. shape.Extents[..axis], 1, .. shape.Extents[(axis + 1)..]]) : new Shape([.. shape.Extents[..axis], .. shape.Extents[(axis + 1)..]]);
            return new OnnxValue(Places(x[0].Floats, axis, least, last), result);
        };
    }
}
