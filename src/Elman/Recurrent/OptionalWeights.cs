namespace Elman;

/// <summary>The parameters of one direction of one layer that exist only with some options.</summary>
internal sealed class OptionalWeights
{
    /// <summary><c>weight_hr</c>: [P, H].</summary>
    public Tensor? Projection { get; init; }

    /// <summary><c>weight_ph</c>: [3·H], or [2·H] with coupled gates.</summary>
    public Tensor? Peepholes { get; init; }

    /// <summary>Those that exist.</summary>
    public IEnumerable<Tensor> All => new[] { Projection, Peepholes }.OfType<Tensor>();

    public long Version => (long)(Projection?.Version ?? 0) + (Peepholes?.Version ?? 0);
}
