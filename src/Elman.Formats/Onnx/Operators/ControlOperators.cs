namespace Elman.Formats;

/// <summary>If: one of two graphs, chosen by a condition. Loop: a graph that is run so many times, or as long as a condition holds.</summary>
internal static class ControlOperators
{
    public static IEnumerable<Operator> All => [new("If", 7, 1, 1, int.MaxValue, Folds: false, If), new("Loop", 7, 0, int.MaxValue, int.MaxValue, Folds: false, Loop)];

    private static Evaluate If(OnnxNode node)
    {
        (GraphProgram yes, GraphProgram no) = (Branch(node, "then_branch"), Branch(node, "else_branch"));
        int outputs = node.Outputs.Count;
        // What both read of the values around them follows the condition.
        return x => x[0].ToInteger() != 0 ? yes.Run(NotNull(x.Values.AsSpan(1, yes.CaptureCount)), outputs) : no.Run(NotNull(x.Values.AsSpan(1 + yes.CaptureCount)), outputs);
    }

    private static GraphProgram Branch(OnnxNode node, string name)
    {
        GraphProgram branch = node.Body(name);
        if (branch.InputCount != 0) throw node.Refuse($"its {name} has {branch.InputCount} inputs, it should have none");
        return branch.OutputCount >= node.Outputs.Count ? branch : throw node.Refuse($"its {name} has {branch.OutputCount} outputs for {node.Outputs.Count}");
    }

    private static Evaluate Loop(OnnxNode node)
    {
        GraphProgram body = node.Body("body");
        int inputs = Math.Max(2, node.Inputs.Count), states = inputs - 2;
        if (Enumerable.Range(2, states).FirstOrDefault(i => !node.HasInput(i), -1) is >= 0 and int missing) throw node.Refuse($"its input {missing} is missing");
        if (body.InputCount != inputs) throw node.Refuse($"its body has {body.InputCount} inputs, it should have {inputs}: step, condition, then the states");
        if (body.OutputCount < 1 + states || node.Outputs.Count > body.OutputCount - 1)
            throw node.Refuse($"its body has {body.OutputCount} outputs for the condition, {states} states and {node.Outputs.Count} outputs");
        List<OnnxInput> declared = node.Bodies[^1].Inputs;
        return new WhileLoop(body, states, node.Inputs.Count, ShapeOf(declared[0]), ShapeOf(declared[1]), node.Outputs.Count > states).Run;
    }

    /// <summary>The step and the condition are single numbers, of one axis if the body says so.</summary>
    private static Shape ShapeOf(OnnxInput single) => single.Shape is { Count: 1 } ? new Shape(1) : new Shape();

    private static OnnxValue[] NotNull(ReadOnlySpan<OnnxValue?> values)
    {
        OnnxValue[] result = new OnnxValue[values.Length];
        for (int i = 0; i < result.Length; i++) result[i] = values[i]!;
        return result;
    }
}

/// <summary>The loop of a Loop.</summary>
/// <param name="Body">One step: from its number, the condition, the states, and what it reads of the values around it, to the next condition, the next states and what is stacked.</param>
/// <param name="States">How many states there are.</param>
/// <param name="Given">Inputs of the node, after which follows what the body reads of the values around it.</param>
/// <param name="StepShape">Shape of the step's number.</param>
/// <param name="ConditionShape">Shape of the condition.</param>
/// <param name="Stacks">Whether any output is stacked.</param>
internal sealed record WhileLoop(GraphProgram Body, int States, int Given, Shape StepShape, Shape ConditionShape, bool Stacks)
{
    /// <summary>What a loop may cost, as <see cref="AllocationLimit"/> counts it: so much at all, so much for every value that goes into it. It may have no other end.</summary>
    private const long LeastWork = 1L << 30, WorkPerValue = 1 << 16;

    /// <summary>What a step counts, besides what its nodes do.</summary>
    private const long Step = 1 << 10;

    public OnnxValue?[] Run(Arguments x)
    {
        using AllocationLimit? limit = AllocationLimit.IsOpen ? null
            : AllocationLimit.Of(LeastWork + (WorkPerValue * x.Values.Sum(value => (long)(value?.Shape.Count ?? 0))), "the loop takes more work than the size of its inputs justifies");
        long steps = x.Optional(0) is { } most && Given > 0 ? most.ToInteger() : long.MaxValue;
        bool holds = Given < 2 || x.Optional(1) is not { } first || first.ToInteger() != 0;
        OnnxValue[] values = [Number(0, StepShape), Number(1, ConditionShape), .. x.Values.Skip(Math.Min(2, Given)).Select(value => value!)];
        List<OnnxValue>[] stacks = [.. Enumerable.Range(0, Body.OutputCount - 1 - States).Select(_ => new List<OnnxValue>())];
        for (long step = 0; step < steps && holds; step++)
        {
            AllocationLimit.Count(Step);
            values[0] = Number(step, StepShape);
            OnnxValue[] results = Body.Run(values, Body.OutputCount);
            holds = results[0].ToInteger() != 0;
            for (int i = 0; i < States; i++)
                values[2 + i] = results[1 + i].IsFloat == values[2 + i].IsFloat ? results[1 + i] : throw new ArgumentException($"state {i} becomes one of another kind");
            for (int i = 0; i < stacks.Length && Stacks; i++) Push(stacks[i], results[1 + States + i]);
        }
        return [.. values[2..(2 + States)], .. !Stacks ? [] : stacks is [[_, ..], ..] ? stacks.Select(ScanLoop.Stacked) : Nothing(values)];
    }

    /// <summary>What is stacked must be of one shape, and in all no more than a value holds.</summary>
    private static void Push(List<OnnxValue> stack, OnnxValue slice)
    {
        stack.Add(stack.Count == 0 ? slice : ScanLoop.Like(stack[0], slice, "an output"));
        if ((long)stack.Count * slice.Shape.Count > int.MaxValue) throw new ArgumentException($"an output of {stack.Count} steps of shape {slice.Shape} is too large");
    }

    /// <summary>Outputs of no steps: a step tells their shapes.</summary>
    private IEnumerable<OnnxValue> Nothing(OnnxValue[] values) =>
        Body.Run(values, Body.OutputCount)[(1 + States)..].Select(value => value.Reshape(new Shape([1, .. value.Shape.Extents])).Take(0, []));

    private static OnnxValue Number(long value, Shape shape) => new([value], shape);
}
