using System.Text.RegularExpressions;

namespace Elman.Tests;

/// <summary>docs/determinism.md names the test behind every sentence: the tests exist.</summary>
public partial class DeterminismPageTests
{
    [Fact]
    public void Every_test_that_the_page_names_exists()
    {
        string page = File.ReadAllText(Repository.File("docs/determinism.md"));
        Type[] types = typeof(DeterminismPageTests).Assembly.GetTypes();
        HashSet<string> known = ["", .. types.Select(type => type.Name), .. types.SelectMany(type => type.GetMethods()).Select(method => method.Name)];
        IEnumerable<string> missing = Named().Matches(page).Where(name => !known.Contains(name.Groups["class"].Value) || !known.Contains(name.Groups["method"].Value)).Select(name => name.Value);
        // The tests of the command are another assembly's.
        Assert.Equal([], missing.Where(name => !name.StartsWith("`ProcessTests", StringComparison.Ordinal)));
        Assert.True(Named().Count(page) > 15);
    }

    /// <summary><c>SomeTests</c>, <c>SomeTests.Some_method</c> or <c>Some_method</c>.</summary>
    [GeneratedRegex(@"`(?:(?<class>\w+Tests)(?:\.(?<method>\w+))?|(?<method>[A-Z]\w*_\w+))`")]
    private static partial Regex Named();
}
