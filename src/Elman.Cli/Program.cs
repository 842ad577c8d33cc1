using Elman.Cli;

try
{
    Restart.IfAskedFor();
    return CommandLine.Run(args, Terminal.System());
}
catch (Exception failure)
{
    // Before there is a terminal, or without what a terminal needs: too few file handles let even assemblies be missing.
    StandardStreams.WriteError(Terminal.Line($"cannot run: {failure.Message}; if this is about files, the limit of open files may be too low (ulimit -n)") + "\n");
    return ExitCode.Failed;
}
