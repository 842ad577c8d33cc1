using System.IO.Compression;

namespace Elman.Formats.Tests.PyTorch;

/// <summary>Zip files as PyTorch writes them: nothing compressed.</summary>
internal static class Zip
{
    public static void Write(string path, params ReadOnlySpan<(string Name, byte[] Content)> entries)
    {
        using ZipArchive zip = new(File.Create(path), ZipArchiveMode.Create);
        foreach ((string name, byte[] content) in entries)
        {
            using Stream entry = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
            entry.Write(content);
        }
    }

    /// <summary>The pickle of a file.</summary>
    public static byte[] Pickle(string path)
    {
        using ZipArchive zip = ZipFile.OpenRead(path);
        using Stream entry = zip.Entries.First(entry => entry.Name == "data.pkl").Open();
        using MemoryStream copy = new();
        entry.CopyTo(copy);
        return copy.ToArray();
    }
}
