using Elman.Tests.Reference;

namespace Elman.Tests.Tensors;

/// <summary>Compares recorded gradients with numerical ones.</summary>
internal static class FiniteDifferences
{
    /// <summary>
    /// The derivative of Σ weight · f(inputs) with respect to every element of every input, by central differences of fourth
    /// order: with a step of 1/64 they err by about 1e-5 of the largest value, rounding in float32 included.
    /// </summary>
    public static void Check(Func<Tensor[], Tensor> function, params Tensor[] inputs)
    {
        foreach (Tensor input in inputs) input.RequiresGradient = true;
        Tensor output = function(inputs);
        float[] weights = Some.Values(output.Count, seed: 99);
        output.Backward(Tensor.From(weights, output.Shape.Extents));
        for (int which = 0; which < inputs.Length; which++)
        {
            double[] numerical = new double[inputs[which].Count];
            for (int i = 0; i < numerical.Length; i++) numerical[i] = Derivative(function, inputs, weights, inputs[which], i);
            Assert.NotNull(inputs[which].Gradient);
            Assert.Equal(inputs[which].Shape, inputs[which].Gradient!.Shape);
            Near.Equal(numerical, inputs[which].Gradient!.Span, 3e-4, $"gradient of input {which}");
        }
    }

    private static double Derivative(Func<Tensor[], Tensor> function, Tensor[] inputs, float[] weights, Tensor input, int element)
    {
        const float Step = 1f / 64;
        float original = input.Span[element];
        double near = At(Step) - At(-Step), far = At(2 * Step) - At(-2 * Step);
        input.WritableSpan()[element] = original;
        return (8 * near - far) / (12 * Step);

        double At(float offset)
        {
            input.WritableSpan()[element] = original + offset;
            using (Tensor.NoGradient())
            {
                ReadOnlySpan<float> output = function(inputs).Span;
                double sum = 0;
                for (int i = 0; i < weights.Length; i++) sum += (double)weights[i] * output[i];
                return sum;
            }
        }
    }
}
