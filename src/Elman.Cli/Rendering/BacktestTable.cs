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
    public static void Write(BacktestResult result, string target, Terminal terminal)
    {
        var table = terminal.NewTable();
        table.AddColumns(
            new TableColumn("ahead"), new TableColumn(""), Right("MAE"), Right("RMSE"), Right("MASE"), Right("pinball"),
            Right($"in {result.NominalCoverage * 100:0.#} % interval"));
        int last = result.Horizon;
        foreach (int ahead in new[] { 1, Week, last }.Where(ahead => ahead <= last).Distinct())
        {
            AddBlock(table, ahead.ToString(CultureInfo.InvariantCulture), result, score => score.Ahead(ahead),
                score => score.Coverage is null ? null : score.StepCoverage[ahead - 1]);
            table.AddEmptyRow();
        }

        AddBlock(table, last == 1 ? "1" : terminal.Shown($"1–{last}"), result, score => score.Overall, score => score.Coverage);
        terminal.Out.WriteLine(Headline(result, target));
        terminal.Results().Write(table);
    }

    private static string Headline(BacktestResult result, string target)
    {
        string series = result.Series > 1 ? $" of {result.Series} series" : "";
        string period = result.FirstTime is { } first && result.LastTime is { } last
            ? string.Create(CultureInfo.InvariantCulture, $", {first:yyyy-MM-dd} to {last:yyyy-MM-dd}") : "";
        return $"{target}: {Names.Count(result.Forecasts, "forecast")}{series} of {Names.Count(result.Horizon, "step")} on unseen rows{period}";
    }

    private static void AddBlock(
        Table table, string ahead, BacktestResult result, Func<ForecastScore, ForecastErrors> errors, Func<ForecastScore, double?> coverage)
    {
        var best = result.Scores.MinBy(score => errors(score).MeanAbsoluteError);
        string label = ahead;
        foreach (var score in result.Scores)
        {
            var (mae, rmse, mase, pinball, _) = errors(score);
            string inside = coverage(score) is not { } part ? "" : double.IsNaN(part) ? "-" : $"{(part * 100).ToString("0", CultureInfo.InvariantCulture)} %";
            var style = score == best ? new Style(Color.Green, decoration: Decoration.Bold) : Style.Plain;
            string[] cells = [label, score.Name, Show(mae), Show(rmse), Show(mase), Show(pinball), inside];
            table.AddRow(cells.Select(cell => new Text(cell, style)));
            label = "";
        }
    }

    private static TableColumn Right(string title) => new TableColumn(title).RightAligned();

    /// <summary>Three or more digits, whatever the unit.</summary>
    private static string Show(double value) =>
        !double.IsFinite(value) ? "-" : value.ToString(value >= 1e9 ? "G3" : value is >= 100 or 0 ? "F0" : value >= 10 ? "F1" : value >= 0.1 ? "F2" : "G3", CultureInfo.InvariantCulture);
}
