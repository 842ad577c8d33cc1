namespace Elman.Formats;

/// <summary>An object of an HDF5 file, a group or an array: the messages of its header (format specification, IV.A.1.a, version 1).</summary>
internal sealed class Hdf5Object
{
    private const int Dataspace = 0x01, Datatype = 0x03, Layout = 0x08, Attribute = 0x0C, Continuation = 0x10, SymbolTable = 0x11;

    private readonly Hdf5Bytes _bytes;
    private readonly List<Message> _messages = [];

    /// <summary>Reads the header at an address.</summary>
    public Hdf5Object(Hdf5Bytes bytes, ulong address)
    {
        _bytes = bytes;
        if (bytes.Byte(address) != 1) throw new ElmanException($"the HDF5 object at {address} has a header of another version than 1; save the file with the settings that Keras has");
        int left = bytes.Short(address + 2);
        Queue<(ulong At, ulong Length)> blocks = new([(address + 16, bytes.Int(address + 8))]);
        while (blocks.TryDequeue(out (ulong At, ulong Length) block))
        {
            ulong at = block.At, end = at + block.Length;
            for (; left > 0 && end - at >= 8; left--)
            {
                Message message = new(bytes.Short(at), at + 8, bytes.Short(at + 2), (bytes.Byte(at + 4) & 2) != 0);
                if (message.Length > end - message.At) throw new ElmanException($"the HDF5 data are damaged: the message at {at} leaves its header");
                if (message.Type == Continuation) blocks.Enqueue((bytes.Long(message.At), bytes.Long(message.At + 8)));
                else _messages.Add(message);
                at = message.At + message.Length;
            }
        }
    }

    /// <summary>Where the index and the names of a group are; null if this is none.</summary>
    public (ulong Tree, ulong Names)? Group => Find(SymbolTable) is { } message ? (_bytes.Long(message.At), _bytes.Long(message.At + 8)) : null;

    /// <summary>The values of an array; null if this is none.</summary>
    public Hdf5Values? Array
    {
        get
        {
            if (Find(Layout) is not { } layout) return null;
            Message type = Find(Datatype) ?? throw Incomplete("type"), space = Find(Dataspace) ?? throw Incomplete("shape");
            int version = _bytes.Byte(layout.At), kind = _bytes.Byte(layout.At + 1);
            if (version is < 3 or > 4 || kind > 1) throw new ElmanException("is chunked, compressed or of an old layout; arrays in one piece are read");
            return kind == 0
                ? new Hdf5Values(_bytes, type.At, space.At, layout.At + 4, _bytes.Short(layout.At + 2))
                : new Hdf5Values(_bytes, type.At, space.At, _bytes.Long(layout.At + 2), _bytes.Long(layout.At + 10));
        }
    }

    /// <summary>The values of an attribute; null if there is none of that name.</summary>
    public Hdf5Values? FindAttribute(string name)
    {
        foreach (Message message in _messages)
        {
            if (message.Type != Attribute) continue;
            ulong at = message.At;
            int version = _bytes.Byte(at), flags = _bytes.Byte(at + 1);
            if (version is < 1 or > 3 || message.Shared) throw new ElmanException($"an HDF5 attribute of version {version} is not read");
            ulong nameLength = _bytes.Short(at + 2), typeLength = _bytes.Short(at + 4), spaceLength = _bytes.Short(at + 6);
            ulong nameAt = at + (version == 3 ? 9u : 8u), typeAt = nameAt + Padded(nameLength, version), spaceAt = typeAt + Padded(typeLength, version);
            if (_bytes.Text(nameAt, nameAt + nameLength) != name) continue;
            if (version > 1 && flags != 0) throw new ElmanException($"the attribute '{name}' has a shared type, which is not read");
            ulong values = spaceAt + Padded(spaceLength, version), end = at + message.Length;
            return values <= end ? new Hdf5Values(_bytes, typeAt, spaceAt, values, end - values) : throw new ElmanException($"the HDF5 data are damaged: the attribute '{name}' leaves its message");
        }
        return null;
    }

    /// <summary>Version 1 of an attribute pads its parts to multiples of 8.</summary>
    private static ulong Padded(ulong length, int version) => version == 1 ? (length + 7) & ~7ul : length;

    private Message? Find(int type)
    {
        foreach (Message message in _messages)
        {
            if (message.Type != type) continue;
            return message.Shared ? throw new ElmanException("the HDF5 data share a type, which is not read") : message;
        }
        return null;
    }

    private static ElmanException Incomplete(string what) => new($"the HDF5 data are damaged: an array has no {what}");

    private readonly record struct Message(int Type, ulong At, ulong Length, bool Shared);
}
