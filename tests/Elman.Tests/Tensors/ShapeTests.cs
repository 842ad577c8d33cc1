namespace Elman.Tests.Tensors;

public class ShapeTests
{
    [Fact]
    public void A_shape_knows_its_rank_count_and_extents()
    {
        Shape shape = new(5, 3, 10);
        Assert.Equal((3, 150, 3, 10), (shape.Rank, shape.Count, shape[1], shape[^1]));
        Assert.Equal("[5, 3, 10]", shape.ToString());
        Assert.Equal((0, 1), (default(Shape).Rank, default(Shape).Count));
        Assert.Equal(0, new Shape(5, 0).Count);
    }

    [Fact]
    public void Shapes_are_equal_by_value()
    {
        Assert.True(new Shape(2, 3) == new Shape(2, 3));
        Assert.True(new Shape(2, 3) != new Shape(3, 2));
        Assert.True(default == new Shape());
        Assert.Equal(new Shape(2, 3).GetHashCode(), new Shape(2, 3).GetHashCode());
    }

    [Fact]
    public void Impossible_extents_are_refused()
    {
        Assert.Equal("shape [2, -1] has a negative extent", Assert.Throws<ArgumentException>(() => new Shape(2, -1)).Message);
        Assert.StartsWith("shape [65536, 65536] has more than", Assert.Throws<ArgumentException>(() => new Shape(65536, 65536)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Shape(65536, 65536, 0));
        Assert.Throws<ArgumentException>(() => new Shape(0, 65536, 65536));
    }
}
