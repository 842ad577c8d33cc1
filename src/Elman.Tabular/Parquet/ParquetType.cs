using Parquet.Meta;

namespace Elman.Tabular;

/// <summary>What the stored values of a column mean.</summary>
internal enum ParquetMeaning
{
    Number,
    Unsigned,
    Truth,
    Decimal,
    Half,
    Text,
    Guid,
    Date,
    TimeOfDay,
    Timestamp,
}

/// <summary>The type of a column as the file annotates it: how its values are stored and what they mean.</summary>
/// <param name="Stored">How they are stored.</param>
/// <param name="Meaning">What they mean.</param>
/// <param name="Unit">The ticks of 100 ns in a unit of time; 0 where units are nanoseconds.</param>
/// <param name="Scale">The decimal places of a decimal.</param>
/// <param name="Utc">Whether times are counted in UTC; otherwise they are local to wherever they were written.</param>
/// <param name="Annotated">Whether the file says so; without an annotation bytes are taken for text.</param>
internal sealed record ParquetType(
    Parquet.Meta.Type Stored, ParquetMeaning Meaning, long Unit = 0, int Scale = 0, bool Utc = false, bool Annotated = true)
{
    private const long Milliseconds = TimeSpan.TicksPerMillisecond;
    private const long Microseconds = TimeSpan.TicksPerMicrosecond;

    /// <summary>The type of a column; null with a reason where a table cannot hold it.</summary>
    public static ParquetType? Of(SchemaElement element, out string? obstacle)
    {
        obstacle = element.NumChildren > 0 || element.Type is null || element.RepetitionType == FieldRepetitionType.REPEATED
            ? "it is nested (a list, a map or a structure)"
            : null;
        ParquetType? type = obstacle is not null ? null : element.Type switch
        {
            Parquet.Meta.Type.BOOLEAN => new(Parquet.Meta.Type.BOOLEAN, ParquetMeaning.Truth),
            Parquet.Meta.Type.INT32 or Parquet.Meta.Type.INT64 => OfInteger(element),
            Parquet.Meta.Type.INT96 => new(Parquet.Meta.Type.INT96, ParquetMeaning.Timestamp),
            Parquet.Meta.Type.FLOAT or Parquet.Meta.Type.DOUBLE => new(element.Type.Value, ParquetMeaning.Number),
            _ => OfBytes(element),
        };
        if (type is null)
            obstacle ??= $"it holds {Describe(element)}";
        return type;
    }

    private static ParquetType OfInteger(SchemaElement element)
    {
        Parquet.Meta.Type stored = element.Type!.Value;
        (LogicalType? logical, ConvertedType? converted) = (element.LogicalType, element.ConvertedType);
        if (IsDecimal(element))
            return new(stored, ParquetMeaning.Decimal, Scale: ScaleOf(element));
        if (logical?.DATE is not null || converted == ConvertedType.DATE)
            return new(stored, ParquetMeaning.Date, TimeSpan.TicksPerDay);
        if (logical?.TIMESTAMP is { } time)
            return new(stored, ParquetMeaning.Timestamp, TicksIn(time.Unit), Utc: time.IsAdjustedToUTC);
        if (logical?.TIME is { } ofDay)
            return new(stored, ParquetMeaning.TimeOfDay, TicksIn(ofDay.Unit), Utc: ofDay.IsAdjustedToUTC);
        return converted switch
        {
            // The older annotations mean UTC by their definition.
            ConvertedType.TIMESTAMP_MILLIS => new(stored, ParquetMeaning.Timestamp, Milliseconds, Utc: true),
            ConvertedType.TIMESTAMP_MICROS => new(stored, ParquetMeaning.Timestamp, Microseconds, Utc: true),
            ConvertedType.TIME_MILLIS => new(stored, ParquetMeaning.TimeOfDay, Milliseconds, Utc: true),
            ConvertedType.TIME_MICROS => new(stored, ParquetMeaning.TimeOfDay, Microseconds, Utc: true),
            ConvertedType.UINT_8 or ConvertedType.UINT_16 or ConvertedType.UINT_32 or ConvertedType.UINT_64 => new(stored, ParquetMeaning.Unsigned),
            _ => new(stored, logical?.INTEGER is { IsSigned: false } ? ParquetMeaning.Unsigned : ParquetMeaning.Number),
        };
    }

    private static ParquetType? OfBytes(SchemaElement element)
    {
        Parquet.Meta.Type stored = element.Type!.Value;
        (LogicalType? logical, ConvertedType? converted) = (element.LogicalType, element.ConvertedType);
        if (IsDecimal(element))
            return new(stored, ParquetMeaning.Decimal, Scale: ScaleOf(element));
        if (stored == Parquet.Meta.Type.FIXED_LEN_BYTE_ARRAY)
        {
            return logical?.UUID is not null ? new(stored, ParquetMeaning.Guid)
                : logical?.FLOAT16 is not null ? new(stored, ParquetMeaning.Half)
                : null;
        }

        bool text = logical?.STRING is not null || logical?.ENUM is not null || logical?.JSON is not null
            || converted is ConvertedType.UTF8 or ConvertedType.ENUM or ConvertedType.JSON;
        return text ? new(stored, ParquetMeaning.Text)
            : logical is null && converted is null ? new(stored, ParquetMeaning.Text, Annotated: false)
            : null;
    }

    private static bool IsDecimal(SchemaElement element) => element.LogicalType?.DECIMAL is not null || element.ConvertedType == ConvertedType.DECIMAL;

    private static int ScaleOf(SchemaElement element) => element.LogicalType?.DECIMAL?.Scale ?? element.Scale ?? 0;

    private static long TicksIn(TimeUnit unit) => unit.MILLIS is not null ? Milliseconds : unit.MICROS is not null ? Microseconds : 0;

    private static string Describe(SchemaElement element) => element.ConvertedType switch
    {
        ConvertedType.INTERVAL => "intervals of months, days and milliseconds",
        ConvertedType.BSON => "BSON",
        _ => "bytes",
    };
}
