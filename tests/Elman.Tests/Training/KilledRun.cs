using System.Diagnostics;
using System.Runtime.CompilerServices;
using Elman.Tests.Files;

namespace Elman.Tests.Training;

/// <summary>Kills processes in the middle of a training that writes a checkpoint after every step.</summary>
public class KilledRun
{
    private const string Variable = "ELMAN_TESTS_TRAIN";
    private const int Kills = 15;

    /// <summary>Makes of this process the one to be killed, if the environment says so, before the test runner begins.</summary>
    [ModuleInitializer]
    internal static void TrainIfAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } path) return;
        Network net = new(new RandomStream(11));
        Train(net, path, _ => Console.WriteLine("step"));
        SafeTensorsFile.Write(path + ".weights", [], [.. net.Parameters().Select(parameter => SafeTensor.From(parameter.Name, parameter.Value.Span, parameter.Value.Shape.Extents))]);
        Environment.Exit(0);
    }

    [Fact]
    public void A_run_killed_at_random_moments_ends_with_the_same_bits_and_never_leaves_a_broken_file()
    {
        using TemporaryFolder folder = new();
        Network expected = new(new RandomStream(11));
        Train(expected, null, null);

        Random random = new(20261123);
        string path = folder["run"];
        for (int kills = 0; !File.Exists(path + ".weights"); kills++)
        {
            using Process process = Start(path);
            if (kills < Kills)
            {
                // After some steps, each told just before its checkpoint is written, and then at any moment of the writing.
                for (int step = random.Next(8); step > 0; step--) process.StandardOutput.ReadLine();
                TimeSpan delay = TimeSpan.FromMilliseconds(4 * random.NextDouble());
                for (Stopwatch watch = Stopwatch.StartNew(); watch.Elapsed < delay;) Thread.SpinWait(10);
                process.Kill();
                process.WaitForExit();
            }
            else
            {
                process.WaitForExit();
                Assert.Equal(0, process.ExitCode);
            }
            if (File.Exists(path)) Assert.NotEmpty(SafeTensorsFile.Read(path).Tensors);
            else Assert.True(kills < Kills);
        }
        SafeTensorsFile weights = SafeTensorsFile.Read(path + ".weights");
        foreach ((string name, Tensor value) in expected.Parameters()) Assert.Equal(value.Span, weights.GetFloats(name));
    }

    private static Process Start(string path)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true };
        // Under "dotnet Elman.Tests.dll" the process is the host, otherwise the program itself.
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(typeof(KilledRun).Assembly.Location);
        start.Environment[Variable] = path;
        return Process.Start(start)!;
    }

    /// <summary>140 steps, many more than the killed processes make, most of the time spent writing.</summary>
    private static void Train(Network net, string? path, Action<TrainingProgress>? progress)
    {
        Trainer trainer = new(net, new Adam(net.Parameters(), 0.01), new TrainingOptions
        {
            Epochs = 20,
            Accumulation = 2,
            Patience = 20,
            Schedule = new ReduceOnPlateau(0.01, 0.5, patience: 1),
            CheckpointPath = path,
            CheckpointSteps = 1,
            Progress = progress is null ? null : new Told<TrainingProgress>(progress),
            Resume = path is not null,
        });
        Tensor x = SmallRun.Random([40, 4, 2], 1), y = SmallRun.Random([40, 4, 128], 2);
        trainer.Run(BatchSource.Shuffled(40, 3, 1, rows => rows), rows => Loss.MeanSquaredError(net.Forward(x.Take(0, rows)), y.Take(0, rows)));
    }

    private sealed class Network : Module
    {
        private readonly Gru _gru;

        public Network(RandomStream random) =>
            _gru = AddChild("gru", new Gru(2, 128, random, new RecurrentOptions { Layers = 2, Dropout = 0.2f }));

        public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => _gru.Forward(input, lengths);
    }
}
