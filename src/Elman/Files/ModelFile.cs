using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Elman;

/// <summary>
/// A model of any task as one safetensors file: the parameters by their names, and in the metadata the strings <c>format</c> (elman),
/// <c>version</c>, <c>task</c>, and sections of JSON that the task knows (<c>options</c>, <c>training</c>, …). Any safetensors
/// reader can open it.
/// </summary>
public sealed class ModelFile
{
    /// <summary>The version that is written; files up to it can be read.</summary>
    public const int Version = 1;

    private const string Format = "elman";
    private const string NoDigest = "none";
    private static readonly string[] OwnKeys = ["format", "version", "task", ContentDigest.Key];

    private readonly SafeTensorsFile _file;

    private ModelFile(SafeTensorsFile file, string task) => (_file, Task) = (file, task);

    /// <summary>The file's path; error messages begin with it.</summary>
    public string Source => _file.Source;

    /// <summary>What the model does, such as <c>forecaster</c>.</summary>
    public string Task { get; }

    /// <summary>The names of the sections, in order.</summary>
    public IEnumerable<string> Sections => _file.Metadata.Keys.Except(OwnKeys);

    /// <summary>Number of values of all parameters.</summary>
    internal long ParameterCount => _file.Tensors.Sum(tensor => (long)new Shape(tensor.Shape.AsSpan()).Count);

    /// <summary>Writes a model in one piece.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="task">What the model does.</param>
    /// <param name="sections">Names of sections and what writes each as one JSON value.</param>
    /// <param name="module">The network.</param>
    /// <exception cref="ElmanException">The place cannot be written; the old file, if any, is unchanged.</exception>
    public static void Write(string path, string task, IEnumerable<(string Name, Action<Utf8JsonWriter> Write)> sections, Module module)
    {
        ArgumentNullException.ThrowIfNull(sections);
        ArgumentNullException.ThrowIfNull(module);
        List<KeyValuePair<string, string>> metadata =
        [
            new("format", Format), new("version", Version.ToString(CultureInfo.InvariantCulture)), new("task", task),
            .. sections.Select(section => KeyValuePair.Create(section.Name, JsonText.Of(section.Write))),
        ];
        SafeTensor[] tensors = [.. module.Parameters().Select(parameter =>
            SafeTensor.From(parameter.Name, parameter.Value.Span, parameter.Value.Shape.Extents))];
        metadata.Add(ContentDigest.Entry(metadata, tensors));
        SafeTensorsFile.Write(path, metadata, tensors);
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ElmanException">There is no such file, it is damaged, not Elman's, or of a newer version.</exception>
    public static ModelFile Read(string path)
    {
        SafeTensorsFile file = SafeTensorsFile.Read(path);
        if (file.Metadata.GetValueOrDefault("format") != Format)
            throw new ElmanException($"{path}: a sound safetensors file, but not a model that Elman has written; give one that 'elman train' made");
        if (!int.TryParse(file.Metadata.GetValueOrDefault("version"), NumberStyles.None, CultureInfo.InvariantCulture, out int version) || version < 1)
            throw new ElmanException($"{path}: the model file's version is missing or no number; the file is damaged");
        if (version > Version)
            throw new ElmanException($"{path}: the model file is of version {version}, this Elman reads up to {Version}; update Elman");
        return file.Metadata.TryGetValue("task", out string? task) ? new ModelFile(file, task)
            : throw new ElmanException($"{path}: the model file does not say its task; the file is damaged");
    }

    /// <summary>
    /// Makes a model of what the sections say: no larger than what the file holds, and what drawing first weights takes. Sizes that lie
    /// cost nothing.
    /// </summary>
    /// <exception cref="ElmanException">It would be larger than what the file holds.</exception>
    internal TModel Build<TModel>(Func<TModel> make)
    {
        const int drawing = 4;
        using AllocationLimit limit = AllocationLimit.Of(drawing * ParameterCount + (1 << 16));
        try
        {
            return make();
        }
        catch (InvalidOperationException failure)
        {
            throw new ElmanException($"{Source}: {failure.Message}; the file is damaged", failure);
        }
    }

    /// <summary>Makes sure that the model does what the caller wants of it.</summary>
    /// <exception cref="ElmanException">The model's task is another.</exception>
    public void RequireTask(string task)
    {
        if (Task != task) throw new ElmanException($"{Source}: expected a {task}, the model is a {Task}; give another file");
    }

    /// <summary>Reads a section.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="read">Makes something of its JSON value.</param>
    /// <exception cref="ElmanException">The section is missing or is not what <paramref name="read"/> expects.</exception>
    public T Section<T>(string name, Func<JsonElement, T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        if (!_file.Metadata.TryGetValue(name, out string? text))
            throw new ElmanException($"{Source}: the section '{name}' is missing; the file is damaged");
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return read(document.RootElement);
        }
        catch (ElmanException failure)
        {
            throw new ElmanException($"{Source}: {failure.Message}", failure);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            throw new ElmanException($"{Source}: the section '{name}' is damaged: {failure.Message.ReplaceLineEndings(" ")}", failure);
        }
    }

