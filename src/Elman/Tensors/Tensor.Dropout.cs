using System.Globalization;
using Elman.Kernels;

namespace Elman;

public sealed partial class Tensor
{
    /// <summary>
    /// Each element 0 with the given probability, and otherwise divided by 1 − probability, so that the mean stays (Srivastava et al.
    /// 2014). The mask is a pure function of the numbers given and of the element's place: sequence and time, or row, and unit.
    /// </summary>
    /// <param name="probability">Share of the elements that become 0, in [0, 1).</param>
    /// <param name="seed">The run.</param>
    /// <param name="step">The training step: give each its own.</param>
    /// <param name="layer">Tells the places of one network apart.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability lies outside [0, 1).</exception>
    public Tensor Dropout(float probability, ulong seed, long step = 0, int layer = 0) => Dropout(probability, new DropoutKey(seed, step, layer));

    internal Tensor Dropout(float probability, DropoutKey key)
    {
        CheckProbability(probability);
        Tensor result = Masked(this, probability, key);
        return Record(result, [this], () => AddGradient(Masked(result.GradientTensor(), probability, key)));
    }

    internal static void CheckProbability(float probability)
    {
        if (!(probability >= 0 && probability < 1))
            throw new ArgumentOutOfRangeException(nameof(probability), string.Create(CultureInfo.InvariantCulture, $"Dropout: probability {probability} lies outside [0, 1)"));
    }

    /// <summary>The values under the mask of <see cref="Dropout(float, ulong, long, int)"/>; not recorded.</summary>
    internal static Tensor Masked(Tensor source, float probability, DropoutKey key)
    {
        Tensor result = From(source.Span, source.Shape.Extents);
        int width = source.Rank == 0 ? 1 : source.Shape[^1], length = source.Rank < 3 ? 1 : source.Shape[^2];
        Span<float> values = result.Writable();
        // A row's number is made of its sequence and its time, so that padding to another length changes no mask.
        for (int row = 0; row * width < values.Length; row++)
            key.Apply(values.Slice(row * width, width), row / length, row % length, probability);
        return result;
    }
}
