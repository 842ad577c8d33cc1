namespace Elman;

/// <summary>What becomes of the outputs of the two directions of a layer, aligned in time.</summary>
public enum Merge
{
    /// <summary>They stand side by side: [N, L, 2·H], forward first.</summary>
    Concat,

    /// <summary>They are added: [N, L, H].</summary>
    Sum,

    /// <summary>Half their sum: [N, L, H].</summary>
    Mean,

    /// <summary>They are multiplied, element by element: [N, L, H].</summary>
    Product,

    /// <summary>
    /// They never meet: each direction is a stack of layers of its own, as in ELMo (Peters et al. 2018), and
    /// <see cref="RecurrentLayer.ForwardDirections"/> returns both outputs apart.
    /// </summary>
    None,
}
