using Elman.Tests.Kernels;
using Elman.Tests.Reference;

namespace Elman.Tests.Recurrent;

/// <summary>One call of a recurrent layer: its architecture, its batch, and everything that is drawn from the seed.</summary>
internal sealed record RecurrentCase(string Cell, int Inputs, int Hidden, int Batch, int Length)
{
    public int Layers { get; init; } = 1;

    public Direction Direction { get; init; }

    public bool Bias { get; init; } = true;

    /// <summary>Whether the sequences have lengths of their own, zero included, or all L.</summary>
    public bool Ragged { get; init; }

    public bool InitialState { get; init; }

    public float Dropout { get; init; }

    public float? ForgetBias { get; init; }

    public bool Orthogonal { get; init; }

    /// <summary>Whether the layer has initial states of its own, other than the zeros that they begin as.</summary>
    public bool LearnInitialState { get; init; }

    public uint Seed { get; init; } = 1;

    public int Directions => Direction == Direction.Both ? 2 : 1;

    public int OutputSize => Directions * PartSize(0);

    /// <summary>The width of a state.</summary>
    public int PartSize(int part) => part == 0 && CellVariants.ProjectionOf(Cell, Hidden) is > 0 and int projection ? projection : Hidden;

    /// <summary>S: the states that a unit carries.</summary>
    public int States => CellVariants.CellOf(Cell) is "lstm" or "own-lstm" ? 2 : 1;

    public RecurrentOptions Options => CellVariants.With(Cell, Hidden, new()
    {
        Layers = Layers,
        Direction = Direction,
        Bias = Bias,
        Dropout = Dropout,
        ForgetBias = ForgetBias,
        Orthogonal = Orthogonal,
        LearnInitialState = LearnInitialState,
    });

    /// <summary>The layer, with weights from the seed.</summary>
    public RecurrentLayer Layer()
    {
        Cells.Register<MinGruUnit>();
        Cells.Register<OwnLstmUnit>();
        RecurrentLayer layer = Cells.Create(CellVariants.CellOf(Cell), Inputs, Hidden, new RandomStream(Seed, 1), Options);
        foreach ((string name, Tensor value) in layer.Parameters())
        {
            float[] drawn = Kernel.Values(value.Count, Seed ^ (uint)name[^1]);
            if (name.StartsWith("initial_", StringComparison.Ordinal)) value.CopyFrom(drawn);
            // Gains and shifts of norms other than the ones and zeros that they begin as.
            if (name.StartsWith("weight_ln", StringComparison.Ordinal)) value.CopyFrom(Array.ConvertAll(drawn, each => 1 + each / 4));
            if (name.StartsWith("bias_ln", StringComparison.Ordinal)) value.CopyFrom(Array.ConvertAll(drawn, each => each / 4));
        }
        return layer;
    }

    /// <summary>[N, L, I]; values in padding are not numbers, because nothing may read them.</summary>
    public Tensor Input()
    {
        Tensor x = Tensor.From(Kernel.Values(Batch * Length * Inputs, Seed), Batch, Length, Inputs);
        int[] lengths = Lengths();
        Span<float> values = x.WritableSpan();
        for (int row = 0; row < lengths.Length; row++) values[((row * Length + lengths[row]) * Inputs)..((row + 1) * Length * Inputs)].Fill(float.NaN);
        return x;
    }

    /// <summary>The groups of rows of a call that keeps its steps.</summary>
    public int RowGroups => WorkShares.RowGroups(Batch, Ragged ? Lengths().Sum() : Batch * Length, CellVariants.Sizes(Cell, Layers > 1 ? OutputSize : Inputs, Hidden));

    /// <summary>[N], in no order; empty if all are L.</summary>
    public int[] Lengths()
    {
        if (!Ragged) return [];
        RandomStream random = new(Seed, 2);
        return [.. Enumerable.Range(0, Batch).Select(_ => random.NextInt(Length + 1))];
    }

    /// <summary>Parts [K·D, N, H], or null.</summary>
    public State? Initial(RecurrentLayer layer) =>
        InitialState ? new State([.. Enumerable.Range(0, States).Select(part => StateTensor(3 + (uint)part, part))]) : null;

    /// <summary>The weights of the outputs in the loss, [N, L, D·H].</summary>
    public Tensor OutputSlope() => Tensor.From(Kernel.Values(Batch * Length * OutputSize, Seed + 1), Batch, Length, OutputSize);

    /// <summary>The weights of a final state in the loss, [K·D, N, H].</summary>
    public Tensor StateSlope(int part) => StateTensor(7 + (uint)part, part);

    private Tensor StateTensor(uint purpose, int part) =>
        Tensor.From(Kernel.Values(Layers * Directions * Batch * PartSize(part), Seed ^ (purpose << 20)), Layers * Directions, Batch, PartSize(part));
}
