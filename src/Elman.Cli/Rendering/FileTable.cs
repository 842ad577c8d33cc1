using System.Globalization;
using Elman.Formats;
using Spectre.Console;

namespace Elman.Cli;

using Table = Spectre.Console.Table;
using TableColumn = Spectre.Console.TableColumn;

/// <summary>Shows what a model file of any kind holds: facts, then its tensors.</summary>
internal static class FileTable
{
    public static void Write(string kind, FileDescription description, Terminal terminal)
    {
        int width = Math.Max(14, description.Facts.Select(fact => Names.Shown(fact.Name).Length + 2).DefaultIfEmpty().Max());
        terminal.Out.WriteLine($"{"kind".PadRight(width)}{kind}");
        foreach (var (name, value) in description.Facts)
            terminal.Out.WriteLine($"{terminal.Shown(Names.Shown(name)).PadRight(width)}{terminal.Shown(value)}");
        var table = terminal.NewTable();
        table.AddColumns(new TableColumn("tensor"), new TableColumn("type"), new TableColumn("shape"), new TableColumn("numbers").RightAligned());
        foreach (var tensor in description.Tensors)
            table.AddRow(Terminal.Cell(tensor.Name), Terminal.Cell(tensor.Type), Terminal.Cell(tensor.Shape.ToString()), Number(tensor.Shape.Count));
        table.AddRow(Terminal.Cell("all"), Terminal.Cell(""), Terminal.Cell(""), Number(description.Tensors.Sum(tensor => (long)tensor.Shape.Count)));
        terminal.Results().Write(table);

        static Text Number(long count) => Terminal.Cell(count.ToString("N0", CultureInfo.InvariantCulture));
    }
}
