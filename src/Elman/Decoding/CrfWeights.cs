using Elman.Kernels;

namespace Elman;

/// <summary>The scores of a <see cref="Crf"/> in the forms in which its passes read them; what may not be is −∞.</summary>
internal sealed class CrfWeights(int classes)
{
    private readonly float[] _exp = new float[classes * classes];
    private long _version = -1;

    /// <summary>C.</summary>
    public int Classes => classes;

    /// <summary>A [C, C], from → to.</summary>
    public float[] Transitions { get; } = new float[classes * classes];

    /// <summary>Scores of the first and of the last tag [C].</summary>
    public float[] Start { get; } = new float[classes];

    /// <inheritdoc cref="Start"/>
    public float[] End { get; } = new float[classes];

    /// <summary>e^(A − its largest) [C, C]; and of <see cref="Start"/> and <see cref="End"/> [C].</summary>
    public ReadOnlySpan<float> ExpTransitions => _exp;

    /// <inheritdoc cref="ExpTransitions"/>
    public float[] ExpStart { get; } = new float[classes];

    /// <inheritdoc cref="ExpTransitions"/>
    public float[] ExpEnd { get; } = new float[classes];

    /// <summary>The largest of A, and of <see cref="Start"/> and <see cref="End"/>; 0 where all are −∞.</summary>
    public float Top { get; private set; }

    /// <inheritdoc cref="Top"/>
    public float TopStart { get; private set; }

    /// <inheritdoc cref="Top"/>
    public float TopEnd { get; private set; }

    /// <summary><see cref="ExpTransitions"/> as a factor: row times matrix goes one step forward.</summary>
    public PackedMatrix Forward { get; } = new();

    /// <summary>Its transpose: one step backward.</summary>
    public PackedMatrix Backward { get; } = new();

    /// <summary>Takes the parameters' values, if they have changed. Safe to call from many threads as long as none changes them.</summary>
    public CrfWeights Update(Tensor transitions, Tensor start, Tensor end, TagMoves moves)
    {
        long version = (long)transitions.Version + start.Version + end.Version;
        if (Volatile.Read(ref _version) == version) return this;
        lock (_exp)
        {
            if (_version == version) return this;
            for (int i = 0; i < classes; i++)
            {
                Start[i] = moves.Starts(i) ? start.Span[i] : float.NegativeInfinity;
                End[i] = moves.Ends(i) ? end.Span[i] : float.NegativeInfinity;
                for (int j = 0; j < classes; j++) Transitions[(i * classes) + j] = moves.Allows(i, j) ? transitions.Span[(i * classes) + j] : float.NegativeInfinity;
            }
            (Top, TopStart, TopEnd) = (ForwardBackward.Exp(Transitions, _exp), ForwardBackward.Exp(Start, ExpStart), ForwardBackward.Exp(End, ExpEnd));
            Forward.Pack(_exp, classes, classes, classes, 1);
            Backward.Pack(_exp, classes, classes, 1, classes);
            Volatile.Write(ref _version, version);
        }
        return this;
    }
}
