using Elman.Kernels;

namespace Elman;

/// <summary>
/// The parameters of one direction of one layer, under PyTorch's shapes, and their packed forms, rebuilt when a parameter has changed.
/// Packed columns (and rows, for the backward products) stand in the <see cref="UnitOrder"/>.
/// </summary>
internal sealed class DirectionWeights(UnitSizes sizes, Tensor weightIh, Tensor? weightHh, Tensor? biasIh, Tensor? biasHh, OptionalWeights? optional = null)
{
    private readonly Lock _lock = new();
    private readonly Tensor[] _parameters = [.. new[] { weightIh, weightHh, biasIh, biasHh }.OfType<Tensor>(), .. optional?.All ?? []];
    private long _forwardVersion = -1, _backwardVersion = -1;
    private bool _bfloat16;

    public UnitSizes Sizes => sizes;

    public Tensor WeightIh => weightIh;

    public Tensor? WeightHh => weightHh;

    public Tensor? BiasIh => biasIh;

    public Tensor? BiasHh => biasHh;

    public OptionalWeights? Optional => optional;

    /// <summary>W: [I, G·H padded].</summary>
    public PackedMatrix Input { get; } = new();

    /// <summary>U of the early gates: [P, E·H padded].</summary>
    public PackedMatrix Recurrent { get; } = new();

    /// <summary>W and below it U, [I + P, G·H padded], if both products are added: the other two are parts of it then.</summary>
    public PackedMatrix Joined { get; } = new();

    /// <summary>U of the late gates: [H, (G − E)·H padded].</summary>
    public PackedMatrix Late { get; } = new();

    /// <summary>The projection: [H, P].</summary>
    public PackedMatrix Projection { get; } = new();

    /// <summary>Where the input products start: b_ih, plus b_hh if the recurrent products are added to them.</summary>
    public float[] InputBias { get; } = new float[sizes.GateRow];

    /// <summary>Where separate recurrent products start: b_hh, early gates and then late gates.</summary>
    public float[] RecurrentBias { get; } = new float[sizes.GateRow];

    /// <summary>Gains and shifts of the normalised products, as their biases would lie; those of the recurrent products early gates first.</summary>
    public float[] InputGain { get; } = Room(sizes, sizes.GateRow);

    public float[] InputShift { get; } = Room(sizes, sizes.GateRow);

    public float[] RecurrentGain { get; } = Room(sizes, sizes.GateRow);

    public float[] RecurrentShift { get; } = Room(sizes, sizes.GateRow);

    /// <summary>Gain and shift of the normalised cell, [H padded].</summary>
    public float[] CellGain { get; } = Room(sizes, sizes.Padded);

    public float[] CellShift { get; } = Room(sizes, sizes.Padded);

    /// <summary>The units' own weights, in their <see cref="UnitOrder"/>; zeros if the layer has none.</summary>
    public float[] Coefficients { get; } = new float[sizes.Coefficients * sizes.Padded];

    /// <summary>Wᵀ: [G·H padded, I].</summary>
    public PackedMatrix InputBack { get; } = new();

    /// <summary>Uᵀ of the early gates: [E·H padded, P padded].</summary>
    public PackedMatrix RecurrentBack { get; } = new();

    /// <summary>Uᵀ of the late gates: [(G − E)·H padded, H padded].</summary>
    public PackedMatrix LateBack { get; } = new();

    /// <summary>The projection, transposed: [P, H padded].</summary>
    public PackedMatrix ProjectionBack { get; } = new();

    /// <summary>The parameters that exist.</summary>
    public IReadOnlyList<Tensor> Parameters => _parameters;

    /// <summary>The same parameters, packed apart.</summary>
    public DirectionWeights Copy() => new(sizes, weightIh, weightHh, biasIh, biasHh, optional);

    /// <summary>Puts another tensor in the place of the recurrent weights. Nobody else may use these weights meanwhile.</summary>
    public void ReplaceRecurrent(Tensor other)
    {
        _parameters[Array.IndexOf(_parameters, weightHh)] = other;
        weightHh = other;
        _forwardVersion = _backwardVersion = -1;
    }

    private long Version => (long)weightIh.Version + (weightHh?.Version ?? 0) + (biasIh?.Version ?? 0) + (biasHh?.Version ?? 0) + (optional?.Version ?? 0);

    /// <summary>Brings the packed forms up to date. Safe to call from many threads as long as none changes the parameters.</summary>
    public void Refresh(bool backward)
    {
        long version = Version;
        if (Volatile.Read(ref _forwardVersion) == version && (!backward || Volatile.Read(ref _backwardVersion) == version)) return;
        lock (_lock)
        {
            if (_forwardVersion != version)
            {
                PackForward();
                Volatile.Write(ref _forwardVersion, version);
            }
            if (backward && _backwardVersion != version)
            {
                PackBackward();
                Volatile.Write(ref _backwardVersion, version);
            }
        }
    }

    /// <summary>Whether the forward products read weights rounded to bfloat16. To be set before the first use by several threads.</summary>
    public bool BFloat16
    {
        get => _bfloat16;
        set
        {
            if (_bfloat16 == value) return;
            _bfloat16 = value;
            Volatile.Write(ref _forwardVersion, -1);
        }
    }

