using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Elman;

/// <summary>
/// The instructions that the kernels run on. They are written once, for vectors as wide as the runtime makes them when the process starts, so another path
/// needs a process that is started with other switches. The environment variable <c>ELMAN_ISA</c> asks for a path by its name; a process that runs on another
/// refuses to compute.
/// </summary>
public static class InstructionSet
{
    /// <summary>The environment variable that asks for a path.</summary>
    public const string Variable = "ELMAN_ISA";

    private const string Intrinsics = "DOTNET_EnableHWIntrinsic", Avx2 = "DOTNET_EnableAVX2", Width = "DOTNET_MaxVectorTBitWidth", Preferred = "DOTNET_PreferredVectorBitWidth";

    /// <summary>The paths, and the runtime's switches under which a processor that can takes them.</summary>
    private static readonly OrderedDictionary<string, (string Name, string Value)[]> Paths = new()
    {
        ["avx512"] = [(Intrinsics, "1"), (Avx2, "1"), (Width, "512")],
        ["avx2-512"] = [(Intrinsics, "1"), (Avx2, "1"), (Width, "256"), (Preferred, "512")],
        ["avx2"] = [(Intrinsics, "1"), (Avx2, "1"), (Width, "256"), (Preferred, "256")],
        ["avx2-128"] = [(Intrinsics, "1"), (Avx2, "1"), (Width, "128")],
        ["sse"] = [(Intrinsics, "1"), (Avx2, "0")],
        ["neon"] = [(Intrinsics, "1")],
        ["portable"] = [(Intrinsics, "0")],
    };

    /// <summary>
    /// The path of this process: <c>avx512</c>, <c>avx2-512</c> (256 bits, and 512 in products and cells), <c>avx2</c> (256 bits), <c>avx2-128</c> (the same instructions on 128 bits), <c>sse</c> (128 bits, where each fused
    /// multiply-add is a call), <c>neon</c> (128 bits), or <c>portable</c> (no vector instructions).
    /// </summary>
    public static string Current { get; } =
        !Vector.IsHardwareAccelerated ? "portable"
        : AdvSimd.IsSupported ? "neon"
        : Vector<float>.Count == 16 ? "avx512"
        : Vector<float>.Count == 8 ? Vector512.IsHardwareAccelerated ? "avx2-512" : "avx2"
        : Fma.IsSupported ? "avx2-128" : "sse";

    private static readonly string? Refused = Refusal(Environment.GetEnvironmentVariable(Variable));

    /// <summary>Refuses to go on where another path was asked for. Costs nothing once compiled: the field is a constant then.</summary>
    /// <exception cref="ElmanException"><c>ELMAN_ISA</c> asks for a path that this process does not run on.</exception>
    internal static void Demand()
    {
        if (Refused is not null) throw new ElmanException(Refused);
    }

    /// <summary>The switches, not yet set in the environment, that may lead a new process to a path; none if no new process would take it.</summary>
    internal static (string Name, string Value)[] SwitchesTo(string path)
    {
        // What is compiled ahead of time has one path, whatever the environment says.
        if (!RuntimeFeature.IsDynamicCodeSupported || !Paths.TryGetValue(path, out (string Name, string Value)[]? switches)) return [];
        return [.. switches.Where(each => (Environment.GetEnvironmentVariable(each.Name) ?? "1") != each.Value)];
    }

    /// <summary>Why this process does not do what was asked for, and what to do, in one line; null if it does.</summary>
    internal static string? Refusal(string? asked)
    {
        if (string.IsNullOrEmpty(asked) || asked == Current) return null;
        if (!Paths.ContainsKey(asked)) return $"{Variable}={asked} is none of {string.Join(", ", Paths.Keys)}";
        string here = $"{Variable}={asked}, but this process runs on {Current}";
        if (!RuntimeFeature.IsDynamicCodeSupported)
            return $"{here}, for which it was compiled ahead of time; publish it with another IlcInstructionSet or IlcMaxVectorTBitWidth, or run it with dotnet";
        (string Name, string Value)[] switches = SwitchesTo(asked);
        return switches.Length == 0
            ? $"{here}; neither processor nor runtime offer {asked} here, unset {Variable}"
            : $"{here}; start it with {string.Join(' ', switches.Select(each => $"{each.Name}={each.Value}"))}";
    }
}
