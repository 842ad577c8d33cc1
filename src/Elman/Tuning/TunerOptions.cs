using System.Collections.Immutable;

namespace Elman;

/// <summary>How a <see cref="Tuner{TOptions}"/> searches. The seed, the rungs, the sizes and the number of trials decide what it finds; the rest does not.</summary>
public sealed record TunerOptions
{
    /// <summary>How many trials there are; null for as many as the time limit allows.</summary>
    public int? Trials { get; init; }

    /// <summary>
    /// How long the study may take; null for any time. It is turned into a number of trials, which the study file records: as <see cref="Trials"/> of another study it gives
    /// the same one again.
    /// </summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>How much of the time limit is kept for what follows the study, in trials of the largest budget.</summary>
    public double Afterwards { get; init; }

    /// <summary>Trials that run at once; the threads that <see cref="Compute"/> allows are shared between them.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Where the trials' settings come from.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The budgets of the rungs, ascending: each trial of a generation gets the first, the best of them the next.</summary>
    public required ImmutableArray<int> Rungs { get; init; }

    /// <summary>Trials of a generation. Settings are drawn with what earlier generations showed, and trials of one generation are pruned against each other.</summary>
    public int Generation { get; init; } = 9;

    /// <summary>Of so many trials at a rung, one goes on to the next.</summary>
    public int Reduction { get; init; } = 3;

    /// <summary>A fingerprint of the data on which the loss is measured: a study goes on only with the same.</summary>
    public string Data { get; init; } = "";

    /// <summary>The file that gets a line for each rung that is done; null for none.</summary>
    public string? StudyPath { get; init; }

    /// <summary>Goes on with the study of the file, if there is one.</summary>
    public bool Resume { get; init; }

    /// <summary>Told of each rung that is done, one at a time, on the thread that did it.</summary>
    public IProgress<RungResult>? Progress { get; init; }

    /// <summary>Ends the study; what is done is in the file.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Budgets that grow by a factor up to the largest: of 15 by 3, these are 2, 5 and 15.</summary>
    /// <param name="largest">The budget of the last rung, at least 1.</param>
    /// <param name="count">Rungs at most.</param>
    /// <param name="reduction">The factor.</param>
    public static ImmutableArray<int> RungsUpTo(int largest, int count = 3, int reduction = 3)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(largest);
        IEnumerable<int> budgets = Enumerable.Range(0, count).Select(i => Math.Max(1, (int)Math.Ceiling(largest / Math.Pow(reduction, count - 1 - i))));
        return [.. budgets.Distinct()];
    }

    internal void Check()
    {
        if (Rungs.IsDefaultOrEmpty || Rungs[0] < 1 || Rungs.Zip(Rungs.Skip(1)).Any(pair => pair.First >= pair.Second))
            throw new ArgumentException("the rungs must be ascending numbers of at least 1", nameof(Rungs));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Workers, nameof(Workers));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Generation, nameof(Generation));
        ArgumentOutOfRangeException.ThrowIfLessThan(Reduction, 2, nameof(Reduction));
        if (Trials is null && TimeLimit is null) throw new ArgumentException("a study needs a number of trials or a time limit", nameof(Trials));
        if (Trials is < 1) throw new ArgumentOutOfRangeException(nameof(Trials), "a study has at least one trial");
    }
}
