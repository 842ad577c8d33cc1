namespace Elman;

/// <summary>The GRU-D of Che et al. 2018: a GRU, reset before the product, whose inputs and state decay with the time that nothing was observed; see <see cref="DecayRecurrent{TUnit}"/>.</summary>
/// <inheritdoc cref="DecayRecurrent{TUnit}(int, int, RandomStream)"/>
public sealed class GruD(int inputSize, int hiddenSize, RandomStream random) : DecayRecurrent<OriginalGruUnit>(inputSize, hiddenSize, random);
