using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Elman.Tabular;

/// <summary>SQLite files by Microsoft.Data.Sqlite, whose native library is loaded with the first connection.</summary>
internal static class SqliteDatabase
{
    public static DbConnection Open(DatabaseConnection connection)
    {
        SqliteConnectionStringBuilder settings = new() { DataSource = connection.ConnectionString, Mode = SqliteOpenMode.ReadOnly, Pooling = false };
        SqliteConnection open = Create(settings.ConnectionString, connection.Origin);
        try
        {
            open.Open();
            // SQLite looks into a file only when it must.
            using SqliteCommand look = new("SELECT count(*) FROM sqlite_schema", open);
            look.ExecuteScalar();
            return open;
        }
        catch (SqliteException failure)
        {
            open.Dispose();
            throw new ElmanException($"{connection.Origin} cannot be read as a SQLite database: {OneLine.Of(Answer(failure))}");
        }
    }

    private static SqliteConnection Create(string connectionString, string origin)
    {
        try
        {
            return new SqliteConnection(connectionString);
        }
        catch (TypeInitializationException failure) when (failure.GetBaseException() is DllNotFoundException)
        {
            throw new ElmanException($"{origin} is a SQLite database, and SQLite's library (e_sqlite3) is not beside this program; copy it there as well");
        }
    }

    /// <summary>The tables and views, in order of their names.</summary>
    public static IReadOnlyList<string> Tables(DbConnection open)
    {
        using DbCommand command = open.CreateCommand();
        command.CommandText = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
        using DbDataReader reader = command.ExecuteReader();
        List<string> names = [];
        while (reader.Read())
            names.Add(reader.GetString(0));
        return names;
    }

    /// <summary>What SQLite says, without the driver's "SQLite Error 1: '…'." around it.</summary>
    public static string Answer(DbException failure)
    {
        int first = failure.Message.IndexOf('\'', StringComparison.Ordinal), last = failure.Message.LastIndexOf('\'');
        return last > first ? failure.Message[(first + 1)..last] : failure.Message;
    }
}
