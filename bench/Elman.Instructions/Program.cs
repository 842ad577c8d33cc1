using Elman;

// Elman.Instructions SCENARIO RUNS: does a scenario's work that many times on one thread, and prints how many multiply-adds one of them needs.
// bench/instructions counts the instructions.
if (args.Length != 2 || !int.TryParse(args[1], out int runs) || !Scenario.All.TryGetValue(args[0], out Func<Scenario>? make))
{
    Console.Error.WriteLine($"usage: Elman.Instructions SCENARIO RUNS, with one of {string.Join(", ", Scenario.All.Keys)}");
    return 2;
}
Compute.Threads = 1;
Scenario scenario = make();
for (int run = 0; run < runs; run++) scenario.Run();
Console.WriteLine(scenario.MultiplyAdds);
return 0;

/// <summary>A piece of work whose instructions are counted.</summary>
/// <param name="MultiplyAdds">What one run needs in its products.</param>
/// <param name="Run">One run.</param>
internal sealed record Scenario(long MultiplyAdds, Action Run)
{
    public static IReadOnlyDictionary<string, Func<Scenario>> All { get; } = new Dictionary<string, Func<Scenario>>
    {
        ["lstm-stream-1-32"] = () => Stream("lstm", 1, 32),
        ["gru-stream-1-8"] = () => Stream("gru", 1, 8),
        ["gru-stream-64-128"] = () => Stream("gru", 64, 128),
        ["gru-infer-1x1000-1-8"] = () => Infer("gru", 1, 1000, 1, 8),
        ["lstm-infer-64x4-64-128"] = () => Infer("lstm", 64, 4, 64, 128),
        ["lstm-train-64x4-64-128"] = () => Train("lstm", 64, 4, 64, 128),
        ["gru-train-64x4-64-128"] = () => Train("gru", 64, 4, 64, 128),
    };

    private static Scenario Stream(string cell, int inputs, int hidden)
    {
        RecurrentStream stream = Cells.Create(cell, inputs, hidden, new RandomStream(1)).OpenStream();
        float[] input = Filled(inputs).Span.ToArray();
        return new Scenario(Products(cell, 1, 1, inputs, hidden), () => stream.Step(input));
    }

    private static Scenario Infer(string cell, int batch, int length, int inputs, int hidden)
    {
        RecurrentLayer layer = Cells.Create(cell, inputs, hidden, new RandomStream(1));
        Tensor x = Filled(batch, length, inputs);
        return new Scenario(Products(cell, batch, length, inputs, hidden), () =>
        {
            using TensorScope scope = TensorScope.Begin();
            using GradientPause pause = Tensor.NoGradient();
            layer.Forward(x);
        });
    }

    /// <summary>Forward, and backward to inputs and weights: three times the products of inference.</summary>
    private static Scenario Train(string cell, int batch, int length, int inputs, int hidden)
    {
        RecurrentLayer layer = Cells.Create(cell, inputs, hidden, new RandomStream(1));
        Tensor x = Filled(batch, length, inputs), slope = Filled(batch, length, hidden);
        x.RequiresGradient = true;
        return new Scenario(3 * Products(cell, batch, length, inputs, hidden), () =>
        {
            using TensorScope scope = TensorScope.Begin();
            layer.ZeroGradients();
            x.ZeroGradient();
            layer.Forward(x).Backward(slope);
        });
    }

    private static long Products(string cell, int batch, int length, int inputs, int hidden) =>
        (long)batch * length * (inputs + hidden) * hidden * (cell == "lstm" ? 4 : 3);

    private static Tensor Filled(params ReadOnlySpan<int> shape) => Tensor.Uniform(new RandomStream(2), -1, 1, shape);
}
