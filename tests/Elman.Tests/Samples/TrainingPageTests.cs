using Elman.Tests.Files;

namespace Elman.Tests.Samples;

/// <summary>What docs/training.md shows.</summary>
public class TrainingPageTests
{
    [Fact]
    public void The_examples_of_the_page_do_what_it_says()
    {
        using TemporaryFolder folder = new();
        string path = folder["net"];
        RandomStream random = new(1);
        Tensor x = Tensor.Normal(random, 24, 7, 3), stream = Tensor.Normal(random, 2, 50, 3), target = Tensor.Normal(random, 2, 50, 1);
        int[] labels = [.. Enumerable.Range(0, 24).Select(row => x[row, 6, 0] > 0 ? 1 : 0)];
        Scaler scaler = Scaler.Fit(ScalerKind.Standard, new double[] { 1, 2, 3 });

        Sequential net = new(new Gru(3, 16, random), new LastStep(), new Linear(16, 2, random));
        Trainer trainer = new(net, new Adam(net.Parameters(), 0.01), new TrainingOptions
        {
            Epochs = 20,
            ClipNorm = 1,
            Maximize = true,
            Patience = 5,
            Schedule = new ReduceOnPlateau(0.01, factor: 0.5, patience: 2, maximize: true),
        });
        TrainingRecord record = trainer.Run(
            BatchSource.Shuffled(count: 24, batchSize: 8, seed: 1, rows => rows),
            rows => Loss.CrossEntropy(net.Forward(x.Take(0, rows)), [.. rows.Select(row => labels[row])]),
            validate: Accuracy);

        double Accuracy() => net.Forward(x).ArgMax().Zip(labels, (found, label) => found == label ? 1.0 : 0).Average();
        Assert.Equal(record.Epochs.Max(epoch => epoch.ValidationLoss!.Value), Accuracy(), 1e-9);
        Assert.InRange(Accuracy(), 0.8, 1);

        Linear shared = new(4, 4, random);
        Sequential twice = new(shared, new Activate(Activation.Tanh), shared);

        Assert.Equal(20, twice.ParameterCount);

        Sequential reader = new(new Lstm(3, 8, random), new Linear(8, 1, random));
        Trainer windows = new(reader, new Adam(reader.Parameters()), new TrainingOptions { Epochs = 2 });
        (Tensor, State?) LossOf(StreamWindow window, State? state)
        {
            (Tensor output, State? next) = reader.Forward(stream.Slice(1, window.Steps), state);
            return (Loss.MeanSquaredError(output, target.Slice(1, window.Steps)), next);
        }
        windows.Run(BatchSource.Windows(streams: 2, length: 50, steps: 10), LossOf);
        double score = windows.Evaluate(BatchSource.Windows(streams: 2, length: 50, steps: 10), LossOf);

        Assert.Equal(Loss.MeanSquaredError(reader.Forward(stream), target).ToScalar(), score, 1e-5);

        NetworkFile.Save(path, net, new NetworkMeaning { Labels = ["falls", "rises"], Scalers = new Dictionary<string, Scaler> { ["price"] = scaler } });
        Module loaded = NetworkFile.Load(path, out NetworkMeaning meaning);

        Assert.Equal(net.Fingerprint(), loaded.Fingerprint());
        Assert.Equal((2, 2.0), (meaning.Labels.Count, meaning.Scalers["price"].Offset));

        NetworkFile.Register<Gate>("mine.gate", (json, gate) => json.WriteNumberValue(gate.Size), json => new Gate(json.GetInt32()));

        NetworkFile.Save(path, new Sequential(new Linear(3, 4, random), new Gate(4)));
        Assert.IsType<Gate>(NetworkFile.Load(path).Children[1].Module);
    }

    [Fact]
    public void The_page_shows_code_that_is_compiled_here() =>
        PageSnippets.AreCompiled("docs/training.md", 5, "tests/Elman.Tests/Samples/TrainingPageTests.cs");

    private sealed class Gate : Module
    {
        private readonly Tensor _gate;

        public Gate(int size)
        {
            Size = size;
            _gate = AddParameter("gate", Tensor.Ones(size));
        }

        public int Size { get; }

        public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => input * _gate.Sigmoid();
    }
}
