using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Elman.Cli.Tests;

/// <summary>What is said of what is shipped is what the build says.</summary>
public sealed class ShippedTests
{
    [Fact]
    public void The_bill_of_materials_lists_the_packages_that_the_command_contains()
    {
        using JsonDocument built = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(ElmanProcess.Assembly, ".deps.json")));
        using JsonDocument said = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root(), "sbom.cdx.json")));
        string[] packages = [.. built.RootElement.GetProperty("libraries").EnumerateObject().Where(library => library.Value.GetProperty("type").GetString() == "package")
            .Select(library => $"{library.Name} {System.Convert.ToHexStringLower(System.Convert.FromBase64String(library.Value.GetProperty("sha512").GetString()!["sha512-".Length..]))}").Order()];
        string[] listed = [.. said.RootElement.GetProperty("components").EnumerateArray().Where(component => component.TryGetProperty("hashes", out _))
            .Select(component => $"{component.GetProperty("name").GetString()}/{component.GetProperty("version").GetString()} {component.GetProperty("hashes")[0].GetProperty("content").GetString()}").Order()];
        Assert.Equal(packages, listed);
    }

    /// <summary>Paths of the machine that built them would differ from checkout to checkout.</summary>
    [Theory]
    [InlineData("Elman.dll")]
    [InlineData("Elman.Formats.dll")]
    [InlineData("Elman.Tabular.dll")]
    [InlineData("Elman.Cli.dll")]
    public void Assemblies_hold_no_path_of_the_checkout(string name)
    {
        byte[] root = System.Text.Encoding.UTF8.GetBytes(Root());
        foreach (string file in (string[])[name, Path.ChangeExtension(name, ".pdb")])
        {
            string path = Path.Combine(AppContext.BaseDirectory, file);
            if (File.Exists(path)) Assert.True(File.ReadAllBytes(path).AsSpan().IndexOf(root) < 0, file);
        }
    }

    private static string Root([CallerFilePath] string caller = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(caller)!, "..", ".."));
}
