namespace Elman;

/// <summary>How the outputs of all steps become one of the sequence.</summary>
public enum Pooling
{
    /// <summary>They do not: each step keeps its own, [N, L, F].</summary>
    None,

    /// <summary>Each sequence's last valid step, of the backward direction the first; see <see cref="LastStep"/>.</summary>
    Last,

    /// <summary>The mean of the valid steps.</summary>
    Mean,

    /// <summary>The largest value of each feature in the valid steps.</summary>
    Max,

    /// <summary>Both, side by side: 2·F values.</summary>
    MeanMax,

    /// <summary>A mean whose weights are learned; see <see cref="AttentionPool"/>.</summary>
    Attention,
}
