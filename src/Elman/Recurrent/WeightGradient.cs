using System.Buffers;
using System.Collections.Concurrent;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// One weight gradient, Σ over steps of (product's gradient)ᵀ · (what the weight was multiplied with), to be computed in independent
/// parts of its rows. Each element is one chain over the steps in packed order, whatever the parts.
/// </summary>
/// <param name="products">Gradients of the products, [Total, G·H padded].</param>
/// <param name="factors">[Total, columns] with rows <paramref name="factorStride"/> apart; empty for a bias, whose factor is 1.</param>
/// <param name="firstGate">The first of the parameter's gates that is meant, and where its products begin in a row.</param>
internal sealed class WeightGradient(DirectionWeights weights, Tensor parameter, Memory<float> products, Memory<float> factors,
    int columns, int factorStride, int firstGate, int gates, int productFirst)
{
    /// <summary>Packed factors of earlier sums, whose buffers the next ones take over.</summary>
    private static readonly ConcurrentBag<PackedMatrix> Spare = [];

    private PackedMatrix? _factors;
    private float[] _sums = [];
    private int _steps;

    private int Rows => gates * weights.Sizes.Padded;

    /// <summary>Packs the factors; then <see cref="Run"/> may be called from several threads.</summary>
    public void Prepare(int steps)
    {
        _steps = steps;
        _sums = ArrayPool<float>.Shared.Rent(Rows * columns);
        if (factors.IsEmpty) return;
        _factors = Spare.TryTake(out PackedMatrix? spare) ? spare : new PackedMatrix();
        _factors.Pack(factors.Span, steps, columns, factorStride, 1);
    }

    /// <summary>Computes part of the rows.</summary>
    public void Run(int part, int parts)
    {
        int blocks = Rows / UnitSizes.Width, width = UnitSizes.Width, stride = weights.Sizes.GateRow;
        int from = blocks * part / parts * width, to = blocks * (part + 1) / parts * width;
        if (from == to) return;
        Span<float> sums = _sums.AsSpan(from * columns, (to - from) * columns);
        if (_factors is null)
        {
            sums.Clear();
            for (int step = 0; step < _steps; step++)
                System.Numerics.Tensors.TensorPrimitives.Add(sums, products.Span.Slice(step * stride + productFirst + from, to - from), sums);
        }
        else
        {
            MatrixProduct.Multiply(to - from, products.Span[(productFirst + from)..], 1, stride, _factors, default, 0, sums, columns);
        }
    }

    /// <summary>Adds the sums to the parameter's gradient.</summary>
    public void Finish()
    {
        weights.AddGradient(_sums, columns, firstGate, gates, parameter.GradientSpan());
        ArrayPool<float>.Shared.Return(_sums);
        if (_factors is not null) Spare.Add(_factors);
    }
}
