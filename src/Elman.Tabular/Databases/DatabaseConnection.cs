using System.Data.Common;

namespace Elman.Tabular;

/// <summary>
/// Where a database is and how to enter it. The connection string is a secret: it is shown nowhere, and what a driver or a server answers passes
/// through <see cref="Redact"/> before anybody sees it.
/// </summary>
public sealed class DatabaseConnection
{
    /// <summary>The environment variable that is looked at when nothing else is named.</summary>
    public const string DefaultVariable = "ELMAN_CONNECTION";

    private readonly string[] _secrets;

    private DatabaseConnection(string origin, DatabaseKind kind, string connectionString, params IEnumerable<string> secrets)
    {
        (Origin, Kind, ConnectionString) = (origin, kind, connectionString);
        // The longest first: a password may be part of another secret.
        _secrets = [.. secrets.Where(secret => secret.Length > 0).Distinct().OrderByDescending(secret => secret.Length)];
    }

    /// <summary>What messages call the connection: where its string comes from, or the path of the SQLite file.</summary>
    public string Origin { get; }

    /// <summary>Which database answers.</summary>
    public DatabaseKind Kind { get; }

    /// <summary>The keywords that the driver of PostgreSQL understands, or the path of the SQLite file.</summary>
    internal string ConnectionString { get; }

    /// <summary>The string that stands in an environment variable.</summary>
    /// <exception cref="ElmanException">The variable is not set, or its text is no connection string.</exception>
    public static DatabaseConnection FromEnvironment(string variable = DefaultVariable)
    {
        ArgumentException.ThrowIfNullOrEmpty(variable);
        string? text = Environment.GetEnvironmentVariable(variable);
        return !string.IsNullOrWhiteSpace(text)
            ? Parse(text, $"the environment variable {OneLine.Of(variable)}")
            : throw new ElmanException(
                $"the environment variable {OneLine.Of(variable)} is not set; put the connection string of the database there, or into a file");
    }

    /// <summary>The string that a file holds.</summary>
    /// <exception cref="ElmanException">The file cannot be read, or its text is no connection string.</exception>
    public static DatabaseConnection FromFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using StreamReader reader = new(TableFile.Open(path));
        return Parse(reader.ReadToEnd(), OneLine.Of(path));
    }

    /// <summary>A SQLite file, read only.</summary>
    /// <exception cref="ElmanException">There is no such file.</exception>
    public static DatabaseConnection Sqlite(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        TableFile.Open(path).Dispose();
        // Nothing is secret about a path.
        return new DatabaseConnection(OneLine.Of(path), DatabaseKind.Sqlite, path);
    }

    /// <summary>Reads a connection string: the keywords of Npgsql or SQLite, or a URI postgres://user:password@host:port/database.</summary>
    /// <param name="text">The string.</param>
    /// <param name="origin">Where it comes from, for messages; it must give nothing of it away.</param>
    /// <exception cref="ElmanException">It names neither a PostgreSQL server nor a SQLite file.</exception>
    public static DatabaseConnection Parse(string text, string origin)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(origin);
        DbConnectionStringBuilder parts = [];
        text = text.Trim();
        if (PostgresUri.Is(text))
        {
            if (!PostgresUri.TryRead(text, parts))
                throw Unreadable(origin);
        }
        else
        {
            try
            {
                parts.ConnectionString = text;
            }
            catch (ArgumentException)
            {
                throw Unreadable(origin);
            }
        }

        string[] secrets = [.. parts.Keys!.Cast<string>().Where(IsSecret).Select(key => parts[key].ToString()!)];
        if (parts.ContainsKey("Host") || parts.ContainsKey("Server"))
            return new DatabaseConnection(origin, DatabaseKind.Postgres, parts.ConnectionString,
                [.. secrets, .. secrets.Select(Uri.EscapeDataString), text]);
        foreach (string key in (string[])["Data Source", "DataSource", "Filename"])
        {
            if (parts.TryGetValue(key, out object? path))
                return Sqlite(path.ToString()!);
        }

        throw Unreadable(origin);
    }

    /// <summary>Never the connection string.</summary>
    public override string ToString() => $"{Kind} of {Origin}";

    /// <summary>A text that a driver or a server gave, on one line, without passwords.</summary>
    internal string Redact(string text) =>
        OneLine.Of(_secrets.Aggregate(text, (shown, secret) => shown.Replace(secret, "***", StringComparison.OrdinalIgnoreCase)));

    /// <summary>What cannot be understood is not shown, nor what its reader complained of: either may be a piece of a password.</summary>
    internal static ElmanException Unreadable(string origin) =>
        new($"{origin} holds no connection string that is understood; expected Host=…;Username=…;Password=…;Database=… or postgres://… for PostgreSQL, "
            + "Data Source=… for SQLite, and quotes around a password with a semicolon");

    private static bool IsSecret(string key) =>
        key.Contains("password", StringComparison.OrdinalIgnoreCase) || key.Equals("pwd", StringComparison.OrdinalIgnoreCase)
        || key.Contains("passphrase", StringComparison.OrdinalIgnoreCase);
}

/// <summary>The databases that tables are read from.</summary>
public enum DatabaseKind
{
    /// <summary>A SQLite file.</summary>
    Sqlite,

    /// <summary>A PostgreSQL server.</summary>
    Postgres,
}
