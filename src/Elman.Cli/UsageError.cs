using System.CommandLine;
using System.CommandLine.Parsing;

namespace Elman.Cli;

/// <summary>Says in one line what is wrong with a command line, and what was probably meant.</summary>
internal static class UsageError
{
    public static string Describe(ParseResult result) => $"{Problem(result)} (see: {PathOf(result.CommandResult)} --help)";

    private static string Problem(ParseResult result)
    {
        var command = result.CommandResult.Command;
        if (FirstUnknownOption(result) is { } unknown)
        {
            var options = command.Options.Select(option => option.Name).Append("--help");
            return $"unknown option {unknown}{(Names.Nearest(unknown, options) is { } nearest ? $"; did you mean {nearest}?" : "")}";
        }

        if (command.Subcommands.Count > 0)
        {
            var verbs = command.Subcommands.Select(verb => verb.Name).ToArray();
            if (result.UnmatchedTokens.Count == 0)
                return $"{PathOf(result.CommandResult)} needs one of: {string.Join(", ", verbs)}";
            string word = result.UnmatchedTokens[0];
            return Names.Nearest(word, verbs) is { } nearest
                ? $"unknown command {Names.Quote(word)}; did you mean {nearest}?"
                : $"unknown command {Names.Quote(word)}; the commands are: {string.Join(", ", verbs)}";
        }

        return result.UnmatchedTokens.Count > 0
            ? $"unexpected argument {Names.Quote(result.UnmatchedTokens[0])}"
            : result.Errors[0].Message.TrimEnd('.');
    }

    /// <summary>The parser lets an unknown option pass for an argument where one is still wanted.</summary>
    private static string? FirstUnknownOption(ParseResult result) =>
        result.UnmatchedTokens.Concat(Arguments(result)).FirstOrDefault(token => token.Length > 1 && token[0] == '-' && !char.IsAsciiDigit(token[1]));

    private static IEnumerable<string> Arguments(ParseResult result) =>
        result.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).Select(token => token.Value);

    private static string PathOf(CommandResult? command)
    {
        var path = new List<string>();
        for (SymbolResult? result = command; result is CommandResult { Command: var verb }; result = result.Parent)
            path.Insert(0, verb is RootCommand ? "elman" : verb.Name);
        return string.Join(' ', path);
    }
}
