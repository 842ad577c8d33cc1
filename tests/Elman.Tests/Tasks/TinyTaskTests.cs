using System.Text.Json;
using Elman.Tests.Files;
using Elman.Tests.Tasks.Tiny;

namespace Elman.Tests.Tasks;

/// <summary>A second task proves the frame: it is one folder and one line, and has everything that the frame promises.</summary>
public sealed class TinyTaskTests : IDisposable
{
    private static readonly Example<float[], bool>[] Examples = Make(400, seed: 3), Unseen = Make(150, seed: 4);
    private static readonly MajorityOptions Quick = new() { Recipe = new MajorityOptions().Recipe with { Epochs = 2 } };

    private readonly TemporaryFolder _folder = new();

    static TinyTaskTests() => TaskRegistry.Register(MajorityModel.TaskName, MajorityModel.Load);

    public void Dispose() => _folder.Dispose();

    private static Example<float[], bool>[] Make(int count, ulong seed)
    {
        RandomStream random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            float[] bits = new float[1 + 2 * random.NextInt(5)];
            foreach (ref float bit in bits.AsSpan()) bit = random.NextInt(2);
            return new Example<float[], bool>(bits, 2 * bits.Sum() > bits.Length);
        })];
    }

    private static float[] Weights(MajorityModel model) => [.. model.Net.Parameters().SelectMany(parameter => parameter.Value.Span.ToArray())];

    [Fact]
    public void It_trains_evaluates_saves_loads_and_predicts()
    {
        MajorityModel model = MajorityModel.Train(Examples, new MajorityOptions());
        MajorityReport report = Assert.IsType<MajorityReport>(model.Evaluate(Unseen));
        Assert.True(report.Accuracy > 0.95 && report.Accuracy > report.Floor + 0.3, report.ToString());
        using JsonDocument json = JsonDocument.Parse(report.ToJson());
        Assert.Equal(report.Accuracy, json.RootElement.GetProperty("accuracy").GetDouble());

        model.Save(_folder["majority.elman"]);
        MajorityModel loaded = Assert.IsType<MajorityModel>(TaskModel.LoadAny(_folder["majority.elman"]));
        Assert.Equal(model.Options, loaded.Options);
        // How long it took is not in the file.
        Assert.Equal(model.Record.Epochs.Select(epoch => epoch with { Seconds = 0 }), loaded.Record.Epochs);
        Assert.Equal((model.Record.Steps, model.Record.BestEpoch), (loaded.Record.Steps, loaded.Record.BestEpoch));
        Assert.Equal(report.ToJson(), loaded.Evaluate(Unseen).ToJson());
        float[][] inputs = [.. Unseen.Select(example => example.Input)];
        Assert.Equal(inputs.Select(loaded.Predict), model.Predict(inputs));
        Assert.True(loaded.Predict([1, 1, 0, 1, 1]) > 0.9);
    }

    [Theory]
    [InlineData("lstm", Direction.Both, Pooling.Last)]
    [InlineData("rnn", Direction.Reverse, Pooling.Last)]
    [InlineData("gru-original", Direction.Forward, Pooling.Mean)]
    [InlineData("gru", Direction.Both, Pooling.Max)]
    public void Any_encoder_and_optimizer_come_from_the_settings(string cell, Direction direction, Pooling pooling)
    {
        MajorityOptions options = new()
        {
            Encoder = new EncoderOptions { Cell = cell, Hidden = 8, Direction = direction, Pooling = pooling, Dropout = 0 },
            Recipe = new TrainingRecipe { Optimizer = "rmsprop", Schedule = "cosine", LearningRate = 0.02, BatchSize = 16, Epochs = 10 },
        };
        MajorityModel model = MajorityModel.Train(Examples, options);
        MajorityReport report = (MajorityReport)model.Evaluate(Unseen);
        Assert.True(report.Accuracy > 0.9, $"{report}");
        model.Save(_folder["model"]);
        Assert.Equal(Weights(model), Weights((MajorityModel)TaskModel.LoadAny(_folder["model"])));
    }

    [Fact]
    public void A_time_limit_gives_a_number_of_steps_that_gives_the_same_bits()
    {
        MajorityModel limited = MajorityModel.Train(Examples, new MajorityOptions { Recipe = Quick.Recipe with { Epochs = 100_000, TimeLimit = TimeSpan.FromSeconds(0.5) } });
        Assert.InRange(limited.Record.Steps, 1, 99_999);
        MajorityModel counted = MajorityModel.Train(Examples, new MajorityOptions { Recipe = Quick.Recipe with { Epochs = 100_000, Steps = limited.Record.PlannedSteps } });
        Assert.Equal(Weights(limited), Weights(counted));
        Assert.Equal(limited.Record.Steps, counted.Record.Steps);
    }

    [Fact]
    public void A_training_that_was_stopped_goes_on_to_the_same_bits()
    {
        MajorityModel whole = MajorityModel.Train(Examples, Quick);
        for (int stop = 1; stop < 40; stop += 6)
        {
            using CancellationTokenSource cancellation = new();
            TrainingContext context = new() { CheckpointPath = _folder[$"at-{stop}"], Cancellation = cancellation.Token, Progress = new Told<TrainingProgress>(progress => { if (progress.StepsDone == stop) cancellation.Cancel(); }) };
            Assert.Equal(TrainingOutcome.Interrupted, MajorityModel.Train(Examples, Quick, context).Record.Outcome);
            TrainingContext again = new() { CheckpointPath = context.CheckpointPath, Resume = true };
            Assert.Equal(Weights(whole), Weights(MajorityModel.Train(Examples, Quick, again)));

            Example<float[], bool>[] others = [.. Examples];
            others[17] = others[17] with { Target = !others[17].Target };
            Assert.Contains("data = ", Assert.Throws<ElmanException>(() => MajorityModel.Train(others, Quick, again)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_training_that_broke_off_goes_on_from_its_last_epoch_to_the_same_bits()
    {
        MajorityModel whole = MajorityModel.Train(Examples, Quick);
        TrainingContext context = new() { CheckpointPath = _folder["run"], Progress = new Told<TrainingProgress>(progress => { if (progress.StepsDone == 27) throw new TimeoutException(); }) };
        Assert.Throws<TimeoutException>(() => MajorityModel.Train(Examples, Quick, context));
        MajorityModel resumed = MajorityModel.Train(Examples, Quick, new TrainingContext { CheckpointPath = _folder["run"], Resume = true });
        Assert.Equal(Weights(whole), Weights(resumed));
    }

    [Fact]
    public void Predictions_do_not_depend_on_threads_or_batch_mates()
    {
        MajorityModel model = MajorityModel.Train(Examples, Quick);
        float[][] inputs = [.. Unseen.Select(example => example.Input)];
        double[] expected = [.. model.Predict(inputs)];
        int wrong = 0;
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < inputs.Length; i++)
                if (model.Predict(inputs[i]) != expected[i]) Interlocked.Increment(ref wrong);
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.Equal(0, wrong);
    }

    [Fact]
    public void A_file_that_lies_or_is_of_an_unknown_task_is_refused()
    {
        MajorityModel.Train(Examples, Quick).Save(_folder["model"]);
        SafeTensorsFile file = SafeTensorsFile.Read(_folder["model"]);
        void Refuses(string key, string before, string after, string message)
        {
            Dictionary<string, string> metadata = new(file.Metadata) { ["digest"] = "none" };
            metadata[key] = metadata[key].Replace(before, after, StringComparison.Ordinal);
            SafeTensorsFile.Write(_folder["bad"], metadata, file.Tensors);
            Assert.Equal($"{_folder["bad"]}: {message}", Assert.Throws<ElmanException>(() => TaskModel.LoadAny(_folder["bad"])).Message);
        }
        Refuses("task", "majority", "minority", $"the model's task 'minority' is not known, known are {string.Join(", ", TaskRegistry.Names)}; update Elman, or register the task");
        Refuses("options", "\"hidden\":8", "\"hidden\":60000", "parameter 'encoder.recurrent.weight_ih_l0' has shape [24, 1], the model expects [180000, 1]; the file is damaged");
        Refuses("options", "\"optimizer\":\"adam\"", "\"optimizer\":\"eve\"", "there is no optimizer 'eve'; known are adam, adamw, rmsprop, sgd");
        Assert.Throws<ArgumentException>(() => TaskRegistry.Register(Forecaster.TaskName, MajorityModel.Load));
    }

    /// <summary>Nothing outside the folder names the task but the lines that register it, in the tests.</summary>
    [Fact]
    public void It_took_one_folder_and_one_line()
    {
        string folder = Repository.File("tests/Elman.Tests/Tasks/Tiny");
        string[] own = Directory.GetFiles(folder, "*", SearchOption.AllDirectories);
        Assert.All(own, file => Assert.True(File.ReadLines(file).Count() < 100, file));
        Assert.True(own.Sum(file => File.ReadLines(file).Count()) < 150);
        string[] sources = [.. new[] { "src", "tests" }.SelectMany(root => Directory.GetFiles(Repository.File(root), "*.cs", SearchOption.AllDirectories))];
        string[] elsewhere = [.. sources.Except(own).Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.EndsWith("Tests.cs", StringComparison.Ordinal))];
        // The command has a file for each task, too.
        Assert.Equal(["TinyCommandTask.cs"], elsewhere.Where(file => File.ReadAllText(file).Contains("Majority" + "Model", StringComparison.Ordinal)).Select(Path.GetFileName));
        string tests = File.ReadAllText(Repository.File($"tests/Elman.Tests/Tasks/{nameof(TinyTaskTests)}.cs"));
        Assert.Equal(2, tests.Split("TaskRegistry." + "Register(").Length - 1);
    }
}
