using System.IO.Compression;
using System.Text.Json;

namespace Elman.Formats;

/// <summary>
/// A <c>.keras</c> archive: a zip with <c>config.json</c>, <c>metadata.json</c> and <c>model.weights.h5</c>, where the arrays of a layer stand in
/// <c>layers/lstm_1/cell/vars/0</c>, …: the layer's class in lower case with its number among those of the class, and the number of the array.
/// </summary>
internal static class KerasArchive
{
    /// <summary>Keras compresses nothing; whoever does finds that text shrinks, and weights hardly.</summary>
    private const int MostGrowth = 20;

    /// <summary>A description of more bytes is none: parsed, each bracket takes a dozen bytes and more.</summary>
    private const int MostText = 16 << 20;

    /// <summary>Gives what an archive holds to <paramref name="use"/>.</summary>
    public static T Read<T>(byte[] bytes, KerasUse<T> use)
    {
        using ZipArchive zip = Open(bytes);
        using JsonDocument metadata = JsonDocument.Parse(Entry(zip, "metadata.json", bytes.Length, MostText));
        using JsonDocument config = JsonDocument.Parse(Entry(zip, "config.json", bytes.Length, MostText));
        byte[] weights = Entry(zip, "model.weights.h5", bytes.Length, Array.MaxLength);
        using AllocationLimit limit = KerasModel.Limit(weights);
        string version = metadata.RootElement.RequiredString("metadata.json", "keras_version");
        return use(KerasTopology.Layers(config.RootElement), new Arrays(new Hdf5File(weights)), KerasVersion.Parse(version));
    }

    private static ZipArchive Open(byte[] bytes)
    {
        try
        {
            return new ZipArchive(new MemoryStream(bytes, writable: false));
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or ArgumentException)
        {
            throw new ElmanException($"the archive is damaged: {failure.Message.ReplaceLineEndings(" ")}", failure);
        }
    }

    private static byte[] Entry(ZipArchive zip, string name, int archiveLength, int most)
    {
        try
        {
            ZipArchiveEntry entry = zip.GetEntry(name) ?? throw new ElmanException($"the archive has no '{name}'; it is no model of Keras");
            long limit = Math.Min(most, (1 << 16) + ((long)MostGrowth * archiveLength));
            if (entry.Length > limit) throw new ElmanException($"'{name}' claims {entry.Length} bytes, in an archive of {archiveLength}");
            using Stream stream = entry.Open();
            byte[] bytes = new byte[entry.Length];
            stream.ReadExactly(bytes);
            return stream.ReadByte() < 0 ? bytes : throw new ElmanException($"'{name}' is longer than the archive says");
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or NotSupportedException or ArgumentException or OverflowException)
        {
            throw new ElmanException($"'{name}' in the archive is damaged: {failure.Message.ReplaceLineEndings(" ")}", failure);
        }
    }

    /// <summary>The arrays by class and number.</summary>
    private sealed class Arrays : IKerasArrays
    {
        /// <summary>Where Keras 3 puts the layers, and where Keras 2.12 to 2.15 did.</summary>
        private static readonly string[] Roots = ["layers", "_layer_checkpoint_dependencies"];

        private readonly Hdf5File _file;
        private readonly string _root;
        private readonly Dictionary<string, Queue<string>> _groups = [];

        public Arrays(Hdf5File file)
        {
            _file = file;
            _root = Array.Find(Roots, file.Has) ?? throw new ElmanException("model.weights.h5 has no group 'layers'");
            var groups = file.Children(_root)
                .Select(name => (Name: name, Class: Numbered(name, out int number), Number: number))
                .Where(group => Relevant(group.Name).Any())
                .OrderBy(group => group.Number);
            foreach ((string name, string kind, _) in groups)
            {
                if (!_groups.TryGetValue(kind, out Queue<string>? queue)) _groups.Add(kind, queue = []);
                queue.Enqueue(name);
            }
        }

        public Tensor[] Take(KerasLayer layer, IReadOnlyList<KerasArray> wanted)
        {
            if (wanted.Count == 0) return [];
            if (!_groups.TryGetValue(layer.Group, out Queue<string>? queue) || !queue.TryDequeue(out string? group)) throw new ElmanException($"{layer}: its arrays are missing in model.weights.h5");
            HashSet<string> unused = [.. Relevant(group)];
            List<Tensor> arrays = [];
            foreach (KerasArray array in wanted)
            {
                if (!unused.Remove(array.Place)) throw new ElmanException($"{layer}: the array {array.Name} is missing, in '{_root}/{group}/{array.Place}' of model.weights.h5");
                arrays.Add(_file.Read($"{_root}/{group}/{array.Place}"));
            }
            return unused.Count == 0 ? [.. arrays] : throw new ElmanException($"{layer}: the array {Quote($"{_root}/{group}/{unused.Min()}")} of model.weights.h5 is not part of such a layer");
        }

        public void Finish()
        {
            foreach ((_, Queue<string> queue) in _groups)
                if (queue.TryPeek(out string? group)) throw new ElmanException($"model.weights.h5 has arrays in {Quote(group)}, but the model has no such layer");
        }

        /// <summary>The arrays of a group; the states of generators of random numbers, for dropout, play no part.</summary>
        private IEnumerable<string> Relevant(string group) =>
            _file.Arrays($"{_root}/{group}").Where(place => !place.Contains("seed_generator/", StringComparison.Ordinal));

        /// <summary>lstm_12 → lstm, 12.</summary>
        private static string Numbered(string name, out int number)
        {
            int dash = name.LastIndexOf('_');
            if (dash > 0 && int.TryParse(name.AsSpan(dash + 1), System.Globalization.NumberStyles.None, null, out number)) return name[..dash];
            number = 0;
            return name;
        }

        private static string Quote(string name) => SafeTensorsHeader.Quote(name);
    }
}
