namespace Elman.Peers;

/// <summary>One library, ready to run one row at one number of threads.</summary>
internal interface ILayerContender : IDisposable
{
    string Library { get; }

    /// <summary>Whether it can compute gradients.</summary>
    bool Trains { get; }

    /// <summary>One forward pass, nothing recorded.</summary>
    void Infer();

    /// <summary>Forward, backward, gradients of all weights and of the input.</summary>
    void Train();

    /// <summary>h at every step [N, L, D·H], zero in padding, as <see cref="Infer"/> computes it.</summary>
    float[] Output();

    /// <summary>What <see cref="Train"/> leaves behind: a gradient for each weight under its name, and for <c>input</c> [N, L, I].</summary>
    IReadOnlyDictionary<string, float[]> Gradients();
}
