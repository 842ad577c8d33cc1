namespace Elman.Tests;

/// <summary>The C# blocks of a page of the documentation, which are lines of a file that is compiled and run here.</summary>
internal static class PageSnippets
{
    /// <summary>Fails for a block that is not, without regard to indentation and empty lines, a run of lines in one of the files.</summary>
    /// <param name="page">The page's path in the repository.</param>
    /// <param name="least">How many blocks it has at least.</param>
    /// <param name="files">The files' paths.</param>
    public static void AreCompiled(string page, int least, params ReadOnlySpan<string> files)
    {
        string[] compiled = [.. files.ToArray().SelectMany(file => File.ReadLines(Repository.File(file)).Select(line => line.Trim()).Where(line => line.Length > 0))];
        string[][] snippets = [.. Of(File.ReadAllLines(Repository.File(page)))];
        Assert.True(snippets.Length >= least, $"{page} has fewer snippets than it should");
        foreach (string[] snippet in snippets)
            Assert.True(Contains(compiled, snippet), $"not compiled as {page} shows it:\n{string.Join('\n', snippet)}");
    }

    private static IEnumerable<string[]> Of(IEnumerable<string> page)
    {
        List<string>? open = null;
        foreach (string line in page.Select(line => line.Trim()))
        {
            if (line == "```csharp")
            {
                open = [];
            }
            else if (line == "```" && open is not null)
            {
                yield return [.. open];
                open = null;
            }
            else if (line.Length > 0)
            {
                open?.Add(line);
            }
        }
    }

    private static bool Contains(string[] lines, string[] part) =>
        Enumerable.Range(0, Math.Max(0, lines.Length - part.Length + 1)).Any(at => lines.AsSpan(at, part.Length).SequenceEqual(part));
}
