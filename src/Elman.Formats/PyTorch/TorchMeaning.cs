using System.Diagnostics.CodeAnalysis;

namespace Elman.Formats.PyTorch;

/// <summary>
/// The names that a file of weights may use, and no others: how PyTorch rebuilds tensors and parameters from storages, the storages'
/// types, and Python's ordered dict.
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
    public bool Allows(PyGlobal global) => global == OrderedDict || global == RebuildTensor || global == RebuildParameter || Storages.ContainsKey(global);

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
