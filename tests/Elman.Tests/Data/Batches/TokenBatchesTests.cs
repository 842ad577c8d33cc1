namespace Elman.Tests.Data;

public class TokenBatchesTests
{
    private static readonly ReadOnlyMemory<int>[] Sentences = [new[] { 4, 5, 6 }, Array.Empty<int>(), new[] { 7 }];

    [Fact]
    public void Sequences_stand_side_by_side_with_padding_behind()
    {
        TokenBatch batch = TokenBatch.Of(Sentences);
        Assert.Equal([4, 5, 6, 0, 0, 0, 7, 0, 0], batch.Tokens);
        Assert.Equal([3, 0, 1], batch.Lengths);
        Assert.Equal([0, 1, 2], batch.Indices);
        Assert.Equal((3, 3), (batch.Count, batch.Length));
        Assert.Equal([7, 4, 5, 6], new TokenBatches(Sentences, 2, 0).Gather(2, 0).Tokens.Where(token => token != Vocabulary.Padding));
        Assert.Empty(TokenBatch.Of([]).Tokens);
    }

    /// <summary>Whoever draws values and tokens of the same sequences draws the same batches.</summary>
    [Fact]
    public void The_order_is_that_of_sequences_of_values()
    {
        int[] lengths = [.. Enumerable.Range(0, 100).Select(i => i * 37 % 11)];
        var tokens = new TokenBatches([.. lengths.Select(length => new ReadOnlyMemory<int>(new int[length]))], 8, seed: 3);
        var values = new SequenceBatches([.. lengths.Select(length => new ReadOnlyMemory<float>(new float[length]))], 1, 8, seed: 3);
        Assert.Equal(values.Count, tokens.Count);
        Assert.Equal(values.Epoch(2).Select(batch => string.Join(' ', batch.Indices)), tokens.Epoch(2).Select(batch => string.Join(' ', batch.Indices)));
        Assert.Equal(values.Epoch(1).Select(batch => string.Join(' ', batch.Indices)), BatchSource.From(tokens).Epoch(1).Select(batch => string.Join(' ', batch.Indices)));
    }
}
