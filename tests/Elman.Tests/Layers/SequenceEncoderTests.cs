using Elman.Tests.Training;

namespace Elman.Tests.Layers;

public class SequenceEncoderTests
{
    private static readonly int[] Lengths = [3, 0, 5];

    public static TheoryData<string, Direction, Pooling> Cases => new(
        from cell in Cells.Names from direction in Enum.GetValues<Direction>() from pooling in Enum.GetValues<Pooling>() select (cell, direction, pooling));

    private static SequenceEncoder New(string cell, Direction direction, Pooling pooling) =>
        new(2, new EncoderOptions { Cell = cell, Hidden = 4, Layers = 2, Direction = direction, Pooling = pooling, Dropout = 0.3f }, new RandomStream(3));

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_sequence_gives_the_same_bits_alone_and_padded_among_others(string cell, Direction direction, Pooling pooling)
    {
        SequenceEncoder encoder = New(cell, direction, pooling);
        Tensor x = SmallRun.Random([3, 5, 2], 9);
        Tensor together = encoder.Forward(x, Lengths);
        Assert.Equal(pooling == Pooling.None ? new Shape(3, 5, encoder.OutputSize) : new Shape(3, encoder.OutputSize), together.Shape);
        Assert.Equal(pooling == Pooling.None, encoder.KeepsSteps);
        for (int row = 0; row < 3; row++)
        {
            if (Lengths[row] == 0)
            {
                Assert.All(together.Select(0, row).Span.ToArray(), value => Assert.Equal(0, value));
                continue;
            }
            Tensor alone = encoder.Forward(x.Slice(0, row..(row + 1)).Slice(1, ..Lengths[row]));
            Tensor mine = together.Slice(0, row..(row + 1));
            Assert.Equal(alone.Span.ToArray(), (pooling == Pooling.None ? mine.Slice(1, ..Lengths[row]) : mine).Span.ToArray());
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_pool_counts_valid_steps_only_and_its_gradient_is_that_of_differences(bool isMaximum)
    {
        StepPool pool = new(isMaximum);
        Tensor x = SmallRun.Random([3, 5, 2], 4), weights = SmallRun.Random([3, 2], 5);
        x.RequiresGradient = true;
        Tensor pooled = pool.Forward(x, Lengths);
        for (int row = 0; row < 3; row++)
            for (int unit = 0; unit < 2; unit++)
            {
                float[] valid = [.. Enumerable.Range(0, Lengths[row]).Select(t => x[row, t, unit])];
                Assert.Equal(valid.Length == 0 ? 0 : isMaximum ? valid.Max() : valid.Average(), pooled[row, unit], 1e-6f);
            }
        (pooled * weights).Sum().Backward();
        float[] gradient = x.Gradient!.Span.ToArray(), values = x.Span.ToArray();
        for (int i = 0; i < values.Length; i++)
        {
            float Loss(float step)
            {
                float[] moved = [.. values];
                moved[i] += step;
                return (pool.Forward(Tensor.Wrap(moved, 3, 5, 2), Lengths) * weights).Sum().ToScalar();
            }
            Assert.Equal((Loss(1e-2f) - Loss(-1e-2f)) / 2e-2f, gradient[i], 1e-3f);
        }
    }

    [Fact]
    public void A_senseless_encoder_is_refused() =>
        Assert.Equal("there is no cell 'lstn'; known are " + string.Join(", ", Cells.Names), Assert.Throws<ElmanException>(() => New("lstn", Direction.Forward, Pooling.Last)).Message);
}
