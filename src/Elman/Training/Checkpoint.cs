using System.Text.Json;

namespace Elman;

/// <summary>
/// A run between two optimizer steps as one safetensors file: <c>parameters/…</c>, <c>best/…</c>, <c>optimizer/…</c>,
/// <c>schedule</c>, <c>state/0…</c>, and as JSON in the metadata the place in the run and its record. All numbers are exact, so that
/// a resumed run ends with the same bits.
/// </summary>
internal sealed class Checkpoint(string path, Module module, Optimizer optimizer, LearningRateSchedule schedule)
{
    private const string MetadataKey = "elman.checkpoint";

    /// <summary>From 2 on a checkpoint carries a digest.</summary>
    private const int Version = 2;

    private const string Where = "checkpoint";

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>Writes the file in one piece.</summary>
    /// <exception cref="ElmanException">The place cannot be written; the old file, if any, is unchanged.</exception>
    public void Write(TrainingRun run)
    {
        List<SafeTensor> tensors = [.. Stored("parameters/", module.Parameters())];
        if (run.BestWeights is { } best) tensors.AddRange(Stored("best/", best.Select(pair => (pair.Key, pair.Value))));
        tensors.AddRange(optimizer.SaveState("optimizer/"));
        double[] rates = schedule.SaveState();
        tensors.Add(SafeTensor.From("schedule", rates, rates.Length));
        if (run.Carried.Value is { } state) tensors.AddRange(Stored("state/", state.Parts.Select((part, i) => ($"{i}", part))));
        KeyValuePair<string, string> description = new(MetadataKey, Describe(run));
        SafeTensorsFile.Write(path, [description, ContentDigest.Entry([description], tensors)], tensors);
    }

    /// <summary>Puts weights, optimizer and schedule into the stored state.</summary>
    /// <param name="settings">What the resuming run is made with.</param>
    /// <returns>The place in the run.</returns>
    /// <exception cref="ElmanException">The file cannot be read, is no checkpoint, or is one of other settings or of another model.</exception>
    public TrainingRun Read(IReadOnlyDictionary<string, string> settings)
    {
        SafeTensorsFile file = SafeTensorsFile.Read(path);
        if (!file.Metadata.TryGetValue(MetadataKey, out string? description))
            throw new ElmanException($"{path}: expected a checkpoint of a training run, the file is another safetensors file; give the checkpoint's name");
        TrainingRun run;
        try
        {
            run = Parse(description, file);
            Compare(run.Record.Settings, settings);
            if (file.Tensors.Any(tensor => tensor.Name.StartsWith("best/", StringComparison.Ordinal)))
                run.KeepBest(Tensors(file, "best/").Select(pair => (pair.Key, pair.Value)));
            if (file.TryGet("state/0", out _)) run.Carried.Keep(new State([.. Tensors(file, "state/").Values]));
            double[] rates = file.GetDoubles("schedule", allowNonFinite: true);
            optimizer.LoadState(file, "optimizer/");
            module.Load(Tensors(file, "parameters/"));
            schedule.LoadState(rates);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            throw new ElmanException($"{path}: the checkpoint is damaged or of another version ({failure.Message.ReplaceLineEndings(" ")}); delete it to start anew", failure);
        }
        catch (ElmanException failure) when (!failure.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new ElmanException($"{path}: {failure.Message}", failure);
        }
        return run;
    }

    private static IEnumerable<SafeTensor> Stored(string prefix, IEnumerable<(string Name, Tensor Value)> tensors) =>
        tensors.Select(tensor => SafeTensor.From(prefix + tensor.Name, tensor.Value.Span, tensor.Value.Shape.Extents));

    private static Dictionary<string, Tensor> Tensors(SafeTensorsFile file, string prefix) => file.Tensors
        .Where(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(tensor => tensor.Name[prefix.Length..], tensor => Tensor.Wrap(file.GetFloats(tensor.Name), tensor.Shape.AsSpan()));

    private static string Describe(TrainingRun run) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("version", Version);
        writer.WriteNumber("epoch", run.Epoch);
        writer.WriteNumber("position", run.Position);
        writer.WriteNumber("batches_in_epoch", run.BatchesInEpoch);
        writer.WriteNumber("batches", run.Batches);
        writer.WriteNumber("loss_sum", run.LossSum);
        writer.WriteNumber("sequences", run.Sequences);
        writer.WriteNumber("learning_rate", run.LearningRate);
        writer.WriteNumber("epochs_without_improvement", run.EpochsWithoutImprovement);
        writer.WritePropertyName("record");
        run.Record.Write(writer);
        writer.WriteEndObject();
    });

    /// <summary>The place in the run. Every number is checked: one that no run can have, such as an epoch before the first, would make another run of it in silence, or an endless one.</summary>
    private static TrainingRun Parse(string description, SafeTensorsFile file)
    {
        using JsonDocument document = JsonDocument.Parse(description);
        JsonElement root = document.RootElement;
        int version = root.GetProperty("version").GetInt32();
        if (version is < 1 or > Version) throw new FormatException($"version {version}, expected {Version}");
        if (version > 1 && !ContentDigest.Fits(file)) throw new FormatException("its content does not have the digest that it carries");
        TrainingRecord record = TrainingRecord.Read(root.GetProperty("record"));
        int batches = Whole("batches_in_epoch", int.MaxValue);
        return new TrainingRun(record)
        {
            Epoch = Whole("epoch", int.MaxValue) is var epoch && epoch == record.Epochs.Count ? epoch : throw JsonFields.Damaged($"{Where}: epoch {epoch} after {record.Epochs.Count} epochs"),
            Position = Whole("position", batches),
            BatchesInEpoch = batches,
            Batches = root.RequiredInteger(Where, "batches", 0, long.MaxValue),
            LossSum = root.RequiredNumber(Where, "loss_sum"),
            Sequences = root.RequiredInteger(Where, "sequences", 0, long.MaxValue),
            LearningRate = root.RequiredNumber(Where, "learning_rate"),
            EpochsWithoutImprovement = Whole("epochs_without_improvement", record.Epochs.Count),
        };

        int Whole(string name, int most) => (int)root.RequiredInteger(Where, name, 0, most);
    }

    private void Compare(IReadOnlyDictionary<string, string> stored, IReadOnlyDictionary<string, string> current)
    {
        foreach (string name in stored.Keys.Union(current.Keys))
        {
            string before = stored.GetValueOrDefault(name) ?? "not set", now = current.GetValueOrDefault(name) ?? "not set";
            if (before != now)
                throw new ElmanException($"{path}: the run to resume was made with {name} = {before}, this one has {now}; give the same settings and data, or start anew without resuming");
        }
    }
}
