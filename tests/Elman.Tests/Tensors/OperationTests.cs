using Elman.Tests.Kernels;
using Elman.Tests.Reference;

namespace Elman.Tests.Tensors;

/// <summary>Each operation against its definition in double precision, and its gradient against differences.</summary>
[Collection(nameof(ComputeThreads))]
public class OperationTests
{
    private static readonly Tensor Mask = Tensor.From([1, 0, 0, 1, 1, 0, 0, 1, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 1], 2, 3, 4);

    /// <summary>What each does to the elements along the middle axis of [2, 3, 4].</summary>
    private static readonly Dictionary<string, (Func<Tensor, Tensor> Operation, Func<double[], double[]> Column)> Columns = new()
    {
        ["max"] = (x => x.Max(1), column => [column.Max()]),
        ["min"] = (x => x.Min(1), column => [column.Min()]),
        ["logsumexp"] = (x => x.LogSumExp(1), column => [Math.Log(column.Sum(Math.Exp))]),
        ["cumulative sum"] = (x => x.CumulativeSum(1), column => [.. column.Select((_, i) => column[..(i + 1)].Sum())]),
        ["abs"] = (x => x.Abs(), column => [.. column.Select(Math.Abs)]),
        ["pow 3"] = (x => x.Pow(3), column => [.. column.Select(value => value * value * value)]),
        ["pow 0"] = (x => x.Pow(0), column => [.. column.Select(_ => 1.0)]),
        ["pow -1.5"] = (x => (x * x + 1).Pow(-1.5f), column => [.. column.Select(value => Math.Pow(value * value + 1, -1.5))]),
        ["sqrt"] = (x => (x * x + 0.5f).Sqrt(), column => [.. column.Select(value => Math.Sqrt(value * value + 0.5))]),
        ["clamp"] = (x => x.Clamp(-0.69f, 1.23f), column => [.. column.Select(value => Math.Clamp(value, -0.69f, 1.23f))]),
        ["clamp, one side"] = (x => x.Clamp(0.3f, float.PositiveInfinity), column => [.. column.Select(value => Math.Max(value, 0.3f))]),
        ["maximum"] = (x => Tensor.Maximum(x, 0.25f), column => [.. column.Select(value => Math.Max(value, 0.25))]),
        ["minimum"] = (x => Tensor.Minimum(0.25f, x), column => [.. column.Select(value => Math.Min(value, 0.25))]),
        ["greater"] = (x => x > 0.5f, column => [.. column.Select(value => value > 0.5 ? 1.0 : 0)]),
        ["less"] = (x => x < 0.5f, column => [.. column.Select(value => value < 0.5 ? 1.0 : 0)]),
    };

