using CsCheck;

namespace Elman.Tests.Tensors;

public class ShapingTests
{
    private static readonly Gen<int[]> Shapes = Gen.Int[0, 4].Array[1, 4];

    [Fact]
    public void Permute_puts_every_element_in_its_place() =>
        Shapes.SelectMany(shape => Gen.Shuffle(Enumerable.Range(0, shape.Length).ToArray()), (shape, order) => (shape, order)).Sample(test =>
        {
            Tensor x = Some.Tensor(test.shape), permuted = x.Permute(test.order);
            Assert.Equal(new Shape([.. test.order.Select(axis => test.shape[axis])]), permuted.Shape);
            foreach (int[] index in Naive.Indices(test.shape))
                Assert.Equal(x[index], permuted[test.order.Select(axis => index[axis]).ToArray()]);
        });

    [Fact]
    public void Concat_undoes_Slice() =>
        (from shape in Shapes from axis in Gen.Int[0, shape.Length - 1] from cut in Gen.Int[0, shape[axis]] select (shape, axis, cut)).Sample(test =>
        {
            Tensor x = Some.Tensor(test.shape);
            Tensor left = x.Slice(test.axis, ..test.cut), right = x.Slice(test.axis - test.shape.Length, test.cut..);
            Assert.Equal(test.cut, left.Shape[test.axis]);
            Tensor joined = Tensor.Concat(test.axis, left, right);
            Assert.Equal(x.Shape, joined.Shape);
            Assert.Equal(x.Span.ToArray(), joined.Span.ToArray());
        });

    [Fact]
    public void Stack_undoes_Select() =>
        (from shape in Gen.Int[1, 4].Array[1, 4] from axis in Gen.Int[0, shape.Length - 1] select (shape, axis)).Sample(test =>
        {
            Tensor x = Some.Tensor(test.shape);
            Tensor[] parts = [.. Enumerable.Range(0, test.shape[test.axis]).Select(i => x.Select(test.axis, i))];
            int[] rest = [.. test.shape[..test.axis], .. test.shape[(test.axis + 1)..]];
            Assert.Equal(new Shape(rest), parts[0].Shape);
            Tensor stack = Tensor.Stack(test.axis - test.shape.Length, parts);
            Assert.Equal(x.Shape, stack.Shape);
            Assert.Equal(x.Span.ToArray(), stack.Span.ToArray());
        });

    [Fact]
    public void Select_and_Take_and_Flip_read_the_right_places() =>
        (from shape in Gen.Int[1, 4].Array[1, 4]
         from axis in Gen.Int[0, shape.Length - 1]
         from places in Gen.Int[0, shape[axis] - 1].Array[0, 6]
         select (shape, axis, places)).Sample(test =>
        {
            Tensor x = Some.Tensor(test.shape), taken = x.Take(test.axis, test.places), flipped = x.Flip(test.axis);
            Assert.Equal(test.places.Length, taken.Shape[test.axis]);
            foreach (int[] index in Naive.Indices(taken.Shape.Extents.ToArray()))
                Assert.Equal(x[With(index, test.axis, test.places[index[test.axis]])], taken[index]);
            foreach (int[] index in Naive.Indices(test.shape))
            {
                Assert.Equal(x[With(index, test.axis, test.shape[test.axis] - 1 - index[test.axis])], flipped[index]);
                Assert.Equal(x[index], x.Select(test.axis, index[test.axis])[[.. index[..test.axis], .. index[(test.axis + 1)..]]]);
            }
        });

    [Fact]
    public void Gather_reads_one_element_for_each_index() =>
        (from shape in Gen.Int[1, 4].Array[1, 4]
         from axis in Gen.Int[0, shape.Length - 1]
         from taken in Gen.Int[1, 3]
         let result = With(shape, axis, taken)
         from indices in Gen.Int[0, shape[axis] - 1].Array[new Shape(result).Count]
         select (shape, axis, result, indices)).Sample(test =>
        {
            Tensor x = Some.Tensor(test.shape), gathered = x.Gather(test.axis, test.indices);
            Assert.Equal(new Shape(test.result), gathered.Shape);
            int at = 0;
            foreach (int[] index in Naive.Indices(test.result))
                Assert.Equal(x[With(index, test.axis, test.indices[at++])], gathered[index]);
        });

