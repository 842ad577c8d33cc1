using System.CommandLine;

namespace Elman.Cli;

/// <summary>A command line as it may be typed into a shell.</summary>
internal static class ShellLine
{
    /// <summary>The line that was given, with one more word.</summary>
    public static string Of(ParseResult given, string? more = null)
    {
        var words = given.Tokens.Select(token => token.Value).Where(word => word != more);
        return "elman " + string.Join(' ', (more is null ? words : words.Append(more)).Select(Quoted));
    }

    private static string Quoted(string word) =>
        word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || "-_./=:,+@%".Contains(c)) ? word : $"'{word.Replace("'", "'\\''")}'";
}
