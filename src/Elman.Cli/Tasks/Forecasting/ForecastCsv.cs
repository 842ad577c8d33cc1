using System.Collections.Immutable;
using System.Globalization;

namespace Elman.Cli;

/// <summary>What is written of each row of a forecast.</summary>
/// <param name="Levels">The quantiles.</param>
/// <param name="Mean">Whether the mean stands before them.</param>
/// <param name="Paths">How many sampled futures stand behind them.</param>
/// <param name="SameNotation">Whether numbers are written as the data write them.</param>
internal sealed record ForecastColumns(ImmutableArray<double> Levels, bool Mean = false, int Paths = 0, bool SameNotation = false)
{
    /// <summary>The levels to compute: the median and the interval that are drawn and by which numbers are rounded come whatever is written.</summary>
    public ImmutableArray<double> Computed => [.. Levels.Concat([0.1, 0.5, 0.9]).Distinct().Order()];

    /// <summary>What a model writes where nothing else is asked for: of counts also the mean, for a median of few is nearly always the same.</summary>
    public static ForecastColumns Of(Forecaster model) => new(model.Options.Quantiles, model.IsCount);
}

/// <summary>Forecasts of one model, to be written.</summary>
/// <param name="Name">What stands before the names of its columns; empty for nothing.</param>
/// <param name="Data">The series.</param>
/// <param name="Forecasts">A forecast of each; its levels are those of the columns, or more.</param>
/// <param name="Columns">What is written.</param>
internal sealed record WrittenForecasts(string Name, SeriesSet Data, IReadOnlyList<Forecast> Forecasts, ForecastColumns Columns);

/// <summary>Writes forecasts as CSV: the group and the time under the names that they have in the data, then one column per number; those of several models side by side.</summary>
internal static class ForecastCsv
{
    /// <summary>Writes all forecasts, one row per step, in the notation of the data's times.</summary>
    public static void Write(IReadOnlyList<WrittenForecasts> models, TextWriter writer)
    {
        var data = models[0].Data;
        string[] key = [.. data.GroupColumn is { } group ? [group] : Array.Empty<string>(), data.TimeColumn ?? "step"];
        CsvFile.WriteRow(writer, [.. key, .. models.SelectMany(Header)]);
        Dictionary<(string Group, string Time), string[][]> rows = [];
        List<(string Group, string Time)> order = [];
        for (int m = 0; m < models.Count; m++)
        {
            foreach (var (place, cells) in Rows(models[m]))
            {
                if (!rows.TryGetValue(place, out string[][]? row))
                {
                    rows.Add(place, row = [.. models.Select(model => new string[Header(model).Count()])]);
                    order.Add(place);
                }

                row[m] = cells;
            }
        }

        foreach (var place in order)
            CsvFile.WriteRow(writer, [.. data.GroupColumn is null ? [] : new[] { place.Group }, place.Time, .. rows[place].SelectMany(cells => cells)]);
    }

    /// <summary>"q10" for the level 0.1, "q0.025" for 0.025: whole percents, or the level itself.</summary>
    public static string QuantileName(double level) => "q" + (double.IsInteger(Math.Round(level * 100, 9))
        ? (level * 100).ToString("0", CultureInfo.InvariantCulture) : level.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>The time of a row of a forecast as the data write it.</summary>
    public static string TimeText(SeriesSet data, Series series, Forecast forecast, int origin, int step) =>
        forecast.Times is { } times ? (data.Notation ?? TimeNotation.Iso).Format(times[step]) : data.TimeText(series, origin + step);

    private static IEnumerable<string> Header(WrittenForecasts model)
    {
        string before = model.Name.Length == 0 ? "" : model.Name + ".";
        IEnumerable<string> names = [.. model.Columns.Mean ? ["mean"] : Array.Empty<string>(), .. model.Columns.Levels.Select(QuantileName),
            .. Enumerable.Range(1, model.Columns.Paths).Select(path => string.Create(CultureInfo.InvariantCulture, $"path{path}"))];
        return names.Select(name => before + name);
    }

    private static IEnumerable<((string Group, string Time) Place, string[] Cells)> Rows(WrittenForecasts model)
    {
        var (data, columns) = (model.Data, model.Columns);
        var series = data.Series.ToDictionary(one => one.Group);
        foreach (var forecast in model.Forecasts)
        {
            var digits = new ForecastDigits(forecast, columns.SameNotation ? data.Numbers : null);
            double[]? mean = columns.Mean ? forecast.Mean : null;
            double[][] quantiles = [.. columns.Levels.Select(level => forecast.Quantile(forecast.Levels.IndexOf(level)))], paths = columns.Paths > 0 ? forecast.Sample(columns.Paths) : [];
            for (int step = 0; step < forecast.Horizon; step++)
            {
                var known = series[forecast.Group];
                IEnumerable<double> numbers = [.. mean is null ? [] : new[] { mean[step] }, .. quantiles.Select(one => one[step]), .. paths.Select(path => path[step])];
                yield return ((forecast.Group, TimeText(data, known, forecast, known.Length, step)), [.. numbers.Select(digits.Text)]);
            }
        }
    }
}
