using System.Collections.Immutable;
using System.Text.Json;

namespace Elman;

/// <summary>
/// Modules as JSON: an object with the <c>kind</c> and what the constructor of that kind needs. A new layer is one entry of <see cref="Kinds"/>. A module that has been
/// written at another place is of the kind <c>shared</c>, and names that place: <c>{"kind":"shared","module":"0"}</c>.
/// </summary>
internal static class NetworkJson
{
    /// <summary>Keeps products of a few sizes within an int; the sizes that a file can really have are bounded by its tensors.</summary>
    private const int LargestSize = 1 << 24;

    private const string KindField = "kind", NameField = "name", ModuleField = "module", SharedKind = "shared", OptionsField = "options";

    /// <summary>A few shared modules within shared modules could make a network of any size.</summary>
    private const int MostPlaces = 1 << 16;

    /// <summary>A level of modules is two of JSON, of which the reader takes 64.</summary>
    private const int DeepestNesting = 30;

    /// <summary>Every kind of module: its name, and how to write and read its fields.</summary>
    private static readonly Kind[] Kinds =
    [
        Of<Sequential>("sequential", WriteModules, ReadModules),
        Of<RecurrentLayer>("recurrent", WriteRecurrent, ReadRecurrent),
        Of<Linear>("linear",
            (json, layer) =>
            {
                json.WriteNumber("inputs", layer.InputSize);
                json.WriteNumber("outputs", layer.OutputSize);
                json.WriteBoolean("bias", layer.Bias is not null);
            },
            fields => new Linear(Size(fields, "inputs"), Size(fields, "outputs"), First(), fields.Flag("bias"))),
        Of<Conv1d>("conv1d",
            (json, layer) =>
            {
                json.WriteNumber("inputs", layer.InputSize);
                json.WriteNumber("outputs", layer.OutputSize);
                json.WriteNumber("kernel", layer.KernelSize);
                json.WriteNumber("dilation", layer.Dilation);
                json.WriteBoolean("bias", layer.Bias is not null);
            },
            fields => new Conv1d(Size(fields, "inputs"), Size(fields, "outputs"), Size(fields, "kernel"), First(), Size(fields, "dilation"), fields.Flag("bias"))),
        Of<Embedding>("embedding",
            (json, layer) =>
            {
                json.WriteNumber("classes", layer.Classes);
                json.WriteNumber("dimension", layer.Dimension);
            },
            fields => new Embedding(Size(fields, "classes"), Size(fields, "dimension"), First())),
        Of<LayerNorm>("layer_norm",
            (json, layer) =>
            {
                json.WriteNumber("size", layer.Size);
                json.WriteNumber("epsilon", layer.Epsilon);
            },
            fields => new LayerNorm(Size(fields, "size"), fields.Number("epsilon"))),
        Of<Dropout>("dropout",
            (json, layer) => json.WriteNumber("probability", layer.Probability),
            fields => new Dropout(fields.Number("probability"))),
        Of<Activate>("activate",
            (json, layer) =>
            {
                json.WriteString("function", layer.Activation.Name);
                json.WriteNumber("alpha", layer.Activation.Alpha);
                json.WriteNumber("beta", layer.Activation.Beta);
            },
            fields => new Activate(Activation.Create(fields.Text("function"), fields.Number("alpha"), fields.Number("beta")))),
        Of<Softmax>("softmax", (json, layer) => json.WriteBoolean("log", layer.Log), fields => new Softmax(fields.Flag("log"))),
        Of<LastStep>("last_step", (json, layer) => json.WriteNumber("reversed", layer.Reversed), fields => new LastStep(fields.Whole("reversed", 0, LargestSize))),
        Of<MergeHalves>("merge_halves", (json, layer) => json.WriteString("merge", layer.Merge.ToString()), fields => new MergeHalves(fields.OneOf("merge", Merge.Concat))),
        Of<Repeat>("repeat", (json, layer) => json.WriteNumber("count", layer.Count), fields => new Repeat(Size(fields, "count"))),
        Of<Masking>("masking",
            (json, layer, place) =>
            {
                json.WriteNumber("value", layer.Value);
                json.WritePropertyName("inner");
                Write(json, layer.Inner, place.Child("inner"));
            },
            (fields, place) => new Masking(fields.Number("value"), fields.Inner("inner", json => Read(json, place.Child("inner"))))),
        Of<Shortcut>("shortcut",
            (json, layer, place) =>
            {
                json.WritePropertyName("inner");
                Write(json, layer.Inner, place.Child("inner"));
            },
            (fields, place) => new Shortcut(fields.Inner("inner", json => Read(json, place.Child("inner"))))),
        Of<GruD>("gru_d",
            (json, layer) =>
            {
                json.WriteNumber("inputs", layer.InputSize);
                json.WriteNumber("hidden", layer.HiddenSize);
            },
            fields => new GruD(Size(fields, "inputs"), Size(fields, "hidden"), First())),
        Of<IDecaying>("decay",
            (json, layer) =>
            {
                json.WriteString("cell", layer.Cell);
                json.WriteNumber("inputs", layer.InputSize);
                json.WriteNumber("hidden", layer.HiddenSize);
            },
            fields => Cells.CreateDecaying(fields.Text("cell"), Size(fields, "inputs"), Size(fields, "hidden"), First())),
    ];

