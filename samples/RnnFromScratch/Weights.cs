namespace Elman.Samples.RnnFromScratch;

internal static class Weights
{
    /// <summary>A trainable matrix, uniform in ±1/√rows.</summary>
    public static Tensor Random(RandomStream random, int rows, int columns)
    {
        float bound = 1 / MathF.Sqrt(rows);
        Tensor weight = Tensor.Uniform(random, -bound, bound, rows, columns);
        weight.RequiresGradient = true;
        return weight;
    }
}
