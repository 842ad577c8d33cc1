using System.Buffers.Binary;

namespace Elman.Formats.PyTorch;

/// <summary>An element type: its names in PyTorch and in safetensors, its size in bytes, and how an element becomes a number.</summary>
internal sealed record TorchType(string Name, string Storage, string SafeTensors, int Size, bool IsFloat, Func<ReadOnlySpan<byte>, double> Read)
{
    public static TorchType Float32 { get; } = new("float32", "FloatStorage", "F32", 4, true, bytes => BinaryPrimitives.ReadSingleLittleEndian(bytes));

    /// <summary>Those of which a tensor can be made; complex and quantised numbers are not among them.</summary>
    public static IReadOnlyList<TorchType> All { get; } =
    [
        Float32,
        new("float64", "DoubleStorage", "F64", 8, true, BinaryPrimitives.ReadDoubleLittleEndian),
        new("float16", "HalfStorage", "F16", 2, true, bytes => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes)),
        new("bfloat16", "BFloat16Storage", "BF16", 2, true, bytes => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16)),
        new("int64", "LongStorage", "I64", 8, false, bytes => BinaryPrimitives.ReadInt64LittleEndian(bytes)),
        new("int32", "IntStorage", "I32", 4, false, bytes => BinaryPrimitives.ReadInt32LittleEndian(bytes)),
        new("int16", "ShortStorage", "I16", 2, false, bytes => BinaryPrimitives.ReadInt16LittleEndian(bytes)),
        new("int8", "CharStorage", "I8", 1, false, bytes => (sbyte)bytes[0]),
        new("uint8", "ByteStorage", "U8", 1, false, bytes => bytes[0]),
        new("bool", "BoolStorage", "BOOL", 1, false, bytes => bytes[0]),
    ];
}
