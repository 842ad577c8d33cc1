using Elman.Kernels;
using Elman.Tests.Kernels;

namespace Elman.Tests.Recurrent;

/// <summary>Whatever decays from step to step ends at 0 and not among the denormal numbers, and what comes in too small counts as 0 on every way through a cell.</summary>
public class DenormalTests
{
    private const int Inputs = 5, Hidden = 19;

    private const float Large = 18446744073709551616f;

    public static TheoryData<string> AllCells => BitInvarianceTests.AllCells;

    [Theory]
    [MemberData(nameof(AllCells))]
    public void A_loss_on_the_last_step_leaves_no_denormal_gradient(string cell)
    {
        RecurrentLayer layer = Scaled(cell, 0.4f);
        Tensor x = Tensor.From(Kernel.Values(3 * 500 * Inputs), 3, 500, Inputs);
        x.RequiresGradient = true;
        (_, State final) = layer.Forward(x, null);
        final.Hidden.Sum().Backward();
        Assert.Equal(0, x.Gradient!.Span.ToArray().Count(IsDenormal));
        foreach ((string name, Tensor value) in layer.Parameters()) Assert.False(value.Gradient!.Span.ToArray().Any(IsDenormal), name);
        float[] last = x.Gradient.Slice(1, 499..).Span.ToArray();
        Assert.Contains(last, value => value != 0);
        // The gradient of a normalised cell may be as large as it was, however far back.
        if (!cell.Contains("normalised") && !cell.Contains("all options")) Assert.Equal(-1, x.Gradient.Slice(1, ..1).Span.IndexOfAnyExcept(0f));
    }

    [Theory]
    [InlineData("rnn", 0f)]
    [InlineData("rnn-relu", 0f)]
    [InlineData("lstm", 0f)]
    [InlineData("gru", 0f)]
    [InlineData("gru-original", 0f)]
    [InlineData("lstm", 0.3f)]
    [InlineData("rnn", 0.3f)]
    public void States_that_decay_end_at_zero(string cell, float zoneout)
    {
        RecurrentLayer layer = Cells.Create(cell, Inputs, Hidden, new RandomStream(1), new() { Bias = false, Zoneout = zoneout });
        RecurrentStream stream = layer.OpenStream();
        stream.Step(Kernel.Values(Inputs, 3));
        int small = 0, decaying = 0;
        for (int step = 0; step < 3000; step++)
        {
            float[] state = [.. stream.State];
            small += state.Count(value => value != 0 && MathF.Abs(value) < Denormals.Bound);
            decaying += state.Any(value => value != 0 && MathF.Abs(value) < 1e-10f) ? 1 : 0;
            stream.Step(0, 0, 0, 0, 0);
        }
        Assert.Equal(0, small);
        Assert.True(decaying > 5);
        Assert.Equal(-1, ((ReadOnlySpan<float>)stream.State).IndexOfAnyExcept(0f));
    }

    [Theory]
    [MemberData(nameof(AllCells))]
    public void Small_weights_inputs_and_states_count_as_zero_on_every_way(string cell)
    {
        // Each small factor meets one so large that their product would be seen.
        RecurrentLayer small = Scaled(cell, 1), zero = Scaled(cell, 1);
        foreach ((string name, Tensor value) in small.Parameters())
            if (name.StartsWith("weight", StringComparison.Ordinal)) value.CopyFrom(Alternating(value, evenIsSmall: true, other: name.StartsWith("weight_ih", StringComparison.Ordinal) ? Large : 1));
        foreach (((_, Tensor value), (_, Tensor other)) in zero.Parameters().Zip(small.Parameters())) value.CopyFrom(Flushed(other.Span));
        Tensor x = Tensor.From(Kernel.Values(4 * 9 * Inputs), 4, 9, Inputs);
        x.CopyFrom(Alternating(x, evenIsSmall: false, Large));
        Tensor flushed = Tensor.From(Flushed(x.Span), 4, 9, Inputs);
        State before = State(small, 4, values => Alternating(values, evenIsSmall: false, Large)), after = new([.. before.Parts.Select(part => Tensor.From(Flushed(part.Span), part.Shape.Extents))]);
        foreach (bool recorded in (bool[])[true, false])
        {
            x.RequiresGradient = flushed.RequiresGradient = recorded;
            using GradientPause pause = recorded ? default : Tensor.NoGradient();
            (Tensor output, State final) = small.Forward(x, before, [9, 4, 0, 7]);
            (Tensor expected, State finalExpected) = zero.Forward(flushed, after, [9, 4, 0, 7]);
            Same(expected.Span, output.Span, "output");
            for (int part = 0; part < final.Parts.Count; part++) Same(finalExpected.Parts[part].Slice(1, ..2).Span, final.Parts[part].Slice(1, ..2).Span, $"state {part}");
            if (!recorded) continue;
            output.Sum().Backward();
            expected.Sum().Backward();
            Same(flushed.Gradient!.Span, x.Gradient!.Span, "input gradient");
            foreach (((string name, Tensor value), (_, Tensor other)) in small.Parameters().Zip(zero.Parameters())) Same(other.Gradient!.Span, value.Gradient!.Span, name);
        }
        RecurrentStream one = small.OpenStream(), same = zero.OpenStream(), together = small.OpenStream();
        StreamGroup group = new(small);
        float[] grouped = new float[3 * small.OutputSize];
        RecurrentStream[] streams = [small.OpenStream(), together, small.OpenStream()];
        for (int step = 0; step < 9; step++)
        {
            float[] input = x.Span.Slice(step * Inputs, Inputs).ToArray();
            float[] expected = same.Step(Flushed(input)).ToArray();
            Same(expected, one.Step(input), $"stream, step {step}");
            group.Step(streams, [.. input, .. input, .. input], grouped);
            for (int i = 0; i < 3; i++) Same(expected, grouped.AsSpan(i * expected.Length, expected.Length), $"group, step {step}");
        }
    }

