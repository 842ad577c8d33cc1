using System.Text.Json;

namespace Elman;

/// <summary>How a run ended.</summary>
public enum TrainingOutcome
{
    /// <summary>It was cancelled and can be resumed from its checkpoint; also what a checkpoint within a run says.</summary>
    Interrupted,

    /// <summary>All epochs or steps are done.</summary>
    Completed,

    /// <summary>The loss did not improve any more; see <see cref="TrainingOptions.Patience"/>.</summary>
    StoppedEarly,

    /// <summary>A loss or a gradient was not finite; see <see cref="DivergenceException.Record"/>.</summary>
    Diverged,
}

/// <summary>One epoch of a <see cref="TrainingRecord"/>.</summary>
/// <param name="Epoch">The epoch, counted from 1.</param>
/// <param name="Loss">The mean training loss.</param>
/// <param name="ValidationLoss">The validation loss, if there was a validation.</param>
/// <param name="LearningRate">The learning rate of the last step.</param>
/// <param name="Seconds">How long the run had taken by the epoch's end; 0 in a record that was read from a model file.</param>
public sealed record EpochRecord(int Epoch, double Loss, double? ValidationLoss, double LearningRate, double Seconds)
{
    /// <summary>What early stopping and the choice of the best epoch look at: the validation loss if there is one.</summary>
    public double Watched => ValidationLoss ?? Loss;
}

/// <summary>What a training run was and how it went; part of every model file.</summary>
public sealed class TrainingRecord
{
    private const string Where = "training record";

    private readonly List<EpochRecord> _epochs = [];

    internal TrainingRecord(IReadOnlyDictionary<string, string> settings) => Settings = settings;

    /// <summary>What the run was made with.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>The epochs that are done, in order.</summary>
    public IReadOnlyList<EpochRecord> Epochs => _epochs;

    /// <summary>The epoch of the lowest loss, or of the highest value with <see cref="TrainingOptions.Maximize"/>, counted from 1; 0 before the first is done.</summary>
    public int BestEpoch { get; internal set; }

    /// <summary>Optimizer steps done.</summary>
    public long Steps { get; internal set; }

    /// <summary>
    /// The steps that the run was planned for: as <see cref="TrainingOptions.Steps"/> of the same run, whatever its time limit, they give the same bits. More than
    /// <see cref="Steps"/> where it stopped early; null before there was a plan, and in records of older versions.
    /// </summary>
    public long? PlannedSteps { get; internal set; }

    /// <summary>Time spent training, without the pauses between an interruption and its resumption; 0 in a record that was read from a model file.</summary>
    public double Seconds { get; internal set; }

    /// <summary>How the run ended.</summary>
    public TrainingOutcome Outcome { get; internal set; }

    /// <summary>The best epoch's record, or null before the first is done.</summary>
    public EpochRecord? Best => BestEpoch > 0 ? _epochs[BestEpoch - 1] : null;

    /// <summary>The record as JSON; numbers are exact.</summary>
    public string ToJson() => JsonText.Of(Write);

    /// <summary>Reads what <see cref="ToJson"/> gave.</summary>
    /// <exception cref="ElmanException">The text is no training record.</exception>
    public static TrainingRecord FromJson(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return Read(document.RootElement);
        }
        catch (JsonException failure)
        {
            throw Foreign(failure);
        }
    }

    /// <summary>Writes the record as a JSON object; numbers are exact.</summary>
    public void Write(Utf8JsonWriter writer) => Write(writer, timed: true);

    /// <summary>Writes the record without the time that it took, which no two runs share: model files of one training are equal to the byte.</summary>
    internal void WriteUntimed(Utf8JsonWriter writer) => Write(writer, timed: false);

    private void Write(Utf8JsonWriter writer, bool timed)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteString("outcome", Outcome.ToString());
        writer.WriteNumber("steps", Steps);
        if (PlannedSteps is { } planned) writer.WriteNumber("planned_steps", planned);
        if (timed) writer.WriteNumber("seconds", Seconds);
        writer.WriteNumber("best_epoch", BestEpoch);
        writer.WriteStartArray("epochs");
        foreach (EpochRecord epoch in _epochs)
        {
            writer.WriteStartObject();
            writer.WriteNumber("epoch", epoch.Epoch);
            writer.WriteNumber("loss", epoch.Loss);
            if (epoch.ValidationLoss is { } validation) writer.WriteNumber("validation_loss", validation);
            writer.WriteNumber("learning_rate", epoch.LearningRate);
            if (timed) writer.WriteNumber("seconds", epoch.Seconds);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteStartObject("settings");
        foreach ((string name, string value) in Settings) writer.WriteString(name, value);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Write(Utf8JsonWriter)"/> gave.</summary>
    /// <exception cref="ElmanException">The element is no training record.</exception>
    public static TrainingRecord Read(JsonElement element)
    {
        try
        {
            TrainingRecord record = new(element.GetProperty("settings").EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString() ?? ""))
            {
                Outcome = Enum.TryParse(element.RequiredString(Where, "outcome"), out TrainingOutcome outcome) && Enum.IsDefined(outcome) ? outcome : throw Foreign(null),
                Steps = element.RequiredInteger(Where, "steps", 0, long.MaxValue),
                PlannedSteps = element.TryGetProperty("planned_steps", out _) ? element.RequiredInteger(Where, "planned_steps", 0, long.MaxValue) : null,
                Seconds = Time(element),
            };
            foreach (JsonElement epoch in element.Required(Where, "epochs", JsonValueKind.Array).EnumerateArray()) record.Add(ReadEpoch(epoch, record._epochs.Count + 1));
            record.BestEpoch = (int)element.RequiredInteger(Where, "best_epoch", 0, record._epochs.Count);
            return record;
        }
        catch (Exception failure) when (failure is InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            throw Foreign(failure);
        }
    }

    private static EpochRecord ReadEpoch(JsonElement json, int number) => new(
        (int)json.RequiredInteger(Where, "epoch", number, number), json.RequiredNumber(Where, "loss"),
        json.TryGetProperty("validation_loss", out _) ? json.RequiredNumber(Where, "validation_loss") : null,
        json.RequiredNumber(Where, "learning_rate"), Time(json));

    /// <summary>Model files do not hold it.</summary>
    private static double Time(JsonElement json) => !json.TryGetProperty("seconds", out _) ? 0
        : json.RequiredNumber(Where, "seconds") is var seconds and >= 0 ? seconds : throw JsonFields.Damaged($"{Where}: 'seconds' is below zero");

    internal void Add(EpochRecord epoch) => _epochs.Add(epoch);

    private static ElmanException Foreign(Exception? failure)
    {
        const string message = "expected a training record as Elman writes it, found other JSON; the file is damaged or of another version, train the model anew";
        return failure is null ? new ElmanException(message) : new ElmanException(message, failure);
    }
}
