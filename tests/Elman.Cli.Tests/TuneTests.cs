namespace Elman.Cli.Tests;

public sealed class TuneTests : IDisposable
{
    private static readonly string[] Small = ["--target", "y", "--horizon", "3", "--context", "8", "--hidden", "4", "--nets", "1", "--epochs", "2", "--batch", "16"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_searches_what_is_not_given_and_writes_the_winner()
    {
        string data = _folder.Write("data.csv", SmallData.Wave()), model = _folder.File("m.elman");
        var outcome = Command.Run(["tune", data, .. Small, "--trials", "4", "--jobs", "2", "-o", model]);
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.Contains("searching cell, layers, dropout, learning rate, head; 2 trials at once, 1 and 2 epochs", outcome.Error);
        Assert.Contains("--trials 4 gives the same study again", outcome.Error);
        Assert.Contains("defaults", outcome.Out);
        Assert.Contains("on unseen rows", outcome.Out);
        var options = Forecaster.Load(model).Options;
        Assert.Equal((8, 4, 1, 3), (options.Context, options.Hidden, options.Nets, options.Horizon));
        Assert.Equal(["data.csv", "m.elman"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void The_model_is_the_same_for_any_number_of_jobs_and_after_an_interruption()
    {
        string data = _folder.Write("data.csv", SmallData.Wave()), study = _folder.File("study.jsonl");
        string[] Line(string model, params string[] more) => ["tune", data, .. Small, "--trials", "5", "-o", _folder.File(model), .. more];
        Assert.Equal(0, Command.Run(Line("one.elman", "--jobs", "1", "--study", study)).Code);
        Assert.Equal(0, Command.Run(Line("four.elman", "--jobs", "4")).Code);
        string expected = Command.Run("predict", _folder.File("one.elman"), data).Out;
        Assert.Equal(expected, Command.Run("predict", _folder.File("four.elman"), data).Out);

        // What a kill leaves: some lines, the last one cut short.
        string all = File.ReadAllText(study);
        File.WriteAllText(study, all[..(all.Length / 2)]);
        var again = Command.Run(Line("again.elman", "--study", study));
        Assert.Equal(2, again.Code);
        Assert.Contains("holds a study; go on with it by --resume, or delete it", again.Error);
        Assert.Equal(0, Command.Run(Line("again.elman", "--study", study, "--resume")).Code);
        Assert.Equal(expected, Command.Run("predict", _folder.File("again.elman"), data).Out);

        var other = Command.Run(Line("again.elman", "--study", study, "--resume", "--seed", "2"));
        Assert.Equal(2, other.Code);
        Assert.Contains("holds another study: there 'seed' is '1', here it is '2'", other.Error);
    }

    [Theory]
    [InlineData("--time-limit takes a time such as 30s, 5m or 2h, not 'soon'", "--time-limit", "soon")]
    [InlineData("--trials takes a whole number", "--trials", "0")]
    [InlineData("--jobs takes a whole number", "--jobs", "none")]
    [InlineData("--epochs is 0: trials of no epochs cannot be compared; give at least 1", "--epochs", "0")]
    [InlineData("--nets is 0: simple forecasts have no settings to search; use elman train forecast", "--nets", "0")]
    [InlineData("every setting that is searched is given", "--cell", "gru", "--hidden", "8", "--layers", "1", "--dropout", "0", "--nets", "1", "--lr", "0.01", "--head", "gaussian", "--context", "8")]
    [InlineData("too few rows to tune by: the longest series has 120", "--horizon", "90")]
    public void What_cannot_be_used_is_told_in_one_line(string message, params string[] more)
    {
        string data = _folder.Write("data.csv", SmallData.Wave());
        var outcome = Command.Run(["tune", data, "--target", "y", "-o", _folder.File("m.elman"), .. more]);
        Assert.Equal(2, outcome.Code);
        Assert.Contains(message, outcome.Error);
        Assert.Equal(["data.csv"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }
}
