namespace Elman.Cli;

/// <summary>What the command tells the shell.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The machine failed: a full disk, a place that cannot be written, no memory, a training that diverged.</summary>
    public const int Failed = 1;

    /// <summary>The user gave something that cannot be used.</summary>
    public const int Usage = 2;

    /// <summary>elman detect --alarm: there was one.</summary>
    public const int Alarm = 3;

    /// <summary>Stopped by Ctrl-C or a request to terminate.</summary>
    public const int Interrupted = 130;
}
