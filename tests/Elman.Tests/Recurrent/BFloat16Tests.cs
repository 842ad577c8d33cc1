using System.Numerics;
using Elman.Tests.Kernels;

namespace Elman.Tests.Recurrent;

/// <summary>Inference with weights rounded to bfloat16 is inference with rounded weights, and keeps every other promise.</summary>
[Collection(nameof(ComputeThreads))]
public class BFloat16Tests
{
    private static readonly int V = Vector<float>.Count;

    public static TheoryData<string> AllCells => BitInvarianceTests.AllCells;

    [Theory]
    [MemberData(nameof(AllCells))]
    public void Outputs_are_those_of_rounded_weights_to_the_bit(string cell)
    {
        foreach ((int hidden, int batch) in ((int, int)[])[(V - 3, 1), (5 * V + 1, 1), (5 * V + 1, 3), (4 * V, 7), (2 * V + 2, 13)])
        {
            RecurrentCase given = new(cell, 7, hidden, batch, 9) { Layers = 2, Direction = Direction.Both, Ragged = true, InitialState = true };
            RecurrentLayer layer = given.Layer(), rounded = given.Layer();
            foreach ((string name, Tensor tensor) in rounded.Parameters())
                if (name.StartsWith("weight", StringComparison.Ordinal) && tensor.Rank == 2)
                    foreach (ref float value in tensor.WritableSpan()) value = Nearest(value);
            layer.BFloat16Weights = true;
            RecurrentResult.Infer(given, layer).HasTheBitsOf(RecurrentResult.Infer(given, rounded), given.ToString());
        }
    }

    [Theory]
    [MemberData(nameof(AllCells))]
    public void A_stream_and_any_number_of_threads_give_the_bits_of_the_batch(string cell)
    {
        RecurrentCase given = new(cell, 9, 40 * V, 1, 8) { Layers = 2 };
        RecurrentLayer layer = given.Layer();
        layer.BFloat16Weights = true;
        using GradientPause pause = Tensor.NoGradient();
        Tensor x = given.Input();
        float[] one = ComputeThreads.Use(1, () => layer.Forward(x).Span.ToArray()), two = ComputeThreads.Use(2, () => layer.Forward(x).Span.ToArray());
        Bits.Equal(one, two, "two threads");
        RecurrentStream stream = layer.OpenStream();
        for (int time = 0; time < given.Length; time++)
            Bits.Equal(one.AsSpan(time * layer.OutputSize, layer.OutputSize), stream.Step(x.Span.Slice(time * given.Inputs, given.Inputs)), $"step {time}");
    }

    [Fact]
    public void Parameters_keep_their_precision_and_training_is_refused()
    {
        RecurrentCase given = new("lstm", 5, 2 * V, 1, 4);
        RecurrentLayer layer = given.Layer();
        RecurrentResult before = RecurrentResult.Infer(given, layer);
        layer.BFloat16Weights = true;
        Assert.True(layer.BFloat16Weights);
        Assert.NotEqual(before["y"], RecurrentResult.Infer(given, layer)["y"]);
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => layer.Forward(given.Input()));
        Assert.Contains("BFloat16Weights", error.Message);
        layer.BFloat16Weights = false;
        RecurrentResult.Infer(given, layer).HasTheBitsOf(before, "after switching back");
    }

    /// <summary>The nearer of the two neighbours whose lower 16 bits are zero; of two equally near ones the even one.</summary>
    private static float Nearest(float value)
    {
        float below = BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & 0xFFFF0000);
        float above = BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(below) + 0x10000);
        double down = Math.Abs((double)value - below), up = Math.Abs((double)above - value);
        bool even = (BitConverter.SingleToUInt32Bits(below) >> 16) % 2 == 0;
        return down < up || (down == up && even) ? below : above;
    }
}
