namespace Elman.Kernels;

/// <summary>What masks are for: each kind has random numbers of its own.</summary>
internal enum MaskKind
{
    /// <summary>Outputs of a layer on their way into the next.</summary>
    Between,

    /// <summary>Inputs of a layer, the same at all steps.</summary>
    Input,

    /// <summary>h on its way into the recurrent products, the same at all steps.</summary>
    Recurrent,

    /// <summary>Recurrent weights.</summary>
    Weight,

    /// <summary>Units that keep their state.</summary>
    Zoneout,
}

/// <summary>What a dropout mask is a function of, besides sequence, time and unit: the run's seed, the training step, and the layer.</summary>
internal readonly record struct DropoutKey(ulong Seed, long Step, int Layer)
{
    /// <summary>Tells the numbers that seeds are made of from all others.</summary>
    private const uint Deriving = 0xD20F0A7E;

    /// <summary>The key of one kind of masks of one layer and direction of a network.</summary>
    public DropoutKey For(MaskKind kind, int layer, int direction = 0)
    {
        (uint low, uint high, _, _) = Philox.Block(Seed, (uint)kind, (uint)layer, (uint)direction, Deriving);
        return this with { Seed = low | (ulong)high << 32 };
    }

    /// <summary>
    /// Multiplies the values of one time step of one sequence by their mask: 0 with the given probability, 1/(1 − probability) otherwise (inverted
    /// dropout, Srivastava et al. 2014). It does not depend on the padding of the batch. The backward pass calls it again on the gradients.
    /// </summary>
    public void Apply(Span<float> values, int sequence, int time, float probability)
    {
        float scale = 1 / (1 - probability);
        for (int unit = 0; unit < values.Length; unit += 4)
        {
            (uint X, uint Y, uint Z, uint W) words = Words(sequence, time, unit);
            Keep(ref values[unit], words.X, probability, scale);
            if (unit + 1 < values.Length) Keep(ref values[unit + 1], words.Y, probability, scale);
            if (unit + 2 < values.Length) Keep(ref values[unit + 2], words.Z, probability, scale);
            if (unit + 3 < values.Length) Keep(ref values[unit + 3], words.W, probability, scale);
        }
    }

    /// <summary>Sets each value to 1 with the given probability, and to 0 otherwise.</summary>
    public void Draw(Span<float> values, int sequence, int time, float probability)
    {
        for (int unit = 0; unit < values.Length; unit += 4)
        {
            (uint X, uint Y, uint Z, uint W) words = Words(sequence, time, unit);
            values[unit] = Philox.ToUnit(words.X) < probability ? 1 : 0;
            if (unit + 1 < values.Length) values[unit + 1] = Philox.ToUnit(words.Y) < probability ? 1 : 0;
            if (unit + 2 < values.Length) values[unit + 2] = Philox.ToUnit(words.Z) < probability ? 1 : 0;
            if (unit + 3 < values.Length) values[unit + 3] = Philox.ToUnit(words.W) < probability ? 1 : 0;
        }
    }

    /// <summary>
    /// The random words of four units. Step, layer, sequence, time and unit have disjoint bits of the counter: where a sequence's number or a unit's exceeds
    /// 16 bits they share a word, but no array holds 2¹⁶ sequences of 2¹⁶ units.
    /// </summary>
    private (uint X, uint Y, uint Z, uint W) Words(int sequence, int time, int unit) => Philox.Block(Seed, (uint)Step,
        (uint)(Step >> 32) ^ ((uint)Layer << 16) ^ ((uint)time >> 16), ((uint)sequence & 0xFFFF) ^ ((uint)time << 16), (uint)unit ^ ((uint)sequence & 0xFFFF0000));

    private static void Keep(ref float value, uint word, float probability, float scale) =>
        value = Philox.ToUnit(word) < probability ? 0 : value * scale;
}
