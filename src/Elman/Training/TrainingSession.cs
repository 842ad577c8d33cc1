using System.Diagnostics;
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
    private readonly Checkpoint? _checkpoint;
    private readonly TrainingRun _run;
    private readonly Stopwatch _watch = Stopwatch.StartNew(), _sinceCheckpoint = Stopwatch.StartNew();
    private readonly double _secondsBefore;
    private long _stepsHere, _sequencesHere, _stepOfCheckpoint;
    private int _batchesInEpoch;

    public TrainingSession(
        Module module, Optimizer optimizer, TrainingOptions options, BatchSource<TBatch> source,
        Func<TBatch, State?, (Tensor Loss, State? Next)> loss, Func<double>? validate)
    {
        (_module, _optimizer, _options, _source, _loss, _validate) = (module, optimizer, options, source, loss, validate);
        _schedule = options.Schedule ?? new ConstantRate(optimizer.LearningRate);
        if (options.CheckpointPath is { } path) _checkpoint = new Checkpoint(path, module, optimizer, _schedule);
        Dictionary<string, string> settings = Settings();
        _run = options.Resume && File.Exists(options.CheckpointPath) ? _checkpoint!.Read(settings) : new TrainingRun(new TrainingRecord(settings));
        _run.Record.Outcome = Outcome;
        (_secondsBefore, _stepOfCheckpoint) = (_run.Record.Seconds, _run.Record.Steps);
    }

    /// <summary>How the run would end here.</summary>
    private TrainingOutcome Outcome =>
        _run.EpochsWithoutImprovement >= _options.Patience ? TrainingOutcome.StoppedEarly
        : _run.Epoch >= _options.Epochs ? TrainingOutcome.Completed
        : TrainingOutcome.Interrupted;

    private bool KeepsBest => _validate is not null || _options.Patience is not null;

    public TrainingRecord Run(CancellationToken cancellation)
    {
        while (Outcome == TrainingOutcome.Interrupted)
        {
            IReadOnlyList<TBatch> batches = Begin();
            while (true)
            {
                if (cancellation.IsCancellationRequested) return Interrupted();
                if (_run.Position == batches.Count) break;
                Step(batches);
                Report(epochDone: false);
                WriteCheckpointIfDue();
            }
            EndEpoch();
        }
        if (KeepsBest && _run.BestWeights is { } best) _module.Load(best);
        _module.Evaluate();
        _run.Record.Outcome = Outcome;
        return _run.Record;
    }

    /// <summary>Asks for the epoch's batches, and makes sure that a resumed run finds those that it left.</summary>
    private IReadOnlyList<TBatch> Begin()
    {
        IReadOnlyList<TBatch> batches = _source.Epoch(_run.Epoch);
        if (batches.Count == 0) throw new ElmanException($"epoch {_run.Epoch + 1} has no batches; give at least one training sequence");
        if (_run.BatchesInEpoch != 0 && _run.BatchesInEpoch != batches.Count)
            throw new ElmanException($"{_checkpoint?.Path}: the run to resume had {_run.BatchesInEpoch} batches in epoch {_run.Epoch + 1}, this one has {batches.Count}; give the same data and batch size, or start anew without resuming");
        _run.BatchesInEpoch = _batchesInEpoch = batches.Count;
        return batches;
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
        DivergenceException.Of(what, _run.Record.Steps + 1, _run.Epoch + 1, _run.LearningRate, _optimizer.Parameters);

    private void EndEpoch()
    {
        double? validation = Validate();
        Clock();
        bool best = _run.EndEpoch(validation, _options.MinimumImprovement);
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
        using (Tensor.NoGradient())
        {
            _module.Evaluate();
            double loss = _validate();
            return double.IsFinite(loss) ? loss : throw new DivergenceException(string.Create(CultureInfo.InvariantCulture,
                $"training stopped after epoch {_run.Epoch + 1} at learning rate {_run.LearningRate:G4}: the validation loss is {loss}; lower the learning rate, or look for extreme values in the validation data"));
        }
    }

    private TrainingRecord Interrupted()
    {
        Clock();
        WriteCheckpoint();
        _module.Evaluate();
        return _run.Record;
    }

    private void WriteCheckpointIfDue()
    {
        bool due = _run.Record.Steps - _stepOfCheckpoint >= _options.CheckpointSteps || _sinceCheckpoint.Elapsed >= _options.CheckpointInterval;
        if (_checkpoint is null || !due) return;
        Clock();
        WriteCheckpoint();
    }

    private void WriteCheckpoint()
    {
        _checkpoint?.Write(_run);
        _stepOfCheckpoint = _run.Record.Steps;
        _sinceCheckpoint.Restart();
    }

    private void Clock() => _run.Record.Seconds = _secondsBefore + _watch.Elapsed.TotalSeconds;

    private void Report(bool epochDone)
    {
        if (_options.Progress is not { } progress) return;
        EpochRecord? last = _run.Record.Epochs.Count > 0 ? _run.Record.Epochs[^1] : null;
        int steps = Steps(_batchesInEpoch), done = epochDone ? steps : Steps(_run.Position), epoch = epochDone ? _run.Epoch : _run.Epoch + 1;
        double seconds = _watch.Elapsed.TotalSeconds, stepsLeft = (double)(_options.Epochs - epoch) * steps + steps - done;
        progress(new TrainingProgress
        {
            Epoch = epoch,
            Epochs = _options.Epochs,
            Step = done,
            StepsPerEpoch = steps,
            Loss = epochDone ? last!.Loss : _run.MeanLoss,
            ValidationLoss = last?.ValidationLoss,
            LearningRate = _run.LearningRate,
            SequencesPerSecond = _sequencesHere / seconds,
            TimeLeft = TimeLeft(_stepsHere == 0 ? 0 : stepsLeft * seconds / _stepsHere),
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
        Add("clip_norm", _options.ClipNorm ?? (object)"none");
        Add("clip_value", _options.ClipValue ?? (object)"none");
        Add("patience", _options.Patience ?? (object)"none");
        Add("minimum_improvement", _options.MinimumImprovement);
        Add("validation", _validate is null ? "none" : "each epoch");
        return settings;
    }
}
