using System.Globalization;

namespace Elman.Cli;

/// <summary>Series as they were at an earlier time: what is known ahead stays, as the plan.</summary>
internal static class PastRows
{
    /// <summary>The rows before a time, or before the number of a row where rows are counted.</summary>
    /// <param name="data">The series.</param>
    /// <param name="from">The time or number, as the data write it.</param>
    /// <param name="model">The model, which may have been trained on later rows.</param>
    /// <param name="terminal">Where that is remarked.</param>
    /// <exception cref="ElmanException">It is no such time, or no row is before it.</exception>
    public static SeriesSet Before(SeriesSet data, string from, Forecaster model, Terminal terminal)
    {
        bool timed = data.Series[0].Times is not null;
        DateTime time = default;
        long number = 0;
        if (timed ? !(data.Notation ?? TimeNotation.Iso).TryParse(from, out time) : !long.TryParse(from, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number))
            throw new ElmanException($"--from takes {(timed ? $"a time such as {data.TimeText(data.Series[0], 0)} or 2024-01-31" : "the number of a row")}, not {Names.Quote(from)}");

        int RowsOf(Series series) => timed ? series.RowsBefore(time)
            : (int)Math.Clamp((number - (series.FirstIndex ?? 1) + data.Schema.IndexStep - 1) / data.Schema.IndexStep, 0, series.Length);
        Series[] cut = [.. data.Series.Where(series => RowsOf(series) > 0).Select(series => Cut(series, RowsOf(series)))];
        if (cut.Length == 0) throw new ElmanException($"--from {from}: no row is before that; the first is {data.TimeText(data.Series[0], 0)}");
        if (cut.Length < data.Series.Count) terminal.Remark($"{Names.Count(data.Series.Count - cut.Length, "series")} with no row before {from} left out");
        if (cut.Any(series => model.TrainedSeries.FirstOrDefault(one => one.Group == series.Group) is { } known && known.Rows > 0
            && (known.Until is { } until && series.Times is { } times ? times[^1] < until : series.Length < known.Rows)))
            terminal.Remark($"the model was trained on rows after {from} too: the forecast is no test of it");
        return data with { Series = cut };
    }

    private static Series Cut(Series series, int rows)
    {
        if (rows == series.Length) return series;
        return new Series(series.Group, series.Times?[..rows], Cut(series.Target, rows), [.. series.Covariates.Select(column => Cut(column, rows))])
        {
            Known = series.Known,
            Static = series.Static,
            FirstIndex = series.FirstIndex,
        };
    }

    private static Column Cut(Column column, int rows) => column with { Values = column.Values[..rows] };
}
