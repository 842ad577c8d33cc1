namespace Elman.Formats.PyTorch;

/// <summary>The checksum of zip files (ISO 3309, polynomial 0xEDB88320), which .NET's reader does not compare.</summary>
internal static class Crc32
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(value =>
    {
        uint entry = (uint)value;
        for (int bit = 0; bit < 8; bit++) entry = (entry & 1) == 0 ? entry >> 1 : (entry >> 1) ^ 0xEDB88320;
        return entry;
    })];

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = ~0u;
        foreach (byte value in bytes) crc = (crc >> 8) ^ Table[(byte)(crc ^ value)];
        return ~crc;
    }
}
