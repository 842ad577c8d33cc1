using System.Runtime.CompilerServices;

namespace Elman.Cli.Tests;

/// <summary>
/// Compares a text with the file Snapshots/NAME.txt beside the tests. Run with ELMAN_ACCEPT=1 to write the files anew, then read the
/// difference before committing it. For texts that people read, never for numbers that come out of a computation.
/// </summary>
internal static class Snapshot
{
    public static void Match(string name, string actual, [CallerFilePath] string caller = "")
    {
        string file = Path.Combine(Path.GetDirectoryName(caller)!, "Snapshots", name + ".txt");
        if (Environment.GetEnvironmentVariable("ELMAN_ACCEPT") == "1")
            File.WriteAllText(file, actual);
        Assert.Equal(File.ReadAllText(file), actual);
    }
}
