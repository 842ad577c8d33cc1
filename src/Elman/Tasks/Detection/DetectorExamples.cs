using System.Runtime.InteropServices;

namespace Elman;

/// <summary>Windows of training rows.</summary>
internal sealed class DetectorExamples
{
    private readonly SignalScales _scales;
    private readonly float[] _inputs, _targets, _weights;

    public DetectorExamples(SignalScales scales, DetectorRows rows)
    {
        int signals = scales.SignalNames.Length;
        (_scales, Count) = (scales, rows.Count);
        _inputs = new float[rows.Count * scales.InputSize];
        (_targets, _weights) = (new float[rows.Count * signals], new float[rows.Count * signals]);
        double[] last = new double[signals], before = new double[signals];
        for (int row = 0; row < rows.Count; row++)
        {
            scales.Fill(last, before, rows.Times?[row], _inputs.AsSpan(row * scales.InputSize));
            for (int d = 0; d < signals; d++)
            {
                double value = rows.Values[d][row], standard = double.IsNaN(value) ? last[d] : scales.Standard(d, value);
                int at = (row * signals) + d;
                // The first row has none before it.
                if (row > 0 && !double.IsNaN(value)) (_targets[at], _weights[at]) = ((float)((standard - last[d]) / scales.ChangeOf(d)), 1);
                (before[d], last[d]) = (row == 0 ? standard : last[d], standard);
            }
        }
    }

    /// <summary>L.</summary>
    public int Count { get; }

    /// <summary>Tells one set of rows from another.</summary>
    public string Digest => Convert.ToHexStringLower(Sha256.Of([.. MemoryMarshal.AsBytes<float>(_inputs), .. MemoryMarshal.AsBytes<float>(_targets)]));

    /// <summary>Windows of one length.</summary>
    /// <param name="starts">[N] the first row of each.</param>
    /// <param name="steps">T.</param>
    /// <param name="silent">Rows at their beginning that count for nothing.</param>
    public DetectorBatch Batch(int[] starts, int steps, int silent)
    {
        int inputs = _scales.InputSize, signals = _scales.SignalNames.Length;
        float[] input = new float[starts.Length * steps * inputs], target = new float[starts.Length * steps * signals], weight = new float[target.Length];
        for (int n = 0; n < starts.Length; n++)
        {
            _inputs.AsSpan(starts[n] * inputs, steps * inputs).CopyTo(input.AsSpan(n * steps * inputs));
            _targets.AsSpan(starts[n] * signals, steps * signals).CopyTo(target.AsSpan(n * steps * signals));
            _weights.AsSpan((starts[n] + silent) * signals, (steps - silent) * signals).CopyTo(weight.AsSpan(((n * steps) + silent) * signals));
        }
        return new DetectorBatch(Tensor.From(input, starts.Length, steps, inputs), Tensor.From(target, starts.Length, steps, signals), Tensor.From(weight, starts.Length, steps, signals));
    }
}

/// <summary>Inputs [N, T, I], changes [N, T, D] in units of the usual ones, and what each counts.</summary>
internal sealed record DetectorBatch(Tensor Inputs, Tensor Targets, Tensor Weights);
