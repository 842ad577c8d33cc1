using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Elman;

/// <summary>
/// A named tensor as a safetensors file holds it: an element type, a shape and the little-endian bytes of its elements in row-major order.
/// </summary>
public sealed class SafeTensor
{
    /// <summary>Creates a tensor from raw bytes.</summary>
    /// <param name="name">The tensor's name; anything but <c>__metadata__</c>, which the format reserves.</param>
    /// <param name="elementType">
    /// The format's name of the element type: BOOL, U8, I8, F8_E5M2, F8_E4M3, F8_E8M0, I16, U16, F16, BF16, I32, U32, F32, I64, U64, F64 or C64.
    /// </param>
    /// <param name="shape">The dimensions, none negative; empty for a scalar.</param>
    /// <param name="data">The elements' bytes, little-endian and row-major. They are not copied.</param>
    /// <exception cref="ArgumentException">The name is reserved, the type is unknown, or shape and bytes disagree.</exception>
    public SafeTensor(string name, string elementType, ReadOnlySpan<int> shape, ReadOnlyMemory<byte> data)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name == SafeTensorsHeader.MetadataKey)
            throw new ArgumentException($"the name '{name}' is reserved by the safetensors format; choose another", nameof(name));
        if (SafeTensorsHeader.ElementSize(elementType) is not int size)
            throw new ArgumentException($"tensor '{name}': unknown element type '{elementType}'; known are {SafeTensorsHeader.ElementTypes}", nameof(elementType));
        if (SafeTensorsHeader.ByteCount(shape, size) is not long bytes || bytes != data.Length)
            throw new ArgumentException(
                $"tensor '{name}': shape {Elman.Shape.Format(shape)} of {elementType} does not match {data.Length} bytes of data", nameof(data));
        (Name, ElementType, Shape, Data) = (name, elementType, ImmutableArray.Create(shape), data);
    }

    /// <summary>The tensor's name.</summary>
    public string Name { get; }

    /// <summary>The format's name of the element type, such as "F32".</summary>
    public string ElementType { get; }

    /// <summary>The dimensions; empty for a scalar.</summary>
    public ImmutableArray<int> Shape { get; }

    /// <summary>The elements' bytes, little-endian and row-major.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Creates an F32 tensor.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="values">The elements in row-major order; they are copied.</param>
    /// <param name="shape">The dimensions.</param>
    /// <exception cref="ArgumentException">The name is reserved, or the shape does not match the number of elements.</exception>
    public static SafeTensor From(string name, ReadOnlySpan<float> values, params ReadOnlySpan<int> shape) =>
        new(name, "F32", shape, ToBytes(values));

    /// <summary>Creates an F64 tensor.</summary>
    /// <inheritdoc cref="From(string, ReadOnlySpan{float}, ReadOnlySpan{int})"/>
    public static SafeTensor From(string name, ReadOnlySpan<double> values, params ReadOnlySpan<int> shape) =>
        new(name, "F64", shape, ToBytes(values));

    /// <summary>Creates an I64 tensor.</summary>
    /// <inheritdoc cref="From(string, ReadOnlySpan{float}, ReadOnlySpan{int})"/>
    public static SafeTensor From(string name, ReadOnlySpan<long> values, params ReadOnlySpan<int> shape) =>
        new(name, "I64", shape, ToBytes(values));

    /// <summary>The elements of an F32 tensor, copied.</summary>
    /// <exception cref="InvalidOperationException">The tensor is not F32.</exception>
    public float[] ToFloats() => ToArray<float>("F32");

    /// <summary>The elements of an F64 tensor, copied.</summary>
    /// <exception cref="InvalidOperationException">The tensor is not F64.</exception>
    public double[] ToDoubles() => ToArray<double>("F64");

    /// <summary>The elements of an I64 tensor, copied.</summary>
    /// <exception cref="InvalidOperationException">The tensor is not I64.</exception>
    public long[] ToLongs() => ToArray<long>("I64");

    /// <summary>The tensor's name, element type and shape, such as "bias F32 [4]".</summary>
    public override string ToString() => $"{Name} {ElementType} {Elman.Shape.Format(Shape.AsSpan())}";

    private unsafe T[] ToArray<T>(string elementType)
        where T : unmanaged
    {
        if (ElementType != elementType)
            throw new InvalidOperationException($"tensor '{Name}': expected {elementType}, it is {ElementType}");
        var values = GC.AllocateUninitializedArray<T>(Data.Length / sizeof(T));
        var bytes = MemoryMarshal.AsBytes(values.AsSpan());
        Data.Span.CopyTo(bytes);
        ToLittleEndian(bytes, sizeof(T));
        return values;
    }

    private static unsafe byte[] ToBytes<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        byte[] bytes = MemoryMarshal.AsBytes(values).ToArray();
        ToLittleEndian(bytes, sizeof(T));
        return bytes;
    }

    /// <summary>Between the machine's byte order and the file's, which is little-endian; either way round.</summary>
    private static void ToLittleEndian(Span<byte> bytes, int size)
    {
        if (BitConverter.IsLittleEndian)
            return;
        for (; !bytes.IsEmpty; bytes = bytes[size..])
            bytes[..size].Reverse();
    }
}
