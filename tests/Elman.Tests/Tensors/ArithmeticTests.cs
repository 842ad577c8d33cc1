using CsCheck;

namespace Elman.Tests.Tensors;

public class ArithmeticTests
{
    /// <summary>A common shape, and two that broadcast to it: extents replaced by 1, outer axes dropped.</summary>
    private static readonly Gen<(int[] Common, int[] Left, int[] Right)> Shapes =
        from common in Gen.Int[0, 4].Array[0, 4]
        from left in Gen.Int[0, 2].Array[common.Length]
        from right in Gen.Int[0, 2].Array[common.Length]
        from dropped in Gen.Int[0, common.Length]
        from side in Gen.Bool
        let a = Squeeze(common, left)
        let b = Squeeze(common, [.. right.Select((squeeze, axis) => left[axis] == 0 ? 1 : squeeze)])
        let shorter = (side ? a : b)[dropped..]
        let other = (side ? b : a).Select((extent, axis) => axis < dropped ? common[axis] : extent).ToArray()
        select side ? (common, shorter, other) : (common, other, shorter);

    [Theory]
    [InlineData("+")]
    [InlineData("-")]
    [InlineData("*")]
    [InlineData("/")]
    public void An_operation_broadcasts_as_a_naive_loop_does(string sign) => Shapes.Sample(shapes =>
    {
        Tensor a = Some.Seeded(1, shapes.Left), b = Some.Seeded(2, shapes.Right), result = Apply(sign, a, b);
        Assert.Equal(new Shape(shapes.Common), result.Shape);
        foreach (int[] index in Naive.Indices(shapes.Common))
            Assert.Equal(Apply(sign, At(a, index), At(b, index)), result[index]);
    });

    [Fact]
    public void The_gradient_of_a_broadcast_operand_is_summed_where_it_was_repeated()
    {
        foreach (string sign in new[] { "+", "-", "*", "/" })
        {
            FiniteDifferences.Check(x => Apply(sign, x[0], x[1]), Some.Tensor(2, 3, 4), Some.Positive(3, 1));
            FiniteDifferences.Check(x => Apply(sign, x[0], x[1]), Some.Tensor(4), Some.Positive(2, 3, 4));
            FiniteDifferences.Check(x => Apply(sign, x[0], x[1]), Some.Tensor(2, 1, 4), Some.Positive(3, 1));
            FiniteDifferences.Check(x => Apply(sign, x[0], x[1]), Some.Tensor(), Some.Positive(3, 2));
        }
    }

    [Fact]
    public void A_tensor_used_twice_collects_both_gradients() =>
        FiniteDifferences.Check(x => x[0] * x[0] - x[0] / (x[0] * x[0] + 3), Some.Tensor(2, 3));

    [Fact]
    public void Numbers_stand_for_scalars() =>
        Assert.Equal([-1.5f, 0f, 7.5f], (3 * (1 - -Tensor.From([-1.5f, -1, 1.5f], 3))).Span.ToArray());

    [Fact]
    public void Shapes_that_do_not_broadcast_are_named_with_the_axis()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => Tensor.Zeros(5, 3, 10) + Tensor.Zeros(4, 10));
        Assert.Equal("Add: shapes [5, 3, 10] and [4, 10] do not broadcast: extents 3 and 4 of axis -2 must be equal, or one of them 1", error.Message);
        Assert.StartsWith("Divide: shapes [2] and [3] ", Assert.Throws<ArgumentException>(() => Tensor.Zeros(2) / Tensor.Zeros(3)).Message);
    }

    private static int[] Squeeze(int[] extents, int[] choices) => [.. extents.Zip(choices, (extent, choice) => choice == 0 ? 1 : extent)];

    private static Tensor Apply(string sign, Tensor a, Tensor b) => sign switch { "+" => a + b, "-" => a - b, "*" => a * b, _ => a / b };

    private static float Apply(string sign, float a, float b) => sign switch { "+" => a + b, "-" => a - b, "*" => a * b, _ => a / b };

    private static float At(Tensor tensor, int[] index)
    {
        int[] own = index[^tensor.Rank..];
        for (int axis = 0; axis < own.Length; axis++) own[axis] = Math.Min(own[axis], tensor.Shape[axis] - 1);
        return tensor[own];
    }
}
