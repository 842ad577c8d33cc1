namespace Elman.Formats;

/// <summary>Scan: a graph that is run for one slice of some values after the other, and hands states on from step to step.</summary>
internal static class LoopOperators
{
    public static IEnumerable<Operator> All => [new("Scan", 9, 1, int.MaxValue, int.MaxValue, Folds: false, Bind)];

    private static Evaluate Bind(OnnxNode node)
    {
        GraphProgram body = node.Body("body");
        int inputs = node.Inputs.Count;
        long scans = node.RequiredInteger("num_scan_inputs");
        if (scans < 1 || scans > inputs) throw node.Refuse($"'num_scan_inputs' is {scans}, of {inputs} inputs");
        if (Enumerable.Range(0, inputs).FirstOrDefault(i => !node.HasInput(i), -1) is >= 0 and int missing) throw node.Refuse($"its input {missing} is missing");
        int states = inputs - (int)scans, stacked = body.OutputCount - states;
        if (body.InputCount != inputs) throw node.Refuse($"its body has {body.InputCount} inputs, it should have {inputs}: the states, then what is scanned");
        if (stacked < 0 || node.Outputs.Count > body.OutputCount) throw node.Refuse($"its body has {body.OutputCount} outputs for {states} states and {node.Outputs.Count} outputs");
        ScanLoop loop = new(body, states,
            List(node, "scan_input_axes", (int)scans), Flags(node, "scan_input_directions", (int)scans), List(node, "scan_output_axes", stacked), Flags(node, "scan_output_directions", stacked));
        return loop.Run;
    }

    private static long[] List(OnnxNode node, string name, int count)
    {
        long[] values = node.Integers(name) ?? new long[count];
        return values.Length == count ? values : throw node.Refuse($"'{name}' has {values.Length} numbers, it should have {count}");
    }

    private static bool[] Flags(OnnxNode node, string name, int count) =>
        Array.ConvertAll(List(node, name, count), value => value is 0 or 1 ? value == 1 : throw node.Refuse($"'{name}' has the value {value}, it should be 0 or 1"));
}

/// <summary>The loop of a Scan.</summary>
/// <param name="Body">One step: from the states, a slice of everything that is scanned, and what it reads of the values around it, to the next states and what is stacked.</param>
/// <param name="States">How many states there are.</param>
/// <param name="InputAxes">The axis along which every input is scanned.</param>
/// <param name="InputReversed">Whether it is scanned from its end.</param>
/// <param name="OutputAxes">The axis along which every output is stacked.</param>
/// <param name="OutputReversed">Whether it is stacked from its end.</param>
internal sealed record ScanLoop(GraphProgram Body, int States, long[] InputAxes, bool[] InputReversed, long[] OutputAxes, bool[] OutputReversed)
{
    public OnnxValue?[] Run(Arguments x)
    {
        int scans = InputAxes.Length;
        // The scanned axis comes first, so that a step is one piece.
        OnnxValue[] scanned = [.. Enumerable.Range(0, scans).Select(i => Moved(x[States + i], x[States + i].Axis(InputAxes[i]), 0))];
        int steps = scanned[0].Shape[0];
        if (Array.FindIndex(scanned, value => value.Shape[0] != steps) is >= 0 and int other)
            throw new ArgumentException($"the values that are scanned differ in their steps, {steps} and {scanned[other].Shape[0]}");
        OnnxValue[] values = [.. x.Values.Select(value => value!)];
        List<OnnxValue>[] stacks = [.. OutputAxes.Select(_ => new List<OnnxValue>())];
        for (int step = 0; step < steps; step++)
        {
            for (int i = 0; i < scans; i++) values[States + i] = Slice(scanned[i], InputReversed[i] ? steps - 1 - step : step);
            OnnxValue[] results = Body.Run(values, Body.OutputCount);
            for (int i = 0; i < States; i++) values[i] = Like(values[i], results[i], "a state");
            for (int i = 0; i < stacks.Length; i++) stacks[i].Add(step == 0 ? results[States + i] : Like(stacks[i][0], results[States + i], "an output"));
        }
        return [.. values[..States], .. steps > 0 ? stacks.Select(Arranged) : Nothing(scanned, values)];
    }

    /// <summary>Outputs of no steps: a step on zeros tells their shapes.</summary>
    private IEnumerable<OnnxValue> Nothing(OnnxValue[] scanned, OnnxValue[] values)
    {
        for (int i = 0; i < scanned.Length; i++) values[States + i] = scanned[i].Take(0, [-1]).Reshape(Inner(scanned[i].Shape));
        return Body.Run(values, Body.OutputCount)[States..].Select((value, i) => Moved(value.Reshape(new Shape([1, .. value.Shape.Extents])).Take(0, []), 0, OnnxValue.Axis(OutputAxes[i], value.Shape.Rank + 1)));
    }

    private OnnxValue Arranged(List<OnnxValue> slices, int output)
    {
        if (OutputReversed[output]) slices.Reverse();
        OnnxValue whole = Stacked(slices);
        return Moved(whole, 0, OnnxValue.Axis(OutputAxes[output], whole.Shape.Rank));
    }

    /// <summary>Values of one shape, along a new first axis.</summary>
    public static OnnxValue Stacked(List<OnnxValue> slices) =>
        OnnxValue.Concat([.. slices.Select(slice => slice.Reshape(new Shape([1, .. slice.Shape.Extents])))], 0, new Shape([slices.Count, .. slices[0].Shape.Extents]));

    /// <summary>A value, if it has the shape and kind of the one before.</summary>
    public static OnnxValue Like(OnnxValue before, OnnxValue value, string what) => value.Shape == before.Shape && value.IsFloat == before.IsFloat ? value
        : throw new ArgumentException($"{what} of shape {before.Shape} becomes one of shape {value.Shape}{(value.IsFloat == before.IsFloat ? "" : " and of another kind")}");

    /// <summary>A slice of the first axis.</summary>
    private static OnnxValue Slice(OnnxValue value, int index)
    {
        Shape inner = Inner(value.Shape);
        Span<int> strides = stackalloc int[inner.Rank];
        for (int axis = 0; axis < strides.Length; axis++) strides[axis] = inner.Product(axis + 1, inner.Rank);
        return value.Strided(inner, index * inner.Count, strides);
    }

    private static Shape Inner(Shape shape) => new(shape.Extents[1..]);

    /// <summary>An axis moved to another place; the others keep their order.</summary>
    private static OnnxValue Moved(OnnxValue value, int from, int to)
    {
        if (from == to) return value;
        List<int> order = [.. Enumerable.Range(0, value.Shape.Rank)];
        order.RemoveAt(from);
        order.Insert(to, from);
        return value.Permute([.. order]);
    }
}
