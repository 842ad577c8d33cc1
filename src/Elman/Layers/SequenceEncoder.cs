namespace Elman;

/// <summary>
/// Recurrent layers, dropout and pooling: what every task that reads sequences begins with. [N, L, I] → [N, D·H], or [N, L, D·H] with <see cref="Pooling.None"/>.
/// </summary>
public sealed class SequenceEncoder : Module
{
    private readonly RecurrentLayer _recurrent;
    private readonly Dropout _dropout;
    private readonly Module? _pool;

    /// <summary>An encoder with fresh random weights.</summary>
    /// <param name="inputSize">I: values of a step.</param>
    /// <param name="options">Cell, sizes, direction, dropout, pooling.</param>
    /// <param name="random">Where the first weights come from.</param>
    /// <exception cref="ElmanException">An option has no meaning.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The input size is not positive.</exception>
    public SequenceEncoder(int inputSize, EncoderOptions options, RandomStream random)
    {
        EncoderOptions.Settings.Check(options);
        Options = options;
        _recurrent = AddChild("recurrent", Cells.Create(options.Cell, inputSize, options.Hidden, random,
            new RecurrentOptions { Layers = options.Layers, Direction = options.Direction, Dropout = options.Layers > 1 ? options.Dropout : 0 }));
        _dropout = AddChild("dropout", new Dropout(options.Dropout));
        int reversed = options.Direction switch { Direction.Both => options.Hidden, Direction.Reverse => _recurrent.OutputSize, _ => 0 };
        _pool = options.Pooling switch
        {
            Pooling.None => null,
            Pooling.Last => AddChild("pool", new LastStep(reversed)),
            Pooling.MeanMax => AddChild("pool", new MeanMaxPool()),
            Pooling.Attention => AddChild("pool", new AttentionPool(_recurrent.OutputSize, random)),
            _ => AddChild("pool", new StepPool(options.Pooling == Pooling.Max)),
        };
    }

    /// <summary>What it is made of.</summary>
    public EncoderOptions Options { get; }

    /// <summary>The recurrent layers.</summary>
    internal RecurrentLayer Recurrent => _recurrent;

    /// <summary>D·H: values of a sequence, or of a step without pooling; twice as many with <see cref="Pooling.MeanMax"/>.</summary>
    public int OutputSize => _recurrent.OutputSize * (Options.Pooling == Pooling.MeanMax ? 2 : 1);

    /// <inheritdoc/>
    public override bool KeepsSteps => _pool is null;

    /// <inheritdoc/>
    public override string Description => $"encoder, {_recurrent.Description}, {(_pool is null ? "every step" : _pool.Description)}";

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default)
    {
        Tensor steps = _recurrent.Forward(input, lengths);
        return _dropout.Forward(_pool?.Forward(steps, lengths) ?? steps, lengths);
    }
}
