using System.Globalization;
using Spectre.Console;

namespace Elman.Cli;

using Table = Spectre.Console.Table;
using TableColumn = Spectre.Console.TableColumn;

/// <summary>Shows a backtest: the model beside the baselines, some steps ahead and over the whole horizon; the best of each block stands out.</summary>
internal static class BacktestTable
{
    private const int Week = 7;

    /// <summary>Writes the table to the terminal's results.</summary>
    public static void Write(BacktestResult result, Forecaster model, Terminal terminal)
    {
        var table = terminal.NewTable();
        table.AddColumns(
            new TableColumn("ahead"), new TableColumn("").NoWrap(), Right("MAE"), Right("RMSE"), Right("WAPE"), Right("MASE"), Right("pinball"),
            Right($"in {result.NominalCoverage * 100:0.#} % interval"));
        int last = result.Horizon;
        foreach (int ahead in new[] { 1, Week, last }.Where(ahead => ahead <= last).Distinct())
        {
            AddBlock(table, ahead.ToString(CultureInfo.InvariantCulture), result, score => score.Ahead(ahead),
                score => score.Coverage is null ? null : score.StepCoverage[ahead - 1]);
            table.AddEmptyRow();
        }

        AddBlock(table, last == 1 ? "1" : terminal.Shown($"1–{last}"), result, score => score.Overall, score => score.Coverage);
        terminal.Out.WriteLine(Headline(result, model.Target));
        terminal.Results().Write(table);
        terminal.Out.WriteLine(ScaleOf(model));
    }

    /// <summary>What was measured.</summary>
    public static string Headline(BacktestResult result, string target)
    {
        string series = result.Series > 1 ? $" of {result.Series} series" : "";
        string period = result.FirstTime is { } first && result.LastTime is { } last
            ? string.Create(CultureInfo.InvariantCulture, $", {first:yyyy-MM-dd} to {last:yyyy-MM-dd}") : "";
        return $"{Names.Shown(target)}: {Names.Count(result.Forecasts, "forecast")}{series} of {Names.Count(result.Horizon, "step")} on unseen rows{period}";
    }

    /// <summary>What the scaled error is divided by.</summary>
    public static string ScaleOf(Forecaster model) => $"MASE is the MAE in units of the mean change {(model.Report.Season > 1 ? $"over a season of {model.Report.Season} rows" : "from row to row")} before the first forecast.";

    private static void AddBlock(
        Table table, string ahead, BacktestResult result, Func<ForecastScore, ForecastErrors> errors, Func<ForecastScore, double?> coverage)
    {
        var best = result.Scores.MinBy(score => errors(score).MeanAbsoluteError);
        string label = ahead;
        foreach (var score in result.Scores)
        {
            var (mae, rmse, mase, pinball, wape) = errors(score);
            var style = score == best ? new Style(Color.Green, decoration: Decoration.Bold) : Style.Plain;
            string[] cells =
            [
                label, score.Name, Figures.Number(mae), Figures.Number(rmse), Figures.Share(wape), Figures.Number(mase), Figures.Number(pinball),
                coverage(score) is { } part ? Figures.Percent(part) : "",
            ];
            table.AddRow(cells.Select(cell => Terminal.Cell(cell, style)));
            label = "";
        }
    }

    private static TableColumn Right(string title) => new TableColumn(title).RightAligned();
}
