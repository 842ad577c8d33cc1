using Elman.Kernels;

namespace Elman.Tests.Kernels;

public class DropoutKeyTests
{
    private static readonly DropoutKey Key = new(Seed: 5, Step: 7, Layer: 2);

    [Theory]
    [InlineData(0.1f)]
    [InlineData(0.5f)]
    [InlineData(0.9f)]
    public void The_dropped_share_is_the_probability_and_the_mean_is_kept(float probability)
    {
        const int rows = 500, width = 200;
        int dropped = 0;
        double sum = 0;
        for (int row = 0; row < rows; row++)
        {
            foreach (float value in Mask(Key, row, width, probability))
            {
                if (value == 0) dropped++;
                else Assert.Equal(1 / (1 - probability), value);
                sum += value;
            }
        }
        Assert.Equal(probability, (double)dropped / (rows * width), 0.005);
        Assert.Equal(1, sum / (rows * width), 0.03);
    }

    [Fact]
    public void Nothing_is_dropped_with_probability_zero() => Assert.All(Mask(Key, 3, 50, 0), value => Assert.Equal(1, value));

    [Fact]
    public void Values_are_multiplied_by_the_mask_of_ones()
    {
        using GuardedMemory memory = new(Kernel.Lengths.Max());
        foreach (int length in Kernel.Lengths)
        {
            foreach (bool end in (bool[])[false, true])
            {
                float[] values = Kernel.Values(length), mask = Mask(Key, 4, length, 0.4f);
                Span<float> guarded = memory.At(end, length);
                values.CopyTo(guarded);
                Key.Apply(guarded, 4, 0, 0.4f);
                for (int i = 0; i < length; i++) Assert.Equal(values[i] * mask[i], guarded[i]);
            }
        }
    }

    [Fact]
    public void A_unit_s_mask_does_not_depend_on_how_many_units_there_are()
    {
        float[] all = Mask(Key, 9, 64, 0.5f);
        for (int width = 0; width <= 64; width++) Assert.Equal(all[..width], Mask(Key, 9, width, 0.5f));
    }

    [Fact]
    public void Rows_may_be_visited_in_any_order()
    {
        float[][] forward = [.. Enumerable.Range(0, 20).Select(row => Mask(Key, row, 16, 0.5f))];
        float[][] backward = [.. Enumerable.Range(0, 20).Reverse().Select(row => Mask(Key, row, 16, 0.5f)).Reverse()];
        Assert.Equal(forward, backward);
    }

    [Fact]
    public void Seed_step_layer_and_row_each_change_the_mask()
    {
        float[][] masks =
        [
            Mask(Key, 1, 64, 0.5f), Mask(Key with { Seed = 6 }, 1, 64, 0.5f), Mask(Key with { Step = 8 }, 1, 64, 0.5f),
            Mask(Key with { Step = 7 + (1L << 32) }, 1, 64, 0.5f), Mask(Key with { Layer = 3 }, 1, 64, 0.5f), Mask(Key, 2, 64, 0.5f),
        ];
        for (int i = 0; i < masks.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                int same = masks[i].Zip(masks[j]).Count(pair => pair.First == pair.Second);
                Assert.InRange(same, 16, 48);
            }
        }
    }

    [Theory]
    [InlineData(3, 65_535, 3, 65_536)]
    [InlineData(3, 0, 3, 65_536)]
    [InlineData(3, 9, 3, 65_536 + 9)]
    [InlineData(3, 9, 2, 9 + (1 << 30))]
    [InlineData(7, 4, 65_536 + 7, 4)]
    [InlineData(7, 4, 65_536 + 7, 5)]
    public void Long_sequences_and_large_batches_repeat_no_mask(int sequence, int time, int other, int otherTime)
    {
        float[] first = Mask(Key, sequence, 64, 0.5f, time), second = Mask(Key, other, 64, 0.5f, otherTime);
        Assert.InRange(first.Zip(second).Count(pair => pair.First == pair.Second), 16, 48);
    }

    [Fact]
    public void Kinds_layers_and_directions_have_masks_of_their_own()
    {
        float[][] masks = [Mask(Key, 1, 64, 0.5f), .. new[] { Key.For(MaskKind.Between, 0), Key.For(MaskKind.Between, 1), Key.For(MaskKind.Between, 0, 1), Key.For((MaskKind)9, 0) }
            .Select(key => Mask(key, 1, 64, 0.5f))];
        for (int i = 0; i < masks.Length; i++)
            for (int j = 0; j < i; j++) Assert.InRange(masks[i].Zip(masks[j]).Count(pair => pair.First == pair.Second), 16, 48);
    }

    private static float[] Mask(DropoutKey key, int row, int width, float probability, int time = 0)
    {
        float[] mask = new float[width];
        Array.Fill(mask, 1);
        key.Apply(mask, row, time, probability);
        return mask;
    }
}
