namespace Elman;

/// <summary>
/// A network as a <see cref="ModelFile"/> of task <c>network</c>: the architecture as JSON in the section <c>network</c>, the weights under
/// PyTorch's names.
/// </summary>
/// <example><code>
/// NetworkFile.Save("tagger.elman", new Sequential(new Embedding(65, 16, random), new Lstm(16, 64, random), new Linear(64, 65, random)));
/// Module tagger = NetworkFile.Load("tagger.elman");
/// </code></example>
public static class NetworkFile
{
    /// <summary>What a model file of a network calls its task.</summary>
    public const string TaskName = "network";

    private const string Section = "network";

    /// <summary>Writes a network in one piece.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="network">A layer of the library, or a <see cref="Sequential"/> of them, nested at will.</param>
    /// <exception cref="ArgumentException">A module is none of the library's; the message names it.</exception>
    /// <exception cref="ElmanException">The place cannot be written; the old file, if any, is unchanged.</exception>
    public static void Save(string path, Module network)
    {
        ArgumentNullException.ThrowIfNull(network);
        ModelFile.Write(path, TaskName, [(Section, json => NetworkJson.Write(json, network))], network);
    }

    /// <summary>Reads what <see cref="Save"/> wrote; strictly: every module, option and weight is known and fits, or the file is refused.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ElmanException">There is no such file, it is damaged, of a newer version, or holds something else.</exception>
    public static Module Load(string path) => Load(ModelFile.Read(path));

    /// <inheritdoc cref="Load(string)"/>
    internal static Module Load(ModelFile file)
    {
        file.RequireTask(TaskName);
        Module network;
        using (AllocationLimit.Of(file.ParameterCount)) network = file.Section(Section, NetworkJson.Read);
        file.LoadInto(network);
        return network;
    }
}