    public static TheoryData<string> Names => [.. Columns.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_operation_is_what_it_says_along_every_axis(string name)
    {
        Tensor x = Some.Tensor(2, 3, 4), result = Columns[name].Operation(x);
        for (int block = 0; block < 2; block++)
            for (int inner = 0; inner < 4; inner++)
            {
                double[] expected = Columns[name].Column([.. Enumerable.Range(0, 3).Select(i => (double)x[block, i, inner])]);
                int extent = result.Count / 8;
                Assert.Equal(expected.Length, extent);
                for (int i = 0; i < extent; i++) Assert.Equal(expected[i], result.Span[(block * extent + i) * 4 + inner], 1e-5);
            }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_gradient_is_the_slope_of_the_function(string name)
    {
        if (name is "greater" or "less") Assert.False((Parameter(3) > 1).NeedsGradient);
        else FiniteDifferences.Check(inputs => Columns[name].Operation(inputs[0]), Apart(2, 3, 4));
    }

    [Fact]
    public void The_other_axes_and_all_elements_give_what_the_middle_one_gives()
    {
        Tensor x = Apart(2, 3, 4);
        foreach (Func<Tensor, int, Tensor> operation in (Func<Tensor, int, Tensor>[])[(t, axis) => t.Max(axis), (t, axis) => t.Min(axis, true), (t, axis) => t.LogSumExp(axis), (t, axis) => t.LogSumExp(axis, true), (t, axis) => t.CumulativeSum(axis)])
        {
            foreach (int axis in (int[])[0, 2, -1, -3])
            {
                Tensor expected = operation(x.Transpose(axis, 1), 1);
                if (expected.Rank == 3) expected = expected.Transpose(axis, 1);
                else if (axis is 0 or -3) expected = expected.Reshape(3, 4);
                else expected = expected.Transpose();
                Tensor actual = operation(x, axis);
                Near.Equal(axis is 0 or -3 || actual.Rank == 3 ? expected.Span : x.Transpose(2, 1) is { } turned ? operation(turned, 1).Span : default, actual.Span, 1e-6);
                FiniteDifferences.Check(inputs => operation(inputs[0], axis), Apart(2, 3, 4));
            }
        }
        Assert.Equal(x.Span.ToArray().Max(), x.Max().ToScalar());
        Assert.Equal(x.Span.ToArray().Min(), x.Min().ToScalar());
        Assert.Equal(new Shape(2, 1, 4), x.Max(1, keepAxes: true).Shape);
        Assert.Equal(new Shape(2, 4), x.Max(1).Shape);
    }

    [Fact]
    public void The_first_of_equal_values_is_the_largest_and_gets_the_gradient()
    {
        Tensor x = Parameter(1, 3, 3, 0, -1, -1, -2, float.NaN);
        Assert.Equal([1, 3], x.Reshape(2, 4).ArgMax());
        Assert.Equal([3, 3], x.Reshape(2, 4).ArgMin());
        Assert.Equal([0, 0, 0, 1], x.Reshape(2, 4).ArgMax(0));
        x.Reshape(2, 4).Max(1).Sum().Backward();
        Assert.Equal([0f, 1, 0, 0, 0, 0, 0, 1], x.Gradient!.Span.ToArray());
        (Tensor a, Tensor b) = (Parameter(1, 2), Parameter(1, 5));
        Tensor.Maximum(a, b).Sum().Backward();
        Assert.Equal([0.5f, 0], a.Gradient!.Span.ToArray());
        Assert.Equal([0.5f, 1], b.Gradient!.Span.ToArray());
    }

    [Fact]
    public void Values_are_chosen_by_a_mask_of_which_every_shape_broadcasts()
    {
        Tensor a = Some.Tensor(2, 3, 4), b = Some.Seeded(2, 3, 1);
        Tensor result = Tensor.Where(Mask, a, b);
        for (int i = 0; i < 24; i++) Assert.Equal(Mask.Span[i] != 0 ? a.Span[i] : b.Span[i / 4 % 3], result.Span[i]);
        FiniteDifferences.Check(inputs => Tensor.Where(Mask, inputs[0], inputs[1]), a, b);
        FiniteDifferences.Check(inputs => Tensor.Where(Mask.Select(0, 0), inputs[0], 2), Some.Tensor(2, 3, 4));
        FiniteDifferences.Check(inputs => inputs[0].MaskedFill(Mask, 7), Some.Tensor(2, 3, 4));
        Assert.Equal(new Shape(5, 2, 3, 4), Tensor.Where(Mask, a, Tensor.Zeros(5, 1, 1, 1)).Shape);
    }

    [Fact]
    public void What_is_masked_does_no_harm_even_if_it_is_not_finite()
    {
        Tensor x = Parameter(0, 4, -1), wild = Tensor.From([float.NaN, 1, float.PositiveInfinity], 3);
        wild.RequiresGradient = true;
        (wild.MaskedFill(Tensor.From([1, 0, 1], 3), 0) * 3).Sum().Backward();
        Assert.Equal([0f, 3, 0], wild.Gradient!.Span.ToArray());
        // √x is NaN at the last element, and its slope infinite at the first: the argument is chosen.
        Tensor.Where(x > 0, x, 1).Sqrt().Sum().Backward();
        Assert.Equal([0, 0.25f, 0], x.Gradient!.Span.ToArray());
        Tensor scores = Parameter(1, 2, 3);
        scores.MaskedFill(Tensor.From([0, 0, 1], 3), float.NegativeInfinity).LogSumExp().Backward();
        Near.Equal([1 / (1 + MathF.E), MathF.E / (1 + MathF.E), 0], scores.Gradient!.Span);
    }

    [Fact]
    public void A_logarithm_of_sums_neither_overflows_nor_makes_a_number_of_nothing()
    {
        Tensor x = Parameter(1000, 1000, float.NegativeInfinity, float.NegativeInfinity, -1000, -1001);
        Tensor y = x.Reshape(3, 2).LogSumExp();
        Assert.Equal([1000 + MathF.Log(2), float.NegativeInfinity, (float)(-1000 + Math.Log(1 + Math.Exp(-1)))], y.Span.ToArray());
        y.Backward(Tensor.Ones(3));
        Near.Equal([0.5f, 0.5f, 0, 0, MathF.E / (1 + MathF.E), 1 / (1 + MathF.E)], x.Gradient!.Span);
    }

    [Fact]
    public void A_power_may_be_a_tensor()
    {
        Tensor x = Some.Positive(2, 3), y = Some.Tensor(3);
        Tensor z = x.Pow(y);
        for (int i = 0; i < 6; i++) Assert.Equal(Math.Pow(x.Span[i], y.Span[i % 3]), z.Span[i], 1e-5);
        FiniteDifferences.Check(inputs => inputs[0].Pow(inputs[1]), x, y);
        Tensor zero = Parameter(0, 0), exponents = Parameter(0, 2);
        zero.Pow(exponents).Sum().Backward();
        Assert.Equal([0f, 0], zero.Gradient!.Span.ToArray());
        Assert.Equal([0f, 0], exponents.Gradient!.Span.ToArray());
    }

    [Theory]
    [InlineData(new[] { 2, 3, 2, 4 }, new[] { 2, 3, 4, 5 })]
    [InlineData(new[] { 2, 1, 2, 4 }, new[] { 3, 4, 5 })]
    [InlineData(new[] { 3, 2, 4 }, new[] { 2, 1, 4, 5 })]
    [InlineData(new[] { 1, 4 }, new[] { 2, 3, 4, 5 })]
    [InlineData(new[] { 1, 2, 4 }, new[] { 3, 4, 1 })]
    [InlineData(new[] { 2, 3, 4 }, new[] { 1, 4, 5 })]
    public void Products_of_batches_broadcast(int[] left, int[] right)
    {
        Tensor a = Some.Tensor(left), b = Some.Seeded(2, right), c = a.MatMul(b);
        // The same by elementwise products: [.., M, K, 1] · [.., 1, K, N] summed over K.
        Tensor expected = (a.Reshape([.. left, 1]) * b.Reshape([.. right[..^2], 1, .. right[^2..]])).Sum(-2);
        Assert.Equal(expected.Shape, c.Shape);
        Near.Equal(expected.Span, c.Span, 1e-5);
        FiniteDifferences.Check(inputs => inputs[0].MatMul(inputs[1]), a, b);
    }

    [Fact]
    public void Bits_do_not_depend_on_the_number_of_threads()
    {
        int threads = Compute.Threads;
        try
        {
            float[][] results = [.. Enumerable.Range(1, 4).Select(Run)];
            Assert.All(results, result => Assert.Equal(results[0], result));
        }
        finally
        {
            Compute.Threads = threads;
        }

        static float[] Run(int threads)
        {
            Compute.Threads = threads;
            Tensor a = Some.Tensor(6, 1, 64, 48), b = Some.Seeded(2, 5, 48, 64), q = Some.Seeded(3, 12, 64, 64), k = Some.Seeded(4, 12, 64, 64);
            foreach (Tensor input in (Tensor[])[a, b, q, k]) input.RequiresGradient = true;
            Tensor attention = q.MatMul(k.Transpose()).MaskedFill(k > q, -9).Softmax();
            Tensor loss = a.MatMul(b).LogSumExp(1).Max(1).CumulativeSum().Pow(2).Sum() + attention.MatMul(k).Abs().Sqrt().Clamp(0, 2).Mean();
            loss.Backward();
            return [loss.ToScalar(), .. a.Gradient!.Span, .. b.Gradient!.Span, .. q.Gradient!.Span, .. k.Gradient!.Span];
        }
    }

    [Fact]
    public void Bits_do_not_depend_on_what_else_is_in_the_tensor()
    {
        Tensor x = Some.Positive(7, 37);
        foreach (Func<Tensor, Tensor> operation in (Func<Tensor, Tensor>[])[t => t.LogSumExp(), t => t.Sqrt(), t => t.Pow(1.7f), t => t.Pow(t), t => t.CumulativeSum(), t => t.Max(1), t => Tensor.Maximum(t, 1)])
        {
            Tensor all = operation(x);
            for (int row = 0; row < 7; row++)
            {
                float[] alone = operation(x.Slice(0, row..(row + 1))).Span.ToArray();
                Assert.Equal(alone, all.Span.Slice(row * alone.Length, alone.Length).ToArray());
            }
        }
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Says("Max: axis 0 of shape [0] has no element", () => Tensor.Zeros(0).Max());
        Says("ArgMin: axis 1 of shape [2, 0] has no element", () => Tensor.Zeros(2, 0).ArgMin());
        Says("LogSumExp: axis 0 of shape [0, 2] has no element", () => Tensor.Zeros(0, 2).LogSumExp(0));
        Says("Clamp: 2 … 1 is no range", () => Tensor.Zeros(2).Clamp(2, 1));
        Says("Clamp: NaN … 1 is no range", () => Tensor.Zeros(2).Clamp(float.NaN, 1));
        Says("Where: shapes [2] and [3] do not broadcast", () => Tensor.Where(Tensor.Zeros(2), Tensor.Zeros(3), 0));
        Says("Maximum: shapes [2] and [3] do not broadcast", () => Tensor.Maximum(Tensor.Zeros(2), Tensor.Zeros(3)));
        Says("MatMul: shapes [2, 3, 4] and [3, 4, 5] do not fit: the axes before the last two", () => Tensor.Zeros(2, 3, 4).MatMul(Tensor.Zeros(3, 4, 5)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Zeros(2).Max(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Scalar(2).CumulativeSum());
        Assert.Equal(new Shape(0), Tensor.Zeros(0, 3).Max(1).Shape);
        Assert.Empty(Tensor.Zeros(0, 3).ArgMax());
        Assert.Equal(new Shape(0, 3), Tensor.Zeros(0, 3).CumulativeSum(0).Shape);

        static void Says(string message, Func<object> action) =>
            Assert.StartsWith(message, Assert.Throws<ArgumentException>(action).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mask_that_is_changed_before_Backward_is_noticed()
    {
        Tensor x = Parameter(1, 2), mask = Tensor.From([1f, 0], 2);
        Tensor loss = Tensor.Where(mask, x, 0).Sum();
        mask.CopyFrom([0, 1]);
        Assert.Throws<InvalidOperationException>(() => loss.Backward());
    }

    private static Tensor Parameter(params float[] values)
    {
        Tensor result = Tensor.From(values, values.Length);
        result.RequiresGradient = true;
        return result;
    }

    /// <summary>Values of both signs, more than four steps of the differences apart and away from 0, where absolute values, maxima and clamps have their kinks.</summary>
    private static Tensor Apart(params int[] shape)
    {
        int count = new Shape(shape).Count;
        int[] order = BatchSource.Order(count, 1, 0);
        return Tensor.From([.. order.Select(place => (place - count / 2) * 0.137f + 0.06f)], shape);
    }
}
