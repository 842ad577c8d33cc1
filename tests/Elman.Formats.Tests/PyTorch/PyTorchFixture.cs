namespace Elman.Formats.Tests.PyTorch;

/// <summary>The files that Fixtures/PyTorch/generate.py wrote.</summary>
internal static class PyTorchFixture
{
    public static string Path(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "Fixtures", "PyTorch", name);

    /// <summary>Every file, by its name.</summary>
    public static IEnumerable<string> Files => Directory.GetFiles(Path("")).Select(file => System.IO.Path.GetFileName(file)).Where(name => name.EndsWith(".pt", StringComparison.Ordinal)).Order();
}
