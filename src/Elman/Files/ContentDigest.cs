using System.Text;

namespace Elman;

/// <summary>The digest that model files and checkpoints carry in their metadata: SHA-256 of everything else in the file, in hexadecimal. It finds flipped bits, which no other check can.</summary>
internal static class ContentDigest
{
    /// <summary>The key of the metadata.</summary>
    public const string Key = "digest";

    /// <summary>What to add to the metadata of a file.</summary>
    public static KeyValuePair<string, string> Entry(IEnumerable<KeyValuePair<string, string>> metadata, IEnumerable<SafeTensor> tensors) => new(Key, Of(metadata, tensors));

    /// <summary>Whether a file is what was written.</summary>
    public static bool Fits(SafeTensorsFile file) => file.Metadata.GetValueOrDefault(Key) == Of(file.Metadata, file.Tensors);

    private static string Of(IEnumerable<KeyValuePair<string, string>> metadata, IEnumerable<SafeTensor> tensors)
    {
        using Sha256 hash = new();
        foreach ((string key, string value) in metadata.Where(entry => entry.Key != Key).OrderBy(entry => entry.Key, StringComparer.Ordinal))
            hash.Write(Encoding.UTF8.GetBytes($"{key}\0{value}\0"));
        foreach (SafeTensor tensor in tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
        {
            hash.Write(Encoding.UTF8.GetBytes($"{tensor.Name}\0{tensor.ElementType}\0{string.Join(',', tensor.Shape)}\0"));
            hash.Write(tensor.Data.Span);
        }
        return Convert.ToHexStringLower(hash.Finish());
    }
}
