using System.Globalization;
using System.Numerics.Tensors;
using Elman.Kernels;

namespace Elman;

public static partial class Loss
{
    /// <summary>The class of an element that does not count, unless <see cref="CrossEntropy"/> is told another; PyTorch's number.</summary>
    public const int Ignored = -100;

    /// <summary>
    /// Cross-entropy of class scores: −Σ_c q_c log softmax(logits)_c, where q_c = w_c ((1 − ε) [c = target] + ε / C). Each element
    /// counts with its target's class weight: the mean is Σ l / Σ w_target, over the elements that are not ignored.
    /// </summary>
    /// <param name="logits">Scores before the softmax, [.., C].</param>
    /// <param name="target">The class of each element in row-major order, 0 … C−1 or <paramref name="ignored"/>.</param>
    /// <param name="classWeights">A weight w for each class [C]; empty for 1.</param>
    /// <param name="ignored">The class number of elements that do not count: padding, missing labels.</param>
    /// <param name="labelSmoothing">The share ε of each target that is spread over all classes (Szegedy et al. 2016).</param>
    /// <exception cref="ArgumentException">The number of targets or of class weights does not fit, or a target is no class.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="labelSmoothing"/> lies outside 0 … 1.</exception>
    public static Tensor CrossEntropy(
        Tensor logits, ReadOnlySpan<int> target, ReadOnlySpan<float> classWeights = default, int ignored = Ignored, float labelSmoothing = 0)
    {
        ArgumentNullException.ThrowIfNull(logits);
        int classes = logits.Rank == 0 ? 1 : logits.Shape[^1];
        if ((long)target.Length * classes != logits.Count)
            throw new ArgumentException($"{target.Length} targets for logits of shape {logits.Shape}; one target per row of {classes} classes is expected", nameof(target));
        if (!classWeights.IsEmpty && classWeights.Length != classes)
            throw new ArgumentException($"{classWeights.Length} class weights for {classes} classes", nameof(classWeights));
        if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
            throw new ArgumentOutOfRangeException(nameof(labelSmoothing), string.Create(CultureInfo.InvariantCulture, $"label smoothing lies between 0 and 1, it is {labelSmoothing}"));

        double total = TotalWeight(target, classes, classWeights, ignored);
        // Without a gradient, one row of scratch does for all.
        bool wanted = Tensor.Recording(logits);
        Tensor slopes = Tensor.Allocate(wanted ? logits.Shape : new Shape(classes));
        ReadOnlySpan<float> scores = logits.Span;
        Span<float> slope = slopes.Writable();
        double loss = 0;
        for (int row = 0; row < target.Length; row++)
        {
            Span<float> rowSlopes = wanted ? slope.Slice(row * classes, classes) : slope;
            if (target[row] == ignored || total == 0) rowSlopes.Clear();
            else loss += Row(scores.Slice(row * classes, classes), target[row], classWeights, labelSmoothing, total, rowSlopes);
        }
        return Recorded(loss, logits, slopes);
    }

    private static double TotalWeight(ReadOnlySpan<int> target, int classes, ReadOnlySpan<float> classWeights, int ignored)
    {
        double total = 0;
        for (int row = 0; row < target.Length; row++)
        {
            if (target[row] == ignored) continue;
            if ((uint)target[row] >= (uint)classes)
                throw new ArgumentException($"target {row} is class {target[row]}; there are {classes} classes, counted from 0, and {ignored} is ignored", nameof(target));
            total += classWeights.IsEmpty ? 1 : classWeights[target[row]];
        }
        return total;
    }

    /// <summary>One element's part of the mean; its derivatives (Σq · softmax − q) / total go to <paramref name="slopes"/>.</summary>
    private static double Row(ReadOnlySpan<float> scores, int target, ReadOnlySpan<float> classWeights, float smoothing, double total, Span<float> slopes)
    {
        float top = TensorPrimitives.Max(scores);
        TensorPrimitives.Subtract(scores, top, slopes);
        VectorMath.Exp(slopes, slopes);
        double sum = Summation.Of(slopes), logSum = Math.Log(sum);
        double sharp = (1.0 - smoothing) * (classWeights.IsEmpty ? 1 : classWeights[target]), spread = (double)smoothing / scores.Length;
        double loss = sharp * (logSum + top - scores[target]), mass = sharp;
        if (spread > 0)
        {
            for (int c = 0; c < scores.Length; c++)
            {
                double q = spread * (classWeights.IsEmpty ? 1 : classWeights[c]);
                loss += q * (logSum + top - scores[c]);
                mass += q;
            }
        }
        TensorPrimitives.Multiply(slopes, (float)(mass / (sum * total)), slopes);
        if (spread > 0)
            for (int c = 0; c < scores.Length; c++) slopes[c] -= (float)(spread * (classWeights.IsEmpty ? 1 : classWeights[c]) / total);
        slopes[target] -= (float)(sharp / total);
        return loss / total;
    }
}
