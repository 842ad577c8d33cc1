using System.Data;
using System.Data.Common;
using Npgsql;

namespace Elman.Tabular;

/// <summary>PostgreSQL by Npgsql, with the parts that a query needs.</summary>
internal static class PostgresDatabase
{
    public static DbConnection Open(DatabaseConnection connection)
    {
        NpgsqlDataSource source = Source(connection);
        try
        {
            NpgsqlConnection open = source.OpenConnection();
            open.StateChange += (_, change) =>
            {
                if (change.CurrentState == ConnectionState.Closed)
                    source.Dispose();
            };
            using NpgsqlCommand readOnly = new("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", open);
            readOnly.ExecuteNonQuery();
            return open;
        }
        catch (Exception failure)
        {
            source.Dispose();
            // What Npgsql wraps around says the host; the failure of the network beneath it does not.
            string reason = connection.Redact(Answer(failure.GetBaseException()));
            throw new ElmanException($"no connection to the PostgreSQL server of {connection.Origin}: {reason}");
        }
    }

    /// <summary>The server's own words, with its hint where it has one.</summary>
    public static string Answer(Exception failure) => failure is PostgresException answer
        ? answer.MessageText + (string.IsNullOrEmpty(answer.Hint) ? "" : $" (hint: {answer.Hint})")
        : failure.Message;

    private static NpgsqlDataSource Source(DatabaseConnection connection)
    {
        try
        {
            NpgsqlSlimDataSourceBuilder builder = new(connection.ConnectionString);
            builder.EnableTransportSecurity();
            NpgsqlConnectionStringBuilder settings = builder.ConnectionStringBuilder;
            // One connection for one query, which may take as long as it takes.
            settings.Pooling = false;
            if (!settings.ShouldSerialize("Command Timeout"))
                settings.CommandTimeout = 0;
            settings.ApplicationName ??= "elman";
            return builder.Build();
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException or NotSupportedException or InvalidOperationException)
        {
            throw DatabaseConnection.Unreadable(connection.Origin);
        }
    }
}
