using System.Data.Common;

namespace Elman.Tabular;

/// <summary>A column of a reader that is filled row by row.</summary>
internal abstract class ReaderColumn(string name, int ordinal)
{
    /// <summary>The column's name.</summary>
    public string Name { get; } = name;

    /// <summary>The column's place in the reader.</summary>
    protected int Ordinal { get; } = ordinal;

    /// <summary>Takes the value of the current row.</summary>
    public abstract void Read(DbDataReader reader);

    /// <summary>The column of the table.</summary>
    /// <param name="options">What texts alone do not say.</param>
    public abstract TableColumn Finish(CsvOptions options);

    /// <summary>What is wrong with the value that could not be taken.</summary>
    public virtual string Expected(Exception failure) => "the value does not fit a number or a time";
}

/// <summary>A column of numbers.</summary>
/// <param name="get">Gets a number by the getter of its type.</param>
internal sealed class NumberReaderColumn(string name, int ordinal, Func<DbDataReader, int, double> get) : ReaderColumn(name, ordinal)
{
    private readonly Chunks<double> _values = new();

    /// <summary>What is to be said of the column.</summary>
    public string? Remark { get; init; }

    public override void Read(DbDataReader reader) => _values.Add(reader.IsDBNull(Ordinal) ? double.NaN : get(reader, Ordinal));

    public override TableColumn Finish(CsvOptions options) =>
        new NumberColumn(Name, _values.ToArray()) { Remarks = Remark is null ? [] : [$"column {Names.Quote(Name)}: {Remark}"] };
}

/// <summary>A column of texts.</summary>
/// <param name="get">Gets the code of a text.</param>
internal sealed class TextReaderColumn(string name, int ordinal, Func<DbDataReader, int, TextCodes, int> get) : ReaderColumn(name, ordinal)
{
    private readonly TextCodes _codes = new();
    private readonly Chunks<int> _values = new();

    public override void Read(DbDataReader reader) => _values.Add(reader.IsDBNull(Ordinal) ? -1 : get(reader, Ordinal, _codes));

    public override TableColumn Finish(CsvOptions options) =>
        StoredTexts.Understood(new TextColumn(Name, _values.ToArray(), _codes.Texts), numbers: false, options);
}

/// <summary>A column of times.</summary>
/// <param name="get">Gets a time, of the kind UTC where it counts in UTC.</param>
internal sealed class TimeReaderColumn(string name, int ordinal, Func<DbDataReader, int, DateTime> get) : ReaderColumn(name, ordinal)
{
    private readonly Chunks<DateTime> _values = new();
    private bool _utc;
    private int _infinite;

    /// <summary>How the times are written; null for ISO 8601, in UTC where the times are of that kind.</summary>
    public TimeNotation? Notation { get; init; }

    public override void Read(DbDataReader reader)
    {
        if (reader.IsDBNull(Ordinal))
        {
            _values.Add(DateTime.MinValue);
            return;
        }

        DateTime time = get(reader, Ordinal);
        _utc |= time.Kind == DateTimeKind.Utc;
        // Npgsql gives PostgreSQL's infinities as the first and the last moment there are.
        if (time == DateTime.MaxValue || time == DateTime.MinValue)
            (time, _infinite) = (DateTime.MinValue, _infinite + 1);
        _values.Add(DateTime.SpecifyKind(time, DateTimeKind.Unspecified));
    }

    public override TableColumn Finish(CsvOptions options) => new TimeColumn(Name, _values.ToArray(), Notation ?? (_utc ? StoredTimes.Utc : TimeNotation.Iso))
    {
        Remarks = _infinite == 0 ? [] : [$"column {Names.Quote(Name)}: {Names.Count(_infinite, "infinite time")} taken for missing values"],
    };
}
