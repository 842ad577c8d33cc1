using Elman.Tests.Kernels;

namespace Elman.Tests.Recurrent;

[Collection(nameof(ComputeThreads))]
public class SequenceLayoutTests
{
    public static TheoryData<int, int, bool> Batches => new()
    {
        { 1, 0, false }, { 1, 1, false }, { 1, 100_000, false }, { 1, 700, true }, { 5, 300, false }, { 64, 100, true }, { 300, 7, true }, { 2000, 5, false }, { 2000, 5, true }, { 0, 9, false },
    };

    [Theory]
    [MemberData(nameof(Batches))]
    public void The_blocks_cover_all_steps_in_order_and_have_their_size(int batch, int length, bool ragged)
    {
        SequenceLayout layout = Layout(batch, length, ragged);
        (int Start, int End)[] blocks = [.. layout.Blocks(0, length)];
        Assert.Equal(layout.Total, blocks.Sum(block => block.End - block.Start));
        Assert.All(blocks, (block, i) =>
        {
            Assert.Equal(i == 0 ? 0 : blocks[i - 1].End, block.Start);
            Assert.InRange(block.End - block.Start, i == blocks.Length - 1 ? 1 : SequenceLayout.ShortestBlock, SequenceLayout.LongestBlock);
        });
        // The blocks of the stretches between cuts are those of the whole.
        Assert.Equal((0, length), (layout.Cuts[0], layout.Cuts[^1]));
        Assert.Equal(blocks, layout.Cuts.Zip(layout.Cuts.Skip(1)).SelectMany(times => layout.Blocks(times.First, times.Second)));
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public void Steps_go_to_the_packed_order_and_back_on_any_number_of_threads(int batch, int length, bool ragged)
    {
        const int size = 3;
        SequenceLayout layout = Layout(batch, length, ragged);
        float[] values = Kernel.Values(batch * length * size), expected = new float[layout.Total * size];
        bool[] valid = new bool[values.Length];
        for (int time = 0; time < length; time++)
        {
            for (int row = 0; row < layout.Active(time); row++)
            {
                int place = (layout.Order[row] * length + time) * size;
                values.AsSpan(place, size).CopyTo(expected.AsSpan((layout.First(time) + row) * size));
                valid.AsSpan(place, size).Fill(true);
            }
        }
        if (layout.IsBatchFirst) Bits.Equal(values.AsSpan(0, expected.Length), expected, "the tensor itself");
        foreach (int threads in (int[])[1, 2, 5])
        {
            (float[] packed, float[] added) = ComputeThreads.Use(threads, () =>
            {
                (float[] packed, float[] added) = (new float[expected.Length], [.. values]);
                layout.Gather(values, size, packed);
                layout.ScatterAdd(packed, size, added);
                return (packed, added);
            });
            Bits.Equal(expected, packed, "gathered");
            Bits.Equal([.. values.Zip(valid, (value, kept) => kept ? 2 * value : value)], added, "added");
        }
    }

    private static SequenceLayout Layout(int batch, int length, bool ragged)
    {
        RandomStream random = new(3);
        return new(batch, length, ragged ? [.. Enumerable.Range(0, batch).Select(_ => random.NextInt(length + 1))] : []);
    }
}
