using System.Runtime.ExceptionServices;

namespace Elman;

/// <summary>Runs the trials of a generation, rung by rung, on the workers; what a study file knows already is not run again.</summary>
internal sealed class RungRunner
{
    private readonly TunerOptions _options;
    private readonly StudyFile _file;
    private readonly StudyClock _clock;
    private readonly Func<Trial, int, double> _measure;
    private readonly Dictionary<(int Trial, int Rung), RungResult> _known;
    private readonly Lock _lock = new();
    private double _done;

    /// <param name="options">How the study searches.</param>
    /// <param name="file">What is known, and where results go.</param>
    /// <param name="clock">Says when no further trial may start.</param>
    /// <param name="measure">The loss of a trial with a budget.</param>
    public RungRunner(TunerOptions options, StudyFile file, StudyClock clock, Func<Trial, int, double> measure)
    {
        (_options, _file, _clock, _measure) = (options, file, clock, measure);
        _known = file.Results.DistinctBy(result => (result.Trial, result.Rung)).ToDictionary(result => (result.Trial, result.Rung));
    }

    /// <summary>How many of some trials go on to the next rung.</summary>
    public static int Survivors(int trials, int reduction) => (trials + reduction - 1) / reduction;

    /// <summary>Runs the first rung of a generation.</summary>
    /// <param name="trials">Its trials, in order.</param>
    /// <returns>Those that were started: all, or the first ones for which there was time.</returns>
    public Trial[] Start(Trial[] trials)
    {
        _done = 0;
        Trial[] ran = Run(trials, 0, out int started);
        return ran[..started];
    }

    /// <summary>Runs the next rung with the best trials of the last one: of equal ones the earlier, and always the start.</summary>
    /// <returns>All trials, in order.</returns>
    public Trial[] Promote(Trial[] trials, int rung)
    {
        Trial[] able = [.. trials.Where(trial => trial.Losses.Count == rung && double.IsFinite(trial.Loss)).OrderBy(trial => trial.Loss).ThenBy(trial => trial.Number)];
        int best = Survivors(trials.Count(trial => trial.Losses.Count == rung), _options.Reduction);
        Trial[] promoted = [.. able.Where((trial, place) => place < best || trial.Number == 0).OrderBy(trial => trial.Number)];
        Trial[] ran = Run(promoted, rung, out _);
        return [.. trials.Select(trial => Array.Find(ran, other => other.Number == trial.Number) ?? trial)];
    }

    private Trial[] Run(Trial[] trials, int rung, out int started)
    {
        Trial[] ran = [.. trials];
        int next = 0, end = trials.Length;
        (int Place, Exception Failure)? failed = null;
        if (_options.Workers == 1) Work();
        else InParallel(Work);
        started = next;
        if (failed is { } first && !(first.Failure is OperationCanceledException && _options.Cancellation.IsCancellationRequested))
            ExceptionDispatchInfo.Throw(first.Failure);
        return ran;

        void Work()
        {
            while (Next() is { } place)
            {
                try
                {
                    double loss = LossOf(trials[place], rung);
                    ran[place] = trials[place] with { Losses = [.. trials[place].Losses, loss] };
                }
                catch (Exception failure)
                {
                    // The earliest failure in trial order is told, whichever came first.
                    lock (_lock) failed = failed is { } other && other.Place < place ? other : (place, failure);
                }
            }
        }

        int? Next()
        {
            lock (_lock)
            {
                if (failed is not null || _options.Cancellation.IsCancellationRequested || next >= end) return null;
                bool mayStart = rung > 0 || trials[next].Number == 0 || _known.ContainsKey((trials[next].Number, 0)) || _clock.Allows(next + 1, _done);
                if (mayStart) return next++;
                end = next;
                return null;
            }
        }
    }

    /// <summary>Threads of their own, each with its part of the machine: whatever else is computed does not make them wait.</summary>
    private void InParallel(Action work)
    {
        ComputeContext part = Compute.Current with { Threads = Math.Max(1, Compute.Threads / _options.Workers) };
        Thread[] threads = [.. Enumerable.Range(0, _options.Workers).Select(_ => new Thread(() =>
        {
            using (Compute.Use(part)) work();
        }) { IsBackground = true })];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
    }

    private double LossOf(Trial trial, int rung)
    {
        int budget = _options.Rungs[rung];
        if (_known.TryGetValue((trial.Number, rung), out RungResult? known))
        {
            if (trial.Settings.Any(pair => known.Settings.GetValueOrDefault(pair.Key) != pair.Value))
                throw new ElmanException($"the study has other settings of trial {trial.Number} than this version draws; delete it to begin anew");
            lock (_lock) _done += budget;
            return known.Loss;
        }
        double begun = _clock.Now, loss = _measure(trial, budget);
        lock (_lock)
        {
            RungResult result = new(trial.Number, trial.Settings, rung, budget, loss, _clock.Now - begun, _clock.Now);
            _clock.Add(result);
            _done += budget;
            _file.Add(result);
            _options.Progress?.Report(result);
            return loss;
        }
    }
}
