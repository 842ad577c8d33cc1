using Elman.Tests.Kernels;

namespace Elman.Tests.Recurrent;

[Collection(nameof(ComputeThreads))]
public class SequenceLayoutTests
{
    public static TheoryData<int, int, bool, int> Batches => new()
    {
        { 1, 0, false, 1 }, { 1, 1, false, 1 }, { 1, 100_000, false, 1 }, { 1, 700, true, 1 }, { 5, 300, false, 1 }, { 64, 100, true, 1 }, { 300, 7, true, 1 }, { 2000, 5, false, 1 }, { 2000, 5, true, 1 },
        { 0, 9, false, 1 }, { 64, 100, false, 4 }, { 64, 100, true, 4 }, { 33, 61, true, 2 }, { 2000, 5, false, 8 }, { 2000, 5, true, 8 }, { 3, 400, true, 2 }, { 0, 9, false, 2 },
    };

    [Theory]
    [MemberData(nameof(Batches))]
    public void The_blocks_cover_all_steps_in_order_and_have_their_size(int batch, int length, bool ragged, int groups)
    {
        SequenceLayout layout = Layout(batch, length, ragged, groups);
        Assert.Equal((0, length), (layout.Cuts[0], layout.Cuts[^1]));
        int end = 0;
        for (int group = 0; group < groups; group++)
        {
            Assert.Equal(end, layout.First(group, 0));
            StepBlock[] blocks = layout.Blocks(group, 0, length, shift: 0);
            Assert.All(blocks, (block, i) =>
            {
                Assert.Equal(end, block.Start);
                Assert.InRange(block.End - block.Start, groups > 1 || i == blocks.Length - 1 ? 1 : SequenceLayout.ShortestBlock, SequenceLayout.LongestBlock);
                end = block.End;
            });
            Assert.Equal(layout.First(group, length), end);
            // The blocks of the stretches between cuts are those of the whole.
            Assert.Equal(blocks, layout.Cuts.Zip(layout.Cuts.Skip(1)).SelectMany(times => layout.Blocks(group, times.First, times.Second, shift: 0)));
            Assert.Equal(blocks.Select(block => block with { Start = block.Start - 7, End = block.End - 7 }), layout.Blocks(group, 0, length, shift: 7));
        }
        Assert.Equal(layout.Total, end);
        Assert.Equal(layout.Total, layout.Lengths.Sum());
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public void The_parts_of_a_group_are_its_rows_and_its_steps(int batch, int length, bool ragged, int groups)
    {
        SequenceLayout layout = Layout(batch, length, ragged, groups);
        foreach (int threads in (int[])[1, 3, 8])
        {
            int parts = layout.Parts(threads), each = parts / groups, from = length / 3, to = length - length / 4;
            Assert.InRange(parts, threads, threads + groups - 1);
            for (int group = 0; group < groups; group++)
            {
                (int row, int last) = layout.Rows(group);
                int step = layout.First(group, from);
                for (int i = 0; i < each; i++)
                {
                    Assert.Equal(group, layout.Group(i * groups + group));
                    (int start, int end) = layout.Part(i * groups + group, parts);
                    Assert.Equal(row, start);
                    row = end;
                    (start, end) = layout.Steps(i * groups + group, parts, from, to);
                    Assert.Equal(step, start);
                    step = end;
                }
                Assert.Equal((last, layout.First(group, to)), (row, step));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public void Steps_go_to_the_packed_order_and_back_on_any_number_of_threads(int batch, int length, bool ragged, int groups)
    {
        const int size = 3;
        SequenceLayout layout = Layout(batch, length, ragged, groups);
        float[] values = Kernel.Values(batch * length * size), expected = new float[layout.Total * size];
        bool[] valid = new bool[values.Length];
        int step = 0;
        for (int group = 0; group < groups; group++)
        {
            for (int time = 0; time < length; time++)
            {
                (int first, int end) = layout.Rows(group);
                for (int row = first; row < end && layout.Lengths[row] > time; row++, step++)
                {
                    int place = (layout.Order[row] * length + time) * size;
                    values.AsSpan(place, size).CopyTo(expected.AsSpan(step * size));
                    valid.AsSpan(place, size).Fill(true);
                }
            }
        }
        if (layout.IsBatchFirst) Bits.Equal(values.AsSpan(0, expected.Length), expected, "the tensor itself");
        foreach (int threads in (int[])[1, 2, 5])
        {
            (float[] packed, float[] copied, float[] added) = ComputeThreads.Use(threads, () =>
            {
                (float[] packed, float[] copied, float[] added) = (new float[expected.Length], new float[values.Length], [.. values]);
                layout.Gather(values, size, packed);
                layout.Scatter(packed, size, copied, adds: false);
                layout.Scatter(packed, size, added, adds: true);
                return (packed, copied, added);
            });
            Bits.Equal(expected, packed, "gathered");
            Bits.Equal([.. values.Zip(valid, (value, kept) => kept ? value : 0)], copied, "copied");
            Bits.Equal([.. values.Zip(valid, (value, kept) => kept ? 2 * value : value)], added, "added");
        }
    }

    private static SequenceLayout Layout(int batch, int length, bool ragged, int groups)
    {
        RandomStream random = new(3);
        return new(batch, length, ragged ? [.. Enumerable.Range(0, batch).Select(_ => random.NextInt(length + 1))] : [], groups);
    }
}
