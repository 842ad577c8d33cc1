using System.Data.Common;

namespace Elman.Tabular;

/// <summary>Which column takes the values of which type.</summary>
internal static class ReaderColumns
{
    /// <summary>The column for a field of a reader whose columns have types; null where no table can hold it.</summary>
    public static ReaderColumn? Create(DbDataReader reader, string name, int ordinal)
    {
        Type? type = TypeOf(reader, ordinal);
        if (type == typeof(TimeOnly))
            return new TimeReaderColumn(name, ordinal, OfDay) { Notation = StoredTimes.OfDay };
        if (type == typeof(TimeSpan))
            return new NumberReaderColumn(name, ordinal, Seconds) { Remark = "intervals are counted in seconds" };
        return type is null ? null : Number(type) is { } number ? new NumberReaderColumn(name, ordinal, number)
            : Time(type) is { } time ? new TimeReaderColumn(name, ordinal, time)
            : Text(type) is { } text ? new TextReaderColumn(name, ordinal, text)
            : null;
    }

    /// <summary>The type of a column; null where the provider itself knows none, as for the arrays of PostgreSQL.</summary>
    private static Type? TypeOf(DbDataReader reader, int ordinal)
    {
        try
        {
            return reader.GetFieldType(ordinal);
        }
        catch (InvalidCastException)
        {
            return null;
        }
    }

    private static Func<DbDataReader, int, double>? Number(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Double => static (reader, at) => reader.GetDouble(at),
        TypeCode.Single => static (reader, at) => reader.GetFloat(at),
        TypeCode.Decimal => static (reader, at) => (double)reader.GetDecimal(at),
        TypeCode.Int64 => static (reader, at) => reader.GetInt64(at),
        TypeCode.Int32 => static (reader, at) => reader.GetInt32(at),
        TypeCode.Int16 => static (reader, at) => reader.GetInt16(at),
        TypeCode.Byte => static (reader, at) => reader.GetByte(at),
        TypeCode.SByte => static (reader, at) => reader.GetFieldValue<sbyte>(at),
        TypeCode.UInt16 => static (reader, at) => reader.GetFieldValue<ushort>(at),
        TypeCode.UInt32 => static (reader, at) => reader.GetFieldValue<uint>(at),
        TypeCode.UInt64 => static (reader, at) => reader.GetFieldValue<ulong>(at),
        TypeCode.Boolean => static (reader, at) => reader.GetBoolean(at) ? 1 : 0,
        _ => null,
    };

    private static Func<DbDataReader, int, DateTime>? Time(Type type) =>
        type == typeof(DateTime) ? static (reader, at) => reader.GetDateTime(at)
        : type == typeof(DateOnly) ? static (reader, at) => Midnight(reader.GetFieldValue<DateOnly>(at))
        : type == typeof(DateTimeOffset) ? static (reader, at) => reader.GetFieldValue<DateTimeOffset>(at).UtcDateTime
        : null;

    private static Func<DbDataReader, int, TextCodes, int>? Text(Type type) =>
        type == typeof(string) ? static (reader, at, codes) => codes.CodeOf(reader.GetString(at))
        : type == typeof(char) ? static (reader, at, codes) => codes.CodeOf([reader.GetChar(at)])
        : type == typeof(Guid) ? static (reader, at, codes) => codes.CodeOf(reader.GetGuid(at))
        : null;

    private static DateTime OfDay(DbDataReader reader, int at) => TimePattern.Dayless + reader.GetFieldValue<TimeOnly>(at).ToTimeSpan();

    private static double Seconds(DbDataReader reader, int at) => reader.GetFieldValue<TimeSpan>(at).TotalSeconds;

    /// <summary>The last day there is stands for PostgreSQL's infinity.</summary>
    private static DateTime Midnight(DateOnly day) => day == DateOnly.MaxValue ? DateTime.MaxValue : day.ToDateTime(default);
}
