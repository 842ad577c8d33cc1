using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Elman;

/// <summary>
/// The JSON header of a safetensors file, read as an enemy might have written it: the parser sees every key (a document
/// object would swallow duplicates), and every number is checked before anything is allocated for it.
/// </summary>
internal sealed class SafeTensorsHeader
{
    /// <summary>The format's own limit of a header, in bytes.</summary>
    public const int MaxLength = 100_000_000;

    public const string MetadataKey = "__metadata__";

    public const string ElementTypes = "BOOL, U8, I8, F8_E5M2, F8_E4M3, F8_E8M0, I16, U16, F16, BF16, I32, U32, F32, I64, U64, F64, C64";

    /// <summary>More dimensions than any tensor library takes; a limit on what a header can make us allocate.</summary>
    private const int MaxRank = 64;

    private readonly string _source;
    private readonly HashSet<string> _names = [];

    private SafeTensorsHeader(string source) => _source = source;

    /// <summary>One tensor's entry: where its bytes begin and end, counted from the end of the header.</summary>
    public sealed record Entry(string Name, string ElementType, int[] Shape, long Begin, long End);

    public Dictionary<string, string> Metadata { get; } = [];

    /// <summary>In the header's order.</summary>
    public List<Entry> Entries { get; } = [];

    /// <summary>The size in bytes of an element, or null for a type the format does not have or whose elements are no whole bytes.</summary>
    public static int? ElementSize(string elementType) => elementType switch
    {
        "BOOL" or "U8" or "I8" or "F8_E5M2" or "F8_E4M3" or "F8_E8M0" => 1,
        "I16" or "U16" or "F16" or "BF16" => 2,
        "I32" or "U32" or "F32" => 4,
        "I64" or "U64" or "F64" or "C64" => 8,
        _ => null,
    };

    /// <summary>The bytes of a tensor, or null if a dimension is negative or all but the zeros among them ask for more than any array holds.</summary>
    public static long? ByteCount(ReadOnlySpan<int> shape, int elementSize)
    {
        long bytes = elementSize;
        foreach (int dimension in shape)
        {
            bytes *= Math.Max(dimension, 1);
            if (dimension < 0 || bytes > Array.MaxLength)
                return null;
        }

        return shape.Contains(0) ? 0 : bytes;
    }

    /// <summary>Parses and checks a header whose data buffer has <paramref name="dataLength"/> bytes, or an unknown number of them (null).</summary>
    public static SafeTensorsHeader Parse(ReadOnlySpan<byte> json, long? dataLength, string source)
    {
        var header = new SafeTensorsHeader(source);
        if (!json.StartsWith("{"u8))
            throw header.Bad("the header does not begin with '{'");
        if (!Utf8.IsValid(json))
            throw header.Bad("the header is not valid UTF-8");
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
            header.ReadObject(ref reader);
        }
        catch (JsonException failure)
        {
            throw header.Bad($"the header is not valid JSON at line {failure.LineNumber + 1}, byte {failure.BytePositionInLine + 1}", failure);
        }
        catch (InvalidOperationException failure)
        {
            // A lone surrogate, written as an escape, has no UTF-16 text.
            throw header.Bad("the header has a string that is not valid Unicode", failure);
        }

