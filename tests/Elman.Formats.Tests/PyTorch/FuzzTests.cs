using System.Diagnostics;
using CsCheck;
using Elman.Cli.Tests;

namespace Elman.Formats.Tests.PyTorch;

/// <summary>Files with random damage: a sound network or one line of refusal, in bounded time and memory, and nothing else.</summary>
public sealed class FuzzTests : IDisposable
{
    private const int MostBytes = 64 << 20;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private static readonly byte[][] Seeds =
        [.. PyTorchFixture.Files.Where(name => name != "layers.pt").Append("tagger.safetensors").Select(name => File.ReadAllBytes(PyTorchFixture.Path(name)))];

    /// <summary>Bytes of the pickle format's own, which random ones seldom hit, and sizes at the edges.</summary>
    private static readonly byte[] Telling = [.. ".(012NR}])tasubcQJKMGXTUqrhj\0\u0001\u007f"u8, 0x80, 0x81, 0x85, 0x86, 0x87, 0x88, 0x8a, 0x8b, 0x8c, 0x8d, 0x93, 0x94, 0x95, 0xFF];

    private static readonly Gen<byte> Value = Gen.OneOf(Gen.Byte, Gen.Int[0, Telling.Length - 1].Select(i => Telling[i]));

    /// <summary>A seed, changes of single bytes at places given as shares of its length, and what becomes of its end.</summary>
    private static readonly Gen<byte[]> Damaged =
        from seed in Gen.Int[0, Seeds.Length - 1]
        from changes in Gen.Select(Gen.Double[0, 1], Value).Array[0, 6]
        from copy in Gen.Select(Gen.Double[0, 1], Gen.Double[0, 1], Gen.Int[0, 40])
        from end in Gen.Frequency((8, Gen.Const(1.0)), (1, Gen.Double[0, 1]))
        select Damage(Seeds[seed], changes, copy, end);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_damaged_file_is_read_or_refused_in_one_line() => Damaged.Sample(content =>
    {
        string path = _folder.File($"{Environment.CurrentManagedThreadId}.pt");
        File.WriteAllBytes(path, content);
        Try(path, () => FileKinds.Detect(path));
        Try(path, () => PyTorchFile.Describe(path, new ReadOptions()));
        Try(path, () => PyTorchFile.Read(path));
    }, iter: Iterations, threads: 1);

    /// <summary>The zip file's checksums keep most damage from the pickle: here it gets there.</summary>
    [Fact]
    public void A_damaged_pickle_is_read_or_refused_in_one_line()
    {
        byte[][] pickles = [.. PyTorchFixture.Files.Where(name => name != "layers.pt" && !name.Contains("legacy")).Select(name => Zip.Pickle(PyTorchFixture.Path(name)))];
        (from pickle in Gen.Int[0, pickles.Length - 1]
         from changes in Gen.Select(Gen.Double[0, 1], Value).Array[0, 6]
         from copy in Gen.Select(Gen.Double[0, 1], Gen.Double[0, 1], Gen.Int[0, 40])
         select Damage(pickles[pickle], changes, copy, 1)).Sample(content =>
        {
            string path = _folder.File("pickle.pt");
            Zip.Write(path, [("archive/data.pkl", content), .. Enumerable.Range(0, 24).Select(key => ($"archive/data/{key}", new byte[256]))]);
            Try(path, () => PyTorchFile.Read(path));
        }, iter: Iterations, threads: 1);
    }

    /// <summary>More of it on demand: ELMAN_FUZZ=100000.</summary>
    private static long Iterations => long.TryParse(Environment.GetEnvironmentVariable("ELMAN_FUZZ"), out long given) ? given : 2000;

    private static void Try(string path, Action read)
    {
        Stopwatch watch = Stopwatch.StartNew();
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            read();
        }
        catch (ElmanException refusal)
        {
            Assert.DoesNotContain('\n', refusal.Message);
            Assert.StartsWith(path, refusal.Message);
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        Assert.True(watch.Elapsed < Longest, $"{watch.Elapsed} for a file of {new FileInfo(path).Length} bytes");
    }

    private static byte[] Damage(byte[] seed, (double Place, byte Value)[] changes, (double From, double To, int Count) copy, double end)
    {
        byte[] content = [.. seed];
        int count = Math.Min(copy.Count, content.Length);
        Array.Copy(seed, (int)(copy.From * (content.Length - count)), content, (int)(copy.To * (content.Length - count)), count);
        foreach ((double place, byte value) in changes) content[(int)(place * (content.Length - 1))] = value;
        return content[..(int)(end * content.Length)];
    }
}
