using System.Globalization;
using System.Numerics.Tensors;

namespace Elman.Tests.Tensors;

public class TensorCreationTests
{
    [Fact]
    public void Arrays_keep_their_order()
    {
        Assert.Equal("Tensor [2, 3] { 1, 2, 3, 4, 5, 6 }", Tensor.From(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } }).ToString());
        Assert.Equal("Tensor [2, 1, 2] { 1, 2, 3, 4 }", Tensor.From(new float[,,] { { { 1, 2 } }, { { 3, 4 } } }).ToString());
        Assert.Equal(new Shape(0, 3), Tensor.From(new float[0, 3]).Shape);
        Assert.Equal("4 values do not fill shape [2, 3] of 6", Assert.Throws<ArgumentException>(() => Tensor.From([1f, 2, 3, 4], 2, 3)).Message);
    }

    [Fact]
    public void An_element_is_found_and_its_index_checked()
    {
        Tensor x = Tensor.From([1f, 2, 3, 4, 5, 6], 2, 3);
        Assert.Equal(6, x[1, 2]);
        Assert.Contains("index 3 is outside axis 1 of shape [2, 3]", Assert.Throws<ArgumentOutOfRangeException>(() => x[1, 3]).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => x[1]);
        Assert.Throws<InvalidOperationException>(() => x.ToScalar());
    }

    [Fact]
    public void Random_tensors_have_the_moments_asked_for_and_repeat()
    {
        float[] uniform = Tensor.Uniform(new RandomStream(3), -2, 4, 100, 1000).Span.ToArray();
        Assert.Equal(1, uniform.Average(), 0.02);
        Assert.InRange(uniform.Min(), -2, -1.999);
        Assert.InRange(uniform.Max(), 3.999, 4);
        float[] normal = Tensor.Normal(new RandomStream(4), 100_000).Span.ToArray();
        Assert.Equal(0, normal.Average(), 0.02);
        Assert.Equal(1, normal.Average(x => x * x), 0.02);
        Assert.Equal(3, normal.Average(x => Math.Pow(x, 4)), 0.1);
        Assert.Equal(normal, Tensor.Normal(new RandomStream(4), 100_000).Span.ToArray());
    }

    [Fact]
    public void Tensors_of_System_Numerics_are_shared_in_both_directions()
    {
        Tensor<float> theirs = System.Numerics.Tensors.Tensor.Create([1f, 2, 3, 4, 5, 6], [2, 3]);
        Tensor ours = Tensor.Wrap(theirs);
        Assert.Equal(new Shape(2, 3), ours.Shape);
        theirs[1, 2] = 42;
        Assert.Equal(42, ours[1, 2]);
        Assert.Equal([2f, 3, 4, 5, 6, 43], (ours + 1).Span.ToArray());

        Tensor source = Some.Tensor(2, 3);
        Tensor<float> shared = source.ToNumerics();
        Assert.Equal([2, 3], shared.Lengths.ToArray());
        source.WritableSpan()[4] = 17;
        Assert.Equal(17, shared[1, 1]);
        source.AsTensorSpan()[0, 2] = 18;
        Assert.Equal(18, source.AsReadOnlyTensorSpan()[0, 2]);
        Assert.Equal(18, shared[0, 2]);
    }

    [Fact]
    public void A_part_of_an_array_is_shared_from_its_place()
    {
        float[] values = [0, 1, 2, 3, 4, 5];
        Tensor<float> shared = Tensor.Wrap(values.AsMemory(2), 2, 2).ToNumerics();
        values[3] = 33;
        Assert.Equal([2f, 33, 4, 5], shared.ToArray());
    }

    [Fact]
    public void Strided_tensors_are_copied_by_From_and_refused_by_Wrap()
    {
        Tensor<float> whole = System.Numerics.Tensors.Tensor.Create([1f, 2, 3, 4, 5, 6], [2, 3]);
        Tensor<float> part = whole[0..2, 1..3];
        Tensor copy = Tensor.From(part);
        Assert.Equal([2f, 3, 5, 6], copy.Span.ToArray());
        whole[0, 1] = 42;
        Assert.Equal(2, copy[0, 0]);
        Assert.Equal("Wrap: a tensor of shape [2, 2] and strides [3, 1] is not dense; copy it with From",
            Assert.Throws<ArgumentException>(() => Tensor.Wrap(part)).Message);
        TensorSpan<float> span = new([1f, 2, 3, 4], [2, 2]);
        Assert.Equal([1f, 2, 3, 4], Tensor.From(span).Span.ToArray());
    }

    [Fact]
    public void A_tensor_of_a_scope_is_copied_out()
    {
        Tensor<float> theirs;
        using (TensorScope.Begin()) theirs = Tensor.Full(5, 2).ToNumerics();
        using (TensorScope.Begin()) Tensor.Full(6, 2);
        Assert.Equal([5f, 5], theirs.ToArray());
    }

    [Fact]
    public void The_text_of_a_tensor_is_the_same_in_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture, comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = comma;
        try
        {
            Assert.Equal("Tensor [2] { 0.5, 1.5 }", Tensor.From([0.5f, 1.5f], 2).ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_change_through_one_tensor_is_seen_by_all_that_share_the_values()
    {
        Linear layer = new(2, 1, new RandomStream(1), bias: false);
        Tensor x = Tensor.Ones(1, 2);
        layer.Forward(x);
        layer.Weight.Detach().CopyFrom([3, 4]);
        Assert.Equal(7, layer.Forward(x).ToScalar());
        layer.Weight.Reshape(2).WritableSpan().Fill(5);
        Assert.Equal(10, layer.Forward(x).ToScalar());
        Tensor loss = (layer.Weight * layer.Weight).Sum();
        layer.Weight.Detach().CopyFrom([1, 1]);
        Assert.Throws<InvalidOperationException>(() => loss.Backward());
    }

    [Fact]
    public void Scalars_and_empty_tensors_go_both_ways()
    {
        Assert.Equal([7f], Tensor.Scalar(7).ToNumerics().ToArray());
        Assert.Equal(7, Tensor.From(Tensor.Scalar(7).AsReadOnlyTensorSpan()).Span[0]);
        Assert.Equal(new Shape(0, 3), Tensor.Wrap(Tensor.Zeros(0, 3).ToNumerics()).Shape);
        Assert.Equal(new Shape(0), Tensor.From(default(ReadOnlyTensorSpan<float>)).Shape);
    }
}
