namespace Elman;

/// <summary>One try of a study.</summary>
/// <param name="Number">Its number, from 0. Trial 0 has the settings that the study started from.</param>
/// <param name="Settings">What was tried: texts by the settings' names.</param>
/// <param name="Losses">The loss at each rung that it reached; infinite where the training diverged.</param>
public sealed record Trial(int Number, IReadOnlyDictionary<string, string> Settings, IReadOnlyList<double> Losses)
{
    /// <summary>The loss at the last rung that it reached.</summary>
    public double Loss => Losses[^1];
}

/// <summary>What a <see cref="Tuner{TOptions}"/> found. It depends on the objective, the seed and the number of trials, and not on how many ran at once.</summary>
/// <param name="Trials">All trials, by number.</param>
/// <param name="Rungs">The budgets of the rungs, ascending.</param>
/// <param name="IsComplete">Whether it was not stopped before its end.</param>
public sealed record Study(IReadOnlyList<Trial> Trials, IReadOnlyList<int> Rungs, bool IsComplete)
{
    /// <summary>The trials from the best on: those that went farther come first, then the lower loss, then the earlier one.</summary>
    public IReadOnlyList<Trial> Ranked => Rank(Trials);

    /// <summary>The best trial of the last rung; null before one has reached it.</summary>
    public Trial? Best => Ranked.FirstOrDefault(trial => trial.Losses.Count == Rungs.Count && double.IsFinite(trial.Loss));

    internal static IReadOnlyList<Trial> Rank(IEnumerable<Trial> trials) =>
        [.. trials.Where(trial => trial.Losses.Count > 0).OrderByDescending(trial => trial.Losses.Count).ThenBy(trial => trial.Loss).ThenBy(trial => trial.Number)];
}

/// <summary>One rung of one trial that is done.</summary>
/// <param name="Trial">The trial's number.</param>
/// <param name="Settings">Its settings.</param>
/// <param name="Rung">The rung, from 0.</param>
/// <param name="Budget">The rung's budget.</param>
/// <param name="Loss">The loss; infinite where the training diverged.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="At">Seconds of the whole study, without pauses, when it was done.</param>
public sealed record RungResult(int Trial, IReadOnlyDictionary<string, string> Settings, int Rung, int Budget, double Loss, double Seconds, double At);
