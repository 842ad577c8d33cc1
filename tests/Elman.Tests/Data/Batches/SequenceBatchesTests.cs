using CsCheck;

namespace Elman.Tests.Data;

public class SequenceBatchesTests
{
    [Fact]
    public void An_epoch_holds_every_sequence_once_with_its_own_steps() =>
        Gen.Select(Gen.Int[0, 9].Array[0, 70], Gen.Int[1, 3], Gen.Int[1, 8], Gen.ULong, Gen.Int[0, 5]).Sample((lengths, features, size, seed, epoch) =>
        {
            var sequences = Sequences(lengths, features);
            var source = new SequenceBatches(sequences, features, size, seed);
            var batches = source.Epoch(epoch).ToList();
            Assert.Equal(source.Count, batches.Count);
            Assert.Equal(Enumerable.Range(0, lengths.Length), batches.SelectMany(batch => batch.Indices).Order());
            foreach (SequenceBatch batch in batches)
            {
                Assert.InRange(batch.Count, 1, size);
                Assert.Equal(batch.Count * batch.Length * features, batch.Inputs.Length);
                for (int row = 0; row < batch.Count; row++)
                {
                    float[] sequence = sequences[batch.Indices[row]].ToArray();
                    Assert.Equal(lengths[batch.Indices[row]], batch.Lengths[row]);
                    Assert.Equal([.. sequence, .. new float[batch.Length * features - sequence.Length]], batch.Inputs.AsSpan(row * batch.Length * features, batch.Length * features).ToArray());
                }
            }
        }, iter: 500);

    [Fact]
    public void One_batch_may_take_all()
    {
        var source = new SequenceBatches(Sequences([3, 1, 2], 1), 1, int.MaxValue, seed: 7);
        Assert.Equal([1, 2, 3], Assert.Single(source.Epoch(0)).Lengths);
        Assert.Equal(1, source.Count);
    }

    [Fact]
    public void The_order_depends_on_the_seed_and_the_epoch_and_on_nothing_else()
    {
        var source = new SequenceBatches(Sequences([.. Enumerable.Repeat(3, 100)], 1), 1, 8, seed: 7);
        var again = new SequenceBatches(Sequences([.. Enumerable.Repeat(3, 100)], 1), 1, 8, seed: 7);
        var other = new SequenceBatches(Sequences([.. Enumerable.Repeat(3, 100)], 1), 1, 8, seed: 8);
        Assert.Equal(13, again.Epoch(0).Count());
        Assert.Equal(Order(source, 1), Order(again, 1));
        Assert.NotEqual(Order(source, 0), Order(source, 1));
        Assert.NotEqual(Order(source, 1), Order(other, 1));
        Assert.NotEqual(Enumerable.Range(0, 100), Order(source, 0));

        // Fixed, so that a run resumed on another machine or by a later version draws the same batches. The order was computed
        // by a second implementation, from the definitions of Philox, Lemire's and Fisher and Yates' methods.
        var small = new SequenceBatches(Sequences([3, 0, 2, 5, 1, 4], 1), 1, 2, seed: 1);
        Assert.Equal([2, 0, 5, 3, 1, 4], Order(small, 0));
    }

    [Fact]
    public void Batch_mates_are_of_similar_length()
    {
        var random = new RandomStream(1);
        int[] lengths = [.. Enumerable.Range(0, 2000).Select(_ => random.NextInt(500))];
        var source = new SequenceBatches(Sequences(lengths, 1), 1, 16, seed: 3);
        long padded = source.Epoch(0).Sum(batch => (long)batch.Inputs.Length);
        Assert.InRange(padded, lengths.Sum(), lengths.Sum() * 1.1);
        // Still mixed: the batches do not come in the order of their lengths.
        int[] longest = [.. source.Epoch(0).Select(batch => batch.Length)];
        int ascents = longest.Zip(longest.Skip(1)).Count(pair => pair.First < pair.Second);
        Assert.InRange(ascents, longest.Length / 4, longest.Length * 3 / 4);
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Assert.Contains("sequence 1 has 3 values", Assert.Throws<ArgumentException>(() => new SequenceBatches([new float[2], new float[3]], 2, 4, 0)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SequenceBatches([], 0, 4, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SequenceBatches([], 1, 0, 0));
        Assert.Empty(new SequenceBatches([], 1, 1, 0).Epoch(0));
    }

    private static int[] Order(SequenceBatches source, int epoch) => [.. source.Epoch(epoch).SelectMany(batch => batch.Indices)];

    /// <summary>Every value is unlike every other and unlike padding.</summary>
    private static ReadOnlyMemory<float>[] Sequences(int[] lengths, int features) =>
        [.. lengths.Select((length, i) => new ReadOnlyMemory<float>([.. Enumerable.Range(0, length * features).Select(j => 1 + i * 100f + j)]))];
}
