using Parquet.Schema;
using Stored = Parquet.Meta.Type;

namespace Elman.Tabular;

/// <summary>Which conversion makes the values of a table from those of a file.</summary>
internal static class ParquetColumns
{
    /// <summary>The column that reads a field of a type.</summary>
    /// <param name="field">The field, without annotations.</param>
    /// <param name="type">What its annotations said.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="rows">The rows of the table.</param>
    /// <param name="options">What texts alone do not say.</param>
    public static ParquetColumn Create(DataField field, ParquetType type, string file, int rows, CsvOptions options)
    {
        ParquetTicks ticks = new(type.Unit, file, field.Name);
        return (type.Meaning, type.Stored) switch
        {
            (ParquetMeaning.Text, _) => Texts(field, type, rows, options, codes => codes.CodesOf),
            (ParquetMeaning.Guid, _) => Texts(field, type, rows, options, codes => codes.CodesOfGuids),
            (ParquetMeaning.TimeOfDay, Stored.INT32) => Times<int>(field, type, rows, ticks.OfDay),
            (ParquetMeaning.TimeOfDay, _) => Times<long>(field, type, rows, ticks.OfDay),
            (ParquetMeaning.Date or ParquetMeaning.Timestamp, Stored.INT32) => Times<int>(field, type, rows, ticks.Times),
            (ParquetMeaning.Date or ParquetMeaning.Timestamp, Stored.INT64) => Times<long>(field, type, rows, ticks.Times),
            (ParquetMeaning.Timestamp, _) => Times<DateTime>(field, type, rows, ParquetTicks.Times),
            (ParquetMeaning.Decimal, Stored.INT32) => Numbers<int>(field, rows, (stored, values) => ParquetNumbers.Scaled(stored, type.Scale, values)),
            (ParquetMeaning.Decimal, Stored.INT64) => Numbers<long>(field, rows, (stored, values) => ParquetNumbers.Scaled(stored, type.Scale, values)),
            (ParquetMeaning.Decimal, _) => Numbers<ReadOnlyMemory<byte>>(field, rows, (stored, values) => ParquetNumbers.Scaled(stored, type.Scale, values)),
            (ParquetMeaning.Half, _) => Numbers<ReadOnlyMemory<byte>>(field, rows, ParquetNumbers.Halves),
            (ParquetMeaning.Truth, _) => Numbers<bool>(field, rows, ParquetNumbers.Truths),
            (ParquetMeaning.Unsigned, Stored.INT32) => Numbers<int>(field, rows, ParquetNumbers.Unsigned),
            (ParquetMeaning.Unsigned, _) => Numbers<long>(field, rows, ParquetNumbers.Unsigned),
            (_, Stored.INT32) => Numbers<int>(field, rows, ParquetNumbers.Plain),
            (_, Stored.INT64) => Numbers<long>(field, rows, ParquetNumbers.Plain),
            (_, Stored.FLOAT) => Numbers<float>(field, rows, ParquetNumbers.Plain),
            _ => Numbers<double>(field, rows, null),
        };
    }

    private static ParquetColumn<TStored, double> Numbers<TStored>(DataField field, int rows, Conversion<TStored, double>? convert)
        where TStored : struct =>
        new(field, convert, double.NaN, rows, values => new NumberColumn(field.Name, values));

    private static ParquetColumn<TStored, DateTime> Times<TStored>(DataField field, ParquetType type, int rows, Conversion<TStored, DateTime> convert)
        where TStored : struct =>
        new(field, convert, DateTime.MinValue, rows, values => new TimeColumn(field.Name, values, NotationOf(type)));

    private static TimeNotation NotationOf(ParquetType type) =>
        type.Meaning == ParquetMeaning.TimeOfDay ? StoredTimes.OfDay : type.Utc ? StoredTimes.Utc : TimeNotation.Iso;

    private static ParquetColumn<ReadOnlyMemory<byte>, int> Texts(
        DataField field, ParquetType type, int rows, CsvOptions options, Func<Utf8Codes, Conversion<ReadOnlyMemory<byte>, int>> convert)
    {
        Utf8Codes codes = new();
        return new(field, convert(codes), -1, rows, Finish);

        TableColumn Finish(int[] values)
        {
            TableColumn column = StoredTexts.Understood(new TextColumn(field.Name, values, codes.Texts), numbers: false, options);
            string remark = $"column {Names.Quote(field.Name)} is bytes without a type: taken for UTF-8 text";
            return type.Annotated ? column : column with { Remarks = [remark, .. column.Remarks] };
        }
    }
}
