using System.Globalization;

namespace Elman;

/// <summary>One call of <see cref="Trainer"/>'s Run: the loop over epochs and steps.</summary>
internal sealed class TrainingSession<TBatch>
{
    private readonly Module _module;
    private readonly Optimizer _optimizer;
    private readonly TrainingOptions _options;
    private readonly BatchSource<TBatch> _source;
    private readonly Func<TBatch, State?, (Tensor Loss, State? Next)> _loss;
    private readonly Func<double>? _validate;
    private readonly LearningRateSchedule _schedule;
    private readonly bool _maximizes;
    private readonly Checkpoint? _checkpoint;
    private readonly TrainingRun _run;
    private readonly StepPlan _plan;
    private readonly long _began;
    private readonly double _secondsBefore;
    private long _checkpointed;
    private bool _hasBegun;
    private long _stepsHere, _sequencesHere, _stepOfCheckpoint;
    private int _batchesInEpoch;

    public TrainingSession(
        Module module, Optimizer optimizer, TrainingOptions options, BatchSource<TBatch> source,
        Func<TBatch, State?, (Tensor Loss, State? Next)> loss, Func<double>? validate)
    {
        (_module, _optimizer, _options, _source, _loss, _validate) = (module, optimizer, options, source, loss, validate);
        _schedule = options.Schedule ?? new ConstantRate(optimizer.LearningRate);
        _maximizes = options.Maximize || _schedule.Maximizes == true;
        Check();
        if (options.CheckpointPath is { } path) _checkpoint = new Checkpoint(path, module, optimizer, _schedule);
        Dictionary<string, string> settings = Settings();
        _run = options.Resume && File.Exists(options.CheckpointPath) ? _checkpoint!.Read(settings) : new TrainingRun(new TrainingRecord(settings));
        _run.Record.Outcome = Outcome;
        (_secondsBefore, _stepOfCheckpoint) = (_run.Record.Seconds, _run.Record.Steps);
        _plan = new StepPlan(options, _schedule);
        _began = _checkpointed = options.Clock.GetTimestamp();
    }

    /// <summary>How the run would end here.</summary>
    private TrainingOutcome Outcome =>
        _run.EpochsWithoutImprovement >= _options.Patience ? TrainingOutcome.StoppedEarly
        : _run.Epoch >= _options.Epochs || _run.Position == 0 && _plan?.IsReached(_run.Record.Steps) == true ? TrainingOutcome.Completed
        : TrainingOutcome.Interrupted;

    private bool KeepsBest => _validate is not null || _options.Patience is not null;

    public TrainingRecord Run(CancellationToken cancellation)
    {
        try
        {
            return Loop(cancellation);
        }
        finally
        {
            // However the run ends, by a divergence or a failure too: what was best is not lost.
            if (KeepsBest && _run.BestWeights is { } best) _module.Load(best);
            _module.Evaluate();
        }
    }

    private TrainingRecord Loop(CancellationToken cancellation)
    {
        while (Outcome == TrainingOutcome.Interrupted)
        {
            IReadOnlyList<TBatch> batches = Begin();
            if (Outcome != TrainingOutcome.Interrupted) break;
            while (true)
            {
                if (cancellation.IsCancellationRequested) return Interrupted();
                if (_run.Position == batches.Count || _plan.IsReached(_run.Record.Steps)) break;
                Step(batches);
                _plan.StepDone(_run.Record.Steps, Clock());
                Report(epochDone: false);
                WriteCheckpointIfDue();
            }
            EndEpoch();
        }
        _run.Record.Outcome = Outcome;
        if (_hasBegun) _run.Record.PlannedSteps = _plan.Afterwards(_run.Record.Steps);
        return _run.Record;
    }

    private double SecondsHere => _options.Clock.GetElapsedTime(_began).TotalSeconds;

    /// <summary>Asks for the epoch's batches, and makes sure that a resumed run finds those that it left.</summary>
    private IReadOnlyList<TBatch> Begin()
    {
        IReadOnlyList<TBatch> batches = _source.Epoch(_run.Epoch);
        if (batches.Count == 0) throw new ElmanException($"epoch {_run.Epoch + 1} has no batches; give at least one training sequence");
        if (_run.BatchesInEpoch != 0 && _run.BatchesInEpoch != batches.Count)
            throw new ElmanException($"{_checkpoint?.Path}: the run to resume had {_run.BatchesInEpoch} batches in epoch {_run.Epoch + 1}, this one has {batches.Count}; give the same data and batch size, or start anew without resuming");
        _run.BatchesInEpoch = _batchesInEpoch = batches.Count;
        if (!_hasBegun) BeginPlan();
        return batches;
    }

