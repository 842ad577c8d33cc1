using System.Globalization;

namespace Elman.Formats.PyTorch;

/// <summary>The named tensors of a file, wherever in it they are, and what else it holds.</summary>
internal sealed class StateDict
{
    /// <summary>How often a value may appear in views; tied weights make it two or three.</summary>
    private const int MostRepeats = 16;

    private const int DeepestPlace = 8;

    /// <summary>Under these names training loops keep the state dict of the model, the likeliest first.</summary>
    private static readonly string[] UsualEntries = ["state_dict", "model_state_dict", "model", "model_state", "net", "network", "weights", "params"];

    /// <summary>What training loops call their losses.</summary>
    private static readonly string[] Losses = ["criterion", "loss", "loss_fn", "loss_func"];

    /// <summary>Wrappers put these before every name.</summary>
    private static readonly string[] Wrappers = ["module.", "model.", "_orig_mod."];

    private StateDict(string source, List<(string, TorchTensor)> tensors, string entry, List<string> rest)
    {
        (Source, Entry, Rest) = (source, entry, rest);
        foreach ((string name, TorchTensor tensor) in tensors)
            if (IsBeside(name, tensor)) rest.Add(Describe((name, tensor)));
        tensors.RemoveAll(pair => IsBeside(pair.Item1, pair.Item2));
        tensors = TorchNorms.Computed(source, tensors);
        Prefix = PrefixOf([.. tensors.Select(pair => pair.Item1)]);
        Tensors = [.. tensors.Select(pair => (pair.Item1[Prefix.Length..], pair.Item2))];
    }

    /// <summary>
    /// Counters, such as <c>n_averaged</c>, and the weights of classes in a loss that was saved as a part of the model: no part of the network.
    /// </summary>
    private static bool IsBeside(string name, TorchTensor tensor) =>
        (tensor.Shape.Rank == 0 && !tensor.Type.IsFloat) || name.Split('.') is [.., var module, _] && Losses.Contains(module);

    /// <summary>The file; error messages begin with it.</summary>
    public string Source { get; }

    /// <summary>The tensors in the file's order.</summary>
    public IReadOnlyList<(string Name, TorchTensor Tensor)> Tensors { get; private init; }

    /// <summary>The entries that lead to the state dict, such as <c>state_dict</c>; empty if it is the whole file.</summary>
    public string Entry { get; }

    /// <summary>What was cut from the front of every name, such as <c>module.</c></summary>
    public string Prefix { get; }

    /// <summary>What else the file holds, each in a few words.</summary>
    public IReadOnlyList<string> Rest { get; }

    /// <summary>Elements of all tensors.</summary>
    public long Count => Tensors.Sum(pair => (long)pair.Tensor.Shape.Count);

    /// <summary>Reads a file of PyTorch's or of safetensors.</summary>
    /// <param name="path">The file.</param>
    /// <param name="entry">Which state dict, if the file has several and none of the usual name.</param>
    /// <exception cref="ElmanException">It is damaged, or has no state dict, or several.</exception>
    public static StateDict Read(string path, string? entry)
    {
        StateDict found = FileKinds.Detect(path) is FileKind.SafeTensors or FileKind.Elman ? FromSafeTensors(path) : Find(path, TorchArchive.Read(path), entry);
        HashSet<string> names = [];
        foreach ((string name, _) in found.Tensors)
            if (!names.Add(name)) throw new ElmanException($"{path}: tensor {SafeTensorsHeader.Quote(name)} appears twice; the file is damaged");
        long values = found.Tensors.Select(pair => pair.Tensor.Storage).Distinct().Sum(storage => storage.Count);
        return found.Count <= MostRepeats * Math.Max(values, 1) ? found
            : throw new ElmanException($"{path}: its tensors repeat {values} values to {found.Count}; the file is damaged");
    }

    /// <summary>The wrappers before all names. Of hostile ones there may be ten thousand, so nothing is copied on the way.</summary>
    private static string PrefixOf(string[] names)
    {
        int length = 0;
        while (names.Length > 0 && Array.Find(Wrappers, wrapper => Array.TrueForAll(names, name => name.AsSpan(length).StartsWith(wrapper, StringComparison.Ordinal))) is { } prefix) length += prefix.Length;
        return names.Length == 0 ? "" : names[0][..length];
    }

    /// <summary>The same tensors under other names.</summary>
    public StateDict Renamed(NameRules rules) => new(Source, [], Entry, [.. Rest]) { Tensors = rules.Apply(Source, Tensors) };

    /// <summary>The same tensors under their names in the file, where a network has these: what stands before all names is cut off only for one that lacks it.</summary>
    public StateDict For(Module network)
    {
        HashSet<string> own = [.. network.Parameters().Select(parameter => parameter.Name)];
        return Prefix.Length == 0 || !Tensors.All(pair => own.Contains(Prefix + pair.Name)) ? this
            : new StateDict(Source, [], Entry, [.. Rest]) { Tensors = [.. Tensors.Select(pair => (Prefix + pair.Name, pair.Tensor))] };
    }

    /// <summary>Rounds all tensors to float32, of which networks are made.</summary>
    /// <exception cref="ElmanException">A tensor is not of floating-point numbers, or one of them is not finite.</exception>
    public Dictionary<string, Tensor> ToTensors(Action<string>? remark)
    {
        Dictionary<string, Tensor> result = [];
        foreach ((string name, TorchTensor tensor) in Tensors)
        {
            string what = $"tensor {SafeTensorsHeader.Quote(name)}";
            if (!tensor.Type.IsFloat) throw new ElmanException($"{Source}: {what} of shape {tensor.Shape} is of {tensor.Type.Name}, weights are floating-point numbers; it is no part of a network that Elman knows");
            double[] exact = tensor.ToDoubles();
            float[] values = Array.ConvertAll(exact, value => (float)value);
            int bad = Array.FindIndex(values, value => !float.IsFinite(value));
            if (bad >= 0) throw new ElmanException(string.Create(CultureInfo.InvariantCulture, $"{Source}: {what} has the value {exact[bad]} at element {bad}; weights must be finite numbers of single precision"));
            int rounded = exact.Where((value, i) => value != values[i]).Count();
            if (rounded > 0) remark?.Invoke($"{what}: {rounded} of {values.Length} numbers of {tensor.Type.Name} were rounded to float32");
            result.Add(name, Tensor.Wrap(values, tensor.Shape.Extents));
        }
        return result;
    }