    /// <summary>Reads a section that may be missing; null where it is.</summary>
    /// <inheritdoc cref="Section"/>
    internal T? OptionalSection<T>(string name, Func<JsonElement, T> read)
        where T : class => Sections.Contains(name) ? Section(name, read) : null;

    /// <summary>The shape of a parameter, or null if the file has none of that name.</summary>
    public Shape? ShapeOf(string parameter) => _file.TryGet(parameter, out SafeTensor? tensor) ? new Shape(tensor.Shape.AsSpan()) : default(Shape?);

    /// <summary>
    /// Compares the shapes of the file with those of a net before it is built: a file that lies about its sizes shall not cost memory. Every extent must grow linearly
    /// with one size, such as the hidden units, so that the nets of sizes 1 and 2 tell those of all others.
    /// </summary>
    /// <param name="netOf">Makes the net of a small size.</param>
    /// <param name="size">The size that the file tells.</param>
    /// <exception cref="ElmanException">A parameter is missing or misshapen.</exception>
    public void RequireShapes(Func<int, Module> netOf, int size)
    {
        ArgumentNullException.ThrowIfNull(netOf);
        foreach (((string name, Tensor one), (_, Tensor two)) in netOf(1).Parameters().Zip(netOf(2).Parameters()))
        {
            if (ShapeOf(name) is not { } shape) throw new ElmanException($"{Source}: parameter '{name}' is missing; the file is damaged");
            long[] expected = [.. Enumerable.Range(0, one.Rank).Select(axis => one.Shape[axis] + (long)(two.Shape[axis] - one.Shape[axis]) * (size - 1))];
            if (shape.Rank != one.Rank || expected.Where((extent, axis) => extent != shape[axis]).Any())
                throw new ElmanException($"{Source}: parameter '{name}' has shape {shape}, the model expects [{string.Join(", ", expected)}]; the file is damaged");
        }
    }

    /// <summary>Copies the parameters into a module; strictly.</summary>
    /// <param name="module">The network.</param>
    /// <exception cref="ElmanException">A parameter is missing, unknown, misshapen or not finite, or the file does not have its digest; the
    /// module is unchanged.</exception>
    public void LoadInto(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        if (_file.Metadata.GetValueOrDefault(ContentDigest.Key) is not { } digest) throw new ElmanException($"{Source}: the digest is missing; the file is damaged");
        if (digest != NoDigest && !ContentDigest.Fits(_file))
            throw new ElmanException($"{Source}: the content does not have the digest that the file carries; the file is damaged (if it was changed on purpose, write '{NoDigest}' for the '{ContentDigest.Key}' in its metadata)");
        try
        {
            module.Load(_file.Tensors.ToDictionary(tensor => tensor.Name,
                tensor => Tensor.Wrap(_file.GetFloats(tensor.Name, allowNonFinite: true), tensor.Shape.AsSpan())));
        }
        catch (ElmanException failure) when (!failure.Message.StartsWith(Source, StringComparison.Ordinal))
        {
            throw new ElmanException($"{Source}: {failure.Message}; the file is damaged", failure);
        }
    }
}
