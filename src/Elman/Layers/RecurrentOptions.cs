namespace Elman;

/// <summary>How a recurrent layer is built; the defaults are PyTorch's.</summary>
public sealed record RecurrentOptions
{
    /// <summary>K: layers, each on top of the outputs of the one before.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>In which direction every layer runs over the sequence; with <see cref="Direction.Both"/> their outputs are concatenated: D = 2.</summary>
    public Direction Direction { get; init; }

    /// <summary>Whether the products have biases.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>Probability with which, in training, each output of every layer but the last is dropped.</summary>
    public float Dropout { get; init; }

    /// <summary>
    /// What the bias of the forget gate sums to at first; 1 makes a fresh LSTM remember (Jozefowicz, Zaremba, Sutskever 2015). Null leaves it random.
    /// </summary>
    public float? ForgetBias { get; init; }

    /// <summary>Whether the recurrent weights of every gate begin as a random orthogonal matrix (Saxe, McClelland, Ganguli 2013).</summary>
    public bool Orthogonal { get; init; }

    /// <summary>Whether the initial states are parameters, <c>initial_h</c>, <c>initial_c</c> [K·D, 1, H], zero at first, used when none are passed in.</summary>
    public bool LearnInitialState { get; init; }

    internal int Directions => Direction.Count();
}