    private void PackForward()
    {
        if (sizes.Joins)
        {
            Joined.Resize(sizes.Inputs + sizes.Output, sizes.GateRow);
            ShareJoined();
        }
        else
        {
            Input.Resize(sizes.Inputs, sizes.GateRow);
            if (weightHh is not null) Recurrent.Resize(sizes.Output, sizes.EarlyRow);
            if (sizes.LateGates > 0) Late.Resize(sizes.Hidden, sizes.LateRow);
        }
        PackColumns(Input, weightIh.Span, 0, sizes.Gates);
        if (weightHh is not null) PackColumns(Recurrent, weightHh.Span, 0, sizes.EarlyGates);
        if (sizes.LateGates > 0) PackColumns(Late, weightHh!.Span, sizes.EarlyGates, sizes.LateGates);
        if (optional?.Projection is { } projection) Projection.Pack(projection.Span, sizes.Hidden, sizes.Output, 1, sizes.Hidden);
        foreach (PackedMatrix packed in (ReadOnlySpan<PackedMatrix>)(sizes.Joins ? [Joined] : [Input, Recurrent, Late])) packed.Flush();
        if (_bfloat16)
        {
            if (sizes.Joins)
            {
                Joined.RoundToBFloat16();
                ShareJoined();
            }
            else
            {
                Input.RoundToBFloat16();
                if (weightHh is not null) Recurrent.RoundToBFloat16();
            }
            if (sizes.LateGates > 0) Late.RoundToBFloat16();
            if (sizes.Projects) Projection.RoundToBFloat16();
        }
        Coefficients.AsSpan().Clear();
        if (optional?.Peepholes is { } peepholes) AddBias(peepholes.Span, 0, sizes.Coefficients, Coefficients);
        if (sizes.Normalized)
        {
            PackNorms();
            return;
        }
        InputBias.AsSpan().Clear();
        if (biasIh is not null) AddBias(biasIh.Span, 0, sizes.Gates, InputBias);
        if (biasHh is null) return;
        if (!sizes.Separate)
        {
            AddBias(biasHh.Span, 0, sizes.Gates, InputBias);
            return;
        }
        PackRecurrent(biasHh, RecurrentBias);
    }

    /// <summary>The products begin with zeros then, and biases are what the norms add.</summary>
    private void PackNorms()
    {
        InputShift.AsSpan().Clear();
        if (biasIh is not null) AddBias(biasIh.Span, 0, sizes.Gates, InputShift);
        PackRecurrent(biasHh, RecurrentShift);
        InputGain.AsSpan().Clear();
        AddBias(optional!.InputGain!.Span, 0, sizes.Gates, InputGain);
        PackRecurrent(optional.RecurrentGain, RecurrentGain);
        if (optional.CellGain is { } gain) Denormals.Flush(gain.Span, CellGain);
        if (optional.CellShift is { } shift) Denormals.Flush(shift.Span, CellShift);
    }

    /// <summary>Packs [G·H] as the recurrent products lie, early gates and then late gates.</summary>
    private void PackRecurrent(Tensor? values, float[] packed)
    {
        packed.AsSpan().Clear();
        if (values is null) return;
        AddBias(values.Span, 0, sizes.EarlyGates, packed);
        AddBias(values.Span, sizes.EarlyGates, sizes.LateGates, packed.AsSpan(sizes.EarlyRow));
    }

    private static float[] Room(UnitSizes sizes, int count) => sizes.Normalized ? new float[count] : [];

    private void PackBackward()
    {
        if (optional?.Projection is { } projection)
        {
            ProjectionBack.Resize(sizes.Output, sizes.Padded);
            for (int i = 0; i < sizes.Output; i++) ProjectionBack.SetStep(i, projection.Span.Slice(i * sizes.Hidden, sizes.Hidden));
            ProjectionBack.Flush();
        }
        PackRows(InputBack, weightIh.Span, sizes.Inputs, sizes.Inputs, 0, sizes.Gates);
        if (weightHh is null) return;
        PackRows(RecurrentBack, weightHh.Span, sizes.Output, sizes.OutputPadded, 0, sizes.EarlyGates);
        if (sizes.LateGates > 0) PackRows(LateBack, weightHh.Span, sizes.Hidden, sizes.Padded, sizes.EarlyGates, sizes.LateGates);
    }

    private void ShareJoined()
    {
        Input.Share(Joined, 0, sizes.Inputs);
        Recurrent.Share(Joined, sizes.Inputs, sizes.Output);
    }

    /// <summary>Packs weight [G·H, steps], transposed, into columns in the order of the units of a matrix of zeros.</summary>
    private void PackColumns(PackedMatrix packed, ReadOnlySpan<float> weight, int firstGate, int gates)
    {
        int hidden = sizes.Hidden, steps = packed.Steps;
        for (int gate = 0; gate < gates; gate++)
        {
            for (int unit = 0, width; unit < hidden; unit += width)
            {
                width = sizes.Order.WidthAt(unit);
                ReadOnlySpan<float> rows = weight[(((firstGate + gate) * hidden + unit) * steps)..];
                packed.SetColumns(sizes.Order.Place(unit, gate, gates), rows, Math.Min(width, hidden - unit), 1, steps);
            }
        }
    }

    /// <summary>Packs weight [G·H, columns] with its rows in the order of the units.</summary>
    private void PackRows(PackedMatrix packed, ReadOnlySpan<float> weight, int columns, int paddedColumns, int firstGate, int gates)
    {
        packed.Resize(gates * sizes.Padded, paddedColumns);
        for (int gate = 0; gate < gates; gate++)
            for (int unit = 0; unit < sizes.Hidden; unit++)
                packed.SetStep(sizes.Order.Place(unit, gate, gates), weight.Slice(((firstGate + gate) * sizes.Hidden + unit) * columns, columns));
        packed.Flush();
    }

    private void AddBias(ReadOnlySpan<float> bias, int firstGate, int gates, Span<float> packed)
    {
        for (int gate = 0; gate < gates; gate++)
            for (int unit = 0; unit < sizes.Hidden; unit++)
                packed[sizes.Order.Place(unit, gate, gates)] += bias[(firstGate + gate) * sizes.Hidden + unit];
        Denormals.Flush(packed);
    }
}
