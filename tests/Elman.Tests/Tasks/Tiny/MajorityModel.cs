using System.Text.Json;

namespace Elman.Tests.Tasks.Tiny;

/// <summary>Whether more steps of a sequence of bits are 1 than 0: the smallest task that there is, to show what a task has to say.</summary>
public sealed class MajorityModel : TaskModel<float[], bool, double>
{
    public const string TaskName = "majority";

    private readonly SequenceEncoder _encoder;
    private readonly Linear _head;

    private MajorityModel(MajorityOptions options, TrainingRecord? record = null)
        : base(record)
    {
        RandomStream random = new(options.Recipe.Seed);
        Options = options;
        _encoder = new SequenceEncoder(1, options.Encoder, random);
        _head = new Linear(_encoder.OutputSize, 2, random);
        Net = Sequential.Named(("encoder", _encoder), ("head", _head));
    }

    public MajorityOptions Options { get; }

    public override string Task => TaskName;

    public override Sequential Net { get; }

    public static MajorityModel Train(IReadOnlyList<Example<float[], bool>> examples, MajorityOptions options, TrainingContext? context = null)
    {
        MajorityOptions.Settings.Check(options);
        ExampleSplit split = ExampleSplit.Stratified([.. examples.Select(example => example.Target)], options.ValidationShare, options.Recipe.Seed);
        MajorityModel model = new(options);
        model.Fit([.. split.Training.Select(i => examples[i])], [.. split.Held.Select(i => examples[i])],
            options.Recipe, MajorityOptions.Settings.Texts(options, [.. TrainingRecipe.NotCompared]), context);
        return model;
    }

    public static MajorityModel Load(ModelFile file)
    {
        MajorityOptions options = file.Section("options", json => MajorityOptions.Settings.Read(json));
        file.RequireShapes(hidden => new MajorityModel(options with { Encoder = options.Encoder with { Hidden = hidden } }).Net, options.Encoder.Hidden);
        MajorityModel model = new(options, file.Section("training", TrainingRecord.Read));
        file.LoadInto(model.Net);
        return model;
    }

    protected override int LengthOf(float[] input) => input.Length;

    protected override Tensor Loss(IReadOnlyList<Example<float[], bool>> batch) => Elman.Loss.CrossEntropy(
        Logits([.. batch.Select(example => example.Input)]), [.. batch.Select(example => example.Target ? 1 : 0)]);

    protected override IEnumerable<double> Decode(IReadOnlyList<float[]> batch)
    {
        Tensor logits = Logits(batch);
        return [.. Enumerable.Range(0, batch.Count).Select(row => 1 / (1 + Math.Exp(logits[row, 0] - logits[row, 1])))];
    }

    protected override MajorityReport Score(IReadOnlyList<Example<float[], bool>> examples, IReadOnlyList<double> predictions)
    {
        double ones = examples.Average(example => example.Target ? 1.0 : 0);
        return new MajorityReport(examples.Count, examples.Zip(predictions).Average(pair => pair.First.Target == pair.Second > 0.5 ? 1.0 : 0), Math.Max(ones, 1 - ones));
    }

    protected override IEnumerable<(string Name, Action<Utf8JsonWriter> Write)> Sections() => [("options", json => MajorityOptions.Settings.Write(json, Options))];

    protected override void Describe(Example<float[], bool> example, BinaryWriter digest)
    {
        digest.Write(example.Target);
        digest.Write(example.Input.Length);
        foreach (float bit in example.Input) digest.Write(bit);
    }

    private Tensor Logits(IReadOnlyList<float[]> batch)
    {
        SequenceBatch rows = new SequenceBatches([.. batch.Select(bits => (ReadOnlyMemory<float>)bits)], 1, batch.Count, 0).Gather([.. Enumerable.Range(0, batch.Count)]);
        return Net.Forward(Tensor.From(rows.Inputs, rows.Count, rows.Length, 1), rows.Lengths);
    }
}
