using System.Numerics;

namespace Elman.Formats;

/// <summary>Operators that find places, and those that take elements or put them by whole tuples of indices.</summary>
internal static class PlaceOperators
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("GatherND", 2..2, GatherND, since: 11),
        Operator.Of("ScatterND", 3..3, ScatterND, since: 11),
        Operator.Of("Compress", 2..2, Compress, since: 9),
        Operator.Of("NonZero", 1..1, _ => NonZero, since: 9),
        Operator.Of("Trilu", 1..2, Trilu, since: 14),
        new("TopK", 7, 1, 2, 2, Folds: true, TopK),
    ];

    /// <summary>[.., R] tuples choose elements, or slices if they are shorter than the shape; both have the first axes in common, if any.</summary>
    private static Func<Arguments, OnnxValue> GatherND(OnnxNode node)
    {
        long common = node.Opset >= 12 ? node.Integer("batch_dims", 0) : 0;
        return x =>
        {
            (Shape shape, Shape chosen) = (x[0].Shape, x[1].Shape);
            int shared = (int)Math.Clamp(common, -1, OnnxValue.MaxRank), width = chosen.Rank == 0 ? 0 : chosen[^1], end = shared + width;
            if (common < 0 || shared >= chosen.Rank || end > shape.Rank || width == 0 || !shape.Extents[..shared].SequenceEqual(chosen.Extents[..shared]))
                throw new ArgumentException($"indices of shape {chosen} do not fit shape {shape}{(shared == 0 ? "" : $", of which {common} axes are common")}");
            int[] places = Places(x[1], shape, shared, width);
            int slice = shape.Product(end, shape.Rank);
            Shape result = x.Allow(new Shape([.. chosen.Extents[..^1], .. shape.Extents[end..]]));
            return x[0].Reshape(new Shape(shape.Product(0, end), slice)).Take(0, places).Reshape(result);
        };
    }

    /// <summary>For each tuple the slice that it means, of those that the axes up to the tuple's end make.</summary>
    private static int[] Places(OnnxValue tuples, Shape shape, int shared, int width)
    {
        long[] indices = tuples.Integers;
        int[] places = new int[indices.Length / width];
        int perBatch = places.Length / Math.Max(1, shape.Product(0, shared));
        for (int i = 0; i < places.Length; i++)
        {
            int place = i / Math.Max(1, perBatch);
            for (int k = 0; k < width; k++)
            {
                int extent = shape[shared + k];
                long index = indices[(i * width) + k];
                if (index < -extent || index >= extent) throw new ArgumentException($"index {index} is outside axis {shared + k} of shape {shape}");
                place = (place * extent) + (int)(index < 0 ? index + extent : index);
            }
            places[i] = place;
        }
        return places;
    }

    /// <summary>A copy in which the slices that the tuples choose become the updates, or are changed by them, one after the other.</summary>
    private static Func<Arguments, OnnxValue> ScatterND(OnnxNode node)
    {
        string reduction = node.Opset >= 16 ? node.Text("reduction", "none") : "none";
        bool known = reduction is "none" or "add" or "mul" || (node.Opset >= 18 && reduction is "min" or "max");
        if (!known) throw node.Refuse($"the reduction {SafeTensorsHeader.Quote(reduction)} is not covered");
        return x =>
        {
            (Shape shape, Shape chosen) = (x[0].Shape, x[1].Shape);
            int width = chosen.Rank == 0 ? 0 : chosen[^1];
            if (width == 0 || width > shape.Rank || x[2].Shape != new Shape([.. chosen.Extents[..^1], .. shape.Extents[width..]]))
                throw new ArgumentException($"indices of shape {chosen} and updates of shape {x[2].Shape} do not fit shape {shape}");
            int[] places = Places(x[1], shape, 0, width);
            int slice = shape.Product(width, shape.Rank);
            if (!x[0].IsFloat) return new OnnxValue(Put(x[0].Integers, places, slice, x[2].Integers, reduction), shape);
            return new OnnxValue(Tensor.Wrap(Put(x[0].Floats.Span, places, slice, x[2].Floats.Span, reduction), shape.Extents));
        };
    }

    private static T[] Put<T>(ReadOnlySpan<T> from, int[] places, int slice, ReadOnlySpan<T> updates, string reduction)
        where T : INumber<T>
    {
        T[] result = from.ToArray();
        for (int i = 0; i < updates.Length; i++)
        {
            ref T element = ref result[(places[i / slice] * slice) + (i % slice)];
            element = reduction switch
            {
                "add" => unchecked(element + updates[i]),
                "mul" => unchecked(element * updates[i]),
                "min" => T.Min(element, updates[i]),
                "max" => T.Max(element, updates[i]),
                _ => updates[i],
            };
        }
        return result;
    }

    /// <summary>What a condition keeps of an axis, or of all elements in their order.</summary>
    private static Func<Arguments, OnnxValue> Compress(OnnxNode node)
    {
        bool whole = !node.HasAttribute("axis");
        long named = node.Integer("axis", 0);
        return x =>
        {
            OnnxValue from = whole ? x[0].Reshape(new Shape(x[0].Shape.Count)) : x[0];
            int axis = from.Axis(named);
            long[] condition = x[1].Integers;
            if (x[1].Shape.Rank != 1 || condition.Length > from.Shape[axis]) throw new ArgumentException($"a condition of shape {x[1].Shape} for axis {axis} of shape {from.Shape}");
            return from.Take(axis, [.. Enumerable.Range(0, condition.Length).Where(place => condition[place] != 0)]);
        };
    }

    /// <summary>The indices of what is not zero: [rank, how many].</summary>
    private static OnnxValue NonZero(Arguments x)
    {
        Shape shape = x[0].Shape;
        int[] places = x[0].IsFloat ? [.. Found(x[0].Floats.Span)] : [.. Found<long>(x[0].Integers)];
        long[] indices = new long[x.Allow(new Shape(shape.Rank, places.Length)).Count];
        for (int i = 0; i < places.Length; i++)
            for (int axis = shape.Rank - 1, rest = places[i]; axis >= 0; rest /= shape[axis--]) indices[(axis * places.Length) + i] = rest % shape[axis];
        return new OnnxValue(indices, new Shape(shape.Rank, places.Length));
    }

    private static List<int> Found<T>(ReadOnlySpan<T> values)
        where T : INumber<T>
    {
        List<int> places = [];
        for (int i = 0; i < values.Length; i++)
            if (!T.IsZero(values[i])) places.Add(i);
        return places;
    }

    /// <summary>The upper or the lower triangle of matrices, with so many diagonals more or less; zeros elsewhere.</summary>
    private static Func<Arguments, OnnxValue> Trilu(OnnxNode node)
    {
        bool upper = node.Flag("upper", true);
        return x =>
        {
            Shape shape = x[0].Shape;
            if (shape.Rank < 2) throw new ArgumentException($"expects matrices, got shape {shape}");
            long diagonal = x.Optional(1)?.ToInteger() ?? 0;
            (int rows, int columns) = (shape[^2], shape[^1]);
            bool Keeps(int i)
            {
                long over = (i % columns) - (long)(i / columns % rows);
                return upper ? over >= diagonal : over <= diagonal;
            }

            if (!x[0].IsFloat) return new OnnxValue([.. x[0].Integers.Select((value, i) => Keeps(i) ? value : 0)], shape);
            float[] values = x[0].Floats.Span.ToArray();
            for (int i = 0; i < values.Length; i++)
                if (!Keeps(i)) values[i] = 0;
            return new OnnxValue(Tensor.Wrap(values, shape.Extents));
        };
    }

    /// <summary>The k largest or smallest along an axis, in order, and their places; of equal ones the first come first.</summary>
    private static Evaluate TopK(OnnxNode node)
    {
        long named = node.Integer("axis", -1), fixedCount = node.Opset < 10 ? node.RequiredInteger("k") : 0;
        bool largest = node.Opset < 11 || node.Flag("largest", true);
        if (node.Opset >= 11) node.Ignore("sorted");
        if (node.HasInput(1) != node.Opset >= 10) throw node.Refuse("k is an input from opset 10 on, and an attribute before");
        return x =>
        {
            Shape shape = x[0].Shape;
            int axis = x[0].Axis(named), extent = shape[axis], inner = shape.Product(axis + 1, shape.Rank);
            long count = x.Optional(1)?.ToInteger() ?? fixedCount;
            if (count < 0 || count > extent) throw new ArgumentException($"there are no {count} among the {extent} of axis {axis} of shape {shape}");
            int[] places = x[0].IsFloat ? Best(x[0].Floats.Span, extent, inner, (int)count, largest) : Best<long>(x[0].Integers, extent, inner, (int)count, largest);
            Shape result = new([.. shape.Extents[..axis], (int)count, .. shape.Extents[(axis + 1)..]]);
            OnnxValue values = x[0].Reshape(new Shape(shape.Count)).Take(0, places).Reshape(result);
            return [values, new OnnxValue(Array.ConvertAll(places, place => (long)(place / inner % extent)), result)];
        };
    }

    private static int[] Best<T>(ReadOnlySpan<T> values, int extent, int inner, int count, bool largest)
        where T : INumber<T>
    {
        if (count == 0) return [];
        int[] places = new int[values.Length / extent * count];
        (T Value, int Place)[] lane = new (T, int)[extent];
        AllocationLimit.Count((long)values.Length * BitOperations.Log2((uint)extent + 1) / 16);
        for (int i = 0; i < values.Length / extent; i++)
        {
            int start = (i / inner * extent * inner) + (i % inner);
            for (int k = 0; k < extent; k++) lane[k] = (values[start + (k * inner)], k);
            Array.Sort(lane, (a, b) => a.Value == b.Value ? a.Place - b.Place : largest ? b.Value.CompareTo(a.Value) : a.Value.CompareTo(b.Value));
            for (int k = 0; k < count; k++) places[(i / inner * count * inner) + (k * inner) + (i % inner)] = start + (lane[k].Place * inner);
        }
        return places;
    }
}
