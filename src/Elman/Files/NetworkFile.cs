using System.Text.Json;

namespace Elman;

/// <summary>
/// A network as a <see cref="ModelFile"/> of task <c>network</c>: the architecture as JSON in the section <c>network</c>, the weights under
/// PyTorch's names, and what its numbers mean beside them (<see cref="NetworkMeaning"/>). Modules of one's own are part of it once their kind is known, see <see cref="Register"/>.
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
    /// <param name="network">A layer of the library, or of a registered kind, or a <see cref="Sequential"/> of them, nested at will.</param>
    /// <exception cref="ArgumentException">A module is of no known kind; the message names it.</exception>
    /// <exception cref="ElmanException">The place cannot be written; the old file, if any, is unchanged.</exception>
    public static void Save(string path, Module network) => Save(path, network, new NetworkMeaning());

    /// <inheritdoc cref="Save(string, Module)"/>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="network">A layer of the library, or of a registered kind, or a <see cref="Sequential"/> of them, nested at will.</param>
    /// <param name="meaning">Labels and scalers.</param>
    /// <exception cref="ArgumentException">A module is of no known kind, the message names it; or two labels are the same.</exception>
    public static void Save(string path, Module network, NetworkMeaning meaning)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(meaning);
        ModelFile.Write(path, TaskName, [(Section, json => NetworkJson.Write(json, network)), .. meaning.Sections()], network);
    }

    /// <summary>Makes a kind of module of one's own known, before networks with it are saved or loaded.</summary>
    /// <param name="kind">What files call it: a name that no module of the library will ever have, such as <c>my-company.attention</c>. It needs a dot.</param>
    /// <param name="write">Writes what <paramref name="read"/> needs, sizes and options, as one JSON value. Weights are not its concern: the file has all parameters by their names.</param>
    /// <param name="read">Builds the module from that value, with any weights. What it throws of <see cref="ArgumentException"/>, <see cref="InvalidOperationException"/>,
    /// <see cref="KeyNotFoundException"/> and <see cref="FormatException"/> means a damaged file.</param>
    /// <typeparam name="T">The module's class; a class derived from it is another kind.</typeparam>
    /// <exception cref="ArgumentException">The name has no dot, or the kind or the class is registered already.</exception>
    /// <example><code>
    /// NetworkFile.Register("mine.gate", (json, gate) => json.WriteNumberValue(gate.Size), json => new Gate(json.GetInt32()));
    /// </code></example>
    public static void Register<T>(string kind, Action<Utf8JsonWriter, T> write, Func<JsonElement, T> read)
        where T : Module => NetworkJson.Register(kind, write, read);

    /// <summary>Reads what <see cref="Save(string, Module)"/> wrote; strictly: every module, option and weight is known and fits, or the file is refused.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ElmanException">There is no such file, it is damaged, of a newer version, or holds something else.</exception>
    public static Module Load(string path) => Load(ModelFile.Read(path));

    /// <inheritdoc cref="Load(string)"/>
    /// <param name="path">The file.</param>
    /// <param name="meaning">Labels and scalers, as they were saved; none where there were none.</param>
    public static Module Load(string path, out NetworkMeaning meaning)
    {
        ModelFile file = ModelFile.Read(path);
        Module network = Load(file);
        meaning = NetworkMeaning.Read(file);
        return network;
    }

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
