using Elman.Tabular;
using Elman.Tabular.Tests;
using Npgsql;

namespace Elman.Stores;

/// <summary>The same sales as the rows of a query, from a PostgreSQL server on this machine.</summary>
internal static class PostgresBench
{
    private const string Query = "SELECT time, store, units, price, temp, visits FROM sales";

    public static void Run(int rows)
    {
        using PostgresServer? server = PostgresServer.TryStart(out string? obstacle);
        if (server is null)
        {
            Console.WriteLine($"PostgreSQL is not measured: {obstacle}");
            return;
        }

        using (NpgsqlConnection connection = new(server.ConnectionString))
        {
            connection.Open();
            using NpgsqlCommand fill = new($"""
                CREATE TABLE sales AS SELECT timestamp '2020-01-01' + i / 500 * interval '1 minute' AS time, 'store-' || i % 500 AS store, random() * 100 AS units,
                    CASE WHEN random() < .02 THEN NULL ELSE random() END AS price, random()::real AS temp, (random() * 1000)::int AS visits
                FROM generate_series(0, {rows - 1}) AS i
                """, connection) { CommandTimeout = 0 };
            fill.ExecuteNonQuery();
            using NpgsqlCommand settle = new("VACUUM (FREEZE, ANALYZE) sales", connection) { CommandTimeout = 0 };
            settle.ExecuteNonQuery();
        }

        DatabaseConnection ours = DatabaseConnection.Parse(server.ConnectionString, "the bench");
        Rounds.Run("PostgreSQL", rows, ("NpgsqlDataReader", () => Bare(server.ConnectionString, rows)), ("Table.ReadQuery", () => Check(Table.ReadQuery(ours, Query), rows)));
    }

    /// <summary>Each value by the getter of its type; nothing is kept but sums.</summary>
    private static void Bare(string connectionString, int rows)
    {
        using NpgsqlConnection connection = new(connectionString + ";Pooling=false");
        connection.Open();
        using NpgsqlCommand command = new(Query, connection);
        using NpgsqlDataReader reader = command.ExecuteReader();
        int count = 0;
        double sum = 0;
        while (reader.Read())
        {
            sum += reader.IsDBNull(0) ? 0 : reader.GetDateTime(0).Ticks;
            sum += reader.IsDBNull(1) ? 0 : reader.GetString(1).Length;
            sum += reader.IsDBNull(2) ? 0 : reader.GetDouble(2);
            sum += reader.IsDBNull(3) ? 0 : reader.GetDouble(3);
            sum += reader.IsDBNull(4) ? 0 : reader.GetFloat(4);
            sum += reader.IsDBNull(5) ? 0 : reader.GetInt32(5);
            count++;
        }

        if (count != rows || sum == 0)
            throw new InvalidOperationException("the rows are not what was written");
    }

    private static void Check(Table table, int rows)
    {
        if (table.Rows != rows || table.Columns.Count != 6)
            throw new InvalidOperationException("the table is not what was written");
    }
}
