using System.Buffers.Binary;
using System.Text;

namespace Elman.Formats;

/// <summary>
/// The bytes of an HDF5 file, little-endian, read at any place within them. All reading together is limited to some multiple of the length: structures that go in circles,
/// or refer to one place from many, come to an end.
/// </summary>
internal sealed class Hdf5Bytes(byte[] bytes)
{
    private long _left = (1 << 20) + (32L * bytes.Length);

    /// <summary>What an address says that points nowhere.</summary>
    public const ulong Nowhere = ulong.MaxValue;

    public long Length => bytes.Length;

    /// <summary>A range of the bytes.</summary>
    /// <exception cref="ElmanException">It leaves the file, or too much has been read; so for all members.</exception>
    public ReadOnlySpan<byte> Range(ulong at, ulong length)
    {
        if (at > (ulong)bytes.Length || length > (ulong)bytes.Length - at) throw new ElmanException($"the HDF5 data are cut off or damaged: {length} bytes at {at} leave the file");
        Charge((long)length + 1);
        return bytes.AsSpan((int)at, (int)length);
    }

    /// <summary>Counts work that is not the reading of bytes.</summary>
    public void Charge(long work)
    {
        if ((_left -= work) < 0) throw new ElmanException("the HDF5 data are damaged: their structure goes in circles");
    }

    public byte Byte(ulong at) => Range(at, 1)[0];

    public ushort Short(ulong at) => BinaryPrimitives.ReadUInt16LittleEndian(Range(at, 2));

    public uint Int(ulong at) => BinaryPrimitives.ReadUInt32LittleEndian(Range(at, 4));

    public ulong Long(ulong at) => BinaryPrimitives.ReadUInt64LittleEndian(Range(at, 8));

    /// <summary>Text up to a zero, which stands before <paramref name="end"/>.</summary>
    public string Text(ulong at, ulong end)
    {
        if (at > end) throw new ElmanException($"the HDF5 data are damaged: there is no text at {at}");
        ReadOnlySpan<byte> range = Range(at, Math.Min(end - at, 1 << 16));
        int zero = range.IndexOf((byte)0);
        return zero >= 0 ? Decode(range[..zero]) : throw new ElmanException($"the HDF5 data are damaged: the text at {at} does not end");
    }

    /// <summary>Refuses a structure that does not begin with its four letters.</summary>
    public void Expect(string signature, ulong at)
    {
        if (!Range(at, 4).SequenceEqual(Encoding.ASCII.GetBytes(signature))) throw new ElmanException($"the HDF5 data are damaged: there is no {signature} at {at}");
    }

    public static string Decode(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text);
}
