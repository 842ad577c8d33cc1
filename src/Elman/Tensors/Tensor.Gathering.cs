using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Elman;

public sealed partial class Tensor
{
    /// <summary>
    /// Whole slices in the order of <paramref name="indices"/>, repeats allowed: place i of the axis in the result is place
    /// <c>indices[i]</c> in this tensor. Along axis 0 of a matrix this looks rows up.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis, or an index leaves it.</exception>
    public Tensor Take(int axis, ReadOnlySpan<int> indices)
    {
        axis = Shape.Axis(axis);
        CheckIndices("Take", axis, indices);
        Tensor kept = KeptIndices(indices.Length);
        Span<int> taken = Indices(kept);
        indices.CopyTo(taken);
        Tensor result = Allocate(WithExtent(axis, taken.Length));
        int outer = Shape.Product(0, axis), extent = Shape[axis], inner = Shape.Product(axis + 1, Rank);
        ReadOnlySpan<float> from = Span;
        Span<float> to = result.Writable();
        for (int block = 0; block < outer; block++)
            for (int i = 0; i < taken.Length; i++)
                from.Slice((block * extent + taken[i]) * inner, inner).CopyTo(to[((block * taken.Length + i) * inner)..]);
        return Record(result, [this], () =>
        {
            Span<float> gradient = GradientSpan(), slope = result.GradientSpan();
            ReadOnlySpan<int> places = Indices(kept);
            for (int block = 0; block < outer; block++)
            {
                for (int i = 0; i < places.Length; i++)
                {
                    Span<float> part = gradient.Slice((block * extent + places[i]) * inner, inner);
                    TensorPrimitives.Add(part, slope.Slice((block * places.Length + i) * inner, inner), part);
                }
            }
        });
    }

    /// <summary>
    /// Single elements along an axis: the result has the same shape but for the extent m of that axis, and its element
    /// (…, j, …) is this tensor's element (…, <c>indices</c>(…, j, …), …). With one index for each row of [N, C]: [N, 1].
    /// </summary>
    /// <param name="axis">The axis; −1 is the innermost.</param>
    /// <param name="indices">Indices in the row-major order of the result, m for each place on the other axes.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis, or an index leaves it.</exception>
    /// <exception cref="ArgumentException">The number of indices is not a multiple of the number of places on the other axes.</exception>
    public Tensor Gather(int axis, ReadOnlySpan<int> indices)
    {
        axis = Shape.Axis(axis);
        int extent = Shape[axis], outer = Shape.Product(0, axis), inner = Shape.Product(axis + 1, Rank);
        if (outer * inner == 0 || indices.Length % (outer * inner) != 0)
        {
            throw new ArgumentException(
                $"Gather: {indices.Length} indices along axis {axis} of shape {Shape} must be a multiple of {outer * inner}, the places on the other axes");
        }
        CheckIndices("Gather", axis, indices);
        int taken = indices.Length / (outer * inner);
        Tensor kept = KeptIndices(indices.Length);
        Span<int> offsets = Indices(kept);
        for (int i = 0; i < offsets.Length; i++) offsets[i] = (i / (taken * inner) * extent + indices[i]) * inner + i % inner;
        Tensor result = Allocate(WithExtent(axis, taken));
        ReadOnlySpan<float> from = Span;
        Span<float> to = result.Writable();
        for (int i = 0; i < offsets.Length; i++) to[i] = from[offsets[i]];
        return Record(result, [this], () =>
        {
            Span<float> gradient = GradientSpan(), slope = result.GradientSpan();
            ReadOnlySpan<int> places = Indices(kept);
            for (int i = 0; i < places.Length; i++) gradient[places[i]] += slope[i];
        });
    }

    /// <summary>Room for indices that a backward rule will need. An index is as large as a value, so the open <see cref="TensorScope"/> lends it.</summary>
    private static Tensor KeptIndices(int count) => Allocate(new Shape(count));

    private static Span<int> Indices(Tensor kept) => MemoryMarshal.Cast<float, int>(kept.Values.Span);

    private void CheckIndices(string operation, int axis, ReadOnlySpan<int> indices)
    {
        int extent = Shape[axis];
        for (int i = 0; i < indices.Length; i++)
        {
            if ((uint)indices[i] >= (uint)extent)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(indices), $"{operation}: index {indices[i]} at position {i} is outside axis {axis} of shape {Shape}");
            }
        }
    }
}
