namespace Elman;

/// <summary>
/// A trained model of some task, such as <see cref="Forecaster"/>. A task is data, encoder, head, loss, decoding and scores; all else (splits, batches, training,
/// limits, checkpoints, model file) is the frame's. Tasks that learn from examples derive from <see cref="TaskModel{TInput, TTarget, TPrediction}"/>.
/// </summary>
public abstract class TaskModel
{
    /// <summary>What the checkpoint of the last training, on all data, is called behind the name of that of the first.</summary>
    internal const string RefitSuffix = ".refit";

    /// <summary>What the model file calls the task.</summary>
    public abstract string Task { get; }

    /// <summary>How the training went.</summary>
    public abstract TrainingRecord Record { get; }

    /// <summary>Writes the model in one piece, as a <see cref="ModelFile"/>.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <exception cref="ElmanException">The place cannot be written; the old file, if any, is unchanged.</exception>
    public abstract void Save(string path);

    /// <summary>Reads a model of any task that is registered.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ElmanException">There is no such file, it is damaged, of a newer version, or of a task that is not known.</exception>
    public static TaskModel LoadAny(string path) => TaskRegistry.Load(ModelFile.Read(path));
}
