using Elman.Kernels;

namespace Elman.Tests.Kernels;

public class DenormalsTests
{
    private static readonly float Below = MathF.BitDecrement(Denormals.Bound);

    private static readonly float[] Values =
    [
        0, -0f, Denormals.Bound, -Denormals.Bound, Below, -Below, float.Epsilon, -float.Epsilon, 1e-40f, -1e-40f, Denormals.SquareBound, 1e-30f, -1e-30f, 1e-18f, 1, -1, 3e38f, -3e38f,
        float.PositiveInfinity, float.NegativeInfinity, float.NaN, MathF.BitIncrement(Denormals.Bound), 2e-19f,
    ];

    [Fact]
    public void The_bound_is_two_to_the_minus_63_and_its_square_the_smallest_normal_number()
    {
        Assert.Equal(Denormals.Bound, MathF.ScaleB(1, -63));
        Assert.Equal(Denormals.SquareBound, MathF.ScaleB(1, -126));
        Assert.Equal(Denormals.SquareBound, Denormals.Bound * Denormals.Bound);
        Assert.True(float.IsNormal(Denormals.SquareBound));
        Assert.False(float.IsNormal(MathF.BitDecrement(Denormals.SquareBound)));
    }

    [Fact]
    public void Flushing_takes_what_is_below_the_bound_to_zero_with_its_sign_at_any_place_of_any_vector()
    {
        for (int length = 0; length < 70; length++)
        {
            float[] values = Draw(length), expected = [.. values.Select(Expected)], copy = new float[length];
            Denormals.Flush(values, copy);
            Bits.Equal(expected, copy, $"{length} values");
            Bits.Equal(expected, Lanes<UsualVector>(values), "lanes");
            if (WideVector.IsSupported) Bits.Equal(expected, Lanes<WideVector>(values), "wide lanes");
            Denormals.Flush(values);
            Bits.Equal(expected, values, "in place");
        }
    }

    [Fact]
    public void A_single_small_value_is_found_at_every_place_and_nothing_else_is()
    {
        for (int length = 1; length < 70; length++)
        {
            float[] values = new float[length];
            for (int i = 0; i < length; i++) values[i] = Values[(i * 7) % Values.Length] is var value && Expected(value).Equals(value) ? value : -0f;
            Assert.False(Denormals.Any(ref values[0], length));
            Assert.False(Denormals.Any(ref values[0], 0));
            for (int at = 0; at < length; at++)
            {
                float before = values[at];
                foreach (float small in (float[])[Below, -Below, float.Epsilon, -1e-40f])
                {
                    values[at] = small;
                    Assert.True(Denormals.Any(ref values[0], length), $"{small} at {at} of {length}");
                    Assert.Equal(at > 0, length > 1 && at > 0 && !Denormals.Any(ref values[0], at));
                }
                values[at] = before;
            }
        }
    }

    [Fact]
    public void A_product_with_factors_of_any_size_is_flushed()
    {
        for (int length = 1; length < 40; length++)
        {
            float[] values = Kernel.Values(length), factors = [.. Kernel.Values(length, 3).Select((value, i) => i % 3 == 0 ? 1e-41f : i % 3 == 1 ? value * 1e-19f : value)];
            float[] expected = [.. values.Select((value, i) => Expected(value * Expected(factors[i])))];
            Denormals.Multiply(values, factors);
            Bits.Equal(expected, values, $"{length} values");
        }
    }

    [Fact]
    public void A_small_operand_of_a_tensor_product_counts_as_zero_however_the_product_is_computed()
    {
        float[] left = Draw(6 * 9, finite: true), right = Draw(9 * 7, finite: true);
        Tensor expected = Tensor.From([.. left.Select(Expected)], 6, 9).MatMul(Tensor.From([.. right.Select(Expected)], 9, 7));
        Bits.Equal(expected.Span, Tensor.From(left, 6, 9).MatMul(Tensor.From(right, 9, 7)).Span);
        Linear layer = new(9, 7, new RandomStream(1)), flushed = new(9, 7, new RandomStream(1));
        layer.Weight.CopyFrom(right);
        flushed.Weight.CopyFrom([.. right.Select(Expected)]);
        Tensor batch = layer.Forward(Tensor.From(left, 6, 9));
        Bits.Equal(flushed.Forward(Tensor.From([.. left.Select(Expected)], 6, 9)).Span, batch.Span);
        RecurrentStream stream = layer.OpenStream();
        for (int row = 0; row < 6; row++) Bits.Equal(batch.Span.Slice(row * 7, 7), stream.Step(left.AsSpan(row * 9, 9)), $"row {row}");
    }

    private static float Expected(float value) => MathF.Abs(value) < 1.08420217248550443e-19 ? MathF.CopySign(0, value) : value;

    private static float[] Draw(int count, bool finite = false)
    {
        float[] drawn = Kernel.Values(count, 5);
        for (int i = 0; i < count; i++)
            if (i % 3 != 1 && Values[(i * 5) % Values.Length] is var value && (!finite || MathF.Abs(value) <= 1)) drawn[i] = value;
        return drawn;
    }

    private static float[] Lanes<V>(float[] values)
        where V : struct, IVector<V>
    {
        float[] padded = new float[(values.Length / V.Count + 1) * V.Count];
        values.CopyTo(padded, 0);
        for (int i = 0; i < padded.Length; i += V.Count) V.Store(V.Flush(V.Load(ref padded[0], i)), ref padded[0], i);
        return padded[..values.Length];
    }
}