    [Fact]
    public void Gradients_find_their_way_back()
    {
        FiniteDifferences.Check(x => x[0].Reshape(4, -1), Some.Tensor(2, 3, 4));
        FiniteDifferences.Check(x => x[0].Permute(2, 0, 1), Some.Tensor(2, 3, 4));
        FiniteDifferences.Check(x => x[0].Transpose(), Some.Tensor(2, 3));
        FiniteDifferences.Check(x => x[0].Slice(1, 1..^1), Some.Tensor(2, 4, 3));
        FiniteDifferences.Check(x => x[0].Select(1, ^1), Some.Tensor(2, 4, 3));
        FiniteDifferences.Check(x => x[0].Flip(0) * x[0], Some.Tensor(3, 2));
        FiniteDifferences.Check(x => x[0].Take(0, [2, 0, 2, 2]), Some.Tensor(3, 2));
        FiniteDifferences.Check(x => x[0].Take(1, [1, 1]), Some.Tensor(3, 2));
        FiniteDifferences.Check(x => x[0].Gather(1, [4, 0, 4, 2, 2, 1]), Some.Tensor(2, 5));
        FiniteDifferences.Check(x => Tensor.Concat(1, x[0], x[1], x[0]), Some.Tensor(2, 2), Some.Seeded(2, 2, 3));
        FiniteDifferences.Check(x => Tensor.Stack(1, x[0], x[1], x[0]), Some.Tensor(2, 3), Some.Seeded(2, 2, 3));
    }

    [Fact]
    public void Reshape_shares_the_values()
    {
        Tensor x = Some.Tensor(2, 6), view = x.Reshape(3, -1);
        Assert.Equal(new Shape(3, 4), view.Shape);
        x.WritableSpan()[7] = 42;
        Assert.Equal(42, view[1, 3]);
    }

    [Fact]
    public void Errors_name_the_operation_the_shapes_and_the_rule()
    {
        Tensor x = Tensor.Zeros(2, 6);
        Says("Reshape: shape [2, 6] of 12 elements does not fill [5, -1]", () => x.Reshape(5, -1));
        Says("Reshape: shape [2, 6] of 12 elements does not fill [3, 3]", () => x.Reshape(3, 3));
        Says("Permute: [0, 0] must name each axis of shape [2, 6] once", () => x.Permute(0, 0));
        Says("Slice: range 4..7 leaves axis 1 of shape [2, 6]", () => x.Slice(1, 4..7));
        Says("Select: index 2 is outside axis 0 of shape [2, 6]", () => x.Select(0, 2));
        Says("Select: index ^3 is outside axis 0 of shape [2, 6]", () => x.Select(0, ^3));
        Says("Concat: shapes [2, 6] and [3, 5] must be equal except for axis 0", () => Tensor.Concat(0, x, Tensor.Zeros(3, 5)));
        Says("Stack: shapes [2, 6] and [6] must be equal", () => Tensor.Stack(0, x, Tensor.Zeros(6)));
        Says("Stack: axis 3 does not exist in a stack of tensors of shape [2, 6]", () => Tensor.Stack(3, x, x));
        Says("Take: index -1 at position 1 is outside axis 0 of shape [2, 6]", () => x.Take(0, [1, -1]));
        Says("Gather: 3 indices along axis 1 of shape [2, 6] must be a multiple of 2", () => x.Gather(1, [0, 1, 2]));
        Says("Gather: index 6 at position 1 is outside axis 1 of shape [2, 6]", () => x.Gather(1, [0, 6]));
        Says("axis 2 does not exist in shape [2, 6] of rank 2", () => x.Flip(2));
    }

    private static int[] With(int[] index, int axis, int place)
    {
        int[] result = [.. index];
        result[axis] = place;
        return result;
    }

    private static void Says(string message, Func<Tensor> code) =>
        Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(code).Message, StringComparison.Ordinal);
}
