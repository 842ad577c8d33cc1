using BenchmarkDotNet.Attributes;

namespace Elman.Bench;

/// <summary>
/// A training step of a tagger, 32 sentences of 5 to 35 words, 150 → BiLSTM 128 → tags, by a softmax of each word and by a
/// <see cref="Crf"/>; and decoding. Of 17 tags, as
/// parts of speech; 45, as chunks in BIOES; 157, as the slots of Snips in BIOES.
/// </summary>
public class TaggerBenchmarks
{
    private const int Rows = 32, Steps = 35;

    private readonly int[] _lengths = new int[Rows], _tags = new int[Rows * Steps];
    private Lstm _lstm = null!;
    private Linear _scores = null!;
    private Crf _crf = null!;
    private Tensor _input = null!, _emissions = null!;

    [Params(17, 45, 157)]
    public int Tags { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        RandomStream random = new(1);
        _lstm = new Lstm(150, 128, random, new RecurrentOptions { Direction = Direction.Both });
        _scores = new Linear(256, Tags, random);
        TagMoves moves = Tags == 17 ? TagMoves.All(17) : TagSchemes.Moves(TagScheme.Bioes, TagSchemes.TagsOf(TagScheme.Bioes, Enumerable.Range(0, (Tags - 1) / 4).Select(type => $"{type}")));
        _crf = new Crf(moves);
        Array.Fill(_tags, Loss.Ignored);
        for (int row = 0; row < Rows; row++)
        {
            _lengths[row] = 5 + random.NextInt(31);
            _tags.AsSpan(row * Steps, _lengths[row]).Clear();
        }
        _input = Tensor.Normal(random, Rows, Steps, 150);
        _emissions = Emissions().Clone();
    }

    [Benchmark(Baseline = true)]
    public float Softmax() => Train(scores => Loss.CrossEntropy(scores, _tags));

    [Benchmark]
    public float Field() => Train(scores => _crf.Loss(scores, _tags, _lengths));

    [Benchmark]
    public int Viterbi() => _crf.Viterbi(_emissions, _lengths)[0][0];

    [Benchmark]
    public float Marginals() => _crf.Marginals(_emissions, _lengths)[0][0, 0];

    private Tensor Emissions() => _scores.Forward(_lstm.Forward(_input, _lengths));

    private float Train(Func<Tensor, Tensor> lossOf)
    {
        using TensorScope scope = TensorScope.Begin();
        foreach (Module module in new Module[] { _lstm, _scores, _crf }) module.ZeroGradients();
        Tensor loss = lossOf(Emissions());
        loss.Backward();
        return loss.ToScalar();
    }
}
