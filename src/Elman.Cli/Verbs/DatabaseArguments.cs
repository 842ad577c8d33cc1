using System.CommandLine;
using Elman.Tabular;

namespace Elman.Cli;

/// <summary>
/// The options of data that lie in a database: what is asked, and where the connection string is. The string itself is no option, for others see
/// options.
/// </summary>
internal sealed class DatabaseArguments
{
    private readonly Option<string?> _query = new("--query")
    {
        Description = "The rows to read, of a SQLite file or, without DATA, of a PostgreSQL server.",
        HelpName = "SELECT ...",
    };
    private readonly Option<string?> _file = new("--connection-file")
    {
        Description = "A file that holds the connection string of the database.",
        HelpName = "file",
    };
    private readonly Option<string?> _variable = new("--connection-env")
    {
        Description = $"The environment variable that holds it. [default: {DatabaseConnection.DefaultVariable}]",
        HelpName = "NAME",
    };

    public IEnumerable<Option> All => [_query, _file, _variable];

    /// <summary>The rows of the query; null where none is asked and the data are a file.</summary>
    /// <exception cref="ElmanException">The options do not go together, or the database refuses.</exception>
    public Table? Query(ParseResult given, string path, CsvOptions options)
    {
        (string? query, string? file, string? variable) = (given.GetValue(_query), given.GetValue(_file), given.GetValue(_variable));
        string named = file is not null ? _file.Name : _variable.Name;
        if (query is null)
        {
            if (file is not null || variable is not null)
                throw new ElmanException($"{named} names a database and nothing is asked of it; say with --query which rows are meant");
            return path.Length > 0 ? null : throw new ElmanException("DATA is missing; give the name of a file, - for standard input, or --query");
        }

        if (string.IsNullOrWhiteSpace(query))
            throw new ElmanException("--query is empty; give a statement such as \"SELECT day, units FROM sales\"");
        if (file is not null && variable is not null)
            throw new ElmanException("--connection-file and --connection-env both name a database; give one");
        if (path.Length == 0)
        {
            var connection = file is not null ? DatabaseConnection.FromFile(file)
                : DatabaseConnection.FromEnvironment(variable ?? DatabaseConnection.DefaultVariable);
            return Table.ReadQuery(connection, query, options);
        }

        return file is null && variable is null
            ? TableSource.Query(path, query, options)
            : throw new ElmanException($"{Names.Shown(path)} and {named} both say where the data are; give one");
    }
}
