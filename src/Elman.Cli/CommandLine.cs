using System.CommandLine;
using System.CommandLine.Help;

namespace Elman.Cli;

/// <summary>The elman command: parses, runs the verb, and turns whatever goes wrong into one line and an exit code.</summary>
internal static class CommandLine
{
    /// <summary>Runs one command line.</summary>
    /// <param name="args">The words.</param>
    /// <param name="terminal">Where the command reads and writes.</param>
    /// <param name="tasks">What it can train; the tasks that are built in if null.</param>
    /// <returns>0 done, 1 failed, 2 wrong usage or bad input, 3 an alarm (detect --alarm), 130 interrupted.</returns>
    public static int Run(string[] args, Terminal terminal, IReadOnlyList<CommandTask>? tasks = null)
    {
        try
        {
            InstructionSet.Demand();
            int code = Invoke(args, terminal, tasks ?? CommandTasks.BuiltIn());
            terminal.Out.Flush();
            return code;
        }
        catch (ElmanException failure)
        {
            terminal.Remark(failure.Message);
            return failure is DivergenceException || failure.InnerException is IOException or UnauthorizedAccessException ? ExitCode.Failed : ExitCode.Usage;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        catch (OutOfMemoryException)
        {
            terminal.Remark("not enough memory; try a smaller --batch, --hidden or --layers");
            return ExitCode.Failed;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            terminal.Remark($"cannot write the results: {OneLine(failure.Message)}");
            return ExitCode.Failed;
        }
        catch (Exception failure)
        {
            terminal.Remark($"this should not have happened ({failure.GetType().Name}: {OneLine(failure.Message)}); please report it with your command line");
            return ExitCode.Failed;
        }
    }

    private static int Invoke(string[] args, Terminal terminal, IReadOnlyList<CommandTask> tasks)
    {
        var root = Build(tasks, terminal);
        if (args.Length == 0)
            args = ["--help"];

        // Column names may begin with @: no response files.
        var result = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (result.Errors.Count > 0)
        {
            terminal.Remark(UsageError.Describe(result));
            return ExitCode.Usage;
        }

        return result.Invoke(new InvocationConfiguration
        {
            Output = terminal.Out,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
    }

    private static RootCommand Build(IReadOnlyList<CommandTask> tasks, Terminal terminal)
    {
        var train = new Command("train", "Train a model.");
        foreach (var task in tasks)
            train.Subcommands.Add(task.Train(terminal));
        var root = new RootCommand("Recurrent neural networks: train, forecast and backtest your series, convert models of other systems.");
        Command[] verbs =
        [
            .. tasks.SelectMany(task => task.Verbs(terminal)),
            train,
            Predict.Create(tasks, terminal),
            Evaluate.Create(tasks, terminal),
            Inspect.Create(tasks, terminal),
            Convert.Create(terminal),
            Verify.Create(terminal),
            RunModel.Create(terminal),
            Demo.Create(tasks, terminal),
        ];
        foreach (var verb in verbs)
            root.Subcommands.Add(verb);
        root.HelpName = "elman";
        root.Options.OfType<HelpOption>().Single().Action = new HelpWithExamples(terminal);
        root.Options.OfType<VersionOption>().Single().Action = new VersionWithPath(terminal);
        return root;
    }

    private static string OneLine(string message) => message.ReplaceLineEndings(" ").TrimEnd('.');
}
