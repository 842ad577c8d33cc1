namespace Elman.Formats.PyTorch;

/// <summary>A module of PyTorch as its tensors show it.</summary>
/// <param name="Name">What its tensors' names begin with, without the dot; empty if it is the whole state dict.</param>
/// <param name="Inputs">Size of what goes in.</param>
/// <param name="Outputs">Size of what comes out.</param>
internal abstract record TorchLayer(string Name, int Inputs, int Outputs)
{
    /// <summary>The name of one of its tensors.</summary>
    public string Tensor(string own) => Name.Length == 0 ? own : $"{Name}.{own}";

    /// <summary>The kind in a word, as an order names it.</summary>
    public abstract string Kind { get; }

    /// <summary>The layer of Elman's, with weights that are still to be loaded.</summary>
    public abstract Module Make();

    /// <summary>The module in PyTorch's words.</summary>
    public abstract override string ToString();
}

/// <summary><c>nn.RNN</c>, <c>nn.LSTM</c>, <c>nn.GRU</c>.</summary>
/// <param name="Name">See <see cref="TorchLayer"/>.</param>
/// <param name="Cell">Elman's name of the cell.</param>
/// <param name="Inputs">I.</param>
/// <param name="Hidden">H.</param>
/// <param name="Projection">P, or 0.</param>
/// <param name="Layers">K.</param>
/// <param name="Bidirectional">Whether there are tensors <c>…_reverse</c>.</param>
/// <param name="Bias">Whether there are biases.</param>
internal sealed record TorchRecurrent(string Name, string Cell, int Inputs, int Hidden, int Projection, int Layers, bool Bidirectional, bool Bias)
    : TorchLayer(Name, Inputs, (Bidirectional ? 2 : 1) * (Projection > 0 ? Projection : Hidden))
{
    /// <summary>Whether a simple cell has relu; no tensor tells it.</summary>
    public bool Relu { get; init; }

    public override string Kind => Cell;

    public override Module Make() => Cells.Create(Relu ? "rnn-relu" : Cell, Inputs, Hidden, new RandomStream(0), new RecurrentOptions
    {
        Layers = Layers,
        Direction = Bidirectional ? Direction.Both : Direction.Forward,
        Bias = Bias,
        ProjectionSize = Projection,
    });

    public override string ToString() => $"nn.{Cell.ToUpperInvariant()}({Inputs}, {Hidden}{(Layers > 1 ? $", num_layers={Layers}" : "")}{(Bias ? "" : ", bias=False")}{(Bidirectional ? ", bidirectional=True" : "")}{(Projection > 0 ? $", proj_size={Projection}" : "")})";
}

/// <summary><c>nn.Linear</c>.</summary>
internal sealed record TorchLinear(string Name, int Inputs, int Outputs, bool Bias) : TorchLayer(Name, Inputs, Outputs)
{
    public override string Kind => "linear";

    public override Module Make() => new Linear(Inputs, Outputs, new RandomStream(0), Bias);

    public override string ToString() => $"nn.Linear({Inputs}, {Outputs}{(Bias ? "" : ", bias=False")})";
}

/// <summary><c>nn.Embedding</c>: one class goes in.</summary>
internal sealed record TorchEmbedding(string Name, int Classes, int Outputs) : TorchLayer(Name, 1, Outputs)
{
    public override string Kind => "embedding";

    public override Module Make() => new Embedding(Classes, Outputs, new RandomStream(0));

    public override string ToString() => $"nn.Embedding({Classes}, {Outputs})";
}

/// <summary><c>nn.LayerNorm</c> over the last axis; its ε is not in a state dict and taken as PyTorch's default.</summary>
internal sealed record TorchLayerNorm(string Name, int Inputs, bool Bias) : TorchLayer(Name, Inputs, Inputs)
{
    public const float Epsilon = 1e-5f;

    public override string Kind => "layernorm";

    public override Module Make() => new LayerNorm(Inputs, Epsilon);

    public override string ToString() => $"nn.LayerNorm({Inputs}{(Bias ? "" : ", bias=False")})";
}

/// <summary>An activation function that an order names between modules.</summary>
internal sealed record TorchActivation(string Name, int Inputs, string Function) : TorchLayer(Name, Inputs, Inputs)
{
    public override string Kind => Function;

    /// <summary>The function, in double precision.</summary>
    public double Of(double x) => Function switch
    {
        "tanh" => Math.Tanh(x),
        "relu" => Math.Max(x, 0),
        _ => 1 / (1 + Math.Exp(-x)),
    };

    public override Module Make() => new Activate(Activation.Create(Function));

    public override string ToString() => $"torch.{Function}";
}

/// <summary>The last step, and of a backward direction the first: what PyTorch's final state of the last layer holds.</summary>
/// <param name="Name">See <see cref="TorchLayer"/>.</param>
/// <param name="Inputs">Size of a step.</param>
/// <param name="Reversed">How many of its values, the last ones, a backward direction made.</param>
internal sealed record TorchLast(string Name, int Inputs, int Reversed) : TorchLayer(Name, Inputs, Inputs)
{
    public override string Kind => "last";

    public override Module Make() => new LastStep(Reversed);

    public override string ToString() => "the final state";
}
