namespace Elman.Formats;

/// <summary>
/// An HDF5 file in memory, as far as Keras uses the format: groups with an index of version 1 (superblock 0 or 1), arrays of floating-point numbers in one piece, and text as attributes. Everything
/// in a file is checked against its length before anything is allocated, and files that use other features are refused by the feature.
/// </summary>
/// <remarks>https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t11.html</remarks>
internal sealed class Hdf5File
{
    /// <summary>Groups deeper than this hold no weights of a layer.</summary>
    private const int DeepestGroup = 16;

    /// <summary>Addresses from here on are of groups that the file does not have as such: Keras on Windows wrote <c>layers\lstm\cell</c> as one name.</summary>
    private const ulong FirstUnwritten = 1ul << 63;

    private readonly Hdf5Bytes _bytes;
    private readonly ulong _root;
    private readonly Dictionary<ulong, Hdf5Object> _objects = [];
    private readonly Dictionary<ulong, OrderedDictionary<string, ulong>> _groups = [];

    /// <summary>Opens a file.</summary>
    /// <exception cref="ElmanException">The bytes are no HDF5 file, or of a kind that is not read; so for all members.</exception>
    public Hdf5File(byte[] bytes)
    {
        _bytes = new Hdf5Bytes(bytes);
        int version = _bytes.Byte(8);
        if (version > 1) throw new ElmanException($"the HDF5 data have a superblock of version {version}, 0 and 1 are read; save the file with the settings that Keras has");
        if (_bytes.Byte(13) != 8 || _bytes.Byte(14) != 8) throw new ElmanException("the HDF5 data have addresses of another size than 8 bytes");
        ulong addresses = version == 0 ? 24u : 28u;
        if (_bytes.Long(addresses) != 0) throw new ElmanException("the HDF5 data do not begin at the first byte");
        _root = _bytes.Long(addresses + 40);
    }

    /// <summary>Names in a group; none if there is no such group.</summary>
    public IReadOnlyCollection<string> Children(string path) => Find(path) is { } address && Group(address) is { } group ? group.Keys : [];

    /// <summary>Whether there is a group or an array of that name.</summary>
    public bool Has(string path) => Find(path) is not null;

    /// <summary>Paths, relative to a group, of all arrays in it and below.</summary>
    public IReadOnlyList<string> Arrays(string path)
    {
        List<string> found = [];
        if (Find(path) is { } address) Collect(address, "", 0, found);
        return found;
    }

    /// <summary>An array of floating-point numbers.</summary>
    public Tensor Read(string path)
    {
        Hdf5Values values = (Find(path) is { } address ? Object(address).Array : null) ?? throw new ElmanException($"the array '{path}' is missing");
        try
        {
            return values.ToTensor();
        }
        catch (ElmanException failure)
        {
            throw new ElmanException($"the array '{path}': {failure.Message}", failure);
        }
    }

    /// <summary>A text among the attributes of a group; null if there is none of that name.</summary>
    public string? Text(string path, string name) => Attribute(path, name) switch
    {
        null => null,
        [var text] => text,
        _ => throw new ElmanException($"the attribute '{name}' is not one text"),
    };

    /// <summary>A list of texts among the attributes of a group, in one piece or, being long, in several: name0, name1, …. Null if there is neither.</summary>
    public IReadOnlyList<string>? Texts(string path, string name)
    {
        if (Attribute(path, name) is { } whole) return whole;
        List<string>? all = null;
        for (int part = 0; Attribute(path, $"{name}{part}") is { } texts; part++) (all ??= []).AddRange(texts);
        return all;
    }

    private string[]? Attribute(string path, string name)
    {
        if (Find(path) is not { } address || address >= FirstUnwritten || Object(address).FindAttribute(name) is not { } values) return null;
        try
        {
            return values.ToTexts();
        }
        catch (ElmanException failure)
        {
            throw new ElmanException($"the attribute '{name}': {failure.Message}", failure);
        }
    }

