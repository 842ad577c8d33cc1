using System.Runtime.InteropServices;

namespace Elman.Formats.PyTorch;

/// <summary>
/// Weights that a file keeps in parts, computed as PyTorch does at evaluation: weight normalisation, w = g · v / ‖v‖ for each row (Salimans and Kingma 2016, equation 2), and spectral
/// normalisation, w = w / (uᵀ w v) (Miyato et al. 2018, equation 8). Both in the old form (<c>weight_g</c>, <c>weight_orig</c>) and in that of parametrisations.
/// </summary>
internal static class TorchNorms
{
    private const string Parametrizations = "parametrizations.";

    /// <summary>The tensors with each computed weight in the place of its first part.</summary>
    /// <exception cref="ElmanException">Parts do not fit together.</exception>
    public static List<(string Name, TorchTensor Tensor)> Computed(string source, List<(string Name, TorchTensor Tensor)> tensors)
    {
        Dictionary<string, TorchTensor> all = [];
        foreach ((string name, TorchTensor tensor) in tensors) all.TryAdd(name, tensor);
        HashSet<string> used = [];
        Dictionary<string, (string Weight, TorchTensor Value)> made = [];
        foreach (string name in all.Keys)
        {
            if (WeightNorm(name) is { } norm && all.TryGetValue(norm.Direction, out TorchTensor? direction))
            {
                Add(name, norm.Weight, Scaled(all[name], direction), name, norm.Direction);
            }
            else if (SpectralNorm(name) is { } spectral && all.TryGetValue(spectral.Left, out TorchTensor? left) && all.TryGetValue(spectral.Right, out TorchTensor? right))
            {
                Add(name, spectral.Weight, Divided(all[name], left, right), name, spectral.Left, spectral.Right);
            }
        }
        return made.Count == 0 ? tensors : [.. tensors.Where(pair => !used.Contains(pair.Name) || made.ContainsKey(pair.Name)).Select(pair => made.TryGetValue(pair.Name, out var weight) ? weight : pair)];

        void Add(string first, string weight, TorchTensor? value, params ReadOnlySpan<string> parts)
        {
            made.Add(first, (weight, value ?? throw new ElmanException($"{source}: the parts of {SafeTensorsHeader.Quote(weight)} do not fit together: {string.Join(", ", parts.ToArray().Select(part => $"{SafeTensorsHeader.Quote(part)} {all[part].Shape}"))}")));
            foreach (string part in parts) used.Add(part);
        }
    }

    /// <summary>The names that belong to a magnitude g.</summary>
    private static (string Weight, string Direction)? WeightNorm(string name)
    {
        if (name.EndsWith("_g", StringComparison.Ordinal)) return (name[..^2], name[..^1] + "v");
        return name.EndsWith(".original0", StringComparison.Ordinal) && Plain(name[..^".original0".Length]) is { } weight ? (weight, name[..^1] + "1") : null;
    }

    /// <summary>The names that belong to a weight that is still to be divided.</summary>
    private static (string Weight, string Left, string Right)? SpectralNorm(string name)
    {
        if (name.EndsWith("_orig", StringComparison.Ordinal)) return (name[..^5], name[..^4] + "u", name[..^4] + "v");
        return name.EndsWith(".original", StringComparison.Ordinal) && name[..^".original".Length] is var path && Plain(path) is { } weight ? (weight, path + ".0._u", path + ".0._v") : null;
    }

    /// <summary>fc.parametrizations.weight → fc.weight.</summary>
    private static string? Plain(string path) =>
        path.LastIndexOf(Parametrizations, StringComparison.Ordinal) is >= 0 and var at && path.IndexOf('.', at + Parametrizations.Length) < 0 ? path.Remove(at, Parametrizations.Length) : null;

    private static TorchTensor? Scaled(TorchTensor magnitude, TorchTensor direction)
    {
        if (direction.Shape.Rank == 0 || direction.Shape.Count == 0 || magnitude.Shape.Count != direction.Shape[0] || !magnitude.Type.IsFloat || !direction.Type.IsFloat) return null;
        double[] g = magnitude.ToDoubles(), v = direction.ToDoubles();
        int row = v.Length / g.Length;
        for (int i = 0; i < g.Length; i++)
        {
            Span<double> own = v.AsSpan(i * row, row);
            double square = 0;
            foreach (double value in own) square += value * value;
            foreach (ref double value in own) value *= g[i] / Math.Sqrt(square);
        }
        return Of(v, direction.Shape);
    }

    private static TorchTensor? Divided(TorchTensor weight, TorchTensor left, TorchTensor right)
    {
        if (weight.Shape.Rank == 0 || weight.Shape.Count == 0 || left.Shape.Count != weight.Shape[0] || (long)left.Shape.Count * right.Shape.Count != weight.Shape.Count || !weight.Type.IsFloat) return null;
        double[] w = weight.ToDoubles(), u = left.ToDoubles(), v = right.ToDoubles();
        double sigma = 0;
        for (int i = 0; i < u.Length; i++)
            for (int j = 0; j < v.Length; j++) sigma += u[i] * w[i * v.Length + j] * v[j];
        for (int i = 0; i < w.Length; i++) w[i] /= sigma;
        return Of(w, weight.Shape);
    }

    private static TorchTensor Of(double[] values, Shape shape)
    {
        float[] rounded = Array.ConvertAll(values, value => (float)value);
        long[] extents = [.. shape.Extents.ToArray().Select(extent => (long)extent)], strides = new long[extents.Length];
        long stride = 1;
        for (int axis = strides.Length - 1; axis >= 0; stride *= extents[axis--]) strides[axis] = stride;
        return new TorchTensor(new TorchStorage(TorchType.Float32, rounded.Length) { Bytes = MemoryMarshal.AsBytes<float>(rounded).ToArray() }, 0, extents, strides);
    }
}
