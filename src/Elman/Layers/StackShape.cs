namespace Elman;

/// <summary>The widths of stacked recurrent layers, and whether they and what connects them fit together.</summary>
internal sealed class StackShape
{
    private readonly int[] _hidden;
    private readonly int _projection;

    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or an option is none of its kind.</exception>
    /// <exception cref="ArgumentException">Options contradict each other or the sizes.</exception>
    public StackShape(int inputSize, int hiddenSize, RecurrentOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(hiddenSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Layers, nameof(options));
        if (!Enum.IsDefined(options.Direction) || !Enum.IsDefined(options.Merge)) throw new ArgumentOutOfRangeException(nameof(options), $"unknown direction {options.Direction} or merge {options.Merge}");
        _hidden = options.HiddenSizes is { } sizes ? [.. sizes] : [.. Enumerable.Repeat(hiddenSize, options.Layers)];
        if (_hidden.Length == 0 || _hidden[^1] != hiddenSize || (options.Layers != 1 && options.Layers != _hidden.Length) || _hidden.Any(size => size <= 0))
            throw new ArgumentException($"hidden sizes [{string.Join(", ", _hidden)}] are not those of {Math.Max(options.Layers, _hidden.Length)} layers of which the last is {hiddenSize} wide");
        if (options.Merge != Merge.Concat && options.Direction != Direction.Both)
            throw new ArgumentException($"merge {options.Merge} is asked for, but there is one direction only");
        (Inputs, Direction, Merge, Residual) = (inputSize, options.Direction, options.Merge, options.Residual);
        _projection = options.ProjectionSize;
        IsUniform = _hidden.All(size => size == hiddenSize);
        if (Residual) CheckResidual();
    }

    /// <summary>I.</summary>
    public int Inputs { get; }

    public Direction Direction { get; }

    public Merge Merge { get; }

    public bool Residual { get; }

    /// <summary>K.</summary>
    public int Layers => _hidden.Length;

    /// <summary>Whether all layers are of one width.</summary>
    public bool IsUniform { get; }

    /// <summary>Whether one call of the engine runs all layers: each reads the concatenated outputs of the one before.</summary>
    public bool IsFused => IsUniform && Merge == Merge.Concat && !Residual;

    /// <summary>H of a layer.</summary>
    public int HiddenOf(int layer) => _hidden[layer];

    /// <summary>The width of one of a layer's states: H, but for an h that is projected.</summary>
    public int StateOf(int layer, int state) => state == 0 && _projection > 0 ? _projection : _hidden[layer];

    /// <summary>Values per step that go into a layer.</summary>
    public int InputsOf(int layer) => layer == 0 ? Inputs : OutputsOf(layer - 1);

    /// <summary>Values per step that come out of a layer, or of each of its directions if they stay apart.</summary>
    public int OutputsOf(int layer) => Merge == Merge.Concat ? Direction.Count() * StateOf(layer, 0) : StateOf(layer, 0);

    private void CheckResidual()
    {
        if (Layers == 1) throw new ArgumentException("residual connections are asked for, but there is one layer only: they lead over every layer but the first");
        for (int layer = 1; layer < Layers; layer++)
        {
            if (InputsOf(layer) != OutputsOf(layer))
                throw new ArgumentException($"a residual connection cannot lead over layer {layer}: {InputsOf(layer)} values go in, {OutputsOf(layer)} come out");
        }
    }
}
