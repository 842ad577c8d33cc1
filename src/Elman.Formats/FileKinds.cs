using System.IO.Compression;
using System.Text.Json;
using Elman.Formats.PyTorch;

namespace Elman.Formats;

/// <summary>Tells what a file is by its content, whatever its name.</summary>
public static class FileKinds
{
    /// <summary>HDF5's signature: at the start of the file, or at 512 bytes, 1024, …</summary>
    private static ReadOnlySpan<byte> Hdf5 => [0x89, (byte)'H', (byte)'D', (byte)'F', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Looks at the first bytes of a file, and at the names of the entries of a zip file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>What it seems to be; whether it is sound is for its reader to say.</returns>
    /// <exception cref="ElmanException">There is no such file, it cannot be read, or it is a damaged zip file.</exception>
    public static FileKind Detect(string path) => InputFile.Read(path, stream =>
    {
        byte[] start = new byte[(int)Math.Min(stream.Length, 1 << 16)];
        stream.ReadExactly(start);
        stream.Position = 0;
        if (start.AsSpan().StartsWith("PK\u0003\u0004"u8)) return DetectZip(stream, path);
        if (TorchArchive.IsLegacy(start)) return FileKind.PyTorch;
        if (start.AsSpan().StartsWith(Hdf5) || start.AsSpan(Math.Min(512, start.Length)).StartsWith(Hdf5)) return FileKind.Keras;
        if (IsSafeTensors(start, stream.Length)) return start.AsSpan().IndexOf("\"format\":\"elman\""u8) >= 0 ? FileKind.Elman : FileKind.SafeTensors;
        if (start.AsSpan().TrimStart(" \t\r\n"u8).StartsWith("{"u8)) return IsRTNeural(stream) ? FileKind.RTNeural : FileKind.Unknown;
        return IsOnnx(start) ? FileKind.Onnx : FileKind.Unknown;
    });

    /// <summary>Whether a file is what Git leaves of one that lies in Git LFS: a few lines of text that name it.</summary>
    internal static bool IsLfsPointer(string path) => InputFile.Read(path, stream =>
    {
        byte[] start = new byte[(int)Math.Min(stream.Length, 64)];
        stream.ReadExactly(start);
        return start.AsSpan().StartsWith("version https://git-lfs.github.com/spec/"u8);
    });

    /// <summary>A length that fits the file, then a JSON object.</summary>
    private static bool IsSafeTensors(byte[] start, long length) =>
        start.Length > 8 && start[8] == (byte)'{' && BitConverter.ToUInt64(start) <= (ulong)(length - 8);

    private static FileKind DetectZip(FileStream stream, string path)
    {
        try
        {
            using ZipArchive zip = new(stream, ZipArchiveMode.Read, leaveOpen: true);
            string[] names = [.. zip.Entries.Select(entry => entry.FullName)];
            return names.Any(TorchArchive.IsPickle) ? FileKind.PyTorch : names.Contains("model.weights.h5") ? FileKind.Keras : FileKind.Unknown;
        }
        catch (InvalidDataException failure)
        {
            throw new ElmanException($"{path}: a zip file that is cut off or damaged; write or fetch it again", failure);
        }
    }

    /// <summary>A JSON object with layers, or with tensors by names such as lstm.weight_ih_l0; a large one is not read to its end.</summary>
    private static bool IsRTNeural(FileStream stream)
    {
        byte[] content = InputFile.ReadAll(stream);
        Utf8JsonReader json = new(content);
        try
        {
            while (json.Read())
                if (json.TokenType == JsonTokenType.PropertyName && json.CurrentDepth == 1 && (json.ValueSpan.SequenceEqual("layers"u8) || json.ValueSpan.SequenceEqual("model_data"u8) || json.ValueSpan.Contains((byte)'.'))) return true;
        }
        catch (JsonException)
        {
            // Text that begins like JSON.
        }
        return false;
    }

    /// <summary>ModelProto begins, as every writer puts it, with field 1, the version of the format, a small number, and goes on with a field of a low number.</summary>
    private static bool IsOnnx(byte[] start) => start is [0x08, > 0 and < 64, var next, ..] && (next & 7) is 0 or 2 && next >> 3 is > 1 and <= 25;
}
