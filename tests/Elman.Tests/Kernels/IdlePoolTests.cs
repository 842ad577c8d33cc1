using Elman.Kernels;

namespace Elman.Tests.Kernels;

public class IdlePoolTests
{
    [Fact]
    public void A_buffer_comes_back_once_and_for_its_size_only()
    {
        IdlePool<object> pool = new();
        object buffer = new();
        Assert.Null(pool.Take(5));
        pool.Give(5, buffer);
        Assert.Null(pool.Take(6));
        Assert.Same(buffer, pool.Take(5));
        Assert.Null(pool.Take(5));
    }

    [Fact]
    public void What_is_not_used_between_two_trims_is_let_go()
    {
        IdlePool<object> pool = new();
        object used = new();
        pool.Give(5, new object());
        pool.Give(6, used);
        pool.Trim();
        Assert.Same(used, pool.Take(6));
        pool.Give(6, used);
        pool.Trim();
        Assert.Null(pool.Take(5));
        Assert.Same(used, pool.Take(6));
    }

    [Fact]
    public void Full_collections_trim()
    {
        IdlePool<byte[]> pool = new();
        WeakReference given = Give(pool);
        // The pool's watcher has to grow old first, and each finalizer runs some time after its collection.
        for (int i = 0; i < 100 && given.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.False(given.IsAlive);
        Assert.Null(pool.Take(7));
    }

    private static WeakReference Give(IdlePool<byte[]> pool)
    {
        byte[] buffer = new byte[7];
        pool.Give(7, buffer);
        return new WeakReference(buffer);
    }
}
