namespace Elman;

/// <summary>
/// How many optimizer steps a run will have. A time limit becomes a number of steps while the run goes on: as late as the learning rate allows,
/// which must not yet depend on the number. From then on the clock is not asked again, so that the run is a function of the number alone.
/// </summary>
internal sealed class StepPlan(TrainingOptions options, LearningRateSchedule schedule)
{
    /// <summary>The part of the limit that is planned for: what remains is for the last validation, and for a machine that gets slower.</summary>
    private const double Used = 0.95;

    private long _ofEpochs;

    /// <summary>The number, once it is known.</summary>
    public long? Steps { get; private set; }

    /// <summary>Whether so many steps end the run; its epochs do at the latest.</summary>
    public bool IsReached(long steps) => Steps < _ofEpochs && steps >= Steps;

    /// <summary>Plans what can be planned before a step: told once, when the first epoch's batches are known.</summary>
    /// <param name="stepsPerEpoch">Steps of an epoch.</param>
    /// <param name="stored">What the checkpoint says of the run that is resumed.</param>
    /// <exception cref="ElmanException">The resumed run has learning rates of another number of steps.</exception>
    public void Begin(int stepsPerEpoch, long? stored)
    {
        _ofEpochs = (long)options.Epochs * stepsPerEpoch;
        long known = Math.Min(options.Steps ?? long.MaxValue, _ofEpochs);
        if (options.TimeLimit is null && stored is { } before && before != known && schedule.StableShare < 1)
            throw new ElmanException($"the run to resume was planned for {before} steps, on which its learning rate depends, this one is for {known}; give the same number of epochs or steps, or start anew without resuming");
        if (options.TimeLimit is not null && stored is { } found) Fix(found);
        else if (options.TimeLimit is null || options.Steps is not null) Fix(known);
    }

    /// <summary>Plans, if it is time for it.</summary>
    /// <param name="done">Steps done.</param>
    /// <param name="seconds">What they took, with all validations.</param>
    public void StepDone(long done, double seconds)
    {
        if (Steps is not null) return;
        double share = schedule.StableShare;
        if (seconds >= Used * share * options.TimeLimit!.Value.TotalSeconds) Fix(Math.Min(Least(done), _ofEpochs));
        else if (done >= (long)(share * _ofEpochs)) Fix(_ofEpochs);
    }

    /// <summary>The number with which the run would have gone as it went, where it ended before there was a plan.</summary>
    public long Afterwards(long done) => Steps ?? Math.Min(Least(done), _ofEpochs);

    /// <summary>The least number for which the learning rates of the steps done are right.</summary>
    private long Least(long done)
    {
        long steps = (long)(done / schedule.StableShare);
        while ((long)(schedule.StableShare * steps) < done) steps++;
        return steps;
    }

    private void Fix(long steps)
    {
        Steps = steps;
        schedule.Plan(steps);
    }
}
