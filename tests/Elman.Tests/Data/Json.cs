using System.Text.Json;

namespace Elman.Tests.Data;

internal static class Json
{
    /// <summary>What was written, parsed again.</summary>
    public static JsonElement Of(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            write(json);
        return JsonDocument.Parse(stream.ToArray()).RootElement;
    }
}
