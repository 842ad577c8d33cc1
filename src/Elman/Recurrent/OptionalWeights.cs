namespace Elman;

/// <summary>The parameters of one direction of one layer that exist only with some options.</summary>
internal sealed class OptionalWeights
{
    /// <summary><c>weight_hr</c>: [P, H].</summary>
    public Tensor? Projection { get; init; }

    /// <summary><c>weight_ph</c>: [3·H], or [2·H] with coupled gates.</summary>
    public Tensor? Peepholes { get; init; }

    /// <summary><c>weight_ln_ih</c>: [G·H], the gains of W x.</summary>
    public Tensor? InputGain { get; init; }

    /// <summary><c>weight_ln_hh</c>: [G·H], the gains of U h.</summary>
    public Tensor? RecurrentGain { get; init; }

    /// <summary><c>weight_ln_c</c>: [H], the gain of an LSTM's cell on its way out.</summary>
    public Tensor? CellGain { get; init; }

    /// <summary><c>bias_ln_c</c>: [H], its shift.</summary>
    public Tensor? CellShift { get; init; }

    /// <summary>Those that exist.</summary>
    public IEnumerable<Tensor> All => new[] { Projection, Peepholes, InputGain, RecurrentGain, CellGain, CellShift }.OfType<Tensor>();

    public long Version => (long)(Projection?.Version ?? 0) + (Peepholes?.Version ?? 0) + (InputGain?.Version ?? 0) + (RecurrentGain?.Version ?? 0)
        + (CellGain?.Version ?? 0) + (CellShift?.Version ?? 0);
}
