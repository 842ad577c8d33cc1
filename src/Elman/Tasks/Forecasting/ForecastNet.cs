namespace Elman;

/// <summary>
/// Recurrent layers over the context; their last hidden state and the last row itself go through one linear map to all quantiles of all
/// rows of the horizon at once (direct multi-step quantile forecasts: Wen et al. 2017, arXiv 1711.11053). What the calendar knows of the
/// future is mapped by a second one, the same for every row. All that is added to the last value seen: both maps are zero at first, so that a
/// fresh net is the naive forecast and training only has to find what is better.
/// </summary>
public sealed class ForecastNet : Module
{
    private readonly RecurrentLayer _encoder;
    private readonly Dropout _dropout;
    private readonly Linear _head;
    private readonly Linear? _future;

    /// <summary>A net with fresh random weights.</summary>
    /// <param name="features">I: values of a context row; the target first, what is known of the future last.</param>
    /// <param name="known">How many of them are known of future rows too.</param>
    /// <param name="options">Cell, sizes, dropout, horizon P and Q quantiles.</param>
    /// <param name="random">Where the first weights come from.</param>
    /// <exception cref="ElmanException">No cell has that name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or the dropout is not in [0, 1).</exception>
    public ForecastNet(int features, int known, ForecasterOptions options, RandomStream random)
        : this(features, known, (options ?? throw new ArgumentNullException(nameof(options))).Context ?? 1, options.Horizon, options.Quantiles.Length, options, random)
    {
    }

    internal ForecastNet(int features, int known, int context, int horizon, int outputs, ForecasterOptions options, RandomStream random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(features, known);
        (Context, Horizon, Quantiles, Known) = (context, horizon, outputs, known);
        _encoder = AddChild("encoder", Cells.Create(options.Cell, features, options.Hidden, random,
            new RecurrentOptions { Layers = options.Layers, Direction = options.Direction, Dropout = options.Dropout }));
        _dropout = AddChild("dropout", new Dropout(options.Dropout));
        _head = AddChild("head", new Linear(_encoder.OutputSize + features, Horizon * Quantiles, random));
        if (known > 0) _future = AddChild("future", new Linear(known, Quantiles, random, bias: false));
        foreach ((_, Tensor value) in _head.Parameters().Concat(_future?.Parameters() ?? [])) value.Writable().Clear();
    }

    /// <summary>Rows of history.</summary>
    public int Context { get; }

    /// <summary>P: rows of the forecast.</summary>
    public int Horizon { get; }

    /// <summary>Q.</summary>
    public int Quantiles { get; }

    /// <summary>How many features are known of future rows.</summary>
    public int Known { get; }

    /// <inheritdoc/>
    public override string Description => $"forecast of {Horizon} rows × {Quantiles} quantiles from {Context}";

    /// <summary>Forecasts, in the scale of the inputs.</summary>
    /// <param name="input">Windows [N, context + P, I]: of the rows of the horizon, only the last, known features are read.</param>
    /// <param name="lengths">Ignored: all windows are whole.</param>
    /// <returns>Quantiles [N, P, Q], as the net computes them: not sorted.</returns>
    /// <exception cref="ArgumentException">The windows have another shape.</exception>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        int features = _encoder.InputSize;
        if (input.Rank != 3 || input.Shape[1] != Context + Horizon || input.Shape[2] != features)
            throw new ArgumentException($"a forecast expects windows [N, {Context + Horizon}, {features}], got {input.Shape}");
        Tensor context = input.Slice(1, ..Context);
        Tensor hidden = _dropout.Forward(LastHidden(context));
        Tensor row = input.Select(1, Context - 1), last = row.Slice(1, ..1).Reshape(input.Shape[0], 1, 1);
        Tensor forecast = last + _head.Forward(Tensor.Concat(1, hidden, row)).Reshape(input.Shape[0], Horizon, Quantiles);
        return _future is null ? forecast : forecast + _future.Forward(input.Slice(1, Context..).Slice(2, (features - Known)..));
    }

    /// <summary>The final hidden state of the top layer, both directions side by side: [N, L, I] → [N, D·H].</summary>
    private Tensor LastHidden(Tensor context)
    {
        Tensor hidden = _encoder.Forward(context, null).Final.Hidden;
        return _encoder.Options.Direction == Direction.Both ? Tensor.Concat(1, hidden.Select(0, ^2), hidden.Select(0, ^1)) : hidden.Select(0, ^1);
    }
}
