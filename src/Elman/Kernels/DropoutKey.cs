
namespace Elman.Kernels;

/// <summary>What a dropout mask is a function of, besides row and unit: the run's seed, the training step, and the layer.</summary>
internal readonly record struct DropoutKey(ulong Seed, long Step, int Layer)
{
    /// <summary>The row of one time step of one sequence; it does not depend on the padding of the batch.</summary>
    public static int Row(int sequence, int time) => sequence ^ (time << 16);

    /// <summary>
    /// Multiplies a row of values by its mask: 0 with the given probability, 1/(1 − probability) otherwise (inverted dropout,
    /// Srivastava et al. 2014). The backward pass calls it again on the gradients.
    /// </summary>
    public void Apply(Span<float> values, int row, float probability)
    {
        float scale = 1 / (1 - probability);
        for (int unit = 0; unit < values.Length; unit += 4)
        {
            (uint X, uint Y, uint Z, uint W) words = Philox.Block(Seed, (uint)Step, (uint)(Step >> 32) ^ ((uint)Layer << 16), (uint)row, (uint)unit);
            Keep(ref values[unit], words.X, probability, scale);
            if (unit + 1 < values.Length) Keep(ref values[unit + 1], words.Y, probability, scale);
            if (unit + 2 < values.Length) Keep(ref values[unit + 2], words.Z, probability, scale);
            if (unit + 3 < values.Length) Keep(ref values[unit + 3], words.W, probability, scale);
        }
    }

    private static void Keep(ref float value, uint word, float probability, float scale) =>
        value = Philox.ToUnit(word) < probability ? 0 : value * scale;
}
