using System.Globalization;
using Spectre.Console;

namespace Elman.Cli;

using TableColumn = Spectre.Console.TableColumn;

/// <summary>Shows the scores of each series in a backtest, the worst against its baseline first.</summary>
internal static class SeriesTable
{
    /// <summary>Writes the table to the terminal's results.</summary>
    public static void Write(IReadOnlyList<SeriesScore> series, string name, Terminal terminal)
    {
        var table = terminal.NewTable();
        table.AddColumns(new TableColumn(Terminal.Cell(name)), Right("forecasts"), Right("MAE"), Right("WAPE"), Right("MASE"), Right("covered"), Right("of the baseline"), new TableColumn("baseline"));
        foreach (var score in series)
        {
            string[] cells =
            [
                score.Group.Length == 0 ? "all" : score.Group, score.Forecasts.ToString(CultureInfo.InvariantCulture), Figures.Number(score.Errors.MeanAbsoluteError),
                Figures.Share(score.Errors.WeightedAbsolutePercentageError), Figures.Number(score.Errors.MeanAbsoluteScaledError), Figures.Percent(score.Coverage),
                Figures.Number(score.Ratio), score.Baseline,
            ];
            table.AddRow(cells.Select(cell => Terminal.Cell(cell)));
        }

        terminal.Results().Write(table);
    }

    private static TableColumn Right(string title) => new TableColumn(title).RightAligned();
}
