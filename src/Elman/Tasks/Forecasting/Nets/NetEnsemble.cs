namespace Elman;

/// <summary>Several nets of one kind from different first weights: their mean forgets what luck gave to one of them.</summary>
internal sealed class NetEnsemble : Module
{
    private readonly ForecastNet[] _nets;

    /// <param name="inputs">What the nets see.</param>
    /// <param name="outputs">Numbers for each row of the horizon; see <see cref="ForecastHead"/>.</param>
    /// <param name="options">Cell, sizes, dropout, and how many nets.</param>
    /// <param name="random">Where the first weights come from.</param>
    public NetEnsemble(NetInputs inputs, int outputs, ForecasterOptions options, RandomStream random) =>
        _nets = [.. Enumerable.Range(0, options.Nets).Select(i => AddChild(FormattableString.Invariant($"net{i}"),
            new ForecastNet(inputs.Features, inputs.Ahead, inputs.Steps, inputs.Horizon, outputs, options, random)))];

    /// <summary>The nets.</summary>
    public IReadOnlyList<ForecastNet> Nets => _nets;

    /// <inheritdoc/>
    public override string Description => $"mean of {_nets.Length} nets";

    /// <summary>The mean of the nets' outputs.</summary>
    /// <param name="input">Windows [N, steps + P, I].</param>
    /// <param name="lengths">Ignored: all windows are whole.</param>
    /// <returns>[N, P, outputs].</returns>
    public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default)
    {
        Tensor sum = _nets[0].Forward(input);
        foreach (ForecastNet net in _nets.AsSpan(1)) sum += net.Forward(input);
        return sum * (1f / _nets.Length);
    }
}
