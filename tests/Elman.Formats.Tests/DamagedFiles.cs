using System.Diagnostics;
using CsCheck;
using Elman.Cli.Tests;

namespace Elman.Formats.Tests;

/// <summary>
/// Reads damaged versions of sound files: bytes changed, left out, doubled, cut off. A reader may take one or refuse it with one line; it must not fail in another
/// way, hang, or allocate more than the file's length justifies.
/// </summary>
internal static class DamagedFiles
{
    private static readonly TimeSpan LongestRead = TimeSpan.FromSeconds(10);

    /// <param name="sound">The sound file's bytes.</param>
    /// <param name="read">Reads the file of that name.</param>
    /// <param name="allocation">Bytes that reading may allocate for each byte of the file, over a megabyte.</param>
    /// <param name="tokens">Pieces that make a difference in this format, put in at random places.</param>
    /// <param name="iterations">How many damaged files are read.</param>
    public static void Check(byte[] sound, Action<string> read, int allocation, IReadOnlyList<byte[]> tokens, int iterations = 2000)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("damaged");
        Damage(sound, tokens).Sample(
            damaged =>
            {
                File.WriteAllBytes(path, damaged);
                long before = GC.GetAllocatedBytesForCurrentThread();
                Stopwatch watch = Stopwatch.StartNew();
                try
                {
                    read(path);
                }
                catch (ElmanException refusal)
                {
                    Assert.DoesNotContain('\n', refusal.Message);
                }
                Assert.InRange(watch.Elapsed, TimeSpan.Zero, LongestRead);
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (1 << 20) + ((long)allocation * damaged.Length));
            },
            iter: iterations, threads: 1, print: damaged => Convert.ToBase64String(damaged));
    }

    private static Gen<byte[]> Damage(byte[] sound, IReadOnlyList<byte[]> tokens)
    {
        Gen<Func<byte[], byte[]>> change = Gen.Select(Gen.Int[0, 6], Gen.Double[0, 1], Gen.Double[0, 1], Gen.Byte).Select((kind, where, how, value) =>
            new Func<byte[], byte[]>(bytes => Change(bytes, kind, (int)(where * bytes.Length), how, value, tokens)));
        return change.Array[1, 6].Select(changes => changes.Aggregate(sound, (bytes, next) => next(bytes)));
    }

    private static byte[] Change(byte[] bytes, int kind, int at, double how, byte value, IReadOnlyList<byte[]> tokens)
    {
        int length = Math.Min(1 + (int)(how * how * 64), bytes.Length - at);
        ReadOnlySpan<byte> before = bytes.AsSpan(..at), part = bytes.AsSpan(at, length), after = bytes.AsSpan(at + length);
        switch (kind)
        {
            case 0: return [.. before, value, .. bytes.AsSpan(Math.Min(at + 1, bytes.Length)..)];
            case 1: return [.. before, (byte)((length > 0 ? part[0] : 0) ^ (1 << (value & 7))), .. bytes.AsSpan(Math.Min(at + 1, bytes.Length)..)];
            case 2: return [.. before, .. after];
            case 3: return [.. before, .. part, .. part, .. after];
            case 4: return [.. before, .. tokens[value % tokens.Count], .. bytes.AsSpan(at..)];
            case 5:
                byte[] token = tokens[value % tokens.Count];
                return [.. before, .. token, .. bytes.AsSpan(Math.Min(at + token.Length, bytes.Length)..)];
            default: return how < 0.1 ? before.ToArray() : bytes;
        }
    }
}
