using System.Globalization;

namespace Elman;

/// <summary>How far a recorded gradient and a numerical one are apart, where they differ most.</summary>
/// <param name="Error">The largest difference, relative to the largest magnitude of the numerical gradient of that input.</param>
/// <param name="Input">The input, counted from 0.</param>
/// <param name="Element">The element of it, in row-major order.</param>
/// <param name="Recorded">What <see cref="Tensor.Backward"/> gave.</param>
/// <param name="Numerical">What differences of the function gave.</param>
public sealed record GradientDifference(double Error, int Input, int Element, double Recorded, double Numerical)
{
    /// <summary>All in one line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"the gradient of input {Input} at element {Element} is {Recorded:G6}, differences of the function give {Numerical:G6} (error {Error:G3})");
}

/// <summary>
/// Compares the gradients that are recorded with differences of the function itself: whether the backward rule of an operation of one's own
/// (<see cref="Tensor.Record(Tensor, ReadOnlySpan{Tensor}, Func{Tensor, Tensor?[]})"/>), or of a whole module, is right.
/// </summary>
/// <example><code>GradientCheck.Require(() => Cube(x), x);</code></example>
public static class GradientCheck
{
    /// <summary>A power of two, so that it is added without rounding. With it, differences of fourth order of a function in single precision err by about 1e-5.</summary>
    private const float Step = 1f / 64;

    /// <summary>Where the two differ most.</summary>
    /// <param name="function">The function, of the inputs' present values: the same values give the same result, and it is smooth near them.</param>
    /// <param name="inputs">Tensors that it reads. Their values, gradients and whether they require one are afterwards what they were.</param>
    /// <exception cref="ArgumentException">There is no input.</exception>
    /// <exception cref="InvalidOperationException">The function does not give the same when it is called again, or its result does not depend on any input as far as is recorded.</exception>
    public static GradientDifference Compare(Func<Tensor> function, params ReadOnlySpan<Tensor> inputs)
    {
        ArgumentNullException.ThrowIfNull(function);
        if (inputs.IsEmpty) throw new ArgumentException("a gradient check needs at least one input", nameof(inputs));
        List<(bool Required, Tensor? Gradient)> before = [];
        foreach (Tensor input in inputs)
        {
            before.Add((input.RequiresGradient, input.Gradient?.Clone()));
            input.RequiresGradient = true;
            input.ZeroGradient();
        }
        try
        {
            return Compared(function, inputs);
        }
        finally
        {
            for (int i = 0; i < inputs.Length; i++)
            {
                inputs[i].RequiresGradient = before[i].Required;
                inputs[i].ZeroGradient();
                if (before[i].Gradient is { } gradient) gradient.Span.CopyTo(inputs[i].GradientSpan());
            }
        }
    }

    /// <summary>Throws if the two differ by more than a tolerance.</summary>
    /// <inheritdoc cref="Compare"/>
    /// <param name="function">As for <see cref="Compare"/>.</param>
    /// <param name="inputs">As for <see cref="Compare"/>.</param>
    /// <param name="tolerance">The largest error, as <see cref="GradientDifference.Error"/> has it.</param>
    /// <exception cref="ElmanException">They do; the message says where, and by how much.</exception>
    public static void Require(Func<Tensor> function, ReadOnlySpan<Tensor> inputs, double tolerance = 1e-3)
    {
        GradientDifference worst = Compare(function, inputs);
        if (!(worst.Error <= tolerance)) throw new ElmanException($"{worst}; the backward rule does not belong to the function, or that is not smooth there");
    }

    private static GradientDifference Compared(Func<Tensor> function, ReadOnlySpan<Tensor> inputs)
    {
        Tensor output = function();
        float[] first = output.Span.ToArray(), weights = new float[first.Length];
        RandomStream random = new(0);
        foreach (ref float weight in weights.AsSpan()) weight = random.NextUniform(-2, 2);
        using (Tensor.NoGradient())
        {
            if (!function().Span.SequenceEqual(first))
                throw new InvalidOperationException("the function gave other values when it was called again with the same inputs; switch off dropout and give it a seed");
        }
        output.Backward(Tensor.From(weights, output.Shape.Extents));
        GradientDifference? worst = null;
        for (int which = 0; which < inputs.Length; which++)
        {
            double[] numerical = new double[inputs[which].Count];
            for (int i = 0; i < numerical.Length; i++) numerical[i] = Derivative(function, inputs[which], weights, i);
            double largest = numerical.Length == 0 ? 0 : numerical.Max(Math.Abs);
            ReadOnlySpan<float> recorded = inputs[which].GradientSpan();
            for (int i = 0; i < numerical.Length; i++)
            {
                double distance = Math.Abs(recorded[i] - numerical[i]), error = distance == 0 ? 0 : distance / Math.Max(largest, 1e-3);
                if (double.IsNaN(error)) error = double.PositiveInfinity;
                if (worst is null || error > worst.Error) worst = new(error, which, i, recorded[i], numerical[i]);
            }
        }
        return worst ?? new(0, 0, 0, 0, 0);
    }

    /// <summary>By central differences of fourth order.</summary>
    private static double Derivative(Func<Tensor> function, Tensor input, float[] weights, int element)
    {
        float original = input.Span[element];
        double near = At(Step) - At(-Step), far = At(2 * Step) - At(-2 * Step);
        input.Writable()[element] = original;
        return (8 * near - far) / (12 * Step);

        double At(float offset)
        {
            input.Writable()[element] = original + offset;
            using (Tensor.NoGradient()) return Summation.OfProducts(weights, function().Span);
        }
    }
}