    /// <summary>Refuses what would train something else than it says, before anything is changed.</summary>
    private void Check()
    {
        HashSet<Tensor> own = [.. _module.Parameters().Select(parameter => parameter.Value)];
        if (_optimizer.Parameters.FirstOrDefault(parameter => !own.Contains(parameter.Value)).Name is { } foreign)
            throw new InvalidOperationException($"the optimizer's parameter '{foreign}' is not one of the module that is trained, {_module.Description}: make the optimizer of that module's Parameters()");
        if (_optimizer.IsTaken) throw Used("optimizer", "moments");
        if (_schedule.IsTaken) throw Used("schedule", "time");
        if (_options.Maximize && _schedule.Maximizes == false)
            throw new InvalidOperationException($"the run maximizes what the validation returns, its schedule '{_schedule}' minimizes it: give both the same direction");
        if (_maximizes && _validate is null) throw new InvalidOperationException("the run maximizes what the validation returns, and there is no validation: give one");
    }

    private static InvalidOperationException Used(string what, string whose) =>
        new($"the {what} has been used by another run, whose {whose} it still holds: make a new {what} for each run");

    private void BeginPlan()
    {
        _hasBegun = true;
        if (!_optimizer.TryTake()) throw Used("optimizer", "moments");
        if (!_schedule.TryTake()) throw Used("schedule", "time");
        try
        {
            _plan.Begin(Steps(_batchesInEpoch), _run.Record.PlannedSteps);
        }
        catch (ElmanException failure)
        {
            throw new ElmanException($"{_checkpoint?.Path}: {failure.Message}", failure);
        }
    }

    /// <summary>One optimizer step: gradients of one or more batches, checks, clipping, update.</summary>
    private void Step(IReadOnlyList<TBatch> batches)
    {
        int count = Math.Min(_options.Accumulation, batches.Count - _run.Position);
        (double lossSum, long sequences) = (0, 0);
        _optimizer.ZeroGradients();
        for (int i = 0; i < count; i++)
        {
            (double loss, int size) = Differentiate(batches, _run.Position + i, weighted: count > 1);
            lossSum += loss * size;
            sequences += size;
        }
        if (count > 1) GradientClipping.Scale(_optimizer.Parameters, (float)(1.0 / sequences));
        _run.LearningRate = _optimizer.LearningRate = _schedule.Rate;
        BoundGradients(lossSum / sequences);
        _optimizer.Step();
        _schedule.StepDone(lossSum / sequences);
        _run.Position += count;
        _run.LossSum += lossSum;
        _run.Sequences += sequences;
        _run.Record.Steps++;
        _stepsHere++;
        _sequencesHere += sequences;
    }

    /// <summary>Adds the gradient of one batch's loss, times its sequences if there are other batches to weigh it against.</summary>
    private (double Loss, int Size) Differentiate(IReadOnlyList<TBatch> batches, int place, bool weighted)
    {
        using (TensorScope.Begin())
        {
            _module.Train(_options.Seed, _run.Batches++);
            TBatch batch = batches[place];
            int size = _source.Sequences(place, batch);
            if (size <= 0) throw new ArgumentException($"batch {place} of epoch {_run.Epoch + 1} has {size} sequences; a batch needs at least one");
            (Tensor loss, State? next) = _loss(batch, _run.Carried.Value);
            loss.Backward(weighted ? Tensor.Full(size, loss.Shape.Extents) : null);
            _run.Carried.Keep(next);
            return (loss.ToScalar(), size);
        }
    }

    private void BoundGradients(double loss)
    {
        IReadOnlyList<(string Name, Tensor Value)> parameters = _optimizer.Parameters;
        double norm = GradientClipping.Norm(parameters);
        if (!double.IsFinite(loss)) throw Diverged(string.Create(CultureInfo.InvariantCulture, $"the loss is {loss}"));
        if (!double.IsFinite(norm)) throw Diverged("a gradient is not finite");
        if (_options.ClipValue is { } value)
        {
            GradientClipping.ByValue(parameters, value);
            norm = GradientClipping.Norm(parameters);
        }
        if (_options.ClipNorm is { } maximum) GradientClipping.ScaleTo(parameters, maximum, norm);
    }

    private DivergenceException Diverged(string what) =>
        DivergenceException.Of(what, _run.Record.Steps + 1, _run.Epoch + 1, _run.LearningRate, _optimizer.Parameters, RecordOfDivergence());

    private TrainingRecord RecordOfDivergence()
    {
        Clock();
        _run.Record.Outcome = TrainingOutcome.Diverged;
        return _run.Record;
    }

