namespace Elman;

/// <summary>
/// Words, their characters and further columns become vectors; a recurrent encoder reads them in both directions; each step is scored for
/// every tag, and the whole for the sentence's label.
/// </summary>
internal sealed class TaggerNet : Module
{
    private readonly TokenEncoder _tokens;
    private readonly Vocabulary[] _featureValues;
    private readonly Embedding[] _features;
    private readonly Dropout _inputDropout, _outputDropout;
    private readonly RecurrentLayer _recurrent;
    private readonly Linear _scores;
    private readonly Module? _pool;
    private readonly Linear? _labelScores;

    public TaggerNet(TaggerOptions options, TaggerWords words, TagLabels labels, RandomStream random)
    {
        _tokens = AddChild("words", new TokenEncoder(words.Words, options.WordSize, random, words.Characters, options.CharacterSize, (float)options.WordDropout, options.Characters == "conv"));
        _featureValues = [.. words.Features];
        _features = [.. words.Features.Select((values, i) => AddChild($"feature{i}", new Embedding(values.Count, options.FeatureSize, random)))];
        _inputDropout = AddChild("input_dropout", new Dropout(options.InputDropout));
        EncoderOptions encoder = options.Encoder;
        _recurrent = AddChild("recurrent", Cells.Create(encoder.Cell, _tokens.OutputSize + (_features.Length * options.FeatureSize), encoder.Hidden, random, new RecurrentOptions
        {
            Layers = encoder.Layers,
            Direction = encoder.Direction,
            Dropout = encoder.Layers > 1 ? encoder.Dropout : 0,
            InputDropout = options.LockedDropout,
        }));
        _outputDropout = AddChild("dropout", new Dropout(encoder.Dropout));
        _scores = AddChild("scores", new Linear(_recurrent.OutputSize, labels.Count, random));
        Crf = AddChild("crf", new Crf(labels.Moves));
        if (labels.Labels.Count == 0) return;
        _pool = AddChild("pool", new MeanMaxPool());
        _labelScores = AddChild("label", new Linear(2 * _recurrent.OutputSize, labels.Labels.Count, random));
    }

    /// <summary>What makes sequences of tags of the scores.</summary>
    public Crf Crf { get; }

    /// <inheritdoc/>
    public override string Description => "tagger";

    /// <summary>The vectors of words [N, L, F] → the scores of tags [N, L, C].</summary>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => _scores.Forward(Steps(input, lengths));

    /// <summary>The scores of sentences.</summary>
    /// <returns>Of tags [N, L, C]; of labels [N, labels], if there are any; the lengths [N].</returns>
    public (Tensor Tags, Tensor? Labels, int[] Lengths) Forward(IReadOnlyList<TaggedSentence> batch)
    {
        (Tensor vectors, int[] lengths) = _tokens.Forward([.. batch.Select(sentence => sentence.Words)]);
        for (int i = 0; i < _features.Length; i++) vectors = Tensor.Concat(2, vectors, _features[i].Forward(Values(batch, i, vectors.Shape[1]), batch.Count, vectors.Shape[1]));
        Tensor steps = Steps(vectors, lengths);
        return (_scores.Forward(steps), _labelScores?.Forward(_pool!.Forward(steps, lengths)), lengths);
    }

    /// <summary>The numbers of a further column's values [N, L].</summary>
    private int[] Values(IReadOnlyList<TaggedSentence> batch, int feature, int length)
    {
        int[] values = new int[batch.Count * length];
        for (int row = 0; row < batch.Count; row++)
            for (int word = 0; word < batch[row].Words.Count; word++) values[(row * length) + word] = _featureValues[feature].IndexOf(batch[row].Features[word][feature]);
        return values;
    }

    private Tensor Steps(Tensor vectors, ReadOnlySpan<int> lengths) => _outputDropout.Forward(_recurrent.Forward(_inputDropout.Forward(vectors), lengths));
}
