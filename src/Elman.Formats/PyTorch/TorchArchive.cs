using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;

namespace Elman.Formats.PyTorch;

/// <summary>
/// What <c>torch.save</c> wrote, in either of its formats: since 1.6 a zip file with the pickle <c>data.pkl</c> and a file for each storage, before
/// that several pickles one after the other and then the storages.
/// </summary>
internal static class TorchArchive
{
    /// <summary>The pickle of a state dict has some 150 bytes for each tensor; what it makes in memory is up to a hundred times as large.</summary>
    private const int LongestPickle = 1 << 24;

    /// <summary>How much larger than the file its compressed entries may be; trained weights hardly shrink at all.</summary>
    private const long MostInflation = 100;

    private const long Protocol = 1001;

    private static readonly BigInteger Magic = BigInteger.Parse("119547037146038801333356", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A whole number of ten bytes, the magic one, as a pickle has it.</summary>
    private static ReadOnlySpan<byte> PickledMagic => [0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19];

    /// <summary>Whether a file begins in the older format: a pickle's protocol, in newer ones a frame, and the magic number.</summary>
    public static bool IsLegacy(ReadOnlySpan<byte> start) => start is [0x80, >= 2 and <= 5, ..] && start[..Math.Min(start.Length, 32)].IndexOf(PickledMagic) >= 0;

    /// <summary>Whether the name of a zip file's entry is that of the pickle.</summary>
    public static bool IsPickle(string entry) => entry.EndsWith("/data.pkl", StringComparison.Ordinal) && entry.IndexOf('/') == entry.LastIndexOf('/');

    /// <summary>The object that the file holds, its tensors with their bytes.</summary>
    /// <exception cref="ElmanException">The file is damaged, or holds more than tensors in containers.</exception>
    public static object? Read(string path) => InputFile.Read(path, stream =>
    {
        try
        {
            Span<byte> start = stackalloc byte[2];
            int got = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            stream.Position = 0;
            return got == 2 && start.SequenceEqual("PK"u8) ? ReadZip(stream) : ReadLegacy(stream);
        }
        catch (Exception failure) when (failure is PickleException or InvalidDataException)
        {
            throw new ElmanException($"{path}: {failure.Message.ReplaceLineEndings(" ")}; give a state dict that torch.save has written", failure);
        }
    });

    private static object? ReadZip(FileStream stream)
    {
        using ZipArchive zip = new(stream, ZipArchiveMode.Read, leaveOpen: true);
        Dictionary<string, ZipArchiveEntry> entries = [];
        foreach (ZipArchiveEntry entry in zip.Entries)
            if (!entries.TryAdd(entry.FullName, entry)) throw new PickleException($"the zip file has two entries {SafeTensorsHeader.Quote(entry.FullName)}");
        string pickle = entries.Keys.FirstOrDefault(IsPickle) ?? throw new PickleException("the zip file has no data.pkl");
        string folder = pickle[..^"data.pkl".Length];
        if (entries.ContainsKey(folder + "constants.pkl"))
            throw new PickleException("this is a program that torch.jit has saved, which is not run; save its state_dict() with torch.save");

        long left = stream.Length, inflated = 0;
        byte[] Content(string name, long limit)
        {
            ZipArchiveEntry entry = entries.GetValueOrDefault(name) ?? throw new PickleException($"the zip file has no {SafeTensorsHeader.Quote(name)}");
            // Entries may be made to overlap: together they hold no more than the file. PyTorch does not compress, but reads what others compressed.
            if (entry.Length > limit || entry.Length > Array.MaxLength || (left -= entry.CompressedLength) < 0 || (inflated += entry.Length) > MostInflation * stream.Length)
                throw new PickleException($"the entry {SafeTensorsHeader.Quote(name)} of {entry.Length} bytes is too large");
            byte[] bytes = GC.AllocateUninitializedArray<byte>((int)entry.Length);
            using Stream content = entry.Open();
            if (content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length) throw new PickleException($"the entry {SafeTensorsHeader.Quote(name)} ends too early");
            return Crc32.Of(bytes) == entry.Crc32 ? bytes : throw new PickleException($"the entry {SafeTensorsHeader.Quote(name)} does not have the checksum that the zip file carries: it is damaged");
        }

        bool bigEndian = entries.ContainsKey(folder + "byteorder") && Content(folder + "byteorder", 10).AsSpan().SequenceEqual("big"u8);
        TorchMeaning meaning = new();
        object? root = Unpickler.Read(Content(pickle, LongestPickle), meaning, out _);
        foreach ((string key, TorchStorage storage) in meaning.Mentioned) Fill(storage, Content($"{folder}data/{key}", long.MaxValue), bigEndian);
        return root;
    }

    private static object? ReadLegacy(FileStream stream)
    {
        ReadOnlyMemory<byte> rest = InputFile.ReadAll(stream);
        TorchMeaning meaning = new();
        object? Next()
        {
            object? value = Unpickler.Read(rest[..Math.Min(rest.Length, LongestPickle)], meaning, out int length);
            rest = rest[length..];
            return value;
        }

        if (Next() is not BigInteger magic || magic != Magic) throw new PickleException("a pickle, but none that torch.save has written");
        if (Next() is not Protocol) throw new PickleException("the pickle is of another version of PyTorch's format");
        bool bigEndian = Next() is PyDict system && system.Items.Contains(("little_endian", false));
        object? root = Next();
        if (Next() is not PyList keys) throw new PickleException("the list of storages is missing");
        foreach (object? key in keys.Items)
        {
            if (key is not string name || !meaning.Mentioned.TryGetValue(name, out TorchStorage? storage) || !storage.Bytes.IsEmpty) throw new PickleException("the list of storages is damaged");
            if (rest.Length < sizeof(long)) throw new PickleException($"the file ends before storage {SafeTensorsHeader.Quote(name)}");
            long count = bigEndian ? BinaryPrimitives.ReadInt64BigEndian(rest.Span) : BinaryPrimitives.ReadInt64LittleEndian(rest.Span);
            rest = rest[sizeof(long)..];
            if (count != storage.Count || count > rest.Length / storage.Type.Size)
                throw new PickleException($"storage {SafeTensorsHeader.Quote(name)} should have {storage.Count} elements of {storage.Type.Name}; it says {count}, and {rest.Length} bytes follow");
            int size = (int)count * storage.Type.Size;
            Fill(storage, rest[..size].ToArray(), bigEndian);
            rest = rest[size..];
        }
        if (!rest.IsEmpty) throw new PickleException($"{rest.Length} bytes follow the last storage");
        return meaning.Mentioned.FirstOrDefault(pair => pair.Value.Bytes.IsEmpty && pair.Value.Count > 0).Key is { } missing
            ? throw new PickleException($"storage {SafeTensorsHeader.Quote(missing)} is missing") : root;
    }

    private static void Fill(TorchStorage storage, byte[] bytes, bool bigEndian)
    {
        int size = storage.Type.Size;
        if (bytes.Length / size != storage.Count || bytes.Length % size != 0) throw new PickleException($"a storage of {storage.Count} elements of {storage.Type.Name} has {bytes.Length} bytes");
        for (int i = 0; bigEndian && i < bytes.Length; i += size) bytes.AsSpan(i, size).Reverse();
        storage.Bytes = bytes;
    }
}
