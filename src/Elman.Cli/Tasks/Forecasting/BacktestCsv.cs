using System.Globalization;

namespace Elman.Cli;

/// <summary>Writes every forecast of a backtest with what came, one row per forecast and step.</summary>
internal static class BacktestCsv
{
    public static void Write(BacktestResult result, SeriesSet data, TextWriter writer)
    {
        var levels = result.All[0].Forecast.Levels;
        string time = data.TimeColumn ?? "row";
        CsvFile.WriteRow(writer, [.. data.GroupColumn is { } group ? [group] : Array.Empty<string>(), "origin", "ahead", time, "actual",
            .. levels.Select(ForecastCsv.QuantileName), .. result.Baselines.Select(baseline => baseline.Name)]);
        var series = data.Series.ToDictionary(one => one.Group);
        foreach (var (forecast, actual, baselines) in result.All.Select(one => (one, one.Actual, one.Baselines)))
        {
            var known = series[forecast.Forecast.Group];
            var digits = new ForecastDigits(forecast.Forecast, notation: null);
            for (int step = 0; step < forecast.Forecast.Horizon; step++)
            {
                IEnumerable<double> numbers = [.. Enumerable.Range(0, levels.Length).Select(level => forecast.Forecast[step, level]), .. baselines.Select(baseline => baseline[step])];
                CsvFile.WriteRow(writer,
                [
                    .. data.GroupColumn is null ? [] : new[] { known.Group },
                    data.TimeText(known, forecast.Origin - 1), (step + 1).ToString(CultureInfo.InvariantCulture), data.TimeText(known, forecast.Origin + step),
                    double.IsNaN(actual[step]) ? "" : actual[step].ToString("R", CultureInfo.InvariantCulture), .. numbers.Select(digits.Text),
                ]);
            }
        }
    }
}