        header.CheckLayout(dataLength);
        return header;
    }

    /// <summary>The header's bytes, padded with spaces to a multiple of eight so that the data begin aligned.</summary>
    public static byte[] Write(IEnumerable<KeyValuePair<string, string>> metadata, IEnumerable<SafeTensor> tensors)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            long begin = 0;
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype"u8, tensor.ElementType);
                json.WriteStartArray("shape"u8);
                foreach (int dimension in tensor.Shape)
                    json.WriteNumberValue(dimension);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets"u8);
                json.WriteNumberValue(begin);
                json.WriteNumberValue(begin += tensor.Data.Length);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        byte[] header = new byte[(buffer.WrittenCount + 7) / 8 * 8];
        buffer.WrittenSpan.CopyTo(header);
        header.AsSpan(buffer.WrittenCount).Fill((byte)' ');
        return header;
    }

    private static void WriteMetadata(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        bool open = false;
        foreach ((string key, string value) in metadata)
        {
            if (!open)
                json.WriteStartObject(MetadataKey);
            open = true;
            json.WriteString(key, value);
        }

        if (open)
            json.WriteEndObject();
    }

    private void ReadObject(ref Utf8JsonReader reader)
    {
        reader.Read();
        bool metadata = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            if (name == MetadataKey)
            {
                if (metadata)
                    throw Bad($"{MetadataKey} appears twice");
                metadata = true;
                ReadMetadata(ref reader);
            }
            else if (!_names.Add(name))
            {
                throw Bad($"tensor {Quote(name)} appears twice");
            }
            else
            {
                Entries.Add(ReadEntry(ref reader, name));
            }
        }

        // Reads the padding; anything but blanks after the object is a JSON error.
        reader.Read();
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Bad($"{MetadataKey} should be an object of strings, it is {Kind(reader.TokenType)}");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw Bad($"the value of {Quote(key)} in {MetadataKey} should be a string, it is {Kind(reader.TokenType)}");
            if (!Metadata.TryAdd(key, reader.GetString()!))
                throw Bad($"{Quote(key)} appears twice in {MetadataKey}");
        }
    }

    private Entry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        string where = $"tensor {Quote(name)}";
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Bad($"{where} should be an object with dtype, shape and data_offsets, it is {Kind(reader.TokenType)}");
        string? elementType = null;
        List<long>? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            bool repeated;
            switch (key)
            {
                case "dtype":
                    repeated = elementType is not null;
                    elementType = reader.TokenType == JsonTokenType.String
                        ? reader.GetString()!
                        : throw Bad($"{where}: dtype should be a string, it is {Kind(reader.TokenType)}");
                    break;
                case "shape":
                    repeated = shape is not null;
                    shape = ReadNumbers(ref reader, where, key, int.MaxValue, MaxRank);
                    break;
                case "data_offsets":
                    repeated = offsets is not null;
                    offsets = ReadNumbers(ref reader, where, key, long.MaxValue, 2);
                    break;
                default:
                    throw Bad($"{where} has the unknown key {Quote(key)}");
            }

            if (repeated)
                throw Bad($"{where} has two values of {key}");
        }

        if (elementType is null || shape is null || offsets is null)
            throw Bad($"{where} has no {(elementType is null ? "dtype" : shape is null ? "shape" : "data_offsets")}");
        return CheckEntry(name, elementType, shape, offsets);
    }

    private List<long> ReadNumbers(ref Utf8JsonReader reader, string where, string key, long limit, int count)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Bad($"{where}: {key} should be an array of whole numbers, it is {Kind(reader.TokenType)}");
        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long number) || number < 0 || number > limit)
                throw Bad($"{where}: {key} should hold whole numbers from 0 to {limit}, it holds {Quote(Text(reader))}");
            if (numbers.Count == count)
                throw Bad($"{where}: {key} has more than {count} numbers");
            numbers.Add(number);
        }

        return numbers;
    }

    private Entry CheckEntry(string name, string elementType, List<long> shape, List<long> offsets)
    {
        string where = $"tensor {Quote(name)}";
        if (ElementSize(elementType) is not int size)
            throw Bad($"{where} has the unknown dtype {Quote(elementType)}; known are {ElementTypes}");
        if (offsets.Count != 2 || offsets[0] > offsets[1])
            throw Bad($"{where}: data_offsets should be [begin, end], they are [{string.Join(", ", offsets)}]");
        int[] dimensions = [.. shape.Select(dimension => (int)dimension)];
        if (ByteCount(dimensions, size) is not long bytes)
            throw Bad($"{where}: shape {Shape.Format(dimensions)} of {elementType} has more than the {Array.MaxLength} bytes that one array can hold");
        if (bytes != offsets[1] - offsets[0])
            throw Bad($"{where}: shape {Shape.Format(dimensions)} of {elementType} needs {bytes} bytes, but data_offsets "
                + $"[{offsets[0]}, {offsets[1]}] hold {offsets[1] - offsets[0]}");
        return new Entry(name, elementType, dimensions, offsets[0], offsets[1]);
    }

    /// <summary>The format wants the data buffer covered exactly: every byte belongs to one tensor.</summary>
    private void CheckLayout(long? dataLength)
    {
        long covered = 0;
        string before = "the header";
        foreach (var entry in InFileOrder())
        {
            if (entry.End > dataLength)
                throw Bad($"tensor {Quote(entry.Name)} ends at byte {entry.End} of the data, but only {dataLength} bytes of data are there");
            if (entry.Begin < covered)
                throw Bad($"tensor {Quote(entry.Name)} begins at byte {entry.Begin} of the data and overlaps {before}, which ends at {covered}");
            if (entry.Begin > covered)
                throw Bad($"tensor {Quote(entry.Name)} begins at byte {entry.Begin} of the data and leaves a hole after {before}, which ends at {covered}");
            (covered, before) = (entry.End, $"tensor {Quote(entry.Name)}");
        }

        if (dataLength > covered)
            throw Bad($"{dataLength - covered} bytes follow the last tensor");
    }

    /// <summary>Empty tensors come before the one that begins where they lie.</summary>
    public IEnumerable<Entry> InFileOrder() => Entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End);

    public ElmanException Bad(string what, Exception? inner = null)
    {
        string message = $"{_source}: {what}; the file is damaged or no safetensors file, write or fetch it again";
        return inner is null ? new(message) : new(message, inner);
    }

    /// <summary>A name from a file, fit for one line of a message; longer than elsewhere, for the names of tensors are.</summary>
    public static string Quote(string text) => Names.Quote(text, 80);

    private static string Text(in Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number ? System.Text.Encoding.UTF8.GetString(reader.ValueSpan) : Kind(reader.TokenType);

    private static string Kind(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        _ => "null",
    };
}