    private void EndEpoch()
    {
        double? validation = Validate();
        Clock();
        bool best = _run.EndEpoch(validation, _options.MinimumImprovement, _maximizes);
        if (best && KeepsBest) _run.KeepBest(_module.Parameters());
        _schedule.EpochDone(_run.Record.Epochs[^1].Watched);
        _run.Record.Outcome = Outcome;
        WriteCheckpoint();
        Report(epochDone: true);
    }

    private double? Validate()
    {
        if (_validate is null) return null;
        using (TensorScope.Begin())
        using (Inference.Begin())
        {
            double loss = _validate();
            return double.IsFinite(loss) ? loss : throw new DivergenceException(string.Create(CultureInfo.InvariantCulture,
                $"training stopped after epoch {_run.Epoch + 1} at learning rate {_run.LearningRate:G4}: the validation loss is {loss}; lower the learning rate, or look for extreme values in the validation data"))
            {
                Record = RecordOfDivergence(),
            };
        }
    }

    private TrainingRecord Interrupted()
    {
        Clock();
        WriteCheckpoint();
        return _run.Record;
    }

    private void WriteCheckpointIfDue()
    {
        bool due = _run.Record.Steps - _stepOfCheckpoint >= _options.CheckpointSteps || _options.Clock.GetElapsedTime(_checkpointed) >= _options.CheckpointInterval;
        if (_checkpoint is null || !due) return;
        Clock();
        WriteCheckpoint();
    }

    private void WriteCheckpoint()
    {
        _run.Record.PlannedSteps = _plan.Steps;
        _checkpoint?.Write(_run);
        _stepOfCheckpoint = _run.Record.Steps;
        _checkpointed = _options.Clock.GetTimestamp();
    }

    /// <summary>The time spent training, with that before an interruption.</summary>
    private double Clock() => _run.Record.Seconds = _secondsBefore + SecondsHere;

    private void Report(bool epochDone)
    {
        if (_options.Progress is not { } progress) return;
        EpochRecord? last = _run.Record.Epochs.Count > 0 ? _run.Record.Epochs[^1] : null;
        int steps = Steps(_batchesInEpoch), done = epochDone ? steps : Steps(_run.Position), epoch = epochDone ? _run.Epoch : _run.Epoch + 1;
        double seconds = SecondsHere, stepsOfEpochs = (double)_options.Epochs * steps;
        double stepsLeft = Math.Min(_plan.Steps ?? double.MaxValue, stepsOfEpochs) - _run.Record.Steps;
        double? timeLeft = _plan.Steps is null ? _options.TimeLimit?.TotalSeconds - _secondsBefore - seconds : null;
        double left = Math.Max(0, Math.Min(_stepsHere == 0 ? 0 : stepsLeft * seconds / _stepsHere, timeLeft ?? double.MaxValue));
        progress.Report(new TrainingProgress
        {
            Epoch = epoch,
            Epochs = _options.Epochs,
            Step = done,
            StepsPerEpoch = steps,
            Loss = epochDone ? last!.Loss : _run.MeanLoss,
            ValidationLoss = last?.ValidationLoss,
            LearningRate = _run.LearningRate,
            SequencesPerSecond = _sequencesHere / seconds,
            TimeLeft = TimeLeft(left),
            StepsDone = _run.Record.Steps,
            StepsPlanned = _plan.Steps,
            Done = Math.Clamp(timeLeft is null ? _run.Record.Steps / (_run.Record.Steps + stepsLeft) : (_secondsBefore + seconds) / (_secondsBefore + seconds + left), 0, 1),
            EpochDone = epochDone,
        });
    }

    /// <summary>As long as a time span can be, where so many epochs are asked for that only patience will end them.</summary>
    private static TimeSpan TimeLeft(double seconds) => seconds < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue;

    private int Steps(int batches) => (batches - 1) / _options.Accumulation + 1;

    private Dictionary<string, string> Settings()
    {
        Dictionary<string, string> settings = new(_options.Settings);
        void Add(string name, object? value) => settings.Add("trainer." + name, Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
        Add("optimizer", _optimizer);
        Add("schedule", _schedule);
        Add("seed", _options.Seed);
        Add("accumulation", _options.Accumulation);
        // A time limit is not compared: what it became, a number of steps, is in the record.
        if (_options.Steps is { } limit) Add("steps", limit);
        Add("clip_norm", _options.ClipNorm ?? (object)"none");
        Add("clip_value", _options.ClipValue ?? (object)"none");
        Add("patience", _options.Patience ?? (object)"none");
        Add("minimum_improvement", _options.MinimumImprovement);
        if (_maximizes) Add("maximize", "yes");
        Add("validation", _validate is null ? "none" : "each epoch");
        return settings;
    }
}
