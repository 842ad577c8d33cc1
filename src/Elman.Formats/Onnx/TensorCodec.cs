using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Elman.Formats;

/// <summary>Constants between a model file and memory. Sizes are checked against the bytes that are there before anything is allocated.</summary>
internal static class TensorCodec
{
    public static bool IsFloat(int type) => (DataType)type is DataType.Float or DataType.Double or DataType.Float16 or DataType.Bfloat16;

    public static bool IsInteger(int type) => (DataType)type is DataType.Int64 or DataType.Int32 or DataType.Int16 or DataType.Int8 or DataType.Uint8
        or DataType.Uint16 or DataType.Uint32 or DataType.Uint64 or DataType.Bool;

    /// <summary>The name of an element type in an error message.</summary>
    public static string NameOf(int type) => Enum.IsDefined((DataType)type) ? ((DataType)type).ToString().ToLowerInvariant() : $"type {type}";

    /// <summary>The elements of a constant.</summary>
    /// <param name="proto">The constant.</param>
    /// <param name="where">What an error message begins with.</param>
    /// <exception cref="ElmanException">Its type is not covered, its data lie in another file, or shape and data disagree.</exception>
    public static OnnxValue Read(TensorProto proto, string where)
    {
        if (proto.DataLocation == TensorProto.Types.DataLocation.External)
            throw new ElmanException($"{where}: its values lie in another file; save the model as one file (all data inside)");
        if (proto.Segment is not null) throw new ElmanException($"{where}: it comes in segments, which are not covered");
        Shape shape;
        try
        {
            shape = OnnxValue.ShapeOf([.. proto.Dims]);
        }
        catch (ArgumentException failure)
        {
            throw new ElmanException($"{where}: {failure.Message}", failure);
        }
        DataType type = (DataType)proto.DataType;
        bool raw = proto.HasRawData;
        int size = ElementSize(type);
        if (size == 0) throw new ElmanException($"{where}: elements of {NameOf(proto.DataType)} are not covered; floating-point and whole numbers and booleans are");
        long stored = raw ? proto.RawData.Length : TypedCount(proto, type), needed = raw ? (long)shape.Count * size : shape.Count;
        if (stored != needed) throw new ElmanException($"{where}: shape {shape} needs {needed} {(raw ? "bytes" : "values")}, {stored} are there");
        ReadOnlySpan<byte> bytes = raw ? proto.RawData.Span : default;
        if (!IsFloat(proto.DataType)) return new OnnxValue(raw ? Integers(bytes, type, shape.Count) : TypedIntegers(proto, type), shape);
        return new OnnxValue(Tensor.Wrap(raw ? Floats(bytes, type, shape.Count) : TypedFloats(proto, type), shape.Extents));
    }

    /// <summary>A constant of single-precision numbers.</summary>
    public static TensorProto Write(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape)
    {
        byte[] bytes = new byte[4 * values.Length];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), values[i]);
        return Proto(name, DataType.Float, bytes, shape);
    }

    /// <summary>A constant of whole numbers.</summary>
    public static TensorProto Write(string name, ReadOnlySpan<long> values, params ReadOnlySpan<long> shape)
    {
        byte[] bytes = new byte[8 * values.Length];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8 * i), values[i]);
        return Proto(name, DataType.Int64, bytes, shape);
    }

    private static TensorProto Proto(string name, DataType type, byte[] bytes, ReadOnlySpan<long> shape)
    {
        TensorProto proto = new() { Name = name, DataType = (int)type, RawData = UnsafeByteOperations.UnsafeWrap(bytes) };
        foreach (long extent in shape) proto.Dims.Add(extent);
        return proto;
    }

    private static int ElementSize(DataType type) => type switch
    {
        DataType.Double or DataType.Int64 or DataType.Uint64 => 8,
        DataType.Float or DataType.Int32 or DataType.Uint32 => 4,
        DataType.Float16 or DataType.Bfloat16 or DataType.Int16 or DataType.Uint16 => 2,
        DataType.Int8 or DataType.Uint8 or DataType.Bool => 1,
        _ => 0,
    };

    private static int TypedCount(TensorProto proto, DataType type) => type switch
    {
        DataType.Float => proto.FloatData.Count,
        DataType.Double => proto.DoubleData.Count,
        DataType.Int64 => proto.Int64Data.Count,
        DataType.Uint32 or DataType.Uint64 => proto.Uint64Data.Count,
        _ => proto.Int32Data.Count,
    };

    private static float[] TypedFloats(TensorProto proto, DataType type) => type switch
    {
        DataType.Float => [.. proto.FloatData],
        DataType.Double => [.. proto.DoubleData.Select(value => (float)value)],
        DataType.Float16 => [.. proto.Int32Data.Select(bits => (float)BitConverter.UInt16BitsToHalf((ushort)bits))],
        _ => [.. proto.Int32Data.Select(bits => BFloat16((ushort)bits))],
    };

    private static long[] TypedIntegers(TensorProto proto, DataType type) => type switch
    {
        DataType.Int64 => [.. proto.Int64Data],
        DataType.Uint32 or DataType.Uint64 => [.. proto.Uint64Data.Select(value => (long)value)],
        _ => [.. proto.Int32Data.Select(value => (long)value)],
    };

    private static float[] Floats(ReadOnlySpan<byte> bytes, DataType type, int count)
    {
        float[] values = new float[count];
        switch (type)
        {
            case DataType.Float when BitConverter.IsLittleEndian:
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(values);
                break;
            case DataType.Float:
                for (int i = 0; i < count; i++) values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]);
                break;
            case DataType.Double:
                for (int i = 0; i < count; i++) values[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[(8 * i)..]);
                break;
            case DataType.Float16:
                for (int i = 0; i < count; i++) values[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(2 * i)..]);
                break;
            default:
                for (int i = 0; i < count; i++) values[i] = BFloat16(BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]));
                break;
        }
        return values;
    }

    private static float BFloat16(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    private static long[] Integers(ReadOnlySpan<byte> bytes, DataType type, int count) => type switch
    {
        DataType.Int64 => Widened<long>(bytes, count),
        DataType.Uint64 => Widened<ulong>(bytes, count),
        DataType.Int32 => Widened<int>(bytes, count),
        DataType.Uint32 => Widened<uint>(bytes, count),
        DataType.Int16 => Widened<short>(bytes, count),
        DataType.Uint16 => Widened<ushort>(bytes, count),
        DataType.Int8 => Widened<sbyte>(bytes, count),
        _ => Widened<byte>(bytes, count),
    };

    private static long[] Widened<T>(ReadOnlySpan<byte> bytes, int count)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        long[] values = new long[count];
        int size = T.Zero.GetByteCount();
        for (int i = 0; i < count; i++) values[i] = long.CreateTruncating(T.ReadLittleEndian(bytes.Slice(i * size, size), isUnsigned: T.IsZero(T.MinValue)));
        return values;
    }
}
