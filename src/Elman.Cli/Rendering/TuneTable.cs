using System.Globalization;
using Spectre.Console;

namespace Elman.Cli;

using TableColumn = Spectre.Console.TableColumn;

/// <summary>The best trials of a study, and the one that had the defaults.</summary>
internal static class TuneTable
{
    private const int Shown = 5;

    private static readonly string[] Numbers = ["trial", "epochs", "loss"];

    /// <summary>Writes the table to the terminal's results.</summary>
    public static void Write(Study study, IReadOnlyList<string> names, Terminal terminal)
    {
        var table = terminal.NewTable();
        table.AddColumns([.. Numbers.Select(title => new TableColumn(title).RightAligned()), .. names.Select(name => new TableColumn(Terminal.Cell(name)))]);
        var ranked = study.Ranked;
        foreach (var trial in ranked.Take(Shown).Union(ranked.Where(trial => trial.Number == 0)))
        {
            string[] cells =
            [
                trial.Number == 0 ? "defaults" : trial.Number.ToString(CultureInfo.InvariantCulture),
                study.Rungs[trial.Losses.Count - 1].ToString(CultureInfo.InvariantCulture), trial.Loss.ToString("0.0000", CultureInfo.InvariantCulture),
                .. names.Select(name => Value(trial.Settings[name])),
            ];
            table.AddRow(cells.Select(cell => Terminal.Cell(cell, trial == study.Best ? new Style(Color.Green, decoration: Decoration.Bold) : Style.Plain)));
        }

        terminal.Out.WriteLine("the best trials on rows for validation; the loss is the mean absolute error in units of each series' usual change");
        terminal.Results().Write(table);
    }

    /// <summary>A setting without a value of its own says so in a sentence, for which a cell has no room.</summary>
    private static string Value(string text) => text.Contains(' ') ? "auto" : text;
}
