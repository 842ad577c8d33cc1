namespace Elman.Samples.TrainedNetworks;

/// <summary>
/// The adding problem (Hochreiter and Schmidhuber 1997): each step holds a random number and a mark, two steps of a sequence are
/// marked, and the answer after the last step is the sum of their numbers. It takes memory over up to the whole sequence.
/// </summary>
/// <param name="longest">Sequences have half as many steps at least.</param>
public sealed class AddingProblem(int longest)
{
    private const int BatchSize = 64;

    /// <summary>Sequences side by side.</summary>
    /// <param name="X">Number and mark of each step [N, L, 2].</param>
    /// <param name="Lengths">Valid steps [N].</param>
    /// <param name="Sums">The answers [N, 1].</param>
    public sealed record Batch(Tensor X, int[] Lengths, Tensor Sums);

    /// <summary>Trains a network on new sequences all the time.</summary>
    /// <returns>The mean squared error on 1024 sequences that it has not seen; always answering 1 gives 1/6.</returns>
    public double Train(LastStateNetwork network, int epochs, IProgress<TrainingProgress>? progress = null)
    {
        const int Batches = 50;
        BatchSource<Batch> source = new(epoch => BatchSource.Lazy(Batches, place => Make(new RandomStream(2, (ulong)((epoch * Batches) + place)))), _ => BatchSize);
        BatchSource<Batch> unseen = new(_ => BatchSource.Lazy(16, place => Make(new RandomStream(3, (ulong)place))), _ => BatchSize);
        Trainer trainer = new(network, new Adam(network.Parameters(), 3e-3), new TrainingOptions
        {
            Epochs = epochs,
            ClipNorm = 1,
            Schedule = new CosineDecay(3e-3, epochs * Batches),
            Progress = progress,
        });
        trainer.Run(source, Error);
        return trainer.Evaluate(unseen, Error);

        Tensor Error(Batch batch) => Loss.MeanSquaredError(network.Forward(batch.X, batch.Lengths), batch.Sums);
    }

    private Batch Make(RandomStream random)
    {
        float[] x = new float[BatchSize * longest * 2], sums = new float[BatchSize];
        int[] lengths = new int[BatchSize];
        for (int row = 0; row < BatchSize; row++)
        {
            int length = lengths[row] = (longest / 2) + random.NextInt((longest / 2) + 1);
            Span<float> sequence = x.AsSpan(row * longest * 2, length * 2);
            for (int t = 0; t < length; t++) sequence[2 * t] = random.NextUniform();
            int first = random.NextInt(length / 2), second = (length / 2) + random.NextInt(length - (length / 2));
            sequence[(2 * first) + 1] = sequence[(2 * second) + 1] = 1;
            sums[row] = sequence[2 * first] + sequence[2 * second];
        }
        return new Batch(Tensor.From(x, BatchSize, longest, 2), lengths, Tensor.From(sums, BatchSize, 1));
    }
}

/// <summary>A recurrent layer and a linear map of the state after each sequence's last valid step: [N, L, I] → [N, O].</summary>
public sealed class LastStateNetwork : Module
{
    private readonly RecurrentLayer _layer;
    private readonly Linear _output;

    /// <summary>A network around a recurrent layer.</summary>
    public LastStateNetwork(RecurrentLayer layer, int outputSize, RandomStream random)
    {
        _layer = AddChild("layer", layer);
        _output = AddChild("output", new Linear(layer.HiddenSize, outputSize, random));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) =>
        _output.Forward(_layer.Forward(input, null, lengths).Final.Hidden.Select(0, ^1));
}