    [Fact]
    public void Gradients_that_come_in_denormal_count_as_zero()
    {
        foreach (string cell in (string[])["lstm", "gru", "rnn", "gru-original"])
        {
            RecurrentLayer layer = Scaled(cell, 1);
            Tensor x = Tensor.From(Kernel.Values(2 * 7 * Inputs), 2, 7, Inputs);
            x.RequiresGradient = true;
            Tensor output = layer.Forward(x);
            output.Backward(Tensor.Full(1e-40f, output.Shape.Extents));
            Assert.Equal(-1, x.Gradient!.Span.IndexOfAnyExcept(0f));
            foreach ((string name, Tensor value) in layer.Parameters()) Assert.True(value.Gradient!.Span.IndexOfAnyExcept(0f) < 0, $"{cell} {name}");
        }
    }

    /// <summary>Without weights every gate is 1/2, and so is what each step leaves of the gradient of c, or of h.</summary>
    [Theory]
    [InlineData("lstm", 1)]
    [InlineData("gru", 0)]
    [InlineData("gru-original", 0)]
    [InlineData("lstm, peepholes", 1)]
    public void A_gradient_that_goes_past_the_products_ends_at_zero(string cell, int part)
    {
        RecurrentLayer layer = new RecurrentCase(cell, Inputs, Hidden, 1, 1).Layer();
        foreach ((_, Tensor value) in layer.Parameters()) value.CopyFrom(new float[value.Count]);
        foreach (int length in (int[])[1, 20, 61, 66, 100, 126, 130, 140, 149])
        {
            State initial = State(layer, 2, values => values.Span);
            foreach (Tensor state in initial.Parts) state.RequiresGradient = true;
            (_, State final) = layer.Forward(Tensor.Zeros(2, length, Inputs), initial);
            final.Parts[part].Sum().Backward();
            Assert.All(initial.Parts[part].Gradient!.Span.ToArray(), value => Assert.Equal(length > 64 ? 0 : MathF.ScaleB(1, -length), value));
        }
    }

    [Fact]
    public void Decaying_states_with_long_gaps_end_at_zero()
    {
        GruD layer = new(2, Hidden, new RandomStream(1));
        Tensor values = Tensor.From(Kernel.Values(2 * 40 * 2), 2, 40, 2), elapsed = Tensor.From([.. Enumerable.Range(0, 80).Select(i => i % 40 * 7f)], 2, 40), observed = Tensor.Zeros(2, 40, 2);
        (Tensor output, State final) = layer.Forward(values, observed, elapsed);
        Assert.Equal(0, output.Span.ToArray().Count(IsDenormal));
        RecurrentStream stream = layer.OpenStream();
        for (int step = 0; step < 40; step++)
            Bits.Equal(output.Slice(0, ..1).Slice(1, step..(step + 1)).Span, stream.Step(values.Span[2 * step], values.Span[2 * step + 1], 0, 0, elapsed.Span[step]), $"step {step}");
        Assert.Equal(0, final.Parts[0].Span.ToArray().Count(IsDenormal));
    }

    /// <summary>Whichever sign a zero has: of a sum that begins with 0 and of a value that becomes 0 they differ.</summary>
    private static void Same(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what) =>
        Bits.Equal([.. expected.ToArray().Select(value => value + 0f)], [.. actual.ToArray().Select(value => value + 0f)], what);

    private static bool IsDenormal(float value) => float.IsSubnormal(value);

    private static float[] Flushed(ReadOnlySpan<float> values)
    {
        float[] flushed = values.ToArray();
        for (int i = 0; i < flushed.Length; i++)
            if (MathF.Abs(flushed[i]) < 1.0842e-19f) flushed[i] = MathF.CopySign(0, flushed[i]);
        return flushed;
    }

    /// <summary>Values of which those at even places of the innermost axis, or those at odd ones, are too small, and the others are multiplied.</summary>
    private static float[] Alternating(Tensor values, bool evenIsSmall, float other)
    {
        float[] result = values.Span.ToArray();
        for (int i = 0; i < result.Length; i++)
            result[i] = (i % values.Shape[^1] % 2 == 0) == evenIsSmall ? MathF.CopySign(1 / Large, result[i]) : result[i] * other;
        return result;
    }

    private static RecurrentLayer Scaled(string cell, float factor)
    {
        RecurrentLayer layer = new RecurrentCase(cell, Inputs, Hidden, 1, 1).Layer();
        foreach ((string name, Tensor value) in layer.Parameters())
            if (name.StartsWith("weight", StringComparison.Ordinal)) value.CopyFrom([.. value.Span.ToArray().Select(weight => weight * factor)]);
        return layer;
    }

    private static State State(RecurrentLayer layer, int batch, Func<Tensor, ReadOnlySpan<float>> change)
    {
        (_, State like) = layer.Forward(Tensor.Zeros(batch, 1, Inputs), null);
        return new([.. like.Parts.Select((part, i) => Tensor.From(change(Tensor.From(Kernel.Values(part.Count, (ulong)i + 9), part.Shape.Extents)), part.Shape.Extents))]);
    }
}
