namespace Elman;

/// <summary>The tasks whose model files can be read. A new task is one folder and one line here, or one call of <see cref="Register"/>.</summary>
public static class TaskRegistry
{
    private static readonly Lock Changing = new();
    private static readonly OrderedDictionary<string, Func<ModelFile, TaskModel>> Known = new()
    {
        [Forecaster.TaskName] = ForecasterFile.Load,
        [SequenceClassifier.TaskName] = SequenceClassifier.Load,
        [SequenceRegressor.TaskName] = SequenceRegressor.Load,
        [Tagger.TaskName] = Tagger.Load,
        [LanguageModel.TaskName] = LanguageModel.Load,
        [AnomalyDetector.TaskName] = AnomalyDetector.Load,
    };

    /// <summary>What model files call the tasks, in the order of registration.</summary>
    public static IReadOnlyCollection<string> Names
    {
        get
        {
            lock (Changing) return [.. Known.Keys];
        }
    }

    /// <summary>Makes a task of your own known, before its models are loaded by <see cref="TaskModel.LoadAny"/>.</summary>
    /// <param name="name">What model files call it.</param>
    /// <param name="load">Reads a model from its file.</param>
    /// <exception cref="ArgumentException">Another task has the name.</exception>
    public static void Register(string name, Func<ModelFile, TaskModel> load)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(load);
        lock (Changing)
        {
            if (!Known.TryAdd(name, load) && Known[name] != load) throw new ArgumentException($"there is a task '{name}' already; a task of your own needs a name of its own", nameof(name));
        }
    }

    /// <summary>Reads a model by the task that its file names.</summary>
    /// <exception cref="ElmanException">The task is not known, or the file is damaged.</exception>
    public static TaskModel Load(ModelFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        Func<ModelFile, TaskModel>? load;
        lock (Changing) Known.TryGetValue(file.Task, out load);
        return load is not null ? load(file)
            : throw new ElmanException($"{file.Source}: the model's task '{file.Task}' is not known, known are {string.Join(", ", Names)}; update Elman, or register the task");
    }
}
