using System.Buffers.Binary;

namespace Elman.Formats;

/// <summary>The values of an array or an attribute of an HDF5 file (format specification, IV.A.2.b and d).</summary>
internal sealed class Hdf5Values
{
    private const int FloatClass = 1, TextClass = 3, VariableClass = 9;
    private const int MostAxes = 8;

    private readonly Hdf5Bytes _bytes;
    private readonly ulong _type, _at, _length;

    /// <param name="bytes">The file.</param>
    /// <param name="type">Where the type is described.</param>
    /// <param name="space">Where the shape is described.</param>
    /// <param name="at">Where the values are.</param>
    /// <param name="length">How many bytes there are.</param>
    public Hdf5Values(Hdf5Bytes bytes, ulong type, ulong space, ulong at, ulong length)
    {
        (_bytes, _type, _at, _length) = (bytes, type, at, length);
        int version = bytes.Byte(space), rank = bytes.Byte(space + 1);
        if (version is < 1 or > 2 || rank > MostAxes) throw new ElmanException($"an HDF5 shape of version {version} and {rank} axes is not read");
        bool none = version == 2 && bytes.Byte(space + 3) == 2;
        Extents = new int[rank];
        Count = none ? 0 : 1;
        for (int axis = 0; axis < rank; axis++)
        {
            ulong extent = bytes.Long(space + (version == 1 ? 8u : 4u) + (8 * (ulong)axis));
            if (extent > int.MaxValue || (Count *= (int)extent) > bytes.Length) throw new ElmanException($"an HDF5 array claims {Count} times {extent} values, more than the file holds");
            Extents[axis] = (int)extent;
        }
    }

    /// <summary>The shape.</summary>
    public int[] Extents { get; }

    /// <summary>Number of values.</summary>
    public long Count { get; }

    private int Class => _bytes.Byte(_type) & 15;

    private bool BigEndian => (_bytes.Byte(_type + 1) & 1) != 0;

    private ulong Size => _bytes.Int(_type + 4);

    /// <summary>Floating-point numbers of 16, 32 or 64 bits, rounded to single precision.</summary>
    /// <exception cref="ElmanException">The values are of another type, or not there.</exception>
    public Tensor ToTensor()
    {
        ulong size = Size;
        if (Class != FloatClass || !IsIeee(size)) throw new ElmanException($"is of class {Class} with {size} bytes; expected floating-point numbers of 16, 32 or 64 bits");
        ReadOnlySpan<byte> values = Values(size);
        float[] numbers = new float[Count];
        bool big = BigEndian;
        for (int i = 0; i < numbers.Length; i++)
        {
            ReadOnlySpan<byte> value = values[(i * (int)size)..];
            numbers[i] = size switch
            {
                2 => (float)(big ? BinaryPrimitives.ReadHalfBigEndian(value) : BinaryPrimitives.ReadHalfLittleEndian(value)),
                4 => big ? BinaryPrimitives.ReadSingleBigEndian(value) : BinaryPrimitives.ReadSingleLittleEndian(value),
                _ => (float)(big ? BinaryPrimitives.ReadDoubleBigEndian(value) : BinaryPrimitives.ReadDoubleLittleEndian(value)),
            };
        }
        return Tensor.From(numbers, Extents);
    }

    /// <summary>Texts of fixed or of variable length. What is empty has any type.</summary>
    /// <exception cref="ElmanException">The values are of another type, or not there.</exception>
    public string[] ToTexts()
    {
        if (Count == 0) return [];
        ulong size = Size;
        bool variable = Class == VariableClass && (_bytes.Byte(_type + 1) & 15) == 1 && size == 16;
        if (!variable && Class != TextClass) throw new ElmanException($"is of class {Class}; expected text");
        Values(size);
        string[] texts = new string[Count];
        for (int i = 0; i < texts.Length; i++)
        {
            ulong at = _at + (size * (ulong)i);
            ReadOnlySpan<byte> text = variable ? Shared(_bytes.Long(at + 4), _bytes.Int(at + 12), _bytes.Int(at)) : _bytes.Range(at, size);
            int zero = text.IndexOf((byte)0);
            texts[i] = Hdf5Bytes.Decode(zero < 0 ? text : text[..zero]);
        }
        return texts;
    }

    /// <summary>All values, which must lie where the header says.</summary>
    private ReadOnlySpan<byte> Values(ulong size)
    {
        if (size == 0 || size > (ulong)_bytes.Length || (ulong)Count * size > _length) throw new ElmanException($"{Count} values of {size} bytes do not fit the {_length} bytes that are there");
        return _bytes.Range(Count == 0 ? 0 : _at, (ulong)Count * size);
    }

    /// <summary>An object of a global heap: a list of numbered objects of any length.</summary>
    private ReadOnlySpan<byte> Shared(ulong heap, uint number, uint length)
    {
        if (number == 0) return [];
        _bytes.Expect("GCOL", heap);
        ulong at = heap + 16, end = heap + Math.Min(_bytes.Long(heap + 8), (ulong)_bytes.Length);
        while (at + 16 <= end && _bytes.Short(at) is not 0 and var found)
        {
            ulong size = Math.Min(_bytes.Long(at + 8), (ulong)_bytes.Length);
            if (found == number) return length <= size ? _bytes.Range(at + 16, length) : throw new ElmanException("the HDF5 data are damaged: a text is longer than its place");
            at += 16 + ((size + 7) & ~7ul);
        }
        throw new ElmanException("the HDF5 data are damaged: a text is not where it should be");
    }

    /// <summary>Whether the bits of exponent and fraction are those of IEEE 754.</summary>
    private bool IsIeee(ulong size)
    {
        (int exponent, int fraction) = size switch { 2 => (5, 10), 4 => (8, 23), 8 => (11, 52), _ => (-1, -1) };
        return exponent == _bytes.Byte(_type + 13) && fraction == _bytes.Byte(_type + 15);
    }
}
