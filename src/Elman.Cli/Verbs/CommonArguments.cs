using System.CommandLine;
using System.CommandLine.Parsing;

namespace Elman.Cli;

/// <summary>Arguments that several verbs take.</summary>
internal static class CommonArguments
{
    /// <summary>Empty where a query is asked of a server instead.</summary>
    public static Argument<string> Data() => new("DATA")
    {
        Description = "A CSV file with a header, a Parquet file or a SQLite file; - reads standard input.",
        Arity = ArgumentArity.ZeroOrOne,
        DefaultValueFactory = _ => "",
    };

    public static Argument<string> Model() => new("MODEL") { Description = "A model file that elman train has written." };

    /// <summary>An option that names a column.</summary>
    public static Option<string?> Column(string name, string description) => new(name) { Description = description, HelpName = "column" };

    /// <summary>An option that names columns, separated by commas.</summary>
    public static Option<string[]> Columns(string name, string description) =>
        new(name) { Description = description, HelpName = name == "--target" ? "column" : "a,b", DefaultValueFactory = _ => [], CustomParser = Split };

    /// <summary>The words of an option, separated by commas.</summary>
    public static string[] Split(ArgumentResult result) =>
        [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    /// <summary>Without the option its value is 0: as many as the machine has.</summary>
    public static Option<int> Threads()
    {
        var option = Checked.WholeNumber("--threads", "Threads to compute with; the result is the same for any number. [default: all]", 1, 1024, 0);
        option.DefaultValueFactory = null;
        return option;
    }

    /// <summary>Does what <see cref="Threads"/> says.</summary>
    public static void UseThreads(int given)
    {
        if (given > 0)
            Compute.Threads = given;
    }
}
