using Elman.Tests.Settings;

namespace Elman.Tests.Tasks.Generation;

/// <summary>What docs/generating.md shows.</summary>
public sealed class GeneratingPageTests
{
    [Fact]
    public void The_page_shows_the_settings_of_the_code() => SettingsPage.Match("docs/generating.md", LanguageModelOptions.Settings.ToMarkdown());

    [Fact]
    public void The_page_shows_code_that_is_compiled_here() => PageSnippets.AreCompiled("docs/generating.md", 1, "tests/Elman.Tests/Tasks/Generation/GeneratingPageTests.cs");

    [Fact]
    public void The_example_of_the_page_does_what_it_says()
    {
        string play = File.ReadAllText(Repository.File("data/shakespeare.txt")), text = play[..30_000], unseen = play[30_000..32_000];
        LanguageModelOptions options = new() { Hidden = 32, Layers = 1, Training = new LanguageModelOptions().Training with { Epochs = 3, LearningRate = 0.01, TimeLimit = null } };
        using StringWriter written = new();

        LanguageModel model = LanguageModel.Train(text, options);
        string verse = model.Complete("ROMEO:", new Sampling { Temperature = 0.8, TopK = 40, Length = 200, Seed = 7 });
        foreach (string piece in model.Generate("ROMEO:", new Sampling { Stop = ["JULIET:"] })) written.Write(piece);
        LanguageReport report = model.Evaluate(unseen);

        Assert.Equal(200, verse.Length);
        Assert.InRange(written.ToString().Length, 1, 500);
        Assert.True(report.Nats < 0.95 * report.FloorNats, report.ToString());
    }

    [Fact]
    public async Task The_same_comes_asynchronously_and_can_be_ended()
    {
        LanguageModel model = LanguageModel.Train(string.Concat(Enumerable.Repeat("ab\n", 200)), new LanguageModelOptions { Hidden = 4, Layers = 1, Training = new LanguageModelOptions().Training with { Epochs = 1 } });
        Sampling sampling = new() { Length = 20 };
        List<string> pieces = [];
        await foreach (string piece in model.GenerateAsync("a", sampling, TestContext.Current.CancellationToken)) pieces.Add(piece);
        Assert.Equal(model.Generate("a", sampling), pieces);
        using CancellationTokenSource ended = new();
        await ended.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            await foreach (string piece in model.GenerateAsync("a", sampling, ended.Token)) pieces.Add(piece);
        });
    }
}
