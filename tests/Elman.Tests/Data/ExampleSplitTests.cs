namespace Elman.Tests.Data;

public class ExampleSplitTests
{
    [Fact]
    public void Each_class_gives_its_share_and_none_its_last_example()
    {
        string[] classes = [.. Enumerable.Repeat("a", 60), .. Enumerable.Repeat("b", 10), "c", .. Enumerable.Repeat("d", 2)];
        ExampleSplit split = ExampleSplit.Stratified(classes, 0.2, seed: 5), again = ExampleSplit.Stratified(classes, 0.2, seed: 5), other = ExampleSplit.Stratified(classes, 0.2, seed: 6);
        Assert.Equal([("a", 12), ("b", 2)], split.Held.CountBy(i => classes[i]).Select(pair => (pair.Key, pair.Value)));
        Assert.Equal(Enumerable.Range(0, classes.Length), split.Training.Concat(split.Held).Order());
        Assert.Equal(split.Held, again.Held);
        Assert.NotEqual(split.Held, other.Held);
        Assert.Equal(["a", "b", "c", "d"], ExampleSplit.Stratified(classes, 1, seed: 5).Training.Select(i => classes[i]));
    }

    [Fact]
    public void A_random_split_holds_out_its_share_and_no_share_nothing()
    {
        Assert.Equal(3, ExampleSplit.Random(10, 0.3, 1).Held.Count);
        Assert.Empty(ExampleSplit.Random(10, 0, 1).Held);
        Assert.Throws<ArgumentOutOfRangeException>(() => ExampleSplit.Random(10, double.NaN, 1));
    }
}
