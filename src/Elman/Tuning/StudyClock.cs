using System.Diagnostics;

namespace Elman;

/// <summary>The time of a study without its pauses, and whether the limit has room for one more trial and for all that follows from it.</summary>
internal sealed class StudyClock
{
    private readonly TunerOptions _options;
    private readonly double _before;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private double _seconds, _budgets;

    public StudyClock(TunerOptions options, IReadOnlyList<RungResult> done)
    {
        _options = options;
        _before = done.Select(result => result.At).DefaultIfEmpty(0).Max();
        foreach (RungResult result in done) Add(result);
    }

    /// <summary>Seconds since the study began.</summary>
    public double Now => _before + _watch.Elapsed.TotalSeconds;

    /// <summary>Learns from a rung that is done what a unit of budget costs.</summary>
    public void Add(RungResult result) => (_seconds, _budgets) = (_seconds + result.Seconds, _budgets + result.Budget);

    /// <summary>Whether a generation of so many trials can be ended in time.</summary>
    /// <param name="trials">Trials, the next one among them.</param>
    /// <param name="done">Budgets of the generation that are done.</param>
    public bool Allows(int trials, double done)
    {
        if (_options.TimeLimit is not { } limit || _budgets == 0) return true;
        double left = -done;
        for (int rung = 0; rung < _options.Rungs.Length; rung++, trials = RungRunner.Survivors(trials, _options.Reduction))
            left += (double)trials * _options.Rungs[rung];
        // What follows runs alone: it has all threads then, but may not be able to use them.
        double turns = Math.Max(left, _options.Rungs[0]) / _options.Workers + _options.Afterwards * _options.Rungs[^1];
        return Now + turns * _seconds / _budgets <= limit.TotalSeconds;
    }
}
