using System.Runtime.CompilerServices;

namespace Elman.Tests;

/// <summary>The examples of README.md are the code between the markers here: compiled, run, and compared with the text.</summary>
public class ReadmeTests
{
    [Fact]
    public void The_training_example_learns_and_the_streaming_example_predicts()
    {
        // <training>
        float[] wave = [.. Enumerable.Range(0, 1001).Select(t => MathF.Sin(0.1f * t) * MathF.Sin(0.031f * t))];
        Tensor x = Tensor.From(wave.AsSpan(0, 1000), 10, 100, 1);       // 10 sequences of 100 steps
        Tensor next = Tensor.From(wave.AsSpan(1, 1000), 10, 100, 1);    // at every step, the value to come

        RandomStream random = new(seed: 1);
        Sequential net = new(new Gru(inputSize: 1, hiddenSize: 16, random), new Linear(16, 1, random));

        BatchSource<int[]> batches = BatchSource.Shuffled(count: 10, batchSize: 5, seed: 1, rows => rows);
        Trainer trainer = new(net, new Adam(net.Parameters(), learningRate: 0.01), new TrainingOptions { Epochs = 60 });
        trainer.Run(batches, rows => Loss.MeanSquaredError(net.Forward(x.Take(0, rows)), next.Take(0, rows)));
        // </training>

        // <streaming>
        RecurrentStream stream = net.OpenStream();
        foreach (float value in wave.AsSpan(0, 200)) stream.Step(value);   // warm, a step allocates nothing
        StreamSnapshot here = stream.Snapshot();                           // a value: keep it, go back to it
        float ahead = stream.Step(wave[200])[0];                           // what the net expects at 201
        stream.Restore(here);
        // </streaming>

        Assert.InRange(ahead, wave[201] - 0.1f, wave[201] + 0.1f);
        Assert.Equal(200, stream.StepCount);
    }

    [Theory]
    [InlineData("training")]
    [InlineData("streaming")]
    public void The_readme_shows_the_code_that_is_tested(string region)
    {
        string source = File.ReadAllText(ThisFile());
        int from = source.IndexOf($"// <{region}>\n", StringComparison.Ordinal), to = source.IndexOf($"// </{region}>", StringComparison.Ordinal);
        string[] lines = source[(source.IndexOf('\n', from) + 1)..to].TrimEnd().Split('\n');
        string example = string.Join('\n', lines.Select(line => line.Length > 8 ? line[8..] : "")).TrimEnd();
        string readme = File.ReadAllText(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "README.md"));
        Assert.Contains("```csharp\n" + example + "\n```", readme, StringComparison.Ordinal);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
