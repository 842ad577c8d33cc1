using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Elman;

/// <summary>
/// A file of named tensors and string metadata in the safetensors format (https://github.com/huggingface/safetensors):
/// eight bytes with the header's length, a JSON header, and the tensors' bytes without a gap.
/// </summary>
/// <remarks>
/// Reading is strict. The whole header is checked before a tensor is allocated, and no more is allocated than the file holds:
/// duplicate names, unknown element types, offsets that overlap, leave holes or run past the end, and trailing bytes are refused.
/// </remarks>
public sealed class SafeTensorsFile
{
    private readonly Dictionary<string, SafeTensor> _byName;

    private SafeTensorsFile(string source, Dictionary<string, string> metadata, IReadOnlyList<SafeTensor> tensors)
    {
        (Source, Metadata, Tensors) = (source, metadata, tensors);
        _byName = tensors.ToDictionary(tensor => tensor.Name);
    }

    /// <summary>The file's path, or the name given for a stream; error messages begin with it.</summary>
    public string Source { get; }

    /// <summary>The strings of the header's <c>__metadata__</c>; empty if it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors in the header's order.</summary>
    public IReadOnlyList<SafeTensor> Tensors { get; }

    /// <summary>Reads a file whole.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ElmanException">There is no such file, it cannot be read, or it is no sound safetensors file.</exception>
    public static SafeTensorsFile Read(string path) => InputFile.Guard(path, () =>
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        return Read(stream, path);
    });

    /// <summary>Reads a stream from its present position to its end.</summary>
    /// <param name="stream">The stream; it need not seek and stays open.</param>
    /// <param name="source">What to call the stream in error messages.</param>
    /// <exception cref="ElmanException">The stream holds no sound safetensors file.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static SafeTensorsFile Read(Stream stream, string source)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentException.ThrowIfNullOrEmpty(source);
        long? length = stream.CanSeek ? stream.Length - stream.Position : null;
        var header = ReadHeader(stream, length, source);
        var tensors = new Dictionary<string, SafeTensor>(header.Entries.Count);
        foreach (var entry in header.InFileOrder())
        {
            byte[] data = ReadBlock(stream, (int)(entry.End - entry.Begin), known: length is not null)
                ?? throw header.Bad($"the data end within tensor {SafeTensorsHeader.Quote(entry.Name)}");
            tensors.Add(entry.Name, new SafeTensor(entry.Name, entry.ElementType, entry.Shape, data));
        }

        if (length is null && stream.ReadByte() >= 0)
            throw header.Bad("bytes follow the last tensor");
        return new SafeTensorsFile(source, header.Metadata, [.. header.Entries.Select(entry => tensors[entry.Name])]);
    }

    /// <summary>Writes a file in one piece: whoever reads its place finds the old file or the new one, never a part.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="metadata">Strings for the header, in the order in which they are to stand there.</param>
    /// <param name="tensors">The tensors, in the order in which they are to stand in the file.</param>
    /// <exception cref="ArgumentException">Two tensors or two metadata strings bear one name.</exception>
    /// <exception cref="ElmanException">The place cannot be written; the old file, if any, is unchanged.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, string>> metadata, IReadOnlyList<SafeTensor> tensors) =>
        AtomicFile.Write(path, stream => Write(stream, metadata, tensors));

    /// <summary>Writes to a stream, which stays open.</summary>
    /// <inheritdoc cref="Write(string, IEnumerable{KeyValuePair{string, string}}, IReadOnlyList{SafeTensor})"/>
    /// <param name="stream">Where to write.</param>
    /// <param name="metadata">Strings for the header, in the order in which they are to stand there.</param>
    /// <param name="tensors">The tensors, in the order in which they are to stand in the file.</param>
    public static void Write(Stream stream, IEnumerable<KeyValuePair<string, string>> metadata, IReadOnlyList<SafeTensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(tensors);
        var strings = metadata.ToList();
        ThrowIfRepeated(strings.Select(pair => pair.Key), "metadata string", nameof(metadata));
        ThrowIfRepeated(tensors.Select(tensor => tensor.Name), "tensor", nameof(tensors));

        byte[] header = SafeTensorsHeader.Write(strings, tensors);
        if (header.Length > SafeTensorsHeader.MaxLength)
            throw new ArgumentException($"the header has {header.Length} bytes, a safetensors file takes {SafeTensorsHeader.MaxLength}; shorten the metadata", nameof(metadata));
        Span<byte> headerLength = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(headerLength, (ulong)header.Length);
        stream.Write(headerLength);
        stream.Write(header);
        foreach (var tensor in tensors)
            stream.Write(tensor.Data.Span);
    }

    /// <summary>Looks a tensor up.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="tensor">The tensor, if the file has it.</param>
    /// <returns>Whether the file has a tensor of that name.</returns>
    public bool TryGet(string name, [NotNullWhen(true)] out SafeTensor? tensor) => _byName.TryGetValue(name, out tensor);

    /// <summary>The tensor of that name.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="ElmanException">The file has no such tensor.</exception>
    public SafeTensor Get(string name) => TryGet(name, out var tensor)
        ? tensor
        : throw new ElmanException($"{Source}: expected a tensor '{name}', the file has {Names()}; check that it is the right file");

    /// <summary>The elements of an F32 tensor, row-major and copied.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="allowNonFinite">Whether NaN and infinities may pass.</param>
    /// <exception cref="ElmanException">The file has no such tensor, it is not F32, or an element is not finite.</exception>
    public float[] GetFloats(string name, bool allowNonFinite = false)
    {
        float[] values = GetTyped(name, "F32").ToFloats();
        int at = allowNonFinite ? -1 : Array.FindIndex(values, value => !float.IsFinite(value));
        return at < 0 ? values : throw NotFinite(name, at, values[at]);
    }

    /// <summary>The elements of an F64 tensor, row-major and copied.</summary>
    /// <inheritdoc cref="GetFloats(string, bool)"/>
    /// <exception cref="ElmanException">The file has no such tensor, it is not F64, or an element is not finite.</exception>
    public double[] GetDoubles(string name, bool allowNonFinite = false)
    {
        double[] values = GetTyped(name, "F64").ToDoubles();
        int at = allowNonFinite ? -1 : Array.FindIndex(values, value => !double.IsFinite(value));
        return at < 0 ? values : throw NotFinite(name, at, values[at]);
    }

    /// <summary>The elements of an I64 tensor, row-major and copied.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="ElmanException">The file has no such tensor, or it is not I64.</exception>
    public long[] GetLongs(string name) => GetTyped(name, "I64").ToLongs();

    private SafeTensor GetTyped(string name, string elementType)
    {
        var tensor = Get(name);
        return tensor.ElementType == elementType
            ? tensor
            : throw new ElmanException($"{Source}: tensor '{name}': expected {elementType}, it is {tensor.ElementType}; convert it first");
    }

    private ElmanException NotFinite(string name, int at, double value)
    {
        var shape = _byName[name].Shape;
        int[] index = new int[shape.Length];
        for (int axis = shape.Length - 1; axis >= 0; at /= shape[axis--])
            index[axis] = at % shape[axis];
        return new ElmanException(string.Create(CultureInfo.InvariantCulture,
            $"{Source}: tensor '{name}' holds {value} at {Shape.Format(index)}; the weights are spoilt, train or fetch them again"));
    }

    private string Names()
    {
        const int shown = 8;
        return Tensors.Count == 0
            ? "no tensors"
            : string.Join(", ", Tensors.Take(shown).Select(tensor => SafeTensorsHeader.Quote(tensor.Name))) + (Tensors.Count > shown ? $" and {Tensors.Count - shown} more" : "");
    }

    private static SafeTensorsHeader ReadHeader(Stream stream, long? length, string source)
    {
        const string advice = "give a safetensors file";
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        int got = stream.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false);
        if (got < prefix.Length)
            throw new ElmanException($"{source}: expected a header, the file ends after {got} bytes; {advice}");
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > SafeTensorsHeader.MaxLength)
            throw new ElmanException($"{source}: its first eight bytes announce a header of {headerLength} bytes, at most {SafeTensorsHeader.MaxLength} are allowed; {advice}");
        long? rest = length - prefix.Length;
        if ((long)headerLength > rest)
            throw new ElmanException($"{source}: its first eight bytes announce a header of {headerLength} bytes, but only {rest} follow; {advice}");
        byte[] json = ReadBlock(stream, (int)headerLength, known: length is not null)
            ?? throw new ElmanException($"{source}: the file ends within its header of {headerLength} bytes; {advice}");
        return SafeTensorsHeader.Parse(json, rest - (long)headerLength, source);
    }

    /// <summary>
    /// The next bytes of the stream, or null if it ends before. Where the stream's length is not known to cover them, memory grows
    /// with what really arrives, so that a pipe's promise of gigabytes costs nothing.
    /// </summary>
    private static byte[]? ReadBlock(Stream stream, int count, bool known)
    {
        const int firstBlock = 1 << 20;
        byte[] block = GC.AllocateUninitializedArray<byte>(known ? count : Math.Min(count, firstBlock));
        int filled = 0;
        while (true)
        {
            filled += stream.ReadAtLeast(block.AsSpan(filled), block.Length - filled, throwOnEndOfStream: false);
            if (filled < block.Length)
                return null;
            if (filled == count)
                return block;
            Array.Resize(ref block, (int)Math.Min(count, 2L * block.Length));
        }
    }

    private static void ThrowIfRepeated(IEnumerable<string> names, string what, string parameter)
    {
        var seen = new HashSet<string>();
        foreach (string name in names)
        {
            if (!seen.Add(name))
                throw new ArgumentException($"two of the {what}s are named '{name}'; names must differ", parameter);
        }
    }
}
