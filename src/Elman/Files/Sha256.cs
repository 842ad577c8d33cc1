using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Elman;

/// <summary>
/// SHA-256 (FIPS 180-4) in managed code. .NET's own calls OpenSSL on Unix and ends the process where that is missing: in a bare container, on a small board. A stream that is
/// written to, so that whatever writes can be hashed.
/// </summary>
internal sealed class Sha256 : Stream
{
    /// <summary>The bytes of a digest.</summary>
    public const int Size = 32;

    private const int BlockSize = 64, Rounds = 64, LengthSize = 8;

    /// <summary>The first 32 bits of the fractional parts of the cube roots of the first 64 primes.</summary>
    private static ReadOnlySpan<uint> Constants =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    private readonly byte[] _block = new byte[BlockSize];
    private readonly uint[] _state = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
    private long _length;

    /// <summary>The digest of some bytes.</summary>
    public static byte[] Of(ReadOnlySpan<byte> bytes)
    {
        using Sha256 hash = new();
        hash.Write(bytes);
        return hash.Finish();
    }

    /// <summary>Hashes further bytes.</summary>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        int filled = (int)(_length % BlockSize);
        _length += buffer.Length;
        if (filled > 0)
        {
            int more = Math.Min(BlockSize - filled, buffer.Length);
            buffer[..more].CopyTo(_block.AsSpan(filled));
            if (filled + more < BlockSize) return;
            Compress(_block);
            buffer = buffer[more..];
        }
        int whole = buffer.Length / BlockSize * BlockSize;
        Compress(buffer[..whole]);
        buffer[whole..].CopyTo(_block);
    }

    /// <summary>The digest of all that was written; nothing can be written afterwards.</summary>
    public byte[] Finish()
    {
        long bits = _length * 8;
        int filled = (int)(_length % BlockSize);
        Span<byte> end = stackalloc byte[filled < BlockSize - LengthSize ? BlockSize : 2 * BlockSize];
        end.Clear();
        _block.AsSpan(0, filled).CopyTo(end);
        end[filled] = 0x80;
        BinaryPrimitives.WriteInt64BigEndian(end[^LengthSize..], bits);
        Compress(end);
        byte[] digest = new byte[Size];
        for (int i = 0; i < _state.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(digest.AsSpan(4 * i), _state[i]);
        return digest;
    }

    private void Compress(ReadOnlySpan<byte> blocks)
    {
        Span<uint> schedule = stackalloc uint[Rounds];
        for (; !blocks.IsEmpty; blocks = blocks[BlockSize..])
        {
            for (int t = 0; t < 16; t++) schedule[t] = BinaryPrimitives.ReadUInt32BigEndian(blocks[(4 * t)..]);
            for (int t = 16; t < Rounds; t++)
                schedule[t] = Small(schedule[t - 2], 17, 19, 10) + schedule[t - 7] + Small(schedule[t - 15], 7, 18, 3) + schedule[t - 16];
            Compress(schedule);
        }
    }

    private void Compress(Span<uint> schedule)
    {
        uint a = _state[0], b = _state[1], c = _state[2], d = _state[3], e = _state[4], f = _state[5], g = _state[6], h = _state[7];
        ReadOnlySpan<uint> constants = Constants;
        for (int t = 0; t < Rounds; t++)
        {
            uint first = h + Large(e, 6, 11, 25) + ((e & f) ^ (~e & g)) + constants[t] + schedule[t];
            uint second = Large(a, 2, 13, 22) + ((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e, d, c, b, a) = (g, f, e, d + first, c, b, a, first + second);
        }
        _state[0] += a;
        _state[1] += b;
        _state[2] += c;
        _state[3] += d;
        _state[4] += e;
        _state[5] += f;
        _state[6] += g;
        _state[7] += h;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Large(uint x, int first, int second, int third) =>
        BitOperations.RotateRight(x, first) ^ BitOperations.RotateRight(x, second) ^ BitOperations.RotateRight(x, third);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Small(uint x, int first, int second, int shift) => BitOperations.RotateRight(x, first) ^ BitOperations.RotateRight(x, second) ^ (x >> shift);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position { get => _length; set => throw new NotSupportedException(); }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
