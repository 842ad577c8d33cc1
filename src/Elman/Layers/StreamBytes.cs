using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Elman;

/// <summary>
/// The state of a stream as bytes, little-endian: magic "ELS2" [4], fingerprint of the model [32], steps [8], number of floats [4], floats, and the CRC-32C of all that [4].
/// Those of earlier versions begin with "ELS1" and end with 8 bytes of a SHA-256.
/// </summary>
internal static class StreamBytes
{
    private const uint Magic = 0x32534C45, EarlierMagic = 0x31534C45;
    private const int HeaderSize = 48, FingerprintSize = 32, DigestSize = 4, EarlierDigestSize = 8;

    /// <summary>Bytes of so many floats.</summary>
    public static int Count(int floats) => checked(HeaderSize + (sizeof(float) * floats) + DigestSize);

    /// <summary>Writes <see cref="Count"/> bytes.</summary>
    public static void Write(Span<byte> bytes, ReadOnlySpan<byte> fingerprint, long steps, ReadOnlySpan<float> state)
    {
        bytes = bytes[..Count(state.Length)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        fingerprint.CopyTo(bytes[4..]);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[36..], steps);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[44..], state.Length);
        Copy(MemoryMarshal.Cast<float, int>(state), MemoryMarshal.Cast<byte, int>(bytes[HeaderSize..^DigestSize]));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[^DigestSize..], Crc32C(bytes[..^DigestSize]));
    }

    /// <summary>Reads the state, all of it, and returns the number of steps.</summary>
    /// <exception cref="ElmanException">The bytes are not a whole stream state, or are of another model; nothing was changed.</exception>
    public static long Read(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> fingerprint, Span<float> state)
    {
        uint magic = bytes.Length < HeaderSize ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        int digest = magic == EarlierMagic ? EarlierDigestSize : DigestSize, expected = HeaderSize + (sizeof(float) * state.Length) + digest;
        if (magic is not (Magic or EarlierMagic)) throw new ElmanException("these bytes are not the state of a stream");
        if (!bytes.Slice(4, FingerprintSize).SequenceEqual(fingerprint)) throw new ElmanException("the state belongs to a model with other weights or another architecture");
        if (bytes.Length != expected) throw new ElmanException($"the state is cut off or damaged: expected {expected} bytes, got {bytes.Length}");
        ReadOnlySpan<byte> content = bytes[..^digest], end = bytes[^digest..];
        bool isWhole = magic == Magic ? BinaryPrimitives.ReadUInt32LittleEndian(end) == Crc32C(content) : Sha256.Of(content).AsSpan(..digest).SequenceEqual(end);
        long steps = BinaryPrimitives.ReadInt64LittleEndian(bytes[36..]);
        if (!isWhole || steps < 0) throw new ElmanException("the state is damaged: its bytes do not have the digest that they end with");
        Copy(MemoryMarshal.Cast<byte, int>(content[HeaderSize..]), MemoryMarshal.Cast<float, int>(state));
        return steps;
    }

    /// <summary>Copies values from or to their little-endian form.</summary>
    private static void Copy(ReadOnlySpan<int> from, Span<int> to)
    {
        if (BitConverter.IsLittleEndian) from.CopyTo(to);
        else BinaryPrimitives.ReverseEndianness(from, to);
    }

    /// <summary>The checksum of RFC 3720, eight bytes in one instruction: a digest that no damage should pass, not one that nobody could forge.</summary>
    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte value in bytes) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
