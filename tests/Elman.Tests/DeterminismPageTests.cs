using System.Text.RegularExpressions;

namespace Elman.Tests;

/// <summary>docs/determinism.md names the test behind every sentence: the tests exist.</summary>
public partial class DeterminismPageTests
{
    [Fact]
    public void Every_test_that_the_page_names_exists()
    {
        string tests = string.Concat(Directory.GetFiles(Repository.File("tests"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        HashSet<string> known = ["", .. Declared().Matches(tests).Select(declaration => declaration.Groups["name"].Value)];
        MatchCollection named = Named().Matches(File.ReadAllText(Repository.File("docs/determinism.md")));
        Assert.Equal([], named.Where(name => !known.Contains(name.Groups["class"].Value) || !known.Contains(name.Groups["method"].Value)).Select(name => name.Value));
        Assert.True(named.Count > 15);
    }

    [GeneratedRegex(@"\b(class|void|Task) (?<name>\w+)")]
    private static partial Regex Declared();

    /// <summary><c>SomeTests</c>, <c>SomeTests.Some_method</c> or <c>Some_method</c>.</summary>
    [GeneratedRegex(@"`(?:(?<class>\w+Tests)(?:\.(?<method>\w+))?|(?<method>[A-Z]\w*_\w+))`")]
    private static partial Regex Named();
}
