using System.Numerics;
using System.Runtime.InteropServices;

namespace Elman;

/// <summary>
/// Knows whether values that several tensors share have changed. A caller who once had a span of them may write to it at any time, so from then on the values themselves
/// are asked, by a checksum.
/// </summary>
/// <param name="version">The version so far.</param>
internal sealed class SharedValues(int version)
{
    private const int Odd = unchecked((int)0x9E3779B1);

    private readonly Lock _lock = new();
    private int _version = version;
    private bool _isLent;
    private ulong _sum;

    /// <summary>Grows with every change.</summary>
    /// <param name="values">The values, all of them.</param>
    public int Version(ReadOnlySpan<float> values)
    {
        if (!Volatile.Read(ref _isLent)) return Volatile.Read(ref _version);
        lock (_lock)
        {
            ulong sum = Checksum(values);
            if (sum != _sum) (_sum, _version) = (sum, _version + 1);
            return _version;
        }
    }

    /// <summary>The library changes values.</summary>
    public void Changed() => Interlocked.Increment(ref _version);

    /// <summary>A caller gets a span of the values.</summary>
    public void Lend(ReadOnlySpan<float> values)
    {
        lock (_lock)
        {
            if (!_isLent) _sum = Checksum(values);
            Volatile.Write(ref _isLent, true);
        }
    }

    /// <summary>A polynomial of the bits, in several chains of lanes: any one changed value changes it, several all but surely.</summary>
    private static ulong Checksum(ReadOnlySpan<float> values)
    {
        int width = Vector<int>.Count, at = 0;
        ReadOnlySpan<int> bits = MemoryMarshal.Cast<float, int>(values);
        Vector<int> a = Vector<int>.One, b = Vector<int>.One, c = Vector<int>.One, d = Vector<int>.One;
        for (; at <= bits.Length - 4 * width; at += 4 * width)
        {
            a = a * Odd + new Vector<int>(bits[at..]);
            b = b * Odd + new Vector<int>(bits[(at + width)..]);
            c = c * Odd + new Vector<int>(bits[(at + 2 * width)..]);
            d = d * Odd + new Vector<int>(bits[(at + 3 * width)..]);
        }
        const ulong Wide = 0x9E3779B97F4A7C15;
        ulong sum = (uint)bits.Length;
        for (int lane = 0; lane < width; lane++)
            sum = ((((sum * Wide + (uint)a[lane]) * Wide + (uint)b[lane]) * Wide) + (uint)c[lane]) * Wide + (uint)d[lane];
        for (; at < bits.Length; at++) sum = sum * Wide + (uint)bits[at];
        return sum;
    }
}
