using Elman.Cli;

Restart.IfAskedFor();
return CommandLine.Run(args, Terminal.System());
