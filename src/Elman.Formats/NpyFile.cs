using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Elman.Formats;

/// <summary>Arrays of NumPy's, <c>.npy</c> (numpy.lib.format, versions 1 to 3): floating-point and whole numbers, which become single precision where they fit, and arrays of single precision.</summary>
public static partial class NpyFile
{
    private const int LongestHeader = 1 << 16, MostAxes = 8;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads an array.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Its values in row-major order.</returns>
    /// <exception cref="ElmanException">There is no such file, it is no array of numbers, it is damaged, or a value does not fit single precision.</exception>
    public static Tensor Read(string path) => InputFile.Read(path, stream => Read(path, InputFile.ReadAll(stream)));

    /// <summary>Writes an array of single precision, in one piece.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="tensor">The values.</param>
    /// <exception cref="ElmanException">The place cannot be written; the old file, if any, is unchanged.</exception>
    public static void Write(string path, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        int[] shape = tensor.Shape.Extents.ToArray();
        string header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({string.Concat(shape.Select(extent => extent.ToString(CultureInfo.InvariantCulture) + ", ")).TrimEnd()}), }}";
        // The values begin at a multiple of 64 bytes.
        int length = (Magic.Length + 4 + header.Length + 1 + 63) / 64 * 64 - Magic.Length - 4;
        AtomicFile.Write(path, stream =>
        {
            stream.Write(Magic);
            stream.Write([1, 0, (byte)length, (byte)(length >> 8)]);
            stream.Write(Encoding.ASCII.GetBytes(header.PadRight(length - 1) + "\n"));
            stream.Write(MemoryMarshal.AsBytes(tensor.Span));
        });
    }

    private static Tensor Read(string path, byte[] bytes)
    {
        ElmanException Bad(string what) => new($"{path}: {what}");
        if (!bytes.AsSpan().StartsWith(Magic) || bytes.Length < 12) throw Bad("no .npy file; write one with numpy.save");
        bool isWide = bytes[6] >= 2;
        int start = isWide ? 12 : 10;
        long length = isWide ? BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(8)) : BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8));
        if (bytes[6] is < 1 or > 3 || length > LongestHeader || start + length > bytes.Length) throw Bad("the header of the .npy file is damaged, or of a newer version");
        Match header = Header().Match(Encoding.Latin1.GetString(bytes, start, (int)length));
        if (!header.Success) throw Bad("the .npy file holds no plain array; objects and records are not read");
        string type = header.Groups["type"].Value;
        string[] extents = header.Groups["shape"].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        long count = 1;
        int[] shape = new int[extents.Length];
        for (int axis = 0; axis < shape.Length; axis++)
        {
            if (!int.TryParse(extents[axis], NumberStyles.None, CultureInfo.InvariantCulture, out shape[axis]) || (count *= shape[axis]) > bytes.Length || shape.Length > MostAxes)
                throw Bad("the shape in the header of the .npy file is not that of its values");
        }
        if (Reader(type) is not var (size, read)) throw Bad($"elements of type {SafeTensorsHeader.Quote(type)} are not read; convert them with astype('float32')");
        ReadOnlySpan<byte> data = bytes.AsSpan((int)(start + length));
        if (data.Length != count * size) throw Bad($"the array has {count} elements of {size} bytes, the file {data.Length} bytes of them");
        float[] values = new float[count];
        for (int i = 0; i < values.Length; i++)
        {
            double value = read(data.Slice(i * size, size));
            values[i] = (float)value;
            // A whole number that is rounded would be another class; one that is too large, none.
            if (float.IsInfinity(values[i]) && double.IsFinite(value) || (type[1] is 'i' or 'u' && values[i] != value)) throw Bad(string.Create(CultureInfo.InvariantCulture, $"element {i}, {value}, does not fit single precision"));
        }
        if (header.Groups["fortran"].Value == "False" || shape.Length < 2) return Tensor.Wrap(values, shape);
        // The first axis is the fastest: an array of the reversed shape, turned round.
        int[] axes = [.. Enumerable.Range(0, shape.Length).Reverse()];
        float[] ordered = new float[values.Length];
        int[] index = new int[shape.Length];
        for (int i = 0; i < ordered.Length; i++)
        {
            long place = 0;
            foreach (int axis in axes) place = place * shape[axis] + index[axis];
            ordered[i] = values[place];
            for (int axis = shape.Length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--) index[axis] = 0;
        }
        return Tensor.Wrap(ordered, shape);
    }

    private delegate double Element(ReadOnlySpan<byte> bytes);

    private static (int Size, Element Read)? Reader(string type) => type switch
    {
        "<f4" => (4, bytes => BinaryPrimitives.ReadSingleLittleEndian(bytes)),
        ">f4" => (4, bytes => BinaryPrimitives.ReadSingleBigEndian(bytes)),
        "<f8" => (8, BinaryPrimitives.ReadDoubleLittleEndian),
        ">f8" => (8, BinaryPrimitives.ReadDoubleBigEndian),
        "<f2" => (2, bytes => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes)),
        "<i8" => (8, bytes => BinaryPrimitives.ReadInt64LittleEndian(bytes)),
        "<u8" => (8, bytes => BinaryPrimitives.ReadUInt64LittleEndian(bytes)),
        "<i4" => (4, bytes => BinaryPrimitives.ReadInt32LittleEndian(bytes)),
        "<u4" => (4, bytes => BinaryPrimitives.ReadUInt32LittleEndian(bytes)),
        "<i2" => (2, bytes => BinaryPrimitives.ReadInt16LittleEndian(bytes)),
        "<u2" => (2, bytes => BinaryPrimitives.ReadUInt16LittleEndian(bytes)),
        "|i1" => (1, bytes => (sbyte)bytes[0]),
        "|u1" or "|b1" => (1, bytes => bytes[0]),
        _ => null,
    };

    [GeneratedRegex(@"^\{\s*'descr'\s*:\s*'(?<type>[<>|=]?[a-zA-Z]\d{1,2})'\s*,\s*'fortran_order'\s*:\s*(?<fortran>True|False)\s*,\s*'shape'\s*:\s*\((?<shape>[\d,\s]*)\)\s*,?\s*\}\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Header();
}
