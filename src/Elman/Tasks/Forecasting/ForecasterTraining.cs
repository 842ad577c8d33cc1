using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Elman;

/// <summary>One training of a forecaster: checks, cuts and scales the series, then runs a <see cref="Trainer"/> over their windows.</summary>
internal sealed class ForecasterTraining
{
    private readonly Series[] _series;
    private readonly ForecasterOptions _options;
    private readonly Split[] _splits;
    private readonly ForecastLayout _layout;
    private readonly TrainedSeries?[] _trained;
    private readonly SeriesInputs[] _inputs;

    public ForecasterTraining(IReadOnlyList<Series> series, ForecasterOptions options, Action<string>? remark)
    {
        _options = options;
        ForecasterOptions.Settings.Check(options);
        if (series.Count == 0 || series.Any(one => one.Length == 0)) throw new ElmanException("a series to train on has no rows; give at least one series, each with rows");
        if (series.CountBy(one => one.Group).FirstOrDefault(group => group.Value > 1).Key is { } repeated)
            throw new ArgumentException($"two series have the group '{repeated}'; names must differ", nameof(series));
        Frequency? step = TimeGrid.StepOf(series);
        _series = [.. series.Select(one => TimeGrid.Fill(one, step))];
        _splits = ForecasterSplit.Of(_series, options, step);
        _layout = ForecastLayout.Of(_series, _splits, step);
        _trained = [.. _series.Select((one, i) => Fit(one, _splits[i]))];
        _inputs = [.. _series.Select((one, i) => new SeriesInputs(_layout, options, one, _trained[i]?.Scalers))];
        CheckVariety();
        if (remark is not null) Tell(remark, series);
    }

    public Forecaster Run(Action<TrainingProgress>? progress, string? checkpointPath, bool resume, CancellationToken cancellation)
    {
        ForecastNet net = new(_layout.Features, _layout.Known, _options, new RandomStream(_options.Seed));
        SlidingWindows windows = new(_options.Context, _options.Horizon);
        Window[] training = windows.Training(_splits);
        Trainer trainer = new(net, new Adam(net.Parameters(), _options.LearningRate), new TrainingOptions
        {
            Epochs = _options.Epochs,
            Seed = _options.Seed,
            ClipNorm = _options.ClipNorm,
            Patience = _options.Patience,
            Progress = progress,
            CheckpointPath = checkpointPath,
            Resume = resume,
            Settings = Settings(),
        });
        BatchSource<ForecastBatch> source = BatchSource.Shuffled(training.Length, _options.BatchSize, _options.Seed, order => Gather(training, order));
        TrainingRecord record = trainer.Run(source, Loss, Validation(trainer, windows), cancellation);
        return new Forecaster(_options, _layout, [.. _trained.OfType<TrainedSeries>()], net, record);

        Tensor Loss(ForecastBatch batch) => Elman.Loss.Pinball(net.Forward(batch.Input), batch.Target, [.. _options.Quantiles.Select(level => (float)level)], batch.Weights);

        Func<double>? Validation(Trainer trainer, SlidingWindows windows)
        {
            if (_splits.All(split => split.Validation == split.Training)) return null;
            Window[] validation = windows.Validation(_splits);
            BatchSource<ForecastBatch> batches = BatchSource.InOrder(validation.Length, Forecaster.PredictionBatch, order => Gather(validation, order));
            return () => trainer.Evaluate(batches, Loss);
        }
    }

    private ForecastBatch Gather(Window[] windows, int[] order) =>
        ForecastBatch.Gather(_layout, _options, _inputs, Array.ConvertAll(order, i => windows[i]));

    private TrainedSeries? Fit(Series series, Split split)
    {
        if (split.Training == 0) return null;
        return new TrainedSeries(series.Group, split.Validation, series.Times?[split.Validation - 1],
            [.. series.Columns.Select(column => Scaler.Fit(_options.Scaler, column.Values.AsMemory(0, split.Training)))]);
    }

    /// <summary>Refuses a target in which nothing happens, or that cannot tell which epoch is the best: any would have a loss of 0.</summary>
    private void CheckVariety()
    {
        if (_trained.All(series => series is null || series.Scalers[0].IsConstant))
            throw new ElmanException($"column '{_layout.Target}' has one value in all rows for training: there is nothing to learn; choose another target");
        double[] validation = [.. _series.Zip(_splits).SelectMany(pair => pair.First.Target.Values[pair.Second.Training..pair.Second.Validation])];
        if (validation.Length > 0 && Array.TrueForAll(validation, double.IsNaN))
            throw new ElmanException($"column '{_layout.Target}' has no value in any row for validation: no epoch can be told better than another; leave out the rows at the end, or choose another target");
    }

    /// <summary>Tells of gaps, and of all that teaches nothing.</summary>
    private void Tell(Action<string> remark, IReadOnlyList<Series> given)
    {
        int gaps = _series.Zip(given).Sum(pair => pair.First.Length - pair.Second.Length);
        if (gaps > 0)
            remark($"the times leave out {gaps} rows{OfGroups((_, i) => _series[i].Length > given[i].Length)}; they are taken as missing values");
        if (_series.Any(one => !TimeGrid.IsEven(one, _layout.Step)))
            remark($"the times are not evenly spaced{OfGroups((_, i) => !TimeGrid.IsEven(_series[i], _layout.Step))}; they are taken as one row after the other, {_layout.Step} apart");
        string[] columns = [_layout.Target, .. _layout.Covariates];
        for (int i = 0; i < columns.Length; i++)
        {
            if (_trained.Any(series => series?.Scalers[i].IsConstant == true))
                remark($"column '{columns[i]}' has one value in all rows for training{OfGroups((series, _) => series?.Scalers[i].IsConstant == true)}; nothing can be learned from it");
        }
        if (_trained.Contains(null))
            remark($"too few rows to train on{OfGroups((series, _) => series is null)}; at forecast time such a series is scaled by its own context");
    }

    private string OfGroups(Func<TrainedSeries?, int, bool> chosen)
    {
        string[] groups = [.. _series.Where((_, i) => chosen(_trained[i], i)).Select(series => series.Group)];
        return _series.Length == 1 ? "" : $" of {groups.Length} of {_series.Length} groups ({string.Join(", ", groups.Take(5))}{(groups.Length > 5 ? ", …" : "")})";
    }

    /// <summary>What the run depends on, besides the trainer's own settings.</summary>
    private Dictionary<string, string> Settings()
    {
        Dictionary<string, string> settings = ForecasterOptions.Settings.Texts(_options, "epochs");
        settings["data"] = Convert.ToHexStringLower(Fingerprint());
        return settings;
    }

    /// <summary>A digest of all that training sees.</summary>
    private byte[] Fingerprint()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < _series.Length; i++)
        {
            (Series series, Split split) = (_series[i], _splits[i]);
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{series.Group}\n{split.Training} {split.Validation}\n")));
            if (series.Times is not null) hash.AppendData(MemoryMarshal.AsBytes(series.Times.Take(split.Validation).Select(time => time.Ticks).ToArray().AsSpan()));
            foreach (Column column in series.Columns)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(column.Name + "\n"));
                hash.AppendData(MemoryMarshal.AsBytes(column.Values.AsSpan(0, split.Validation)));
            }
        }
        return hash.GetHashAndReset();
    }
}
