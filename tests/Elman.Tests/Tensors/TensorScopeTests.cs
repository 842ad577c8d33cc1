namespace Elman.Tests.Tensors;

public class TensorScopeTests
{
    [Fact]
    public void A_tensor_of_an_ended_scope_says_so()
    {
        Tensor kept, lost, view;
        using (TensorScope.Begin())
        {
            lost = Tensor.Ones(2, 3);
            view = lost.Reshape(6);
            kept = (lost + 1).Clone();
        }
        Assert.Equal([2f, 2, 2, 2, 2, 2], kept.Span.ToArray());
        Assert.Contains("[2, 3] belonged to a TensorScope that has ended", Assert.Throws<ObjectDisposedException>(() => lost.Span.Length).Message, StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => view + 1);
        Assert.Throws<ObjectDisposedException>(() => lost.WritableSpan().Length);
    }

    [Fact]
    public void Parameters_and_their_gradients_outlive_the_scope()
    {
        Tensor weight = Tensor.From([2f, 3], 2);
        weight.RequiresGradient = true;
        Linear made;
        using (TensorScope.Begin())
        {
            (weight * weight).Sum().Backward();
            made = new Linear(3, 2, new RandomStream(1));
        }
        using (TensorScope.Begin()) Tensor.Full(99, 2);
        Assert.Equal([4f, 6], weight.Gradient!.Span.ToArray());
        Assert.Equal(6, made.Weight.Span.Length);
    }

    [Fact]
    public void A_buffer_is_not_lent_twice_while_scopes_are_nested()
    {
        using TensorScope outer = TensorScope.Begin();
        Tensor first = Tensor.Full(1, 100);
        using (TensorScope.Begin())
        {
            Tensor second = Tensor.Full(2, 100);
            Assert.Equal(1, first.Span[99]);
            Assert.Equal(2, second.Span[0]);
        }
        Tensor third = Tensor.Full(3, 100);
        Assert.Equal(1, first.Span[50]);
        Assert.Equal(3, third.Span[50]);
    }

    [Fact]
    public void Scopes_end_innermost_first_and_once()
    {
        TensorScope outer = TensorScope.Begin(), inner = TensorScope.Begin();
        Assert.Throws<InvalidOperationException>(outer.Dispose);
        inner.Dispose();
        outer.Dispose();
        outer.Dispose();
        using (TensorScope.Begin()) Assert.Equal(1, Tensor.Ones(1).ToScalar());
        // No scope is open any more, so this is an ordinary tensor.
        Assert.Equal(0, Tensor.Zeros(1).ToScalar());
    }

    [Fact]
    public void A_repeated_step_allocates_no_arrays()
    {
        Tensor weight = Some.Tensor(64, 64), x = Some.Seeded(2, 64, 64);
        weight.RequiresGradient = true;
        Step();
        Step();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Step();
        // 300 results and as many gradients of 16 KiB each would be 10 MB.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500_000);

        void Step()
        {
            using TensorScope scope = TensorScope.Begin();
            Tensor h = x;
            for (int i = 0; i < 100; i++) h = (h.MatMul(weight) + x).Tanh();
            h.Sum().Backward();
        }
    }
}
