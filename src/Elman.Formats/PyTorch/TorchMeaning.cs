using System.Diagnostics.CodeAnalysis;

namespace Elman.Formats.PyTorch;

/// <summary>
/// The names that mean something in a file of weights: how PyTorch rebuilds tensors and parameters from storages, the storages' types, and Python's
/// ordered dict. What else a training loop saved beside its weights is not built.
/// </summary>
internal sealed class TorchMeaning : IPickleMeaning
{
    private static readonly PyGlobal OrderedDict = new("collections", "OrderedDict");
    private static readonly PyGlobal RebuildTensor = new("torch._utils", "_rebuild_tensor_v2");
    private static readonly PyGlobal RebuildParameter = new("torch._utils", "_rebuild_parameter");
    private static readonly Dictionary<PyGlobal, TorchType> Storages = TorchType.All.ToDictionary(type => new PyGlobal("torch", type.Storage));

    private readonly Dictionary<string, TorchStorage> _storages = [];

    /// <summary>The storages that the pickle mentions, by their keys; their bytes are elsewhere in the file.</summary>
    public IReadOnlyDictionary<string, TorchStorage> Mentioned => _storages;

    /// <inheritdoc/>
    public object Named(PyGlobal global)
    {
        if (global == OrderedDict || global == RebuildTensor || global == RebuildParameter || Storages.ContainsKey(global)) return global;
        return HoldsWeights(global) ? throw Unread(global.ToString()) : new PyOpaque(global.ToString());
    }

    /// <summary>Tensors that PyTorch rebuilds in other ways (quantised, sparse, of subclasses, of meta devices), storages of other numbers, compiled programs.</summary>
    private static bool HoldsWeights(PyGlobal global) =>
        (global.Module == "torch" && (global.Name == "ScriptObject" || global.Name.EndsWith("Storage", StringComparison.Ordinal)))
        || global.Module is "torch._utils" or "torch._tensor" or "torch.storage" || global.Module.StartsWith("torch.ao.", StringComparison.Ordinal);

    private static PickleException Unread(string name) => new($"it asks for {SafeTensorsHeader.Quote(name)}, of which no weights are made here; nothing was executed");

    /// <inheritdoc/>
    public object? Call(PyGlobal function, PyTuple arguments)
    {
        IReadOnlyList<object?> given = arguments.Items;
        if (function == OrderedDict) return given.Count == 0 ? new PyDict() : throw Unexpected(function);
        if (function == RebuildParameter) return given is [TorchTensor data, bool, ..] ? data : throw Unexpected(function);
        if (function != RebuildTensor) throw new PickleException($"it calls {function}, which is no function");
        return given is [TorchStorage storage, long offset, PyTuple shape, PyTuple strides, ..] && Whole(shape, out long[]? extents) && Whole(strides, out long[]? steps)
            ? new TorchTensor(storage, offset, extents, steps) : throw Unexpected(function);
    }

    /// <summary>('storage', type, key, location, number of elements), and in the older format where it is a view of another storage.</summary>
    /// <inheritdoc/>
    public object? Load(object? id)
    {
        if (id is PyTuple { Items: ["storage", PyOpaque foreign, ..] }) throw Unread(foreign.Name);
        if (id is not PyTuple { Items: ["storage", PyGlobal global, string key, string, long count, ..] items } || !Storages.TryGetValue(global, out TorchType? type) || count < 0)
            throw new PickleException("it refers to something that is no storage of numbers");
        if (items is [_, _, _, _, _, { }, ..]) throw new PickleException("a storage is a view of another one, as PyTorch before 0.4 wrote them; load and save the file with a newer PyTorch");
        if (!_storages.TryGetValue(key, out TorchStorage? storage)) _storages.Add(key, storage = new TorchStorage(type, count));
        return storage.Type == type && storage.Count == count ? storage
            : throw new PickleException($"storage {SafeTensorsHeader.Quote(key)} is {storage.Count} of {storage.Type.Name} in one place and {count} of {type.Name} in another");
    }

    private static bool Whole(PyTuple tuple, [NotNullWhen(true)] out long[]? values)
    {
        values = [.. tuple.Items.OfType<long>()];
        return values.Length == tuple.Items.Count;
    }

    private static PickleException Unexpected(PyGlobal function) => new($"{function} is called with arguments that PyTorch does not give it");
}
