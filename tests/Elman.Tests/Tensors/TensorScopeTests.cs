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
    public void A_scope_ends_those_inside_it_and_once()
    {
        TensorScope outer = TensorScope.Begin(), inner = TensorScope.Begin();
        Tensor made = Tensor.Ones(3);
        outer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => made.Span.Length);
        // No scope is open any more, so this is an ordinary tensor.
        Tensor ordinary = Tensor.Ones(3);
        inner.Dispose();
        outer.Dispose();
        default(TensorScope).Dispose();
        using (TensorScope later = TensorScope.Begin())
        {
            // Neither ends a scope that was opened after it.
            Tensor within = Tensor.Ones(3);
            inner.Dispose();
            outer.Dispose();
            Assert.Equal(1, within.Span[2]);
        }
        Assert.Equal(1, ordinary.Span[2]);
    }

    [Fact]
    public void A_scope_belongs_to_its_threads_stack_so_that_none_is_held_over_an_await()
    {
        // The compiler refuses a local of such a type before an await; the scope of another thread is never ended by this one.
        Assert.True(typeof(TensorScope).IsByRefLike);
        int threads = 0;
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            using TensorScope scope = TensorScope.Begin();
            Tensor sum = Tensor.Zeros(100);
            for (int i = 0; i < 10; i++) sum += Tensor.Full(i, 100);
            Assert.Equal(45, sum.Span[99]);
            Interlocked.Increment(ref threads);
        });
        Assert.Equal(64, threads);
    }

    [Fact]
    public void The_peak_of_one_large_computation_is_let_go_of()
    {
        LentBuffers? used = null;
        WeakReference Large()
        {
            using TensorScope scope = TensorScope.Begin();
            used = LentBuffers.Current;
            Tensor large = Tensor.Zeros(1 << 20), small = Tensor.Zeros(100);
            Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray<float>(large.Values, out ArraySegment<float> segment));
            return new WeakReference(segment.Array);
        }
        // On a thread of its own, so that no other test takes the set in between.
        WeakReference memory = null!;
        Thread thread = new(() =>
        {
            memory = Large();
            GC.Collect();
            Assert.True(memory.IsAlive);
            for (int step = 0; step < 2 * LentBuffers.Sweep; step++)
            {
                using TensorScope scope = TensorScope.Begin();
                Tensor.Zeros(100);
            }
        });
        thread.Start();
        thread.Join();
        Collect();
        Assert.False(memory.IsAlive);
    }

    [Fact]
    public void What_a_thread_has_used_serves_the_next_and_goes_when_nobody_needs_it()
    {
        WeakReference memory = null!;
        Thread thread = new(() =>
        {
            using TensorScope scope = TensorScope.Begin();
            memory = new WeakReference(LentBuffers.Current);
        });
        thread.Start();
        thread.Join();
        for (int i = 0; i < 10 && memory.IsAlive; i++) Collect();
        Assert.False(memory.IsAlive);
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
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
