using System.Text.Json;

namespace Elman.Cli.Tests;

/// <summary>elman train generate, and what its models do.</summary>
public sealed class GenerateVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_text_is_learned_written_and_scored()
    {
        string text = _folder.Write("rhyme.txt", string.Concat(Enumerable.Repeat("one two three\r\nfour five six\r\n", 300)));
        string model = _folder.File("rhyme.elman");
        var trained = Command.Run("train", "generate", text, "--hidden", "24", "--layers", "1", "--lr", "0.01", "--window", "20", "--epochs", "6", "-o", model);
        Assert.Equal(0, trained.Code);
        Assert.Contains("bits a character", trained.Out, StringComparison.Ordinal);

        Assert.Equal("one two three\nfour five six\n", Command.Run("generate", model, "--prompt", "one two", "--temperature", "0", "--length", "21", "--stop", "one").Out.TrimEnd('\n') + "\n");
        var several = Command.Run("generate", model, "--prompt", "one", "--samples", "2", "--stream", "--length", "5");
        Assert.Equal(several.Out, Command.Run("generate", model, "--prompt", "one", "--samples", "2", "--length", "5").Out);
        Assert.Contains("---\none", several.Out, StringComparison.Ordinal);
        Assert.Contains("not known", Command.Run("generate", model, "--prompt", "Ω").Error, StringComparison.Ordinal);
        Assert.Equal("one two", Command.RunWithInput("one two\n", "generate", model, "--prompt", "-", "--length", "0").Out.TrimEnd('\n'));

        var evaluated = Command.Run("evaluate", model, text, "--metrics", _folder.File("m.json"));
        using var json = JsonDocument.Parse(File.ReadAllText(_folder.File("m.json")));
        Assert.True(json.RootElement.GetProperty("bits_per_character").GetDouble() < 0.5, evaluated.Out);
        string[] lines = Command.RunWithInput("one two three\nthree two one\n", "predict", model, "-").Out.Split('\n');
        Assert.Equal("text,tokens,nats,bits_per_character", lines[0]);
        Assert.True(Nats(lines[1]) < Nats(lines[2]), string.Join('\n', lines));
        Assert.Contains("language model", Command.Run("inspect", model).Out, StringComparison.Ordinal);

        static double Nats(string line) => double.Parse(line.Split(',')[2], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("a", "fewer than two tokens")]
    public void What_is_no_text_is_refused_in_one_line(string text, string expected)
    {
        var refused = Command.Run("train", "generate", _folder.Write("x.txt", text), "-o", _folder.File("x.elman"));
        Assert.NotEqual(0, refused.Code);
        Assert.Contains(expected, refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("x.elman")));
    }

    [Fact]
    public void Bytes_that_are_no_utf8_are_named()
    {
        File.WriteAllBytes(_folder.File("latin.txt"), [.. "na"u8, 0xEF, .. "ve words"u8]);
        Assert.Contains("not in UTF-8", Command.Run("train", "generate", _folder.File("latin.txt"), "-o", _folder.File("x.elman")).Error, StringComparison.Ordinal);
    }
}
