using System.Globalization;

namespace Elman;

/// <summary>What a schedule counts.</summary>
public enum ScheduleUnit
{
    /// <summary>Optimizer steps.</summary>
    Step,

    /// <summary>Epochs: passes over the training data.</summary>
    Epoch,
}

/// <summary>
/// The learning rate over time, as PyTorch's schedulers give it. A warm-up may come first: over <see cref="WarmUpSteps"/> optimizer
/// steps the rate rises linearly from <see cref="WarmUpStart"/> of its first value to all of it; only then does the schedule's own time begin.
/// </summary>
/// <param name="unit">What the schedule counts.</param>
public abstract class LearningRateSchedule(ScheduleUnit unit)
{
    /// <summary>Up to here a double counts exactly.</summary>
    private const double MostTime = 9007199254740992;

    private long _warmed;
    private int _taken;

    /// <summary>What the schedule counts; the warm-up always counts optimizer steps.</summary>
    public ScheduleUnit Unit { get; init; } = unit;

    /// <summary>Optimizer steps of the warm-up; 0 for none.</summary>
    public int WarmUpSteps { get; init; }

    /// <summary>The share of the rate with which the warm-up begins.</summary>
    public double WarmUpStart { get; init; } = 0.1;

    /// <summary>The rate of the coming optimizer step.</summary>
    public double Rate => _warmed < WarmUpSteps ? ScheduledRate * (WarmUpStart + (1 - WarmUpStart) * _warmed / WarmUpSteps) : ScheduledRate;

    /// <summary>The share of a run's steps whose rates do not depend on how many there will be: 1 unless a schedule asks for <see cref="PlannedSteps"/>.</summary>
    public virtual double StableShare => 1;

    /// <summary>Whether what the schedule watches shall grow, as an accuracy does; null if it watches nothing.</summary>
    public virtual bool? Maximizes => null;

    /// <summary>The steps of the whole run, warm-up included; null as long as nobody knows, which is at most for the <see cref="StableShare"/>.</summary>
    protected long? PlannedSteps { get; private set; }

    /// <summary>Tells the schedule how many optimizer steps the run will have.</summary>
    public void Plan(long steps) => PlannedSteps = steps;

    /// <summary>How often the schedule's own time has advanced.</summary>
    protected long Time { get; private set; }

    /// <summary>Optimizer steps done, warm-up included, of a schedule that counts them.</summary>
    private protected long StepsDone => _warmed + Time;

    /// <summary>The rate at the schedule's own <see cref="Time"/>, without warm-up.</summary>
    protected abstract double ScheduledRate { get; }

    /// <summary>Whether a run of a <see cref="Trainer"/> has it, or had it: its time goes on from there.</summary>
    internal bool IsTaken => _taken != 0;

    /// <summary>A run takes the schedule for itself; false if another has.</summary>
    internal bool TryTake() => Interlocked.Exchange(ref _taken, 1) == 0;

    /// <summary>Tells the schedule that an optimizer step is done.</summary>
    /// <param name="loss">The loss of the step, which a schedule that watches it may want.</param>
    public void StepDone(double loss)
    {
        if (_warmed < WarmUpSteps) _warmed++;
        else if (Unit == ScheduleUnit.Step) Advance(loss);
    }

    /// <summary>Tells the schedule that an epoch is done.</summary>
    /// <param name="loss">The epoch's validation loss, or its training loss where there is no validation.</param>
    public void EpochDone(double loss)
    {
        if (_warmed >= WarmUpSteps && Unit == ScheduleUnit.Epoch) Advance(loss);
    }

    /// <summary>The numbers from which <see cref="LoadState"/> goes on; exact.</summary>
    public double[] SaveState() => [_warmed, Time, .. OwnState];

    /// <summary>Goes on where <see cref="SaveState"/> was called on a schedule of the same settings.</summary>
    /// <exception cref="ArgumentException">The numbers are not as many as this schedule saves.</exception>
    public void LoadState(ReadOnlySpan<double> state)
    {
        if (state.Length != 2 + OwnState.Length) throw new ArgumentException($"the schedule '{this}' has a state of {2 + OwnState.Length} numbers, {state.Length} were given", nameof(state));
        foreach (double time in state[..2])
            if (!(time >= 0 && time <= MostTime && double.IsInteger(time))) throw new ArgumentException($"the schedule '{this}' counts whole steps, {time} was given", nameof(state));
        foreach (double own in state[2..])
            if (double.IsNaN(own)) throw new ArgumentException($"the schedule '{this}' remembers no number that is none", nameof(state));
        (_warmed, Time) = ((long)state[0], (long)state[1]);
        OwnState = state[2..].ToArray();
    }

    /// <summary>The name and all settings; two schedules of the same description give the same rates.</summary>
    public sealed override string ToString() => Description + string.Create(CultureInfo.InvariantCulture,
        $" per {(Unit == ScheduleUnit.Step ? "step" : "epoch")}{(WarmUpSteps > 0 ? $", warm-up {WarmUpSteps} from {WarmUpStart}" : "")}");

    /// <summary>The name and the settings of the kind.</summary>
    protected abstract string Description { get; }

    /// <summary>What a schedule remembers besides its time.</summary>
    protected virtual double[] OwnState { get => []; set { } }

    /// <summary>Called when the schedule's own time advances, with the loss then.</summary>
    protected virtual void Watch(double loss)
    {
    }

    private void Advance(double loss)
    {
        Time++;
        Watch(loss);
    }
}
