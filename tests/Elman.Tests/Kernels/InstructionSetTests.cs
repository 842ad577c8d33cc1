using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Elman.Tests.Kernels;

public class InstructionSetTests
{
    [Fact]
    public void The_path_s_name_tells_the_vector_width() => Assert.Equal(
        InstructionSet.Current switch { "avx512" => 512, "avx2-512" or "avx2" => 256, _ => 128 }, 32 * Vector<float>.Count);

    [Fact]
    public void The_path_that_runs_may_be_asked_for_and_so_may_none()
    {
        Assert.Null(InstructionSet.Refusal(null));
        Assert.Null(InstructionSet.Refusal(""));
        Assert.Null(InstructionSet.Refusal(InstructionSet.Current));
    }

    [Fact]
    public void Another_path_is_refused_with_the_switch_that_leads_there()
    {
        string other = InstructionSet.Current == "portable" ? "sse" : "portable";
        Assert.Equal(
            $"ELMAN_ISA={other}, but this process runs on {InstructionSet.Current}; start it with DOTNET_EnableHWIntrinsic={(other == "sse" ? "1 DOTNET_EnableAVX2=0" : "0")}",
            InstructionSet.Refusal(other));
    }

    [Fact]
    public void A_path_of_no_processor_is_refused_with_the_names() =>
        Assert.Equal("ELMAN_ISA=mmx is none of avx512, avx2-512, avx2, avx2-128, sse, neon, portable", InstructionSet.Refusal("mmx"));

    [Fact]
    public void A_path_of_another_processor_is_refused_with_the_reason()
    {
        string foreign = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "avx2" : "neon";
        Assert.SkipWhen(InstructionSet.SwitchesTo(foreign).Length > 0, "these switches are not those under which a processor does what it can");
        Assert.EndsWith($"; neither processor nor runtime offer {foreign} here, unset ELMAN_ISA", InstructionSet.Refusal(foreign));
    }

    [Fact]
    public void A_process_that_does_not_run_on_the_path_asked_for_makes_no_tensor()
    {
        // A test that makes a tensor, run in a process of its own.
        ProcessStartInfo start = new("dotnet", [typeof(InstructionSetTests).Assembly.Location, "-method", "*.A_tensor_of_an_ended_scope_says_so"]) { RedirectStandardOutput = true };
        start.Environment[InstructionSet.Variable] = "mmx";
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.NotEqual(0, process.ExitCode);
        Assert.Contains("Elman.ElmanException : ELMAN_ISA=mmx is none of", output);
    }
}
