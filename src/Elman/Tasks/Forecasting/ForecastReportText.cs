using System.Globalization;
using System.Text;

namespace Elman;

/// <summary>The report as lines of text: what was measured, of what the forecast is made, which series are worst, and the remarks.</summary>
internal static class ForecastReportText
{
    private const int MostSeries = 5;

    private static readonly string[] Heads = ["MAE", "RMSE", "MASE", "WAPE", "pinball", "covers"];

    public static string Of(ForecastReport report)
    {
        StringBuilder text = new();
        text.AppendLine(Line($"{report.Target}: forecasts of {report.Horizon} rows{(report.Season > 1 ? $", season of {report.Season} rows" : "")}"));
        if (report.Backtest is { } backtest) Scores(text, backtest);
        else text.AppendLine("too few rows to keep some for a backtest");
        if (report.Methods.Count > 0)
            text.AppendLine("averaged from " + string.Join(", ", report.Methods.Select(method => Line($"{method.Name} {method.Share:P0}"))));
        if (report.Series.Count > 1)
        {
            text.AppendLine("worst series beside their better baseline:");
            foreach (SeriesScore series in report.Series.Take(MostSeries))
                text.AppendLine(Line($"  {series.Group}: {series.Ratio:0.00} of '{series.Baseline}', MAE {series.Errors.MeanAbsoluteError:G4}, covers {series.Coverage:P0}"));
        }
        foreach (string remark in report.Remarks) text.AppendLine(remark);
        return text.ToString().TrimEnd();
    }

    private static void Scores(StringBuilder text, BacktestResult backtest)
    {
        string period = backtest.FirstTime is { } first && backtest.LastTime is { } last ? Line($", {first:yyyy-MM-dd} to {last:yyyy-MM-dd}") : "";
        text.AppendLine(Line($"{backtest.Forecasts} forecasts of {backtest.Series} series on rows not seen before{period}"));
        int width = backtest.Scores.Max(score => score.Name.Length);
        text.AppendLine(new string(' ', width) + string.Concat(Heads.Select(head => Line($"{head,10}"))));
        foreach (ForecastScore score in backtest.Scores)
        {
            ForecastErrors all = score.Overall;
            text.Append(score.Name.PadRight(width));
            foreach (double error in (double[])[all.MeanAbsoluteError, all.RootMeanSquaredError, all.MeanAbsoluteScaledError])
                text.Append(Line($"{error,10:G4}"));
            text.Append(Line($"{all.WeightedAbsolutePercentageError,10:P1}{all.PinballLoss,10:G4}"));
            text.AppendLine(score.Coverage is { } covers ? Line($"{covers,10:P0}") : "");
        }
        text.AppendLine(Line($"intervals should cover {backtest.NominalCoverage:P0}"));
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
