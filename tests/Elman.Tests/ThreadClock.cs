using System.Runtime.InteropServices;

namespace Elman.Tests;

/// <summary>The processor time that the calling thread has used: what other programs do meanwhile does not count. Linux only, elsewhere the test is skipped.</summary>
internal static partial class ThreadClock
{
    private const int ThreadProcessorTime = 3;

    public static double Seconds
    {
        get
        {
            Assert.SkipUnless(OperatingSystem.IsLinux(), "the processor time of a thread is read from Linux's clock_gettime");
            Assert.Equal(0, GetTime(ThreadProcessorTime, out Time time));
            return time.Seconds + 1e-9 * time.Nanoseconds;
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Time time);

    private struct Time
    {
        public nint Seconds, Nanoseconds;
    }
}
