using System.Numerics;

namespace Elman.Formats;

/// <summary>Operators that arrange the same elements under another shape, or repeat them.</summary>
internal static class ShapingOperators
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("Transpose", 1..1, Transpose),
        Operator.Of("Reshape", 2..2, Reshape),
        Operator.Of("Flatten", 1..1, Flatten),
        Operator.Of("Squeeze", 1..2, Squeeze),
        Operator.Of("Unsqueeze", 1..2, Unsqueeze),
        Operator.Of("Concat", 1.., Concat),
        Operator.Of("Expand", 2..2, _ => x => x[0].Expand(x.Allow(Broadcast.Common("Expand", x[0].Shape, OnnxValue.ShapeOf(x[1].Integers)))), since: 8),
        Operator.Of("Tile", 2..2, _ => Tile),
        Operator.Of("Shape", 1..1, ShapeOf),
        Operator.Of("Size", 1..1, _ => x => new OnnxValue([x[0].Shape.Count], new Shape())),
    ];

    /// <summary>An operator's axes: an attribute before an operator set, an input from it on. Null if there are none.</summary>
    public static Func<Arguments, long[]?> Axes(OnnxNode node, int inputSince, int input = 1)
    {
        if (node.Opset >= inputSince) return x => x.Optional(input)?.Integers;
        if (node.HasInput(input)) throw node.Refuse($"axes are an input from opset {inputSince} on, and an attribute before");
        long[]? axes = node.Integers("axes");
        return _ => axes;
    }

    private static Func<Arguments, OnnxValue> Transpose(OnnxNode node)
    {
        long[]? order = node.Integers("perm");
        return x =>
        {
            int rank = x[0].Shape.Rank;
            int[] axes = new int[order?.Length ?? rank];
            uint named = 0;
            for (int i = 0; i < axes.Length; i++)
            {
                axes[i] = order is null ? rank - 1 - i : x[0].Axis(order[i]);
                named |= 1u << axes[i];
            }
            if (axes.Length != rank || BitOperations.PopCount(named) != rank) throw new ArgumentException($"perm {Shape.Format(axes)} must name each axis of shape {x[0].Shape} once");
            return x[0].Permute(axes);
        };
    }

    private static Func<Arguments, OnnxValue> Reshape(OnnxNode node)
    {
        bool allowZero = node.Opset >= 14 && node.Flag("allowzero", false);
        return x =>
        {
            Shape shape = x[0].Shape;
            long[] extents = [.. x[1].Integers];
            int inferred = Array.IndexOf(extents, -1);
            for (int axis = 0; axis < extents.Length; axis++)
            {
                if (extents[axis] != 0 || allowZero) continue;
                extents[axis] = axis < shape.Rank ? shape[axis] : throw new ArgumentException($"shape {shape} has no axis {axis} to copy the extent from");
            }
            if (inferred >= 0)
            {
                extents[inferred] = 1;
                int known = OnnxValue.ShapeOf(extents).Count;
                if (known == 0 || shape.Count % known != 0) throw new ArgumentException($"shape {shape} of {shape.Count} elements does not fill {Format(x[1])}");
                extents[inferred] = shape.Count / known;
            }
            return x[0].Reshape(OnnxValue.ShapeOf(extents));
        };
    }

    private static Func<Arguments, OnnxValue> Flatten(OnnxNode node)
    {
        long axis = node.Integer("axis", 1);
        return x =>
        {
            Shape shape = x[0].Shape;
            int end = axis == shape.Rank ? shape.Rank : x[0].Axis(axis);
            return x[0].Reshape(new Shape(shape.Product(0, end), shape.Product(end, shape.Rank)));
        };
    }

    private static Func<Arguments, OnnxValue> Squeeze(OnnxNode node)
    {
        Func<Arguments, long[]?> named = Axes(node, inputSince: 13);
        return x =>
        {
            Shape shape = x[0].Shape;
            long[]? axes = named(x);
            uint leaving = 0;
            foreach (long axis in axes ?? []) leaving |= 1u << x[0].Axis(axis);
            Span<int> kept = stackalloc int[shape.Rank];
            int count = 0;
            for (int axis = 0; axis < shape.Rank; axis++)
            {
                bool leaves = axes is null ? shape[axis] == 1 : (leaving >> axis & 1) != 0;
                if (!leaves) kept[count++] = shape[axis];
                else if (shape[axis] != 1) throw new ArgumentException($"axis {axis} of shape {shape} is not of extent 1");
            }
            return x[0].Reshape(new Shape(kept[..count]));
        };
    }

    private static Func<Arguments, OnnxValue> Unsqueeze(OnnxNode node)
    {
        Func<Arguments, long[]?> named = Axes(node, inputSince: 13);
        return x =>
        {
            long[] axes = named(x) ?? throw new ArgumentException("the axes are missing");
            int rank = x[0].Shape.Rank + axes.Length;
            if (rank > OnnxValue.MaxRank) throw new ArgumentException($"a shape of {rank} axes, {OnnxValue.MaxRank} are the limit");
            bool[] added = new bool[rank];
            foreach (long axis in axes)
            {
                int place = OnnxValue.Axis(axis, rank);
                if (added[place]) throw new ArgumentException($"axis {place} is named twice");
                added[place] = true;
            }
            int[] extents = new int[rank];
            for (int axis = 0, from = 0; axis < rank; axis++) extents[axis] = added[axis] ? 1 : x[0].Shape[from++];
            return x[0].Reshape(extents);
        };
    }

    private static Func<Arguments, OnnxValue> Concat(OnnxNode node)
    {
        long named = node.RequiredInteger("axis");
        return x =>
        {
            OnnxValue[] parts = [.. x.Values.Select(part => part ?? throw new ArgumentException("an input is left out"))];
            Shape first = parts[0].Shape;
            int axis = parts[0].Axis(named);
            long total = 0;
            int[] extents = first.Extents.ToArray();
            foreach (OnnxValue part in parts)
            {
                extents[axis] = part.Shape.Rank == first.Rank ? part.Shape[axis] : -1;
                if (!part.Shape.Extents.SequenceEqual(extents)) throw new ArgumentException($"shapes {first} and {part.Shape} must be equal except for axis {axis}");
                total += extents[axis];
            }
            extents[axis] = checked((int)total);
            return OnnxValue.Concat(parts, axis, x.Allow(extents));
        };
    }

    private static OnnxValue Tile(Arguments x)
    {
        Shape shape = x[0].Shape;
        long[] repeats = x[1].Integers;
        if (repeats.Length != shape.Rank) throw new ArgumentException($"{repeats.Length} repeats for shape {shape}");
        OnnxValue result = x[0];
        for (int axis = 0; axis < repeats.Length; axis++)
        {
            if (repeats[axis] == 1) continue;
            int extent = shape[axis];
            int[] extents = result.Shape.Extents.ToArray();
            extents[axis] = repeats[axis] >= 0 ? checked((int)(extent * repeats[axis])) : throw new ArgumentException($"repeats of {repeats[axis]}");
            x.Allow(extents);
            result = result.Take(axis, [.. Enumerable.Range(0, extents[axis]).Select(place => place % extent)]);
        }
        return result;
    }

    private static Func<Arguments, OnnxValue> ShapeOf(OnnxNode node)
    {
        long start = node.Opset >= 15 ? node.Integer("start", 0) : 0, end = node.Opset >= 15 ? node.Integer("end", int.MaxValue) : int.MaxValue;
        return x =>
        {
            int rank = x[0].Shape.Rank, first = Clamped(start, rank), last = Math.Max(first, Clamped(end, rank));
            return OnnxValue.Of([.. x[0].Shape.Extents[first..last].ToArray().Select(extent => (long)extent)]);
        };
    }

    private static int Clamped(long axis, int rank) => (int)Math.Clamp(axis < 0 ? axis + rank : axis, 0, rank);

    private static string Format(OnnxValue extents) => $"[{string.Join(", ", extents.Integers.Take(OnnxValue.MaxRank))}]";
}
