using System.Buffers.Binary;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Elman.Tabular;

/// <summary>Numbers as they are stored, made double.</summary>
internal static class ParquetNumbers
{
    public static void Plain(ReadOnlySpan<int> stored, Span<double> values) => TensorPrimitives.ConvertTruncating(stored, values);

    public static void Plain(ReadOnlySpan<long> stored, Span<double> values) => TensorPrimitives.ConvertTruncating(stored, values);

    public static void Plain(ReadOnlySpan<float> stored, Span<double> values) => TensorPrimitives.ConvertTruncating(stored, values);

    public static void Unsigned(ReadOnlySpan<int> stored, Span<double> values) =>
        TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<int, uint>(stored), values);

    public static void Unsigned(ReadOnlySpan<long> stored, Span<double> values) =>
        TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<long, ulong>(stored), values);

    public static void Truths(ReadOnlySpan<bool> stored, Span<double> values)
    {
        for (int i = 0; i < stored.Length; i++)
            values[i] = stored[i] ? 1 : 0;
    }

    public static void Halves(ReadOnlySpan<ReadOnlyMemory<byte>> stored, Span<double> values)
    {
        for (int i = 0; i < stored.Length; i++)
            values[i] = (double)BinaryPrimitives.ReadHalfLittleEndian(stored[i].Span);
    }

    /// <summary>Decimals: whole numbers of the smallest unit. They are divided, because 0.01 is no double and 100 is.</summary>
    public static void Scaled(ReadOnlySpan<int> stored, int scale, Span<double> values)
    {
        Plain(stored, values);
        TensorPrimitives.Divide(values, Math.Pow(10, scale), values);
    }

    /// <inheritdoc cref="Scaled(ReadOnlySpan{int}, int, Span{double})"/>
    public static void Scaled(ReadOnlySpan<long> stored, int scale, Span<double> values)
    {
        Plain(stored, values);
        TensorPrimitives.Divide(values, Math.Pow(10, scale), values);
    }

    /// <summary>Decimals stored as bytes: big-endian, in two's complement, of any length.</summary>
    public static void Scaled(ReadOnlySpan<ReadOnlyMemory<byte>> stored, int scale, Span<double> values)
    {
        for (int i = 0; i < stored.Length; i++)
        {
            ReadOnlySpan<byte> bytes = stored[i].Span;
            values[i] = bytes.Length > 16 ? (double)new BigInteger(bytes, isBigEndian: true) : (double)FromBytes(bytes);
        }

        TensorPrimitives.Divide(values, Math.Pow(10, scale), values);
    }

    private static Int128 FromBytes(ReadOnlySpan<byte> bytes)
    {
        Int128 number = bytes is [>= 0x80, ..] ? -1 : 0;
        foreach (byte part in bytes)
            number = number << 8 | part;
        return number;
    }
}
