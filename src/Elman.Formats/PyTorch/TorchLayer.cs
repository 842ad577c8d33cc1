namespace Elman.Formats.PyTorch;

/// <summary>A module of PyTorch as its tensors show it.</summary>
/// <param name="Name">What its tensors' names begin with, without the dot; empty if it is the whole state dict.</param>
/// <param name="Inputs">Size of what goes in.</param>
/// <param name="Outputs">Size of what comes out.</param>
internal abstract record TorchLayer(string Name, int Inputs, int Outputs)
{
    /// <summary>The name of one of its tensors.</summary>
    public string Tensor(string own) => Name.Length == 0 ? own : $"{Name}.{own}";

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
    public override Module Make() => Cells.Create(Cell, Inputs, Hidden, new RandomStream(0), new RecurrentOptions
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
    public override Module Make() => new Linear(Inputs, Outputs, new RandomStream(0), Bias);

    public override string ToString() => $"nn.Linear({Inputs}, {Outputs}{(Bias ? "" : ", bias=False")})";
}

/// <summary><c>nn.Embedding</c>: one class goes in.</summary>
internal sealed record TorchEmbedding(string Name, int Classes, int Outputs) : TorchLayer(Name, 1, Outputs)
{
    public override Module Make() => new Embedding(Classes, Outputs, new RandomStream(0));

    public override string ToString() => $"nn.Embedding({Classes}, {Outputs})";
}

/// <summary><c>nn.LayerNorm</c> over the last axis; its ε is not in a state dict and taken as PyTorch's default.</summary>
internal sealed record TorchLayerNorm(string Name, int Inputs) : TorchLayer(Name, Inputs, Inputs)
{
    public const float Epsilon = 1e-5f;

    public override Module Make() => new LayerNorm(Inputs, Epsilon);

    public override string ToString() => $"nn.LayerNorm({Inputs})";
}
