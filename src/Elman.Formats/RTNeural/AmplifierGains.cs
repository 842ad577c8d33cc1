namespace Elman.Formats;

/// <summary>
/// What AIDA-X does around a model (aidadsp-lv2, <c>applyModel</c>): the input is amplified, added to the output where the file says so, and the sum is amplified.
/// </summary>
/// <param name="Before">What the input is multiplied with.</param>
/// <param name="After">What the output is multiplied with.</param>
/// <param name="Skips">Whether the input is added to the output.</param>
internal readonly record struct AmplifierGains(float Before, float After, bool Skips)
{
    private const float LargestDecibels = 200;

    /// <summary>Reads <c>in_skip</c>, and <c>in_gain</c> and <c>out_gain</c> in decibels.</summary>
    public static AmplifierGains Of(StrictFields fields) =>
        new(Gain(fields, "in_gain"), Gain(fields, "out_gain"), fields.Has("in_skip") && fields.Whole("in_skip", 0, 1) == 1);

    /// <summary>The network with what is done around it.</summary>
    public Sequential Around(Sequential network, int inputs, int outputs)
    {
        if (this == new AmplifierGains(1, 1, false)) return network;
        if (Skips && outputs > inputs) throw new ElmanException($"'in_skip' adds {inputs} inputs to {outputs} outputs");
        List<Module> modules = [Skips ? new Shortcut(network) : network];
        if (Before != 1) modules.Insert(0, Scale(inputs, Before));
        if (After != 1) modules.Add(Scale(outputs, After));
        return new Sequential([.. modules]);
    }

    private static float Gain(StrictFields fields, string name) => !fields.Has(name) ? 1
        : fields.Number(name) is var decibels && MathF.Abs(decibels) <= LargestDecibels ? (float)Math.Pow(10, decibels / 20.0)
        : throw new ElmanException($"the model: '{name}' is {decibels} decibels");

    private static Linear Scale(int size, float gain)
    {
        Linear scale = new(size, size, new RandomStream(0), bias: false);
        Span<float> weight = scale.Weight.WritableSpan();
        weight.Clear();
        for (int i = 0; i < size; i++) weight[(i * size) + i] = gain;
        return scale;
    }
}
