using System.Buffers;
using System.Text;

namespace Elman.Peers;

/// <summary>The three kinds of Protocol Buffers fields that an ONNX model needs, written one after the other.</summary>
internal sealed class ProtobufWriter
{
    private const int VarintType = 0, LengthType = 2;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ProtobufWriter Number(int field, long value)
    {
        Varint((ulong)field << 3 | VarintType);
        Varint((ulong)value);
        return this;
    }

    public ProtobufWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint((ulong)field << 3 | LengthType);
        Varint((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    public ProtobufWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtobufWriter Message(int field, ProtobufWriter value) => Bytes(field, value._bytes.WrittenSpan);

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    /// <summary>Seven bits per byte, lowest first; the eighth says that more follow.</summary>
    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) _bytes.Write([(byte)(value | 0x80)]);
        _bytes.Write([(byte)value]);
    }
}