    private static StateDict FromSafeTensors(string path)
    {
        SafeTensorsFile file = SafeTensorsFile.Read(path);
        List<(string, TorchTensor)> tensors = [];
        foreach (SafeTensor tensor in file.Tensors)
        {
            TorchType type = TorchType.All.FirstOrDefault(type => type.SafeTensors == tensor.ElementType)
                ?? throw new ElmanException($"{path}: tensor {SafeTensorsHeader.Quote(tensor.Name)} is of {tensor.ElementType}; known are {string.Join(", ", TorchType.All.Select(known => known.SafeTensors))}");
            long[] shape = [.. tensor.Shape.Select(extent => (long)extent)], strides = new long[shape.Length];
            for (int axis = shape.Length - 1, stride = 1; axis >= 0; stride *= Math.Max(1, tensor.Shape[axis--])) strides[axis] = stride;
            tensors.Add((tensor.Name, new TorchTensor(new TorchStorage(type, tensor.Data.Length / type.Size) { Bytes = tensor.Data }, 0, shape, strides)));
        }
        return tensors.Count > 0 ? new StateDict(path, tensors, "", [.. file.Metadata.Select(pair => $"{pair.Key} = {SafeTensorsHeader.Quote(pair.Value)}")])
            : throw new ElmanException($"{path}: it holds no tensors; give a file of weights");
    }

    /// <summary>Looks through dicts of dicts, level by level. A pickle can make cycles, so no dict is looked at twice.</summary>
    private static StateDict Find(string path, object? root, string? entry)
    {
        List<Place> found = [];
        HashSet<PyDict> seen = [];
        Queue<Place> queue = [];
        if (root is PyDict whole) queue.Enqueue(new(null, "", whole, 0));
        while (queue.TryDequeue(out Place? next))
        {
            if (next.Depth > DeepestPlace || !seen.Add(next.Dict) || next.Dict.Items.Any(item => item.Key is not string)) continue;
            if (next.Dict.Items.Any(item => item.Value is TorchTensor)) found.Add(next);
            foreach ((object? key, object? value) in next.Dict.Items)
                if (value is PyDict dict) queue.Enqueue(new(next, (string)key!, dict, next.Depth + 1));
        }
        if (found.Count == 0)
        {
            throw new ElmanException(root is PyOpaque ? $"{path}: {Describe(root)}: a whole model is a program, which is not run; save its state_dict() with torch.save"
                : $"{path}: {Describe(root)} without named tensors; give a state dict that torch.save has written");
        }
        Place chosen = Choose(found, entry) ?? throw new ElmanException(
            $"{path}: {(entry is null ? "several state dicts" : $"no state dict {SafeTensorsHeader.Quote(entry)}, there are")}: {string.Join(", ", found.Take(8).Select(place => SafeTensorsHeader.Quote(place.ToString())))}{(found.Count > 8 ? ", …" : "")}; name one (--entry)");
        return new StateDict(path, [.. chosen.Dict.Items.Where(item => item.Value is TorchTensor).Select(item => ((string)item.Key!, (TorchTensor)item.Value!))], chosen.ToString(), [.. chosen.Rest()]);
    }

    private static Place? Choose(List<Place> found, string? entry) =>
        entry is not null ? found.Find(place => place.ToString() == entry)
        : found.Count == 1 ? found[0]
        : UsualEntries.Select(usual => found.Find(place => place.ToString() == usual)).FirstOrDefault(place => place is not null)
            // The whole file, with dicts of other tensors in it.
            ?? found.Find(place => place.Parent is null);

    /// <summary>A dict in a dict in …</summary>
    private sealed record Place(Place? Parent, string Key, PyDict Dict, int Depth)
    {
        /// <summary>What is beside it, and in it without being a tensor; the file's outermost dict first.</summary>
        public IEnumerable<string> Rest() => (Parent?.Beside(Dict) ?? []).Concat(Dict.Items.Where(item => item.Value is not TorchTensor).Select(Describe));

        private IEnumerable<string> Beside(PyDict child) =>
            (Parent?.Beside(Dict) ?? []).Concat(Dict.Items.Where(item => !ReferenceEquals(item.Value, child)).Select(Describe));

        public override string ToString() => Parent is null ? "" : Parent.Parent is null ? Key : $"{Parent}.{Key}";
    }

    private static string Describe((object? Key, object? Value) item) => $"{SafeTensorsHeader.Quote($"{item.Key}")[1..^1]} = {Describe(item.Value)}";

    private static string Describe(object? value) => value switch
    {
        null => "None",
        string text => SafeTensorsHeader.Quote(text),
        PyDict dict => $"a dict of {dict.Items.Count}",
        PyList list => $"a list of {list.Items.Count}",
        PyTuple tuple => $"a tuple of {tuple.Items.Count}",
        TorchTensor tensor => $"a tensor {tensor.Shape}",
        TorchStorage or PyGlobal => "a part of a tensor",
        PyOpaque opaque => $"an object of {SafeTensorsHeader.Quote(opaque.Name)}, not built",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => $"{value}",
    };
}
