using System.Runtime.InteropServices;

namespace Elman.Tests.Kernels;

/// <summary>
/// Floats between two pages that may not be touched: a kernel that reads or writes one element before the start of
/// <see cref="AtStart"/> or behind the end of <see cref="AtEnd"/> ends the process. Linux only; elsewhere the test is skipped and says so.
/// </summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int NoAccess = 0, ReadWrite = 1 | 2, PrivateAnonymous = 2 | 0x20;

    private readonly nint _mapping;
    private readonly nuint _bytes, _page;
    private readonly int _capacity;

    public GuardedMemory(int capacity)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "guarded memory is made of Linux's mmap and mprotect");
        _page = (nuint)Environment.SystemPageSize;
        _bytes = ((nuint)(capacity * sizeof(float)) + _page - 1) / _page * _page;
        _capacity = (int)(_bytes / sizeof(float));
        _mapping = Map(0, _bytes + 2 * _page, NoAccess, PrivateAnonymous, -1, 0);
        Assert.NotEqual(-1, _mapping);
        Assert.Equal(0, Protect(_mapping + (nint)_page, _bytes, ReadWrite));
    }

    /// <summary>The first floats: nothing may be touched before them.</summary>
    public Span<float> AtStart(int count) => Floats(0, count);

    /// <summary>The last floats: nothing may be touched behind them.</summary>
    public Span<float> AtEnd(int count) => Floats(_capacity - count, count);

    /// <summary>The floats at one of both ends.</summary>
    public Span<float> At(bool end, int count) => end ? AtEnd(count) : AtStart(count);

    public void Dispose() => Assert.Equal(0, Unmap(_mapping, _bytes + 2 * _page));

    private Span<float> Floats(int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _capacity);
        return new Span<float>((float*)(_mapping + (nint)_page) + first, count);
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
