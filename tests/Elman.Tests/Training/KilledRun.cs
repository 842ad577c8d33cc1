using System.Diagnostics;
using System.Runtime.CompilerServices;
using Elman.Tests.Files;

namespace Elman.Tests.Training;

/// <summary>Kills processes in the middle of a training that writes a checkpoint after every step.</summary>
public class KilledRun
{
    private const string Variable = "ELMAN_TESTS_TRAIN";

    /// <summary>Makes of this process the one to be killed, if the environment says so, before the test runner begins.</summary>
    [ModuleInitializer]
    internal static void TrainIfAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } path) return;
        Network net = new(new RandomStream(11));
        Console.WriteLine("training");
        Train(net, path);
        SafeTensorsFile.Write(path + ".weights", [], [.. net.Parameters().Select(parameter => SafeTensor.From(parameter.Name, parameter.Value.Span, parameter.Value.Shape.Extents))]);
        Environment.Exit(0);
    }

    [Fact]
    public void A_run_killed_at_random_moments_ends_with_the_same_bits_and_never_leaves_a_broken_file()
    {
        using TemporaryFolder folder = new();
        Network expected = new(new RandomStream(11));
        Train(expected, null);

        Random random = new(20261123);
        string path = folder["run"];
        int kills = 0, within = 0;
        while (!File.Exists(path + ".weights"))
        {
            DateTime before = File.GetLastWriteTimeUtc(path);
            using Process process = Start(path);
            // Some die while they start, most a few steps and files after they have begun to train.
            if (random.Next(10) > 0) process.StandardOutput.ReadLine();
            if (kills < 25 && !process.WaitForExit(random.Next(500)))
            {
                process.Kill();
                kills++;
            }
            process.WaitForExit();
            if (!File.Exists(path)) continue;
            Assert.NotEmpty(SafeTensorsFile.Read(path).Tensors);
            if (File.GetLastWriteTimeUtc(path) != before) within++;
        }
        Assert.True(kills >= 5 && within >= 3, $"of {kills} kills {within} came after a step: the run is too short to prove anything");
        SafeTensorsFile weights = SafeTensorsFile.Read(path + ".weights");
        foreach ((string name, Tensor value) in expected.Parameters()) Assert.Equal(value.Span, weights.GetFloats(name));
        Assert.DoesNotContain(Directory.GetFiles(folder.Path), file => !file.StartsWith(path, StringComparison.Ordinal));
    }

    private static Process Start(string path)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true };
        // Under "dotnet Elman.Tests.dll" the process is the host, otherwise the program itself.
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(typeof(KilledRun).Assembly.Location);
        start.Environment[Variable] = path;
        return Process.Start(start)!;
    }

    /// <summary>Some seconds of training, most of them spent writing.</summary>
    private static void Train(Network net, string? path)
    {
        Trainer trainer = new(net, new Adam(net.Parameters(), 0.01), new TrainingOptions
        {
            Epochs = 30,
            Accumulation = 2,
            Patience = 30,
            Schedule = new ReduceOnPlateau(0.01, 0.5, patience: 1),
            CheckpointPath = path,
            CheckpointSteps = 1,
            Resume = path is not null,
        });
        Tensor x = SmallRun.Random([40, 4, 2], 1), y = SmallRun.Random([40, 4, 64], 2);
        trainer.Run(BatchSource.Shuffled(40, 3, 1, rows => rows), rows => Loss.MeanSquaredError(net.Forward(x.Take(0, rows)), y.Take(0, rows)));
    }

    private sealed class Network : Module
    {
        private readonly Gru _gru;

        public Network(RandomStream random) =>
            _gru = AddChild("gru", new Gru(2, 64, random, new RecurrentOptions { Layers = 2, Dropout = 0.2f }));

        public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => _gru.Forward(input, lengths);
    }
}
