namespace Elman.Tests;

/// <summary>Files of the repository that no build copies: pages and sources.</summary>
internal static class Repository
{
    /// <summary>The full path of a file, given from the folder of the solution on.</summary>
    public static string File(string path)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !System.IO.File.Exists(Path.Combine(folder.FullName, "Elman.slnx"))) folder = folder.Parent;
        Assert.SkipWhen(folder is null, "the tests run outside the repository");
        return Path.Combine(folder.FullName, path);
    }
}
