using System.Text.RegularExpressions;
using Elman.Tests;
using Elman.Tests.Tasks.Tiny;

namespace Elman.Cli.Tests;

/// <summary>The verbs know no task: one that they never heard of works with all of them.</summary>
public sealed class TaskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    static TaskTests() => TaskRegistry.Register(MajorityModel.TaskName, MajorityModel.Load);

    public void Dispose() => _folder.Dispose();

    private static Outcome Run(params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        int code = CommandLine.Run(args, new Terminal(output, error, Stream.Null), [.. CommandTasks.BuiltIn(), new TinyCommandTask()]);
        return new Outcome(code, output.ToString(), error.ToString());
    }

    [Fact]
    public void A_task_of_ones_own_has_all_verbs()
    {
        var random = new Random(3);
        string data = _folder.Write("bits.txt", string.Concat(Enumerable.Range(0, 300).Select(_ => Line(random))));
        string model = _folder.File("bits.elman");
        Assert.Equal(new Outcome(0, "", ""), Run("train", "majority", data, "-o", model, "--hidden", "6", "--cell", "gru-original", "--optimizer", "adamw", "--epochs", "15"));
        var options = ((MajorityModel)TaskModel.LoadAny(model)).Options;
        Assert.Equal((6, "gru-original", "adamw", 15), (options.Encoder.Hidden, options.Encoder.Cell, options.Recipe.Optimizer, options.Recipe.Epochs));

        string few = _folder.Write("few.txt", "1,1\n0,0\n11011,1\n");
        Assert.Equal(new Outcome(0, "1\n0\n1\n", ""), Run("predict", model, few));
        Assert.Matches(@"^(\d\.\d\d\n){3}$", Run("predict", model, few, "--probabilities").Out);
        Assert.Equal("3 examples: accuracy 1.000, floor 0.667\n", Run("evaluate", model, few).Out);
        Assert.Equal($"majority of bits, {((MajorityModel)TaskModel.LoadAny(model)).Net.ParameterCount} weights\n", Run("inspect", model).Out);

        Assert.Equal($"elman: --plot is not for models of the task 'majority', as {model} is one; leave it out\n", Run("predict", model, few, "--plot", "x.svg").Error);
        var refused = Run("train", "majority", data, "-o", model, "--optimizer", "adma");
        Assert.Equal((2, "elman: --optimizer takes adam, adamw, rmsprop or sgd, not 'adma' (see: elman train majority --help)\n"), (refused.Code, refused.Error));
        Assert.Contains("majority", Run("train", "--help").Out);

        // The command as it is knows nothing of it.
        Assert.Equal((2, $"elman: {model}: a model of the task 'majority', for which this verb has nothing to do; it takes models of {string.Join(", ", CommandTasks.BuiltIn().Select(task => task.Task))}\n"), (Command.Run("predict", model, few).Code, Command.Run("predict", model, few).Error));
    }

    [Fact]
    public void Evaluating_a_forecaster_is_its_backtest()
    {
        string data = _folder.Write("data.csv", SmallData.Wave()), model = SmallData.Train(_folder, data);
        Assert.Equal(Command.Run("backtest", model, data), Command.Run("evaluate", model, data));
    }

    /// <summary>Only the files of the tasks name one.</summary>
    [Fact]
    public void The_verbs_name_no_task()
    {
        foreach (string verb in new[] { "Predict", "Evaluate", "Inspect" })
            Assert.DoesNotMatch(new Regex(@"\bForecast|Majority"), File.ReadAllText(Repository.File($"src/Elman.Cli/Verbs/{verb}.cs")));
        Assert.DoesNotMatch(new Regex(@"\bForecast|Majority"), File.ReadAllText(Repository.File("src/Elman.Cli/CommandLine.cs")));
    }

    private static string Line(Random random)
    {
        char[] bits = [.. Enumerable.Range(0, 1 + (2 * random.Next(4))).Select(_ => random.Next(2) == 1 ? '1' : '0')];
        return $"{new string(bits)},{(2 * bits.Count(bit => bit == '1') > bits.Length ? 1 : 0)}\n";
    }
}
