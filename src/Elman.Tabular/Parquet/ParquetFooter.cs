using System.Buffers.Binary;
using System.Globalization;

namespace Elman.Tabular;

/// <summary>
/// Walks the footer of a file before Parquet.Net reads it. The footer is a tree of Thrift's compact protocol, and Parquet.Net reads by the
/// numbers of its fields alone: where a damaged byte changes a field's type, it loses its place and reads on behind the end for ever. Here
/// each field must be of the type that the format gives it, and end within the footer.
/// </summary>
internal ref struct ParquetFooter
{
    private const int True = 1, False = 2, Byte = 3, Whole16 = 4, Whole32 = 5, Whole64 = 6, Double = 7, Binary = 8, List = 9, Struct = 12;

    /// <summary>
    /// The fields of each structure by their number: w a whole number, b a truth value, y a byte, d a double, s bytes, the name of a structure,
    /// each perhaps in a list ([). Structures that are not here have no fields.
    /// </summary>
    private static readonly Dictionary<string, Dictionary<int, string>> Fields = ((string[])
    [
        "File 1w 2[Element 3w 4[RowGroup 5[KeyValue 6s 7[Order 8Encryption 9s",
        "Element 1w 2w 3w 4s 5w 6w 7w 8w 9w 10Logical",
        "Logical 1None 2None 3None 4None 5Decimal 6None 7Time 8Time 10Integer 11None 12None 13None 14None 15None 16Variant 17Shape 18Shape",
        "Decimal 1w 2w",
        "Time 1b 2Unit",
        "Unit 1None 2None 3None",
        "Integer 1y 2b",
        "Variant 1y",
        "Shape 1s 2w",
        "RowGroup 1[Chunk 2w 3w 4[Sorting 5w 6w 7w",
        "Sorting 1w 2b 3b",
        "Chunk 1s 2w 3Column 4w 5w 6w 7w 8Crypto 9s",
        "Column 1w 2[w 3[s 4w 5w 6w 7w 8[KeyValue 9w 10w 11w 12Statistics 13[PageEncoding 14w 15w 16Sizes 17Places",
        "Statistics 1s 2s 3w 4w 5s 6s 7b 8b",
        "PageEncoding 1w 2w 3w",
        "Sizes 1w 2[w 3[w",
        "Places 1Box 2[w",
        "Box 1d 2d 3d 4d 5d 6d 7d 8d",
        "Crypto 1None 2ColumnKey",
        "ColumnKey 1[s 2s",
        "KeyValue 1s 2s",
        "Order 1None",
        "Encryption 1Cipher 2Cipher",
        "Cipher 1s 2s 3b",
    ]).Select(line => line.Split(' ')).ToDictionary(words => words[0], words => words.Skip(1).ToDictionary(NumberOf, word => word[DigitsOf(word)..]));

    private readonly ReadOnlySpan<byte> _bytes;
    private int _at;

    private ParquetFooter(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Whether the footer of a file can be read to its end.</summary>
    public static bool IsWhole(Stream file)
    {
        Span<byte> end = stackalloc byte[8];
        file.Position = file.Length - end.Length;
        file.ReadExactly(end);
        long length = BinaryPrimitives.ReadInt32LittleEndian(end);
        if (length <= 0 || length > file.Length - 12)
            return false;
        byte[] bytes = new byte[length];
        file.Position = file.Length - end.Length - length;
        file.ReadExactly(bytes);
        file.Position = 0;
        return new ParquetFooter(bytes).Walk("File", 0);
    }

    private static int NumberOf(string word) => int.Parse(word.AsSpan(0, DigitsOf(word)), CultureInfo.InvariantCulture);

    private static int DigitsOf(string word) => word.AsSpan().IndexOfAnyExceptInRange('0', '9');

    private bool Walk(string structure, int depth)
    {
        Dictionary<int, string>? fields = Fields.GetValueOrDefault(structure);
        short field = 0;
        while (_at < _bytes.Length && depth < 16)
        {
            int header = _bytes[_at++];
            if (header == 0)
                return true;
            if (header >> 4 == 0)
            {
                if (!Number(out ulong zigzag))
                    return false;
                field = (short)((int)(zigzag >> 1) ^ -(int)(zigzag & 1));
            }
            else
            {
                field += (short)(header >> 4);
            }

            if (!(fields?.TryGetValue(field, out string? type) == true ? Value(type, header & 15, depth) : Unknown(header & 15)))
                return false;
        }

        return false;
    }

    /// <summary>A field that a later version of the format added: Parquet.Net skips the simple ones.</summary>
    private bool Unknown(int wire) => wire switch
    {
        True or False => true,
        Whole16 or Whole32 or Whole64 => Number(out _),
        Binary => Skip(),
        Struct => _at < _bytes.Length && _bytes[_at++] == 0,
        _ => false,
    };

    private bool Value(string type, int wire, int depth) => type[0] switch
    {
        '[' => wire == List && Values(type[1..], depth),
        'w' => wire is Whole16 or Whole32 or Whole64 && Number(out _),
        'b' => wire is True or False,
        'y' => wire == Byte && _at++ < _bytes.Length,
        'd' => wire == Double && (_at += sizeof(double)) <= _bytes.Length,
        's' => wire == Binary && Skip(),
        _ => wire == Struct && Walk(type, depth + 1),
    };

    private bool Values(string type, int depth)
    {
        if (_at >= _bytes.Length)
            return false;
        int header = _bytes[_at++];
        ulong count = (ulong)header >> 4;
        // Each takes a byte at least.
        if ((count == 15 && !Number(out count)) || count > (ulong)(_bytes.Length - _at))
            return false;
        while (count-- > 0)
        {
            if (!Value(type, header & 15, depth))
                return false;
        }

        return true;
    }

    private bool Skip()
    {
        if (!Number(out ulong length) || length > (ulong)(_bytes.Length - _at))
            return false;
        _at += (int)length;
        return true;
    }

    /// <summary>Seven bits a byte, the lowest first; the highest bit says that more follow.</summary>
    private bool Number(out ulong number)
    {
        number = 0;
        for (int shift = 0; shift < 70 && _at < _bytes.Length; shift += 7)
        {
            byte part = _bytes[_at++];
            number |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return true;
        }

        return false;
    }
}
