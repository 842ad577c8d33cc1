using System.Numerics.Tensors;

namespace Elman;

/// <summary>
/// The sums over all windows of products of two rows, S(i, j) = Σₜ y(t + P − i) y(t + P − j): i &lt; P are the rows to forecast, i = P the last row seen,
/// i &gt; P those before it. Each follows from its neighbour: S(i + 1, j + 1) = S(i, j) + one product at the beginning − one at the end.
/// </summary>
internal sealed class LagSums
{
    private readonly int _context, _horizon, _size;
    private readonly double[] _sums;

    public LagSums(int context, int horizon)
    {
        (_context, _horizon, _size) = (context, horizon, context + horizon);
        _sums = new double[_size * _size];
    }

    /// <summary>Adds the windows of a series; none if it is shorter than one.</summary>
    public void Add(ReadOnlySpan<double> rows)
    {
        int windows = rows.Length - _size + 1;
        if (windows < 1) return;
        double[] own = new double[_size * _size];
        // Window w holds rows w … w + size − 1; index i counts from its end.
        for (int j = 0; j < _size; j++)
            own[j] = FixedOrder.Dot(rows.Slice(_size - 1, windows), rows.Slice(_size - 1 - j, windows));
        for (int i = 1; i < _size; i++)
            for (int j = i; j < _size; j++)
            {
                int late = _size - i, other = _size - j;
                own[i * _size + j] = own[(i - 1) * _size + j - 1] + rows[late - 1] * rows[other - 1] - rows[windows - 1 + late] * rows[windows - 1 + other];
            }
        TensorPrimitives.Add(_sums, own, _sums);
    }

    private double this[int i, int j] => i <= j ? _sums[i * _size + j] : _sums[j * _size + i];

    /// <summary>The product of two rows after the last one seen was taken from both.</summary>
    private double Centred(int i, int j) => this[i, j] - this[i, _horizon] - this[_horizon, j] + this[_horizon, _horizon];

    /// <summary>The weights [P, c − 1] of ridge regression.</summary>
    /// <param name="ridge">λ as a part of the mean of the diagonal.</param>
    public double[] Solve(double ridge)
    {
        int count = _context - 1;
        double[] matrix = new double[count * count];
        double trace = 0;
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j <= i; j++) matrix[i * count + j] = Centred(_horizon + 1 + i, _horizon + 1 + j);
            trace += matrix[i * count + i];
        }
        double[] weights = new double[_horizon * count];
        if (!(trace > 0)) return weights;
        for (int i = 0; i < count; i++) matrix[i * count + i] += ridge * trace / count;
        Cholesky.Factor(matrix, count);
        for (int step = 0; step < _horizon; step++)
        {
            Span<double> row = weights.AsSpan(step * count, count);
            // Row h of the horizon, counted from its end, is index P − 1 − h.
            for (int i = 0; i < count; i++) row[i] = Centred(_horizon - 1 - step, _horizon + 1 + i);
            Cholesky.Solve(matrix, count, row);
        }
        return weights;
    }
}
