namespace Elman.Tests.Training;

/// <summary>A run that is over in milliseconds and still uses everything: dropout, stateful layers, an odd last batch.</summary>
internal sealed class SmallRun
{
    public const int Examples = 23, Length = 5, Inputs = 2, BatchSize = 4, BatchesPerEpoch = 6;

    private static readonly Tensor X = Random([Examples, Length, Inputs], 1), Y = Means(X);

    public SmallRun(ulong initialization = 7, float dropout = 0.3f) => Net = new Network(initialization, dropout);

    public Network Net { get; }

    public static BatchSource<int[]> Source(ulong seed = 3) => BatchSource.Shuffled(Examples - 5, BatchSize - 1, seed, rows => rows);

    public static BatchSource<int[]> Validation => BatchSource.InOrder(5, 2, rows => Array.ConvertAll(rows, row => row + Examples - 5));

    /// <summary>The weights, one after the other.</summary>
    public float[] Weights => [.. Net.Parameters().SelectMany(parameter => parameter.Value.Span.ToArray())];

    public Tensor Loss(int[] rows) => Elman.Loss.MeanSquaredError(Net.Forward(X.Take(0, rows)), Y.Take(0, rows));

    public TrainingRecord Train(Func<Network, Optimizer> optimizer, TrainingOptions options, bool validate = true, Action<int[]>? before = null, CancellationToken cancellation = default)
    {
        Trainer trainer = new(Net, optimizer(Net), options);
        return trainer.Run(
            Source(),
            rows =>
            {
                before?.Invoke(rows);
                return Loss(rows);
            },
            validate ? () => trainer.Evaluate(Validation, Loss) : null, cancellation);
    }

    /// <summary>Normal numbers in a tensor of its own memory: static fields may be initialised inside a step's <see cref="TensorScope"/>.</summary>
    public static Tensor Random(int[] shape, ulong seed)
    {
        RandomStream random = new(seed);
        float[] values = new float[new Shape(shape).Count];
        foreach (ref float value in values.AsSpan()) value = random.NextNormal();
        return Tensor.Wrap(values, shape);
    }

    /// <summary>What is to be learnt: the mean over time of the first input.</summary>
    private static Tensor Means(Tensor x)
    {
        float[] means = new float[Examples];
        for (int row = 0; row < Examples; row++)
            for (int t = 0; t < Length; t++) means[row] += x[row, t, 0] / Length;
        return Tensor.Wrap(means, Examples);
    }

    /// <summary>Two LSTM layers with dropout between them, and a weighted sum of the last hidden state.</summary>
    internal sealed class Network : Module
    {
        private readonly Lstm _lstm;
        private readonly Tensor _readOut;

        public Network(ulong seed, float dropout)
        {
            _lstm = AddChild("lstm", new Lstm(Inputs, 6, new RandomStream(seed), new RecurrentOptions { Layers = 2, Dropout = dropout }));
            _readOut = AddParameter("read_out", Random([6], seed));
        }

        public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => ForwardFrom(input, null).Output.Select(1, ^1);

        /// <summary>One number per time step [N, L] and the final state.</summary>
        public (Tensor Output, State Final) ForwardFrom(Tensor input, State? state)
        {
            (Tensor hidden, State final) = _lstm.Forward(input, state);
            return ((hidden * _readOut).Sum(2), final);
        }
    }
}
