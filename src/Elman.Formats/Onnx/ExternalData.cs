using System.Globalization;
using Google.Protobuf;
using Onnx;

namespace Elman.Formats;

/// <summary>
/// Values of constants that lie in files beside the model. A file from elsewhere must not make us read anything else: its folder is the border, and links are not
/// followed, since one may lead out of it. In all, no more is read of such a file than it holds.
/// </summary>
internal sealed class ExternalData
{
    private readonly string _folder, _source;
    private readonly Dictionary<string, long> _left = new(StringComparer.Ordinal);

    private ExternalData(string path) => (_folder, _source) = (Path.GetDirectoryName(Path.GetFullPath(path))!, path);

    /// <summary>Brings the values of all constants into a model, those of its graphs within graphs too.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">Its file.</param>
    /// <exception cref="ElmanException">Values lie where they are not read, or are not there.</exception>
    public static void Bring(ModelProto model, string path)
    {
        ExternalData data = new(path);
        Stack<GraphProto> open = new(model.Graph is null ? [] : [model.Graph]);
        while (open.TryPop(out GraphProto? graph))
        {
            foreach (TensorProto tensor in graph.Initializer) data.Bring(tensor);
            foreach (AttributeProto attribute in graph.Node.SelectMany(node => node.Attribute))
            {
                if (attribute.T is not null) data.Bring(attribute.T);
                if (attribute.G is not null) open.Push(attribute.G);
            }
        }
    }

    private void Bring(TensorProto tensor)
    {
        if (tensor.DataLocation != TensorProto.Types.DataLocation.External) return;
        string where = $"{_source}: constant {SafeTensorsHeader.Quote(tensor.Name)}";
        string location = Entry(tensor, "location") is { Length: > 0 } given ? given : throw new ElmanException($"{where}: its values lie in another file, but it does not say in which");
        FileInfo file = Find(location, where);
        string name = SafeTensorsHeader.Quote(location);
        long offset = Number(tensor, "offset", where) ?? 0, length = Number(tensor, "length", where) ?? Math.Max(0, file.Length - offset);
        if (offset > file.Length || length > file.Length - offset)
            throw new ElmanException($"{where}: its values are {length} bytes from {offset} on of the file {name}, which has {file.Length}; fetch that file again");
        long left = _left.GetValueOrDefault(file.FullName, file.Length) - length;
        if (left < 0 || length > Array.MaxLength) throw new ElmanException($"{where}: the constants take more bytes of the file {name} than the {file.Length} that it has; save the model as one file");
        _left[file.FullName] = left;
        tensor.RawData = UnsafeByteOperations.UnsafeWrap(length == 0 ? [] : Bytes(file, offset, (int)length));
        tensor.DataLocation = TensorProto.Types.DataLocation.Default;
        tensor.ExternalData.Clear();
    }

    /// <summary>The file, if it is one, and if its place is in the model's folder or in one within.</summary>
    private FileInfo Find(string location, string where)
    {
        string[] parts = location.Split('/');
        bool inside = !Path.IsPathRooted(location) && !parts.Any(part => part is "" or "." or "..") && !location.AsSpan().ContainsAny("\\:\0");
        string name = SafeTensorsHeader.Quote(location), path = _folder;
        if (!inside) throw new ElmanException($"{where}: its values lie in the file {name}; only files in the model's own folder are read");
        foreach (string part in parts)
        {
            path = Path.Combine(path, part);
            if (new FileInfo(path).LinkTarget is not null) throw new ElmanException($"{where}: its values lie in the file {name}, to which a link leads; put the file itself into the model's folder");
        }
        FileInfo file = new(path);
        return file.Exists ? file : throw new ElmanException($"{where}: its values lie in the file {name}, which is not there; put it beside the model");
    }

    private static byte[] Bytes(FileInfo file, long offset, int length) => InputFile.Read(file.FullName, stream =>
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(length);
        stream.Position = offset;
        stream.ReadExactly(bytes);
        return bytes;
    });

    private static string? Entry(TensorProto tensor, string key) => tensor.ExternalData.FirstOrDefault(entry => entry.Key == key)?.Value;

    private static long? Number(TensorProto tensor, string key, string where) => Entry(tensor, key) is not { } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number
        : throw new ElmanException($"{where}: its {key} is {SafeTensorsHeader.Quote(text)}, it should be a number of bytes");
}
