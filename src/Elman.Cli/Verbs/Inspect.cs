using System.CommandLine;
using Elman.Formats;

namespace Elman.Cli;

/// <summary>elman inspect: shows what a model file of any kind holds.</summary>
internal sealed class Inspect(IReadOnlyList<CommandTask> tasks)
{
    private readonly Argument<string> _file = ConversionArguments.File("FILE");
    private readonly Option<string[]> _map = ConversionArguments.Map();
    private readonly Option<string?> _entry = ConversionArguments.Entry();
    private readonly Option<string?> _order = ConversionArguments.Order();

    public static Verb Create(IReadOnlyList<CommandTask> tasks, Terminal terminal)
    {
        var options = new Inspect(tasks);
        var verb = new Verb(
            "inspect",
            "Show a model's kind, layers, shapes and parameter counts; of a trained one also its training record.",
            "elman inspect weather.elman",
            "elman inspect checkpoint.pt")
        {
            options._file, options._map, options._entry, options._order,
        };
        verb.SetAction(result => options.Run(result, terminal));
        return verb;
    }

    private int Run(ParseResult given, Terminal terminal)
    {
        string path = given.GetRequiredValue(_file);
        var format = ModelFormat.OfFile(path);
        if (format.Kind == FileKind.Elman && ModelFile.Read(path) is var file && CommandTasks.Of(file, tasks) is { } task)
        {
            task.Inspect(TaskRegistry.Load(file), terminal);
            return ExitCode.Done;
        }

        var options = ConversionArguments.Options(given, _map, _entry, _order, null, terminal);
        var description = format.Describe?.Invoke(path, options)
            ?? FileDescription.Of(format.Read?.Invoke(path, options) ?? throw new ElmanException($"{path}: {format.Title} files are not read"));
        FileTable.Write(format.Title, description, terminal);
        return ExitCode.Done;
    }
}
