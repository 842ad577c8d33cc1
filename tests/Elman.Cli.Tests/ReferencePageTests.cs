using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Elman.Tabular;
using Elman.Tests;

namespace Elman.Cli.Tests;

/// <summary>docs/reference.md: every public type with its first sentence, by the folder that it stands in. ELMAN_ACCEPT=1 writes the page anew.</summary>
public sealed partial class ReferencePageTests
{
    private const string Page = "docs/reference.md";

    private const string Opening = """
        # Reference

        Every public type, by the folder in which it stands, with the first sentence of its documentation. The rest of it is in the assembly's documentation file, which editors show.
        The pages of this folder explain what belongs together.

        """;

    [Fact]
    public void The_reference_names_every_public_type()
    {
        string expected = Opening + string.Concat(
            Section("Elman", typeof(Tensor).Assembly), Section("Elman.Formats", typeof(Formats.FileKinds).Assembly), Section("Elman.Tabular", typeof(CsvTables).Assembly));
        string file = Repository.File(Page);
        if (Environment.GetEnvironmentVariable("ELMAN_ACCEPT") == "1")
            File.WriteAllText(file, expected);
        Assert.Equal(expected, File.ReadAllText(file));
    }

    private static string Section(string project, Assembly assembly)
    {
        var summaries = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member")
            .ToDictionary(member => member.Attribute("name")!.Value, member => FirstSentence(member.Element("summary")));
        string[] files = [.. Directory.EnumerateFiles(Repository.File("src/" + project), "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        var texts = files.ToDictionary(file => file, File.ReadAllText);
        var rooms = assembly.GetExportedTypes().Where(type => !type.IsNested)
            .GroupBy(type => Room(project, type, texts)).OrderBy(room => room.Key, StringComparer.Ordinal);
        var page = new StringBuilder();
        foreach (var room in rooms)
        {
            page.Append($"\n## {room.Key}\n\n| | |\n|---|---|\n");
            foreach (var type in room.OrderBy(type => type.Name, StringComparer.Ordinal))
                page.Append($"| `{Name(type)}` | {summaries["T:" + type.FullName].Replace("|", "\\|")} |\n");
        }

        return page.ToString();
    }

    /// <summary>The folder of the file that declares a type.</summary>
    private static string Room(string project, Type type, Dictionary<string, string> texts)
    {
        string name = type.Name.Split('`')[0], root = Repository.File("src/" + project);
        var declares = new Regex($@"public [\w ]*\b(class|struct|record|enum|interface|delegate [\w<>\[\]., ]+) {name}\b");
        string file = texts.Where(one => declares.IsMatch(one.Value)).OrderBy(one => Path.GetFileName(one.Key).StartsWith(name + ".", StringComparison.Ordinal) ? 0 : 1).First().Key;
        string folder = Path.GetRelativePath(root, Path.GetDirectoryName(file)!).Replace('\\', '/');
        return folder == "." ? project : $"{project}/{folder}";
    }

    private static string Name(Type type) =>
        type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(argument => argument.Name))}>" : type.Name;

    private static string FirstSentence(XElement? summary)
    {
        if (summary is null) return "";
        string text = string.Concat(summary.Nodes().Select(node => node switch
        {
            XElement { Name.LocalName: "see" or "paramref" or "typeparamref" } link =>
                $"`{(link.Attribute("cref") ?? link.Attribute("name") ?? link.Attribute("langword"))!.Value.Split('(')[0].Split('.', ':')[^1]}`",
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement other => other.Value,
            _ => node.ToString().Replace("&lt;", "<").Replace("&gt;", ">").Replace("&amp;", "&"),
        }));
        text = Spaces().Replace(text, " ").Trim();
        int end = SentenceEnd().Match(text) is { Success: true } match ? match.Index + 1 : text.Length;
        return text[..end];
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"[.](?= [A-Z`])")]
    private static partial Regex SentenceEnd();
}
