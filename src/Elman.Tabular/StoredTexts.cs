using System.Text;

namespace Elman.Tabular;

/// <summary>
/// Looks at the texts of a store that has types: they may be times all the same, for SQLite has no times and many a Parquet file has them as
/// text. Each different text is looked at once. Numbers stay texts where the store could have stored numbers: they are names, such as 007.
/// </summary>
internal static class StoredTexts
{
    /// <summary>The column as what its texts say.</summary>
    /// <param name="texts">The column.</param>
    /// <param name="numbers">Whether texts that are numbers are taken for numbers.</param>
    /// <param name="options">What the texts alone do not say.</param>
    public static TableColumn Understood(TextColumn texts, bool numbers, CsvOptions options)
    {
        if (texts.Texts.Count == 0)
            return texts;
        MissingWords missing = new(options.Missing);
        ColumnSurvey survey = new(texts.Name, missing);
        byte[][] cells = [.. texts.Texts.Select(Encoding.UTF8.GetBytes)];
        for (int i = 0; i < cells.Length; i++)
            survey.Add(cells[i], i, i);
        ColumnFiller? filler = survey.KindBefore(cells.Length) switch
        {
            ColumnKind.Times => TimesOf(survey, cells.Length, missing, options),
            ColumnKind.Numbers when numbers && survey.Numbers(commaElsewhere: false, out _) is { } notation =>
                new NumberFiller(texts.Name, cells.Length, notation, [.. survey.Remarks(ColumnKind.Numbers, notation)], missing),
            _ => null,
        };
        for (int i = 0; i < cells.Length; i++)
        {
            if (filler?.Set(i, cells[i], i) != true)
                return texts;
        }

        return filler!.Finish() switch
        {
            NumberColumn found => new NumberColumn(texts.Name, Spread(texts.Codes, found.Values, double.NaN))
            {
                Notation = found.Notation,
                Remarks = [$"column {Names.Quote(texts.Name)}: its texts are read as numbers", .. found.Remarks],
            },
            TimeColumn found => new TimeColumn(texts.Name, Spread(texts.Codes, found.Values, DateTime.MinValue), found.Notation) { Remarks = found.Remarks },
            TextColumn { NotTimes: "" } when survey.Times() is { } open => texts with
            {
                NotTimes = $"column {Names.Quote(texts.Name)}: the dates may be {open.Patterns[0]} or {open.Otherwise![0]}, and no row decides; "
                    + $"give --date-format {open.Patterns[0]} or {open.Otherwise[0]}",
            },
            _ => texts,
        };
    }

    private static CsvTimeFiller? TimesOf(ColumnSurvey survey, int count, MissingWords missing, CsvOptions options)
    {
        if (survey.Times() is not { } writing)
            return null;
        if (options.DateFormat is { } given)
            writing = new TimeWriting([given], null);
        return new CsvTimeFiller(survey.Name, count, writing, [.. survey.Remarks(ColumnKind.Times, null)], missing, options);
    }

    private static T[] Spread<T>(int[] codes, T[] values, T missing) => Array.ConvertAll(codes, code => code < 0 ? missing : values[code]);
}