    /// <summary>Kinds of the caller's own; replaced as a whole, so that it can be read without a lock.</summary>
    private static ImmutableArray<Kind> _own = [];

    /// <summary>Makes a kind known, see <see cref="NetworkFile.Register"/>.</summary>
    public static void Register<T>(string name, Action<Utf8JsonWriter, T> write, Func<JsonElement, T> read)
        where T : Module
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(write);
        ArgumentNullException.ThrowIfNull(read);
        if (!name.Contains('.', StringComparison.Ordinal)) throw new ArgumentException($"the kind '{name}' has no dot, which tells it from those of the library; call it 'mine.{name}', for example", nameof(name));
        Kind kind = new(name, module => module.GetType() == typeof(T), (json, module, _) =>
        {
            json.WritePropertyName(OptionsField);
            write(json, (T)module);
        }, (fields, _) => fields.Value(OptionsField, json =>
        {
            // What a module of the caller's needs besides its parameters, nobody knows.
            using (AllocationLimit.Of(long.MaxValue)) return read(json);
        }))
        {
            Type = typeof(T),
        };
        if (!ImmutableInterlocked.Update(ref _own, own => own.Any(other => other.Name == name || other.Type == typeof(T)) ? own : own.Add(kind)))
            throw new ArgumentException($"the kind '{name}', or the class {typeof(T).Name}, is registered already", nameof(name));
    }

    /// <summary>Writes a module as one JSON object.</summary>
    /// <exception cref="ArgumentException">It, or a module in it, is of no known kind, or they are nested too deep.</exception>
    public static void Write(Utf8JsonWriter json, Module module) => Write(json, module, new Place(new Sharing()));

    /// <summary>Builds the module that an object describes, with weights that are still to be loaded.</summary>
    /// <exception cref="ElmanException">A kind or a field is unknown, missing or out of its range.</exception>
    public static Module Read(JsonElement json) => Read(json, new Place(new Sharing()));

    private static void Write(Utf8JsonWriter json, Module module, Place place)
    {
        if (place.Sharing.Names.TryGetValue(module, out string? first))
        {
            WriteShared(json, first, place);
            return;
        }
        Kind kind = _own.FirstOrDefault(kind => kind.Fits(module)) ?? Array.Find(Kinds, kind => kind.Fits(module))
            ?? throw new ArgumentException($"{place}, {module.Description}, is none of the kinds that a network file knows: {KnownKinds()}; a kind of your own is made known by NetworkFile.Register", nameof(module));
        if (place.Depth > DeepestNesting) throw new ArgumentException($"{place} is nested more than {DeepestNesting} deep", nameof(module));
        json.WriteStartObject();
        json.WriteString(KindField, kind.Name);
        if (place.Given is { } given) json.WriteString(NameField, given);
        kind.Write(json, module, place);
        json.WriteEndObject();
        if (place.Name is { } name) place.Sharing.Names.Add(module, name);
    }

    private static void WriteShared(Utf8JsonWriter json, string first, Place place)
    {
        json.WriteStartObject();
        json.WriteString(KindField, SharedKind);
        if (place.Given is { } given) json.WriteString(NameField, given);
        json.WriteString(ModuleField, first);
        json.WriteEndObject();
    }

    private static Module Read(JsonElement json, Place place)
    {
        string name = json.RequiredString(place.ToString(), KindField);
        if (name == SharedKind) return ReadShared(json, place);
        int before = place.Sharing.Places;
        place.Sharing.Add(1, place);
        Kind kind = Array.Find(Kinds, kind => kind.Name == name) ?? _own.FirstOrDefault(kind => kind.Name == name)
            ?? throw new ElmanException($"{place} is of the unknown kind {SafeTensorsHeader.Quote(name)}, known are {KnownKinds()}; the file is damaged or of a newer version, or of a kind that is still to be registered");
        StrictFields fields = new(json, $"{place} ({name})");
        fields.Has(KindField);
        if (place.Depth > 0) fields.Has(NameField);
        try
        {
            Module module = kind.Read(fields, place);
            fields.Finish();
            if (place.Name is { } path) place.Sharing.Modules[path] = (module, place.Sharing.Places - before);
            return module;
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new ElmanException($"{fields.Where}: {failure.Message.ReplaceLineEndings(" ")}; the file is damaged", failure);
        }
    }

    private static Module ReadShared(JsonElement json, Place place)
    {
        StrictFields fields = new(json, $"{place} ({SharedKind})");
        fields.Has(KindField);
        if (place.Depth > 0) fields.Has(NameField);
        string first = fields.Text(ModuleField);
        fields.Finish();
        if (!place.Sharing.Modules.TryGetValue(first, out (Module Module, int Places) found))
            throw new ElmanException($"{place} is shared with module {SafeTensorsHeader.Quote(first)}, which does not stand before it; the file is damaged");
        place.Sharing.Add(found.Places, place);
        return found.Module;
    }

    private static void WriteModules(Utf8JsonWriter json, Sequential sequential, Place place)
    {
        json.WriteStartArray("modules");
        for (int i = 0; i < sequential.Children.Count; i++) Write(json, sequential.Children[i].Module, place.Child(sequential.Children[i].Name, i));
        json.WriteEndArray();
    }

    private static Sequential ReadModules(StrictFields fields, Place place) =>
        Sequential.Named(fields.List("modules", (json, index) =>
        {
            string name = json.ValueKind == JsonValueKind.Object && json.TryGetProperty(NameField, out _) ? json.RequiredString($"{place}", NameField) : $"{index}";
            return (name, Read(json, place.Child(name, index)));
        }));

    private static void WriteRecurrent(Utf8JsonWriter json, RecurrentLayer layer)
    {
        json.WriteString("cell", layer.Cell);
        json.WriteNumber("inputs", layer.InputSize);
        json.WriteNumber("hidden", layer.HiddenSize);
        RecurrentOptionsJson.Write(json, layer.Options);
    }

    private static RecurrentLayer ReadRecurrent(StrictFields fields) =>
        Cells.Create(fields.Text("cell"), Size(fields, "inputs"), Size(fields, "hidden"), First(), RecurrentOptionsJson.Read(fields));

    private static int Size(StrictFields fields, string name) => fields.Whole(name, 1, LargestSize);

    /// <summary>First values, which those of the file replace.</summary>
    private static RandomStream First() => new(0);

    private static string KnownKinds() => string.Join(", ", Kinds.Concat(_own).Select(kind => kind.Name));

    /// <summary>The first kind that fits a module is its kind.</summary>
    private static Kind Of<T>(string name, Action<Utf8JsonWriter, T, Place> write, Func<StrictFields, Place, Module> read)
        where T : class => new(name, module => module is T, (json, module, place) => write(json, (T)(object)module, place), read);

    private static Kind Of<T>(string name, Action<Utf8JsonWriter, T> write, Func<StrictFields, Module> read)
        where T : class => Of<T>(name, (json, module, _) => write(json, module), (fields, _) => read(fields));

    private sealed record Kind(string Name, Func<Module, bool> Fits, Action<Utf8JsonWriter, Module, Place> Write, Func<StrictFields, Place, Module> Read)
    {
        /// <summary>The class of a kind of the caller's own.</summary>
        public Type? Type { get; init; }
    }

    /// <summary>Where a module stands: its name as the parameters bear it, how many modules it is in, and its own name where that is not its number.</summary>
    private readonly record struct Place(string? Name, int Depth, string? Given, Sharing Sharing)
    {
        /// <summary>The network itself.</summary>
        public Place(Sharing sharing)
            : this(null, 0, null, sharing)
        {
        }

        /// <summary>A module whose name follows from what it is to its parent.</summary>
        public Place Child(string name) => new(Name is null ? name : $"{Name}.{name}", Depth + 1, null, Sharing);

        /// <summary>The module of that number.</summary>
        public Place Child(string name, int index) => Child(name) with { Given = name == $"{index}" ? null : name };

        public override string ToString() => Name is null ? "the network" : $"module {Name}";
    }

    /// <summary>The modules that stand before a place, by which a module that is used twice stays one.</summary>
    private sealed class Sharing
    {
        public Dictionary<Module, string> Names { get; } = [];

        public Dictionary<string, (Module Module, int Places)> Modules { get; } = [];

        /// <summary>Modules so far, each at every place where it is reached.</summary>
        public int Places { get; private set; }

        public void Add(int places, Place place)
        {
            Places += places;
            if (Places > MostPlaces) throw new ElmanException($"{place}: more than {MostPlaces} modules, counted at every place where they are used; the file is damaged");
        }
    }
}
