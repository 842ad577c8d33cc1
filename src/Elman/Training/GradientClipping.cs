using System.Numerics.Tensors;

namespace Elman;

/// <summary>Bounds gradients before an optimizer follows them. A tensor that is named twice counts once.</summary>
public static class GradientClipping
{
    /// <summary>Kept, so that a warm step allocates nothing.</summary>
    [ThreadStatic]
    private static HashSet<Tensor>? _seen;

    /// <summary>
    /// The Euclidean norm of all gradients together, added up in a fixed order; finite exactly when every gradient is.
    /// </summary>
    /// <param name="parameters">Names and tensors, for example <see cref="Optimizer.Parameters"/>; those without a gradient count as 0.</param>
    public static double Norm(IReadOnlyList<(string Name, Tensor Value)> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        double sum = 0;
        HashSet<Tensor> seen = Unseen();
        for (int i = 0; i < parameters.Count; i++)
            if (NewGradient(parameters[i].Value, seen) is { } gradient) sum += Summation.OfProducts(gradient.Span, gradient.Span);
        return Math.Sqrt(sum);
    }

    /// <summary>
    /// Scales all gradients by one factor, max / (norm + 1e-6), if their common norm exceeds the maximum (Pascanu et al. 2013),
    /// as PyTorch does. Gradients that are not finite are left as they are.
    /// </summary>
    /// <param name="parameters">Names and tensors, for example <see cref="Optimizer.Parameters"/>.</param>
    /// <param name="maximum">The largest norm allowed.</param>
    /// <returns>The norm before.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maximum"/> is not positive.</exception>
    public static double ByNorm(IReadOnlyList<(string Name, Tensor Value)> parameters, double maximum)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximum);
        double norm = Norm(parameters);
        ScaleTo(parameters, maximum, norm);
        return norm;
    }

    /// <summary>Brings every element of every gradient into −maximum … maximum.</summary>
    /// <inheritdoc cref="ByNorm"/>
    /// <param name="parameters">Names and tensors, for example <see cref="Optimizer.Parameters"/>.</param>
    /// <param name="maximum">The largest magnitude allowed.</param>
    public static void ByValue(IReadOnlyList<(string Name, Tensor Value)> parameters, double maximum)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximum);
        HashSet<Tensor> seen = Unseen();
        for (int i = 0; i < parameters.Count; i++)
        {
            if (NewGradient(parameters[i].Value, seen) is not { } tensor) continue;
            Span<float> gradient = tensor.Writable();
            TensorPrimitives.Min(gradient, (float)maximum, gradient);
            TensorPrimitives.Max(gradient, -(float)maximum, gradient);
        }
    }

    /// <summary>As <see cref="ByNorm"/>, when the norm is known.</summary>
    internal static void ScaleTo(IReadOnlyList<(string Name, Tensor Value)> parameters, double maximum, double norm)
    {
        double factor = maximum / (norm + 1e-6);
        if (double.IsFinite(norm) && factor < 1) Scale(parameters, (float)factor);
    }

    /// <summary>Multiplies all gradients.</summary>
    internal static void Scale(IReadOnlyList<(string Name, Tensor Value)> parameters, float factor)
    {
        HashSet<Tensor> seen = Unseen();
        for (int i = 0; i < parameters.Count; i++)
        {
            if (NewGradient(parameters[i].Value, seen) is not { } tensor) continue;
            Span<float> gradient = tensor.Writable();
            TensorPrimitives.Multiply(gradient, factor, gradient);
        }
    }

    private static HashSet<Tensor> Unseen()
    {
        _seen ??= [];
        _seen.Clear();
        return _seen;
    }

    /// <summary>The gradient of a parameter that has not been seen.</summary>
    private static Tensor? NewGradient(Tensor parameter, HashSet<Tensor> seen) => seen.Add(parameter) ? parameter.Gradient : null;
}
