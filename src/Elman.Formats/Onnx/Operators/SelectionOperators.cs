using Elman.Kernels;

namespace Elman.Formats;

/// <summary>Operators that pick elements by place, and those that put borders around them.</summary>
internal static class SelectionOperators
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("Gather", 2..2, Gather),
        Operator.Of("Slice", 1..5, Slice),
        new("Split", 7, 1, 2, int.MaxValue, Folds: true, Split),
        Operator.Of("Pad", 1..4, Pad),
        Operator.Of("ReverseSequence", 2..2, ReverseSequence, since: 10),
        Operator.Of("GatherElements", 2..2, GatherElements, since: 11),
        Operator.Of("ScatterElements", 3..3, ScatterElements, since: 11),
    ];

    private static Func<Arguments, OnnxValue> Gather(OnnxNode node)
    {
        long named = node.Integer("axis", 0);
        return x =>
        {
            (Shape shape, Shape chosen) = (x[0].Shape, x[1].Shape);
            int axis = x[0].Axis(named), extent = shape[axis];
            long[] indices = x[1].Integers;
            int[] places = new int[indices.Length];
            for (int i = 0; i < places.Length; i++)
            {
                places[i] = indices[i] >= -extent && indices[i] < extent ? (int)(indices[i] < 0 ? indices[i] + extent : indices[i])
                    : throw new ArgumentException($"index {indices[i]} is outside axis {axis} of shape {shape}");
            }
            long[] result = [.. Wide(shape.Extents[..axis]), .. Wide(chosen.Extents), .. Wide(shape.Extents[(axis + 1)..])];
            Shape whole = x.Allow(OnnxValue.ShapeOf(result));
            return x[0].Take(axis, places).Reshape(whole);
        };
    }

    private static Func<Arguments, OnnxValue> Slice(OnnxNode node)
    {
        if (node.Opset < 10)
        {
            if (node.HasInput(1)) throw node.Refuse("starts and ends are inputs from opset 10 on, and attributes before");
            long[] first = node.Integers("starts") ?? throw node.Refuse("the attribute 'starts' is missing");
            long[] last = node.Integers("ends") ?? throw node.Refuse("the attribute 'ends' is missing");
            long[]? along = node.Integers("axes");
            return x => Sliced(x[0], first, last, along, null);
        }
        if (!node.HasInput(1) || !node.HasInput(2)) throw node.Refuse("the inputs for starts and ends are missing");
        return x => Sliced(x[0], x[1].Integers, x[2].Integers, x.Optional(3)?.Integers, x.Optional(4)?.Integers);
    }

    private static OnnxValue Sliced(OnnxValue x, long[] starts, long[] ends, long[]? axes, long[]? steps)
    {
        int count = starts.Length, rank = x.Shape.Rank;
        if (ends.Length != count || (axes?.Length ?? count) != count || (steps?.Length ?? count) != count || count > rank)
            throw new ArgumentException($"{count} starts, {ends.Length} ends, {axes?.Length ?? count} axes and {steps?.Length ?? count} steps for shape {x.Shape}");
        int[] extents = x.Shape.Extents.ToArray(), strides = new int[rank];
        for (int axis = 0; axis < rank; axis++) strides[axis] = x.Shape.Product(axis + 1, rank);
        int offset = 0;
        bool[] sliced = new bool[rank];
        for (int i = 0; i < count; i++)
        {
            int axis = x.Axis(axes?[i] ?? i), extent = x.Shape[axis];
            if (sliced[axis]) throw new ArgumentException($"axis {axis} is named twice");
            sliced[axis] = true;
            (int first, int length, int step) = Steps(starts[i], ends[i], steps?[i] ?? 1, extent);
            extents[axis] = length;
            offset += first * strides[axis];
            strides[axis] *= step;
        }
        return x.Strided(extents, offset, strides);
    }

    /// <summary>Where a slice of an axis begins, how long it is, and its step: places outside the axis are cut off as in Python.</summary>
    private static (int First, int Length, int Step) Steps(long start, long end, long step, int extent)
    {
        if (step == 0) throw new ArgumentException("the step of a slice is 0");
        long size = Math.Min(Math.Abs(Math.Max(step, -int.MaxValue)), int.MaxValue);
        long Place(long at, long low, long high) => Math.Clamp(at < 0 ? at + extent : at, low, high);
        long first = step > 0 ? Place(start, 0, extent) : Place(start, -1, extent - 1);
        long last = step > 0 ? Place(end, 0, extent) : Place(end, -1, extent - 1);
        long distance = step > 0 ? last - first : first - last, length = distance <= 0 ? 0 : ((distance - 1) / size) + 1;
        // An axis of one element or none is not walked, so that no product of a huge step overflows.
        return length == 0 ? (0, 0, 1) : ((int)first, (int)length, length == 1 ? 1 : (int)(step > 0 ? size : -size));
    }

    private static Evaluate Split(OnnxNode node)
    {
        long named = node.Integer("axis", 0);
        int outputs = node.Outputs.Count;
        long[]? fixedSizes = node.Opset < 13 ? node.Integers("split") : null;
        if (node.Opset < 13 && node.HasInput(1)) throw node.Refuse("sizes are an input from opset 13 on, and an attribute before");
        if (node.Opset >= 18 && node.HasAttribute("num_outputs") && node.Integer("num_outputs", 0) != outputs) throw node.Refuse($"'num_outputs' differs from the {outputs} outputs");
        return x =>
        {
            int axis = x[0].Axis(named), extent = x[0].Shape[axis];
            long part = (extent + outputs - 1) / outputs;
            long[] sizes = fixedSizes ?? x.Optional(1)?.Integers ?? [.. Enumerable.Range(0, outputs).Select(i => Math.Clamp(extent - (i * part), 0, part))];
            if (sizes.Length != outputs || sizes.Any(size => size < 0 || size > extent) || sizes.Sum() != extent)
                throw new ArgumentException($"sizes [{string.Join(", ", sizes.Take(8))}] do not divide axis {axis} of shape {x[0].Shape} into {outputs} outputs");
            OnnxValue[] parts = new OnnxValue[outputs];
            for (long i = 0, start = 0; i < outputs; start += sizes[i++]) parts[i] = Sliced(x[0], [start], [start + sizes[i]], [axis], null);
            return parts;
        };
    }

    private static Func<Arguments, OnnxValue> Pad(OnnxNode node)
    {
        string mode = node.Text("mode", "constant");
        if (mode is not ("constant" or "reflect" or "edge" or "wrap")) throw node.Refuse($"the mode {SafeTensorsHeader.Quote(mode)} is not covered");
        if (node.Opset >= 11)
        {
            if (!node.HasInput(1)) throw node.Refuse("the input for the pads is missing");
            return x => Padded(x, mode, x[1].Integers, x.Optional(3)?.Integers, x.Optional(2)?.ToFloat() ?? 0);
        }
        if (node.HasInput(1)) throw node.Refuse("pads are an input from opset 11 on, and an attribute before");
        long[] pads = node.Integers("pads") ?? throw node.Refuse("the attribute 'pads' is missing");
        float value = node.Float("value", 0);
        return x => Padded(x, mode, pads, null, value);
    }

    /// <summary>Borders, axis by axis; a negative one cuts off. Pads are all the beginnings and then all the ends.</summary>
    private static OnnxValue Padded(Arguments x, string mode, long[] pads, long[]? axes, float value)
    {
        int count = axes?.Length ?? x[0].Shape.Rank;
        if (pads.Length != 2 * count || count > x[0].Shape.Rank) throw new ArgumentException($"{pads.Length} pads for {count} axes");
        OnnxValue result = x[0];
        for (int i = 0; i < count; i++)
        {
            if (pads[i] == 0 && pads[count + i] == 0) continue;
            int axis = x[0].Axis(axes?[i] ?? i), extent = result.Shape[axis];
            long[] extents = Wide(result.Shape.Extents);
            extents[axis] = checked(extent + pads[i] + pads[count + i]);
            x.Allow(OnnxValue.ShapeOf(extents));
            result = result.Take(axis, Border(mode, pads[i], (int)extents[axis], extent), value);
        }
        return result;
    }

    private static int[] Border(string mode, long before, int length, int extent)
    {
        int[] places = new int[length];
        for (int i = 0; i < length; i++)
        {
            long place = i - before;
            if (place >= 0 && place < extent) places[i] = (int)place;
            else if (mode == "constant") places[i] = -1;
            else if (extent == 0 || (mode == "reflect" && (place <= -extent || place >= (2L * extent) - 1))) throw new ArgumentException($"an axis of extent {extent} cannot be padded by {mode}");
            else places[i] = (int)(mode == "edge" ? Math.Clamp(place, 0, extent - 1) : mode == "wrap" ? ((place % extent) + extent) % extent : place < 0 ? -place : (2L * (extent - 1)) - place);
        }
        return places;
    }

    /// <summary>Each row's first steps in reverse order; the rest stays.</summary>
    private static Func<Arguments, OnnxValue> ReverseSequence(OnnxNode node)
    {
        long batch = node.Integer("batch_axis", 1), time = node.Integer("time_axis", 0);
        if ((batch, time) is not ((0, 1) or (1, 0))) throw node.Refuse("batch_axis and time_axis should be 0 and 1, or 1 and 0");
        return x =>
        {
            Shape shape = x[0].Shape;
            if (shape.Rank < 2) throw new ArgumentException($"expects [L, N, ..] or [N, L, ..], got {shape}");
            OnnxValue flat = x[0].Reshape(new Shape(shape[0] * shape[1], shape.Product(2, shape.Rank)));
            int rows = shape[(int)batch], steps = shape[(int)time];
            long[] lengths = x[1].Integers;
            if (lengths.Length != rows || lengths.Any(length => length < 0 || length > steps)) throw new ArgumentException($"lengths should be {rows} numbers from 0 to {steps}");
            int[] places = new int[rows * steps];
            for (int row = 0; row < rows; row++)
            {
                for (int step = 0; step < steps; step++)
                {
                    int from = step < lengths[row] ? (int)lengths[row] - 1 - step : step;
                    places[batch == 0 ? (row * steps) + step : (step * rows) + row] = batch == 0 ? (row * steps) + from : (from * rows) + row;
                }
            }
            return flat.Take(0, places).Reshape(shape);
        };
    }

    /// <summary>At every place of the indices the element of that row and column, but for the axis, along which the index tells.</summary>
    private static Func<Arguments, OnnxValue> GatherElements(OnnxNode node)
    {
        long named = node.Integer("axis", 0);
        return x =>
        {
            (Shape shape, Shape chosen) = (x[0].Shape, x[1].Shape);
            int axis = x[0].Axis(named);
            bool fits = chosen.Rank == shape.Rank;
            for (int other = 0; fits && other < shape.Rank; other++) fits = other == axis || chosen[other] <= shape[other];
            if (!fits) throw new ArgumentException($"indices of shape {chosen} do not fit shape {shape}");
            int[] places = Targets(x[1].Integers, x.Allow(chosen), shape, axis);
            if (!x[0].IsFloat) return new OnnxValue(Array.ConvertAll(places, place => x[0].Integers[place]), chosen);
            Tensor result = Tensor.Allocate(chosen);
            ReadOnlySpan<float> from = x[0].Floats.Span;
            Span<float> to = result.Writable();
            for (int i = 0; i < to.Length; i++) to[i] = from[places[i]];
            return new OnnxValue(result);
        };
    }

    /// <summary>A copy whose element at (.., index, ..) becomes the update that stands at the place of the index; the last one if there are several.</summary>
    private static Func<Arguments, OnnxValue> ScatterElements(OnnxNode node)
    {
        long named = node.Integer("axis", 0);
        if (node.Opset >= 16 && node.Text("reduction", "none") != "none") throw node.Refuse("updates that are added or multiplied are not covered");
        return x =>
        {
            (Shape shape, Shape chosen) = (x[0].Shape, x[1].Shape);
            int axis = x[0].Axis(named);
            bool fits = chosen == x[2].Shape && chosen.Rank == shape.Rank;
            for (int other = 0; fits && other < shape.Rank; other++) fits = other == axis || chosen[other] <= shape[other];
            if (!fits) throw new ArgumentException($"indices of shape {chosen} and updates of shape {x[2].Shape} do not fit shape {shape}");
            int[] targets = Targets(x[1].Integers, chosen, shape, axis);
            if (x[0].IsFloat)
            {
                Tensor result = Tensor.Wrap(x[0].Floats.Span.ToArray(), shape.Extents);
                Put(x[2].Floats.Span, targets, result.Writable());
                return new OnnxValue(result);
            }
            long[] integers = [.. x[0].Integers];
            Put(x[2].Integers, targets, integers);
            return new OnnxValue(integers, shape);
        };
    }

    /// <summary>For every index the element that it chooses.</summary>
    private static int[] Targets(long[] indices, Shape chosen, Shape shape, int axis)
    {
        int[] targets = new int[indices.Length];
        for (int i = 0; i < targets.Length; i++)
        {
            int extent = shape[axis];
            long index = indices[i] < 0 ? indices[i] + extent : indices[i];
            if (index < 0 || index >= extent) throw new ArgumentException($"index {indices[i]} is outside axis {axis} of shape {shape}");
            for (int at = shape.Rank - 1, rest = i; at >= 0; rest /= chosen[at--]) targets[i] += (at == axis ? (int)index : rest % chosen[at]) * shape.Product(at + 1, shape.Rank);
        }
        return targets;
    }

    private static void Put<T>(ReadOnlySpan<T> from, int[] targets, Span<T> to)
    {
        for (int i = 0; i < targets.Length; i++) to[targets[i]] = from[i];
    }

    private static long[] Wide(ReadOnlySpan<int> extents) => Array.ConvertAll(extents.ToArray(), extent => (long)extent);
}
