using System.Text;

namespace Elman.Cli.Tests;

/// <summary>Text from files and data is printed escaped and cut: it sets no title, clears no screen, makes no link, and forges no line.</summary>
public sealed class ForeignTextTests : IDisposable
{
    private const string Hostile = "\e]0;pwned\a\e[2J\u009b31m\u202egnp.exe\r\nelman: all is well";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Names_of_tensors()
    {
        string path = _folder.File("names.safetensors"), lengthy = new('x', 5000);
        SafeTensorsFile.Write(path, [], [SafeTensor.From(Hostile, [1f], 1), SafeTensor.From("[red]x[/]", [1f], 1)]);
        var outcome = Command.Run("inspect", path);
        AssertHarmless(outcome, 0);
        Assert.Contains(@"\u001b]0;pwned\u0007\u001b[2J\u009b31m\u202egnp.exe\u000d\u000a", outcome.Out);
        Assert.Contains("[red]x[/]", outcome.Out);

        SafeTensorsFile.Write(path, [], [SafeTensor.From(lengthy, [1f], 1)]);
        Assert.InRange(Command.Run("inspect", path).Out.Count(letter => letter == 'x'), 100, 400);
    }

    [Fact]
    public void Names_of_columns_groups_and_targets_in_every_verb()
    {
        string target = $"y{Hostile}", data = _folder.File("data.csv");
        StringBuilder csv = new($"date,g,{Csv(target)}\n");
        foreach (string group in (string[])["a", $"b{Hostile}"])
            for (int i = 0; i < 90; i++) csv.Append($"{new DateTime(2024, 1, 1).AddDays(i):yyyy-MM-dd},{Csv(group)},{i % 7}\n");
        File.WriteAllText(data, csv.ToString());
        string model = _folder.File("m.elman"), picture = _folder.File("p.svg");
        var trained = Command.Run(["train", "forecast", data, "--target", target, "--group", "g", "-o", model, .. SmallData.Quick]);
        Assert.True(trained.Code == 0, trained.Error);
        AssertHarmless(trained);
        AssertHarmless(Command.Run("inspect", model), 0);
        AssertHarmless(Command.Run("backtest", model, data), 0);
        AssertHarmless(Command.Run("predict", model, data, "-o", _folder.File("f.csv"), "--plot", picture), 0);
        Assert.DoesNotContain('\e', File.ReadAllText(picture));
        System.Xml.Linq.XDocument.Load(picture);
        AssertHarmless(Command.Run("evaluate", model, data));
        AssertHarmless(Command.Run("forecast", data, "--target", target + "x", "--group", "g"), 2);

        // A file keeps what the data say, byte for byte: it is for programs.
        Assert.Contains(Hostile, Command.Run("predict", model, data).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_control_character_alone_in_a_name_of_a_column()
    {
        string data = _folder.File("data.csv"), picture = _folder.File("p.svg");
        File.WriteAllText(data, SmallData.Wave().Replace("date,y,x", "date,\"a\u0001\",x", StringComparison.Ordinal));
        var outcome = Command.Run(["train", "forecast", data, "--target", "a\u0001", "-o", _folder.File("m.elman"), .. SmallData.Quick]);
        Assert.True(outcome.Code == 0, outcome.Error);
        AssertHarmless(Command.Run("predict", _folder.File("m.elman"), data, "-o", _folder.File("f.csv"), "--plot", picture), 0);
        System.Xml.Linq.XDocument.Load(picture);
        AssertHarmless(Command.Run("forecast", data, "--target", "a\u0001", "-o", _folder.File("out")));
    }

    [Fact]
    public void Operators_of_a_graph_and_sections_of_a_model_file()
    {
        string onnx = _folder.File("op.onnx"), model = _folder.File("op.elman");
        byte[] name = Encoding.UTF8.GetBytes($"Relu{Hostile}");
        byte[] node = [0x0A, 1, (byte)'x', 0x12, 1, (byte)'y', 0x22, (byte)name.Length, .. name];
        byte[] graph = [0x0A, (byte)node.Length, .. node, 0x5A, 3, 0x0A, 1, (byte)'x', 0x62, 3, 0x0A, 1, (byte)'y'];
        File.WriteAllBytes(onnx, [0x08, 8, 0x42, 2, 0x10, 17, 0x3A, (byte)graph.Length, .. graph]);
        AssertHarmless(Command.Run("inspect", onnx), 2);
        SafeTensorsFile.Write(model, [new("format", "elman"), new("version", "1"), new("task", Hostile)], []);
        AssertHarmless(Command.Run("inspect", model));
        AssertHarmless(Command.Run("predict", model, onnx), 2);
    }

    [Theory]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{\"layers\":[{\"type\":\"\\ud800\"}]}")]
    [InlineData("{\"layers\":[],\"in_shape\":[null,null,1],\"\\udfff\":{}}")]
    public void Half_of_a_surrogate_pair_is_bad_input(string json)
    {
        string path = _folder.File("half.json");
        File.WriteAllText(path, json);
        AssertHarmless(Command.Run("inspect", path), 2);
    }

    private static string Csv(string text) => $"\"{text}\"";

    private static void AssertHarmless(Outcome outcome, int? code = null)
    {
        string all = outcome.Out + outcome.Error;
        Assert.All(all, letter => Assert.True(letter == '\n' || !(char.IsControl(letter) || letter is '\u202e' or '\u2028'), $"U+{(int)letter:X4} in {all}"));
        Assert.DoesNotContain("\nelman: all is well", all);
        Assert.DoesNotContain("should not have happened", all);
        if (code is { } expected) Assert.True(expected == outcome.Code, all);
    }
}