    private void Collect(ulong address, string prefix, int depth, List<string> found)
    {
        if (depth > DeepestGroup) throw new ElmanException($"HDF5 groups are nested more than {DeepestGroup} deep");
        foreach ((string name, ulong child) in Group(address) ?? [])
        {
            _bytes.Charge(prefix.Length + name.Length + 1);
            if (child < FirstUnwritten && Object(child).Group is null) found.Add(prefix + name);
            else Collect(child, $"{prefix}{name}/", depth + 1, found);
        }
    }

    private ulong? Find(string path)
    {
        ulong address = _root;
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            if (Group(address) is not { } group || !group.TryGetValue(name, out address)) return null;
        return address;
    }

    private Hdf5Object Object(ulong address)
    {
        if (!_objects.TryGetValue(address, out Hdf5Object? found)) _objects.Add(address, found = new Hdf5Object(_bytes, address));
        return found;
    }

    /// <summary>Names and addresses in a group; null if there is an array.</summary>
    private OrderedDictionary<string, ulong>? Group(ulong address)
    {
        if (_groups.TryGetValue(address, out OrderedDictionary<string, ulong>? group)) return group;
        if (Object(address).Group is not var (tree, names)) return null;
        _bytes.Expect("HEAP", names);
        ulong start = _bytes.Long(names + 24), length = Math.Min(_bytes.Long(names + 8), (ulong)_bytes.Length);
        _groups.Add(address, group = []);
        if (tree != Hdf5Bytes.Nowhere) ReadTree(tree, _bytes.Byte(tree + 5), group, start, start + length);
        return group.Keys.Any(name => name.Contains('\\', StringComparison.Ordinal)) ? _groups[address] = Nested(group) : group;
    }

    /// <summary>The names of a group with each backslash as the border of a group.</summary>
    private OrderedDictionary<string, ulong> Nested(OrderedDictionary<string, ulong> flat)
    {
        OrderedDictionary<string, ulong> root = [];
        foreach ((string name, ulong address) in flat)
        {
            string[] parts = name.Split('\\', StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length is 0 or > DeepestGroup) continue;
            OrderedDictionary<string, ulong> group = root;
            foreach (string part in parts[..^1])
            {
                _bytes.Charge(part.Length + 1);
                if (!group.TryGetValue(part, out ulong inner)) group.Add(part, inner = FirstUnwritten + (ulong)_groups.Count);
                if (!_groups.TryGetValue(inner, out OrderedDictionary<string, ulong>? next)) _groups.Add(inner, next = []);
                group = next;
            }
            group[parts[^1]] = address;
        }
        return root;
    }

    /// <summary>A node of the index, a B-tree: its children are nodes of the level below, those of level 0 are lists of symbols.</summary>
    private void ReadTree(ulong at, int level, OrderedDictionary<string, ulong> group, ulong names, ulong namesEnd)
    {
        _bytes.Expect("TREE", at);
        if (_bytes.Byte(at + 4) != 0 || _bytes.Byte(at + 5) != level) throw new ElmanException($"the HDF5 data are damaged: the index at {at} is not of a group and level {level}");
        for (int i = 0; i < _bytes.Short(at + 6); i++)
        {
            ulong child = _bytes.Long(at + 32 + (16 * (ulong)i));
            if (level > 0) ReadTree(child, level - 1, group, names, namesEnd);
            else ReadSymbols(child, group, names, namesEnd);
        }
    }

    private void ReadSymbols(ulong at, OrderedDictionary<string, ulong> group, ulong names, ulong namesEnd)
    {
        _bytes.Expect("SNOD", at);
        for (int i = 0; i < _bytes.Short(at + 6); i++)
        {
            ulong symbol = at + 8 + (40 * (ulong)i), name = _bytes.Long(symbol);
            if (name > namesEnd - names) throw new ElmanException("the HDF5 data are damaged: a name is not where it should be");
            if (_bytes.Int(symbol + 16) == 2) throw new ElmanException("the HDF5 data have symbolic links, which are not followed");
            string text = _bytes.Text(names + name, namesEnd);
            if (!group.TryAdd(text, _bytes.Long(symbol + 8))) throw new ElmanException($"the name {SafeTensorsHeader.Quote(text)} appears twice in an HDF5 group");
        }
    }
}
