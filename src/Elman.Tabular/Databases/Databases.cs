using System.Data.Common;

namespace Elman.Tabular;

/// <summary>Databases that tables are read from, each in a class of its own: none of their assemblies is loaded before it is named.</summary>
public static class Databases
{
    /// <summary>Opens a connection that only reads: a statement that would change the database is refused by it.</summary>
    /// <exception cref="ElmanException">
    /// The database cannot be reached or does not let the user in; the message gives no part of the connection string away.
    /// </exception>
    public static DbConnection Open(DatabaseConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return connection.Kind == DatabaseKind.Sqlite ? SqliteDatabase.Open(connection) : PostgresDatabase.Open(connection);
    }

    extension(Table)
    {
        /// <summary>Runs a query and reads its rows, which are not collected anywhere but in the table.</summary>
        /// <param name="connection">Where the database is.</param>
        /// <param name="query">A statement that returns rows.</param>
        /// <param name="options">What texts alone do not say.</param>
        /// <param name="cancellation">Ends the query, on the server too.</param>
        /// <exception cref="ElmanException">The database cannot be reached, or refuses the query, or gives values that no table can hold.</exception>
        /// <exception cref="OperationCanceledException">It was cancelled.</exception>
        public static Table ReadQuery(DatabaseConnection connection, string query, CsvOptions? options = null, CancellationToken cancellation = default)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(query);
            using DbConnection open = Open(connection);
            using DbCommand command = open.CreateCommand();
#pragma warning disable CA2100 // The query is the user's own, as in any tool that asks for one; the connection only reads.
            command.CommandText = query;
#pragma warning restore CA2100
            using CancellationTokenRegistration registration = cancellation.Register(command.Cancel);
            string name = connection.Kind == DatabaseKind.Sqlite ? connection.Origin : "the query";
            try
            {
                using DbDataReader reader = command.ExecuteReader();
                try
                {
                    return ReaderTable.Read(reader, name, options ?? new CsvOptions(), cancellation);
                }
                catch
                {
                    // Closing a reader would first wait for all the rows that nobody wants any more.
                    command.Cancel();
                    throw;
                }
            }
            catch (DbException failure)
            {
                cancellation.ThrowIfCancellationRequested();
                throw Refused(connection, failure);
            }
        }

        /// <summary>Reads the rows that a reader still has.</summary>
        /// <param name="reader">The reader of any provider; left open.</param>
        /// <param name="name">What messages call the table.</param>
        /// <param name="options">What texts alone do not say.</param>
        /// <param name="cancellation">Ends the reading.</param>
        /// <exception cref="ElmanException">
        /// Two columns have one name, a value is of a type that no table can hold, or there is no column that can.
        /// </exception>
        /// <exception cref="OperationCanceledException">It was cancelled.</exception>
        public static Table FromReader(DbDataReader reader, string name, CsvOptions? options = null, CancellationToken cancellation = default)
        {
            ArgumentNullException.ThrowIfNull(reader);
            ArgumentNullException.ThrowIfNull(name);
            return ReaderTable.Read(reader, name, options ?? new CsvOptions(), cancellation);
        }
    }

    /// <summary>What the server says, and nothing that the driver adds: an exception inside the exception would be printed with it.</summary>
    private static ElmanException Refused(DatabaseConnection connection, DbException failure)
    {
        string answer = connection.Kind == DatabaseKind.Sqlite ? SqliteDatabase.Answer(failure) : PostgresDatabase.Answer(failure);
        return new ElmanException($"the database of {connection.Origin} refuses the query: {connection.Redact(answer)}");
    }
}
