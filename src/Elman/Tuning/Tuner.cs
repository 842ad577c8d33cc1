namespace Elman;

/// <summary>
/// Searches settings with a small loss. Trials come in generations of a fixed size: the first is random, later ones are drawn near what earlier generations found good
/// (tree-structured Parzen estimators, Bergstra et al. 2011). All trials of a generation get a small budget, the best of them a larger one (successive halving, Jamieson
/// and Talwalkar 2016). What a trial tries is a function of the seed, its number and the earlier generations, and pruning waits for the whole rung: the study is the
/// same for any number of workers.
/// </summary>
/// <typeparam name="TOptions">The options record.</typeparam>
/// <param name="space">What is searched.</param>
/// <param name="start">Where it starts: trial 0, which is never pruned, so that the best is no worse; settings that are not searched stay as they are here.</param>
/// <param name="loss">
/// The loss of some options with a budget, such as epochs: a function of both alone, called on several threads at once. What is not finite, or a
/// <see cref="DivergenceException"/>, is the worst loss.
/// </param>
/// <example><code>
/// Tuner&lt;ForecasterOptions&gt; tuner = new(space, new ForecasterOptions(), (options, epochs, _) => Loss(options, epochs));
/// Study study = tuner.Run(new TunerOptions { Trials = 27, Rungs = TunerOptions.RungsUpTo(15), Workers = 4 });
/// ForecasterOptions best = space.Apply(study.Best!.Settings, new ForecasterOptions());
/// </code></example>
public sealed class Tuner<TOptions>(SearchSpace<TOptions> space, TOptions start, Func<TOptions, int, CancellationToken, double> loss)
    where TOptions : class
{
    /// <summary>Tells the tuner's random numbers from others of the same seed.</summary>
    private const ulong Purpose = 0x54_554e_45ul << 32;

    /// <summary>One of so many trials is called good.</summary>
    private const int GoodOf = 5;

    /// <summary>How often settings are drawn anew that were tried before.</summary>
    private const int Redraws = 20;

    /// <summary>Runs a study, or goes on with one.</summary>
    /// <exception cref="ElmanException">The study file cannot be used, or the objective threw it.</exception>
    /// <exception cref="ArgumentException">The options have no meaning.</exception>
    public Study Run(TunerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        using StudyFile file = StudyFile.Open(options.StudyPath, options.Resume, Identity(options));
        StudyClock clock = new(options, file.Results);
        RungRunner runner = new(options, file, clock, (trial, budget) => Measure(trial, budget, options.Cancellation));
        List<Trial> trials = [];
        int? most = options.Trials ?? file.Trials;
        while (!(trials.Count >= most))
        {
            Trial[] wanted = NewGeneration(trials, Math.Min(options.Generation, (most ?? int.MaxValue) - trials.Count), options.Seed);
            Trial[] generation = runner.Start(wanted);
            if (options.Cancellation.IsCancellationRequested) return Stopped(trials, generation, options);
            if (generation.Length < wanted.Length) file.AddTrials((most = trials.Count + generation.Length).Value);
            for (int rung = 1; rung < options.Rungs.Length; rung++)
            {
                generation = runner.Promote(generation, rung);
                if (options.Cancellation.IsCancellationRequested) return Stopped(trials, generation, options);
            }
            trials.AddRange(generation);
        }
        return new Study(trials, options.Rungs, IsComplete: true);
    }

    private static Study Stopped(List<Trial> trials, Trial[] generation, TunerOptions options) =>
        new([.. trials, .. generation.Where(trial => trial.Losses.Count > 0)], options.Rungs, IsComplete: false);

    /// <summary>What a study file must share with the study that goes on with it.</summary>
    private (string Name, string Value)[] Identity(TunerOptions options) =>
    [
        ("seed", $"{options.Seed}"), ("rungs", string.Join(' ', options.Rungs)), ("generation", $"{options.Generation} by {options.Reduction}"),
        ("space", space.Description), .. space.All(start).Select(setting => ($"start of {setting.Name}", setting.Text)), ("data", options.Data),
    ];

    private double Measure(Trial trial, int budget, CancellationToken cancellation)
    {
        try
        {
            double result = loss(space.Apply(trial.Settings, start), budget, cancellation);
            return double.IsFinite(result) ? result : double.PositiveInfinity;
        }
        catch (DivergenceException)
        {
            return double.PositiveInfinity;
        }
    }

    private Trial[] NewGeneration(List<Trial> earlier, int count, ulong seed)
    {
        IReadOnlyList<Trial> ranked = Study.Rank(earlier);
        Trial[] able = [.. ranked.Where(trial => double.IsFinite(trial.Loss))];
        Trial[] good = able[..((able.Length + GoodOf - 1) / GoodOf)], others = [.. ranked.Except(good)];
        List<Dictionary<string, string>> tried = [];
        Trial[] generation = new Trial[count];
        for (int i = 0; i < count; i++)
        {
            int number = earlier.Count + i;
            RandomStream random = new(seed, Purpose | (uint)number);
            Dictionary<string, string> settings = number == 0 ? space.TextsOf(start) : Draw(random, good, others);
            for (int again = 0; again < Redraws && (tried.Exists(Same) || earlier.Exists(trial => Same(trial.Settings))); again++)
                settings = Draw(random, good, others);
            tried.Add(settings);
            generation[i] = new Trial(number, settings, []);

            bool Same(IReadOnlyDictionary<string, string> other) => other.All(pair => settings[pair.Key] == pair.Value);
        }
        return generation;
    }

    private Dictionary<string, string> Draw(RandomStream random, Trial[] good, Trial[] others) => space.Dimensions.ToDictionary(
        dimension => dimension.Name,
        dimension => good.Length == 0 ? dimension.Draw(random) : dimension.Draw(random, Values(good, dimension), Values(others, dimension)));

    private static string[] Values(Trial[] trials, SearchDimension dimension) => [.. trials.Select(trial => trial.Settings[dimension.Name])];
}
