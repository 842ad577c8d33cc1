namespace Elman.Formats;

/// <summary>The steps of a graph, in an order in which they can run. Any number of threads may run it.</summary>
internal sealed class GraphProgram
{
    private readonly GraphStep[] _steps;
    private readonly OnnxValue?[] _constants;
    private readonly int[] _inputs, _outputs;
    private readonly int[][] _lastReads;

    public GraphProgram(GraphReader reader)
    {
        _steps = [.. reader.Steps];
        _inputs = [.. reader.Inputs.Select(input => reader.Slot(input.Name)), .. reader.Captures.Select(reader.Slot)];
        _outputs = [.. reader.Outputs.Select(reader.Slot)];
        _constants = new OnnxValue?[reader.SlotCount];
        foreach ((_, int slot, OnnxValue value) in reader.Constants) _constants[slot] = value;
        _lastReads = LastReads();
        InputCount = reader.Inputs.Count;
    }

    public int StepCount => _steps.Length;

    /// <summary>Inputs of the graph itself, without what it reads of the values around it.</summary>
    public int InputCount { get; }

    /// <summary>What it reads of the values around it.</summary>
    public int CaptureCount => _inputs.Length - InputCount;

    public int OutputCount => _outputs.Length;

    /// <summary>Runs the graph. Without LINQ and closures, which would cost a single step of a small network as much as the step itself.</summary>
    /// <param name="inputs">The inputs, and after them what it reads of the values around it.</param>
    /// <param name="outputs">How many of its outputs are wanted, the first ones.</param>
    /// <exception cref="ElmanException">A node cannot take the values that reach it; the message names it.</exception>
    public OnnxValue[] Run(ReadOnlySpan<OnnxValue> inputs, int outputs)
    {
        // A loop runs a body over and over, even one without steps.
        AllocationLimit.Count(16 + _constants.Length);
        OnnxValue?[] slots = [.. _constants];
        for (int i = 0; i < inputs.Length; i++) slots[_inputs[i]] = inputs[i];
        for (int step = 0; step < _steps.Length; step++)
        {
            Compute(_steps[step], slots);
            foreach (int slot in _lastReads[step]) slots[slot] = null;
        }
        OnnxValue[] results = new OnnxValue[outputs];
        for (int i = 0; i < results.Length; i++) results[i] = slots[_outputs[i]]!;
        return results;
    }

    private static void Compute(GraphStep step, OnnxValue?[] slots)
    {
        OnnxValue?[] results, inputs = new OnnxValue?[step.Inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
            if (step.Inputs[i] >= 0) inputs[i] = slots[step.Inputs[i]];
        try
        {
            AllocationLimit.Count(WorkOf(inputs));
            results = step.Compute(new Arguments(inputs, int.MaxValue));
        }
        catch (Exception failure) when (GraphReader.IsRefusal(failure) && !failure.Message.StartsWith(step.Place, StringComparison.Ordinal))
        {
            throw new ElmanException($"{step.Place}: {failure.Message}", failure);
        }
        for (int i = 0; i < step.Outputs.Length; i++)
            if (step.Outputs[i] >= 0) slots[step.Outputs[i]] = results[i];
    }

    /// <summary>What a step is worth in values, besides the tensors that it makes: a loop of empty steps ends too, and numbers that are only read.</summary>
    private static long WorkOf(OnnxValue?[] inputs)
    {
        const int least = 16, read = 16;
        long values = 0;
        foreach (OnnxValue? input in inputs) values += input?.Shape.Count ?? 0;
        return least + values / read;
    }

    /// <summary>For every step the values that nobody reads after it, so that their memory can be had again.</summary>
    private int[][] LastReads()
    {
        int[] last = new int[_constants.Length];
        Array.Fill(last, -1);
        for (int step = 0; step < _steps.Length; step++)
            foreach (int slot in _steps[step].Inputs.Concat(_steps[step].Outputs).Where(slot => slot >= 0)) last[slot] = step;
        foreach (int slot in _outputs) last[slot] = -1;
        ILookup<int, int> ends = Enumerable.Range(0, last.Length).ToLookup(slot => last[slot]);
        return [.. Enumerable.Range(0, _steps.Length).Select(step => ends[step].ToArray())];
    }
}
