using Elman.Cli;

return CommandLine.Run(args, Terminal.System());
