using System.Text;
using System.Text.Json;

namespace Elman;

/// <summary>JSON as a string, for the metadata of a file.</summary>
internal static class JsonText
{
    /// <summary>What <paramref name="write"/> writes, without line breaks.</summary>
    public static string Of(Action<Utf8JsonWriter> write)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream)) write(writer);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
