using System.Globalization;
using System.Numerics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text.RegularExpressions;

namespace Elman.Peers;

/// <summary>Processor, caches and versions, as Linux and the libraries name them.</summary>
internal static partial class ThisMachine
{
    /// <summary>The processor's name, with family and model, since virtual machines shorten the name.</summary>
    public static string Processor => $"{Field("model name")}, family {Field("cpu family")} model {Field("model")}";

    /// <summary>A file name for the results of machines like this one.</summary>
    public static string Slug => NotInSlug().Replace($"{Processor.ToLowerInvariant()} {Environment.ProcessorCount} cores", "-").Trim('-');

    /// <summary>Bytes of the data cache of a level, as the system says or, where it is silent, the processor; 0 if neither does.</summary>
    public static long CacheBytes(int level)
    {
        const string Folder = "/sys/devices/system/cpu/cpu0/cache";
        if (!Directory.Exists(Folder)) return CacheOfProcessor(level);
        foreach (string cache in Directory.GetDirectories(Folder, "index*"))
        {
            if (Read("level") != level.ToString(CultureInfo.InvariantCulture) || Read("type") == "Instruction") continue;
            string size = Read("size");
            return long.Parse(size.TrimEnd('K', 'M'), CultureInfo.InvariantCulture) * (size.EndsWith('M') ? 1 << 20 : 1 << 10);

            string Read(string name) => File.ReadAllText(Path.Combine(cache, name)).Trim();
        }
        return CacheOfProcessor(level);
    }

    /// <summary>Bytes for each of so many threads of which the third level holds little, and all together at most a quarter of the memory; 0 if the caches are unknown.</summary>
    public static (string Name, long Bytes) BeyondCaches(int threads)
    {
        long bytes = 8 * CacheBytes(3), room = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (4 * threads);
        return bytes <= room ? ("eight times L3", bytes) : ("a quarter of the memory, shared", room);
    }

    /// <summary>By CPUID: leaves 80000005 and 80000006, which AMD's processors fill even where a hypervisor hides the others (AMD64 Architecture Programmer's Manual, volume 3, appendix E.4). Of the
    /// third level they tell only what the whole processor has, of which a core sees a part.</summary>
    private static long CacheOfProcessor(int level)
    {
        const int First = unchecked((int)0x80000005), Second = unchecked((int)0x80000006);
        if (!X86Base.IsSupported || (uint)X86Base.CpuId(int.MinValue, 0).Eax < unchecked((uint)Second)) return 0;
        return level switch
        {
            1 => (long)((uint)X86Base.CpuId(First, 0).Ecx >> 24) << 10,
            2 => (long)((uint)X86Base.CpuId(Second, 0).Ecx >> 16) << 10,
            _ => 0,
        };
    }

    /// <summary>Name and value of what a reader needs to know of machine and libraries.</summary>
    public static IReadOnlyList<(string Name, string Value)> Facts =>
    [
        ("date", DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        ("processor", $"{Processor}; {Environment.ProcessorCount} cores; `Vector<float>` of {Vector<float>.Count}"),
        ("caches", $"L1 {Cache(1)}, L2 {Cache(2)}, L3 {Cache(3)}; memory {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GB"),
        ("system", $"{RuntimeInformation.OSDescription}; {RuntimeInformation.FrameworkDescription}"),
        ("Elman", Version(typeof(RecurrentLayer))),
        ("libtorch", $"{TorchSharp.torch.__version__}, through TorchSharp {Version(typeof(TorchSharp.torch))}"),
        ("ONNX Runtime", Microsoft.ML.OnnxRuntime.OrtEnv.Instance().GetVersionString()),
    ];

    private static string Cache(int level) => CacheBytes(level) is var bytes and > 0 ? $"{bytes >> 10} KB" : "unknown";

    private static string Version(Type type) => type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion is var version
        && version.IndexOf('+') is var plus and >= 0 ? $"{version[..plus]} at {version[(plus + 1)..Math.Min(version.Length, plus + 10)]}" : version;

    private static string Field(string name)
    {
        const string File = "/proc/cpuinfo";
        if (!System.IO.File.Exists(File)) return RuntimeInformation.ProcessArchitecture.ToString();
        return System.IO.File.ReadLines(File).Select(line => line.Split(':', 2)).FirstOrDefault(pair => pair[0].Trim() == name)?[1].Trim() ?? "unknown";
    }

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotInSlug();
}
