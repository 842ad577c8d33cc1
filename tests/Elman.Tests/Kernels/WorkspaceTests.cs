using System.Buffers;
using System.Runtime.InteropServices;
using Elman.Kernels;

namespace Elman.Tests.Kernels;

public class WorkspaceTests
{
    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 1)]
    [InlineData(3, 1000)]
    [InlineData(512, 512)]
    [InlineData(513, 512)]
    [InlineData(1000, 1000)]
    [InlineData(4097, 1025)]
    public void A_buffer_takes_the_bytes_that_were_foretold(int rows, int size)
    {
        Workspace workspace = new();
        Memory<float> buffer = workspace.Rent(rows, size);
        Assert.Equal(rows * size, buffer.Length);
        Assert.True(MemoryMarshal.TryGetArray<float>(buffer, out ArraySegment<float> segment));
        Assert.Equal(Workspace.Bytes(rows, size), 4L * segment.Array!.Length);
        if (rows * size > 1 << 18) Assert.InRange(segment.Array.Length, buffer.Length, buffer.Length * 9 / 8);
        workspace.Return();
    }

    [Theory]
    [InlineData(1, 4096)]
    [InlineData(100, 100)]
    [InlineData(1000, 1000)]
    public void A_large_buffer_begins_with_a_cache_line_wherever_the_collector_moves_others(int rows, int size)
    {
        Workspace workspace = new();
        Memory<float> buffer = workspace.Rent(rows, size);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using MemoryHandle handle = buffer.Pin();
        Assert.Equal(0, AddressOf(buffer) % 64);
        workspace.Return();

        static nint AddressOf(Memory<float> values) =>
            MemoryMarshal.TryGetArray<float>(values, out ArraySegment<float> segment) ? Marshal.UnsafeAddrOfPinnedArrayElement(segment.Array!, segment.Offset) : 0;
    }

    [Fact]
    public void No_more_is_lent_than_the_limit()
    {
        Workspace workspace = new(limit: 3 * 4096);
        Memory<float> large = workspace.Rent(2, 1024);
        workspace.Rent(1024, 1);
        workspace.Return(new float[1024]);
        Assert.Throws<InvalidOperationException>(() => workspace.Rent(1, 1));
        workspace.Return(large);
        Assert.Equal(1024, workspace.Rent(1, 1024).Length);
        workspace.Return();
        Assert.Equal(2048, workspace.Rent(2, 1024).Length);
    }

    [Fact]
    public void A_large_buffer_that_was_given_back_is_lent_again()
    {
        const int rows = 1237, size = 1009;
        Workspace first = new(), second = new();
        Memory<float> buffer = first.Rent(rows, size);
        Assert.NotEqual(buffer, second.Rent(rows, size));
        first.Return(buffer);
        Assert.Equal(buffer, second.Rent(rows, size));
    }
}
