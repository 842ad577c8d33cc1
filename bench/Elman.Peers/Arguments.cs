namespace Elman.Peers;

/// <summary>What the user asked for.</summary>
internal sealed record Arguments
{
    public const string Help =
        """
        Measures Elman, TorchSharp (libtorch) and ONNX Runtime in one run, after checking that they compute the same.

          --quick           every row in about seven minutes, with fewer samples
          --filter TEXT     only the rows whose name, group or section contains TEXT; results are written only with --output
          --threads 1,2     numbers of threads
          --native PATH     a published native elman command, for the cold start
          --output FOLDER   where the results go [default: bench/results of the repository]
          --list            names the rows
        """;

    public bool Quick { get; private init; }

    public bool List { get; private init; }

    public bool ShowHelp { get; private init; }

    public string? Filter { get; private init; }

    public IReadOnlyList<int> Threads { get; private init; } = [1, 2];

    public string? Native { get; private init; }

    public string? Output { get; private init; }

    /// <summary>Set in the child processes that measure peak memory: see <see cref="PeakMemory"/>.</summary>
    public (LayerRow Row, string Library, int Threads)? Peak { get; private init; }

    public Effort Effort => Quick ? Effort.Quick : Effort.Thorough;

    /// <summary>Whether the filter lets something of any of these names through.</summary>
    public bool Wants(params ReadOnlySpan<string> names)
    {
        if (Filter is null) return true;
        foreach (string name in names)
            if (name.Contains(Filter, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    /// <exception cref="UsageException">An argument is unknown, lacks its value or has a bad one.</exception>
    public static Arguments Parse(ReadOnlySpan<string> given)
    {
        Arguments result = new();
        for (int i = 0; i < given.Length; i++)
        {
            string name = given[i];
            result = name switch
            {
                "--quick" => result with { Quick = true },
                "--list" => result with { List = true },
                "--help" or "-h" => result with { ShowHelp = true },
                "--filter" => result with { Filter = ValueOf(name, given, ++i) },
                "--threads" => result with { Threads = [.. ValueOf(name, given, ++i).Split(',').Select(ThreadCount)] },
                PeakMemory.ChildOption => result with { Peak = (Row(ValueOf(name, given, ++i)), ValueOf(name, given, ++i), ThreadCount(ValueOf(name, given, ++i))) },
                "--native" => result with { Native = ExistingFile(ValueOf(name, given, ++i)) },
                "--output" => result with { Output = ValueOf(name, given, ++i) },
                _ => throw new UsageException($"there is no option '{name}'; --help names them all"),
            };
        }
        return result;
    }

    private static string ValueOf(string name, ReadOnlySpan<string> given, int at) => at < given.Length ? given[at] : throw new UsageException($"{name} needs a value");

    private static int ThreadCount(string text) =>
        int.TryParse(text, out int count) && count >= 1 && count <= Environment.ProcessorCount ? count
            : throw new UsageException($"--threads takes numbers from 1 to {Environment.ProcessorCount}, the processors of this machine, such as 1,2; got '{text}'");

    private static LayerRow Row(string name) => LayerRows.All.FirstOrDefault(row => row.Name == name) ?? throw new UsageException($"there is no row '{name}'; --list names them all");

    private static string ExistingFile(string path) => File.Exists(path) ? Path.GetFullPath(path) : throw new UsageException($"--native: there is no file {path}");
}

/// <summary>The command line cannot be understood.</summary>
internal sealed class UsageException(string message) : Exception(message);
