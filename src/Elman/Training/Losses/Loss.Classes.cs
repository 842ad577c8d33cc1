using System.Globalization;

namespace Elman;

public static partial class Loss
{
    /// <summary>
    /// Binary cross-entropy of scores before the sigmoid, for labels that do not exclude each other: the mean of softplus(x) − x·t over the
    /// elements, which never overflows.
    /// </summary>
    /// <param name="logits">Scores x, of any shape.</param>
    /// <param name="target">t, 0 or 1 (or a share between), of the same shape.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Tensor BinaryCrossEntropy(Tensor logits, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(target);
        if (!logits.Shape.Extents.SequenceEqual(target.Shape.Extents)) throw new ArgumentException($"targets of shape {target.Shape} for scores of shape {logits.Shape}", nameof(target));
        return (logits.Softplus() - logits * target).Mean();
    }

    /// <summary>
    /// Focal loss: the mean of −w (1 − p)^γ log p, where p is the probability of the target class: what is already known well counts less
    /// (Lin et al. 2017, arXiv 1708.02002, section 3.2). With
    /// γ 0 it is the cross-entropy.
    /// </summary>
    /// <param name="logits">Scores before the softmax, [N, C].</param>
    /// <param name="target">The class of each row, 0 … C−1.</param>
    /// <param name="gamma">γ, at least 0.</param>
    /// <param name="classWeights">A weight w for each class [C]; empty for 1. The mean is over Σ w, as in
    /// <see cref="CrossEntropy"/>.</param>
    /// <exception cref="ArgumentException">The number of targets or of class weights does not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">γ is negative.</exception>
    public static Tensor Focal(Tensor logits, ReadOnlySpan<int> target, float gamma, ReadOnlySpan<float> classWeights = default)
    {
        ArgumentNullException.ThrowIfNull(logits);
        if (!(gamma >= 0)) throw new ArgumentOutOfRangeException(nameof(gamma), string.Create(CultureInfo.InvariantCulture, $"γ must be 0 or more, it is {gamma}"));
        if (logits.Rank != 2 || logits.Shape[0] != target.Length) throw new ArgumentException($"{target.Length} targets for logits of shape {logits.Shape}", nameof(target));
        int classes = logits.Shape[1];
        if (!classWeights.IsEmpty && classWeights.Length != classes) throw new ArgumentException($"{classWeights.Length} class weights for {classes} classes", nameof(classWeights));
        float[] chosen = new float[target.Length * classes];
        double total = 0;
        for (int row = 0; row < target.Length; row++)
        {
            if ((uint)target[row] >= (uint)classes) throw new ArgumentException($"target {row} is class {target[row]}; there are {classes} classes, counted from 0", nameof(target));
            float weight = classWeights.IsEmpty ? 1 : classWeights[target[row]];
            chosen[row * classes + target[row]] = weight;
            total += weight;
        }
        Tensor log = logits.LogSoftmax(), missing = (1 - log.Exp()).Clamp(1e-12f, 1);
        // (1 − p)^γ has an infinite slope at 1 − p = 0 for γ < 1; there the loss itself is 0.
        Tensor factor = gamma == 0 ? Tensor.Ones(target.Length, classes) : missing.Pow(gamma);
        return -(Tensor.From(chosen, target.Length, classes) * factor * log).Sum() / (float)Math.Max(total, float.Epsilon);
    }
}
