namespace Elman.Cli.Tests;

public class CommandLineTests
{
    [Theory]
    [InlineData("help")]
    [InlineData("help-train", "train")]
    [InlineData("help-train-forecast", "train", "forecast")]
    [InlineData("help-predict", "predict")]
    [InlineData("help-evaluate", "evaluate")]
    [InlineData("help-backtest", "backtest")]
    [InlineData("help-inspect", "inspect")]
    [InlineData("help-convert", "convert")]
    [InlineData("help-verify", "verify")]
    [InlineData("help-tune", "tune")]
    [InlineData("help-demo", "demo")]
    public void Help_is_what_a_person_last_read_and_ends_with_an_example(string snapshot, params string[] verb)
    {
        var outcome = Command.Run([.. verb, "--help"]);
        Assert.Equal(0, outcome.Code);
        Assert.Empty(outcome.Error);
        Snapshot.Match(snapshot, outcome.Out);
        if (verb is not [] and not ["train"])
            Assert.StartsWith("  elman ", outcome.Out.TrimEnd().Split('\n')[^1].Replace("cat sales.csv | ", ""));
    }

    [Fact]
    public void Without_arguments_it_shows_help() => Assert.Equal(Command.Run("--help").Out, Command.Run().Out);

    [Fact]
    public void It_knows_its_version() => Assert.Equal($"0.1.0 ({InstructionSet.Current})\n", Command.Run("--version").Out);

    [Fact]
    public void Every_wrong_usage_is_answered_in_one_line_with_code_2()
    {
        string[] wrong =
        [
            "tran",
            "frobnicate",
            "train",
            "train forecst",
            "train forecast data.csv -o model",
            "train forecast data.csv --target y",
            "train forecast --target y -o model",
            "train forecast data.csv --target",
            "train forecast data.csv --targt y -o model",
            "train forecast --targt y data.csv -o model",
            "train forecast data.csv more.csv --target y -o model",
            "train forecast data.csv --target y -o model --horizon 0",
            "train forecast data.csv --target y -o model --horizon -3",
            "train forecast data.csv --target y -o model --context many",
            "train forecast data.csv --target y -o model --hidden 1e9",
            "train forecast data.csv --target y -o model --layers 2.5",
            "train forecast data.csv --target y -o model --dropout 1",
            "train forecast data.csv --target y -o model --lr NaN",
            "train forecast data.csv --target y -o model --seed -1",
            "train forecast data.csv --target y -o model --threads 0",
            "train forecast data.csv --target y -o model --memory 0",
            "train forecast data.csv --target y -o model --memory 256X",
            "train forecast data.csv --target y -o model --memory 9999999999G",
            "train forecast data.csv --target y -o model --cell transformer",
            "train forecast data.csv --target y --target z -o model",
            "predict model",
            "predict model data.csv extra",
            "predict model data.csv --plt forecast.svg",
            "backtest model",
            "inspect",
            "convert model.pt",
            "convert model.pt model.elman --tolerance -1",
            "convert model.pt model.elman --map",
            "verify model.pt",
            "demo here",
        ];
        var answers = wrong.Select(line => (Line: line, Outcome: Command.Run(line.Split(' ')))).ToArray();
        Assert.All(answers, answer =>
        {
            Assert.Equal(2, answer.Outcome.Code);
            Assert.Empty(answer.Outcome.Out);
            Assert.Single(answer.Outcome.Error.Trim().Split('\n'));
        });
        Snapshot.Match("wrong-usage", string.Concat(answers.Select(answer => $"$ elman {answer.Line}\n{answer.Outcome.Error}")));
    }

    [Theory]
    [InlineData(null, null, null, true)]
    [InlineData(null, null, "en_US.UTF-8", true)]
    [InlineData(null, null, "de_DE.utf8", true)]
    [InlineData(null, null, "C.UTF-8", true)]
    [InlineData("C", null, "en_US.UTF-8", false)]
    [InlineData(null, "POSIX", "en_US.UTF-8", false)]
    [InlineData(null, null, "de_DE.ISO-8859-1", false)]
    public void The_locale_decides_about_characters(string? all, string? type, string? lang, bool expected) =>
        Assert.Equal(expected, Terminal.SpeaksUnicode(name => name switch { "LC_ALL" => all, "LC_CTYPE" => type, _ => lang }));
}
