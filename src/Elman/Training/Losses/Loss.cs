using System.Globalization;
using System.Numerics.Tensors;

namespace Elman;

/// <summary>
/// Loss functions: each a mean over all elements that count, as a scalar tensor whose gradient flows to the predictions, never to
/// the targets. Each is one recorded operation: the forward pass leaves the derivatives, the backward pass scales them.
/// </summary>
/// <remarks>
/// Element weights, where a loss takes them, make the mean a weighted one, Σ w·l / Σ w. They have the target's shape or that of its
/// leading axes (a mask [N, L] for targets [N, L, I]). Where the weight is 0, nothing is read: padded or missing targets may hold
/// anything, NaN too. If no element counts, the loss is 0 and leaves no gradient.
/// </remarks>
public static partial class Loss
{
    /// <summary>Weights for padded sequences: 1 in the valid steps of each sequence, 0 after them.</summary>
    /// <param name="lengths">Valid steps of each sequence [N].</param>
    /// <param name="steps">The padded length L.</param>
    /// <returns>Weights [N, L].</returns>
    /// <exception cref="ArgumentException">A length lies outside 0 … L.</exception>
    public static Tensor LengthWeights(ReadOnlySpan<int> lengths, int steps)
    {
        Tensor weights = Tensor.Zeros(lengths.Length, steps);
        Span<float> values = weights.Writable();
        for (int row = 0; row < lengths.Length; row++)
        {
            if (lengths[row] < 0 || lengths[row] > steps)
                throw new ArgumentException($"sequence {row} has length {lengths[row]}, the padded length is {steps}", nameof(lengths));
            values.Slice(row * steps, lengths[row]).Fill(1);
        }
        return weights;
    }

    /// <summary>The loss as a tensor that knows its derivatives by one input.</summary>
    private static Tensor Recorded(double loss, Tensor input, Tensor slopes)
    {
        Tensor result = Tensor.Scalar((float)loss);
        return Tensor.Record(result, [input], () => AddScaled(input, slopes, result.GradientSpan()[0]));
    }

    private static void AddScaled(Tensor input, Tensor slopes, float scale)
    {
        if (!input.NeedsGradient) return;
        Span<float> gradient = input.GradientSpan();
        TensorPrimitives.MultiplyAdd(slopes.Span, scale, gradient, gradient);
    }

    /// <summary>A buffer for derivatives, of one element if nothing will ask for them.</summary>
    private static Tensor Slopes(Tensor input) => Tensor.Allocate(Tensor.Recording(input) ? input.Shape : default);

    private static void RequireShape(Tensor tensor, Shape expected, string name, string of)
    {
        ArgumentNullException.ThrowIfNull(tensor, name);
        if (tensor.Shape != expected)
            throw new ArgumentException($"{name} has shape {tensor.Shape}, {of} has {expected}; they must be equal", name);
    }

    /// <summary>The weight of every element, one for all if none are given, and their sum.</summary>
    private readonly ref struct ElementWeights
    {
        private readonly ReadOnlySpan<float> _values;
        private readonly int _run;

        public ElementWeights(Tensor? weights, Shape target)
        {
            if (weights is null)
            {
                Total = target.Count;
                return;
            }
            Shape shape = weights.Shape;
            if (shape.Rank > target.Rank || !shape.Extents.SequenceEqual(target.Extents[..shape.Rank]))
                throw new ArgumentException($"weights have shape {shape}; the target's shape {target} or its leading axes are expected", nameof(weights));
            _values = weights.Span;
            _run = target.Product(shape.Rank, target.Rank);
            foreach (float weight in _values)
            {
                if (!(weight >= 0 && float.IsFinite(weight)))
                    throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"weights must be finite and not negative, one is {weight}"), nameof(weights));
                Total += (double)weight * _run;
            }
        }

        public double Total { get; }

        public float this[int element] => _values.IsEmpty ? 1 : _values[element / _run];

        /// <summary>The weight of one element's share in the mean.</summary>
        public double Share(int element) => Total == 0 ? 0 : this[element] / Total;
    }
}
