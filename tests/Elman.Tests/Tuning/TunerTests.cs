namespace Elman.Tests;

/// <summary>The search over a toy objective whose optimum is known.</summary>
public sealed class TunerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("elman-tuner").FullName;

    private static readonly SettingTable<Toy> Table = new SettingTable<Toy>(new Toy())
        .Real("x", "A number.", o => o.X, (o, v) => o with { X = v }, 0, 10)
        .Real("rate", "A number.", o => o.Rate, (o, v) => o with { Rate = v }, 1e-6, 1)
        .Whole("size", "A number.", o => o.Size, (o, v) => o with { Size = v }, 1, 1000)
        .Choice("kind", "A word.", o => o.Kind, (o, v) => o with { Kind = v }, () => ["plain", "good", "bad"]);

    private static SearchSpace<Toy> Space => new SearchSpace<Toy>(Table)
        .Real("x", 0, 10).Real("rate", 1e-5, 1, logarithmic: true).Whole("size", 1, 256, logarithmic: true).Choice("kind", "plain", "good", "bad");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void TheStudyIsTheSameForAnyNumberOfWorkers(int workers)
    {
        TunerOptions options = new() { Trials = 31, Rungs = [1, 3, 9], Seed = 5 };
        Study one = Run(options), many = Run(options with { Workers = workers }, Uneven);
        Assert.Equal(Text(one), Text(many));
        Assert.Equal(one.Best!.Number, many.Best!.Number);
    }

    [Fact]
    public void AnotherSeedGivesAnotherStudy() => Assert.NotEqual(
        Text(Run(new TunerOptions { Trials = 9, Rungs = [1], Seed = 1 })), Text(Run(new TunerOptions { Trials = 9, Rungs = [1], Seed = 2 })));

    [Fact]
    public void FewerTrialsAreTheSameFirstOnes()
    {
        Study few = Run(new TunerOptions { Trials = 18, Rungs = [1, 3] }), more = Run(new TunerOptions { Trials = 27, Rungs = [1, 3] });
        Assert.Equal(Text(few), Text(more with { Trials = [.. more.Trials.Take(18)] }));
    }

    [Fact]
    public void PruningKeepsTheBestOfARungAndOfEqualOnesTheEarlier()
    {
        Study study = new Tuner<Toy>(Space, new Toy(), (_, _, _) => 1).Run(new TunerOptions { Trials = 9, Rungs = [1, 3, 9], Workers = 3 });
        Assert.Equal([3, 2, 2, 1, 1, 1, 1, 1, 1], study.Trials.Select(trial => trial.Losses.Count));
        Assert.Equal(0, study.Best!.Number);

        Study real = Run(new TunerOptions { Trials = 9, Rungs = [1, 3, 9], Workers = 3 });
        Assert.Equal([.. real.Trials.OrderBy(trial => trial.Losses[0]).Take(3).Select(trial => trial.Number).Union([0]).Order()], At(1));
        Assert.Equal([.. At(1).OrderBy(number => real.Trials[number].Losses[1]).Take((At(1).Length + 2) / 3).Union([0]).Order()], At(2));

        int[] At(int rung) => [.. real.Trials.Where(trial => trial.Losses.Count > rung).Select(trial => trial.Number)];
    }

    [Fact]
    public void TheStartIsTriedFirstAndNeverPruned()
    {
        Study study = Run(new TunerOptions { Trials = 20, Rungs = [1, 3, 9] });
        Assert.Equal("plain", study.Trials[0].Settings["kind"]);
        Assert.Equal(3, study.Trials[0].Losses.Count);
        Assert.True(study.Best!.Loss <= study.Trials[0].Loss);
    }

    [Fact]
    public void WhatDivergesIsTheWorst()
    {
        Study study = new Tuner<Toy>(Space, new Toy(), (toy, budget, _) =>
            toy.Kind == "good" ? throw new DivergenceException("it diverged") : toy.Kind == "bad" ? double.NaN : Loss(toy, budget))
            .Run(new TunerOptions { Trials = 18, Rungs = [1, 3] });
        Assert.Equal("plain", study.Best!.Settings["kind"]);
        Assert.All(study.Trials.Where(trial => trial.Settings["kind"] != "plain"), trial => Assert.Equal([double.PositiveInfinity], trial.Losses));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void AKilledStudyGoesOnToTheSameEnd(int workers)
    {
        TunerOptions options = new() { Trials = 20, Rungs = [1, 3, 9], Seed = 3, Workers = workers, StudyPath = File_("whole") };
        Study whole = Run(options);
        for (int kill = 1; kill < 30; kill += 6)
        {
            using CancellationTokenSource source = new();
            int calls = 0;
            TunerOptions killed = options with { StudyPath = File_($"killed{kill}"), Cancellation = source.Token };
            Study part = Run(killed, (toy, budget) =>
            {
                if (Interlocked.Increment(ref calls) == kill) source.Cancel();
                source.Token.ThrowIfCancellationRequested();
                return Loss(toy, budget);
            });
            Assert.False(part.IsComplete);
            // A crash in the midst of a line, too.
            System.IO.File.AppendAllText(killed.StudyPath!, "{\"trial\":7,\"ru");
            int again = 0;
            Study rest = Run(killed with { Cancellation = default, Resume = true }, (toy, budget) =>
            {
                Interlocked.Increment(ref again);
                return Loss(toy, budget);
            });
            Assert.True(rest.IsComplete);
            Assert.Equal(Text(whole), Text(rest));
            Assert.Equal(Results(options.StudyPath!), Results(killed.StudyPath!));
            Assert.Equal(whole.Trials.Sum(trial => trial.Losses.Count) - (kill - 1), again);
        }
    }

    [Fact]
    public void ATimeLimitBecomesANumberOfTrialsThatGivesTheSameStudy()
    {
        TunerOptions options = new() { TimeLimit = TimeSpan.FromSeconds(0.6), Rungs = [1, 3], StudyPath = File_("limited") };
        Study limited = Run(options, Slow);
        Assert.InRange(limited.Trials.Count, 2, 60);
        Assert.Contains($"{{\"trials\":{limited.Trials.Count}}}", System.IO.File.ReadAllText(options.StudyPath!));
        Assert.Equal(Text(limited), Text(Run(new TunerOptions { Trials = limited.Trials.Count, Rungs = [1, 3] })));
        // The number is known now: the clock is not asked again.
        Assert.Equal(Text(limited), Text(Run(options with { Resume = true, TimeLimit = TimeSpan.FromHours(1) })));
    }

    [Fact]
    public void AnotherStudyOrADamagedOneIsRefusedInOneLine()
    {
        TunerOptions options = new() { Trials = 3, Rungs = [1], StudyPath = File_("study"), Data = "a" };
        Run(options);
        Assert.Contains("holds a study", Assert.Throws<ElmanException>(() => Run(options)).Message);
        Assert.Contains("there 'seed' is '1', here it is '2'", Assert.Throws<ElmanException>(() => Run(options with { Resume = true, Seed = 2 })).Message);
        Assert.Contains("there 'data' is 'a', here it is 'b'", Assert.Throws<ElmanException>(() => Run(options with { Resume = true, Data = "b" })).Message);
        System.IO.File.AppendAllText(options.StudyPath!, "nonsense\n");
        Assert.Contains("line 5: expected a line of a study", Assert.Throws<ElmanException>(() => Run(options with { Resume = true })).Message);
    }

    [Fact]
    public void KnowledgeBeatsChance()
    {
        (int wins, double informed, double random) = (0, 0, 0);
        for (ulong seed = 1; seed <= 20; seed++)
        {
            TunerOptions options = new() { Trials = 63, Rungs = [9], Seed = seed };
            double guided = Run(options).Best!.Loss, chance = Run(options with { Generation = 63 }).Best!.Loss;
            (wins, informed, random) = (wins + (guided < chance ? 1 : 0), informed + guided, random + chance);
        }
        Assert.True(wins >= 14 && informed < 0.75 * random, $"better {wins} times of 20; mean loss {informed / 20:0.000} against {random / 20:0.000}");
    }

    [Fact]
    public void AFailureOfTheObjectiveIsTold() =>
        Assert.Equal("no", Assert.Throws<ElmanException>(
            () => Run(new TunerOptions { Trials = 5, Rungs = [1], Workers = 2 }, (_, _) => throw new ElmanException("no"))).Message);

    [Fact]
    public void WhatASettingCannotBeIsNoSpace()
    {
        Assert.Throws<ArgumentException>(() => new SearchSpace<Toy>(Table).Choice("kind", "good", "unknown"));
        Assert.Throws<ArgumentException>(() => new SearchSpace<Toy>(Table).Whole("size", 0, 10));
        Assert.Throws<ArgumentException>(() => new SearchSpace<Toy>(Table).Real("x", 0, 1, logarithmic: true));
        Assert.Throws<KeyNotFoundException>(() => new SearchSpace<Toy>(Table).Whole("nothing", 1, 2));
        Assert.Equal(["rate", "kind"], Space.Without(["x", "size"]).Names);
    }

    private static double Loss(Toy toy, int budget) =>
        Math.Abs(toy.X - 7) / 3 + Math.Abs(Math.Log10(toy.Rate) + 3) + Math.Abs(Math.Log2(toy.Size) - 5) / 3 + (toy.Kind == "good" ? 0 : 1) + 1.0 / budget;

    /// <summary>Later trials may end first.</summary>
    private static double Uneven(Toy toy, int budget)
    {
        Thread.Sleep((int)(toy.X * 1000 % 4));
        return Loss(toy, budget);
    }

    private static double Slow(Toy toy, int budget)
    {
        Thread.Sleep(10 * budget);
        return Loss(toy, budget);
    }

    private static Study Run(TunerOptions options, Func<Toy, int, double>? loss = null) =>
        new Tuner<Toy>(Space, new Toy(), (toy, budget, _) => (loss ?? Loss)(toy, budget)).Run(options);

    private static string Text(Study study) => string.Join('\n', study.Trials.Select(trial =>
        $"{trial.Number} {string.Join(' ', trial.Settings.Select(pair => $"{pair.Key}={pair.Value}"))} {string.Join(' ', trial.Losses.Select(loss => loss.ToString("R")))}"));

    /// <summary>The lines of a study without their times, in order of trial and rung.</summary>
    private static string[] Results(string path) =>
        [.. System.IO.File.ReadAllLines(path).Select(line => System.Text.RegularExpressions.Regex.Replace(line, "\"(seconds|at)\":[^,]*,", "")).Order(StringComparer.Ordinal)];

    private string File_(string name) => Path.Combine(_folder, name + ".jsonl");

    private sealed record Toy
    {
        public double X { get; init; } = 1;

        public double Rate { get; init; } = 0.1;

        public int Size { get; init; } = 2;

        public string Kind { get; init; } = "plain";
    }
}
