using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Elman.Tests.Reference;

/// <summary>A safetensors file of the folder Fixtures, read independently of the library's own reader.</summary>
public sealed class Fixture
{
    private readonly OrderedDictionary<string, FixtureCase> _cases = [];

    private Fixture(ReadOnlySpan<byte> file)
    {
        int headerLength = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        using JsonDocument header = JsonDocument.Parse(file.Slice(8, headerLength).ToArray());
        ReadOnlySpan<byte> data = file[(8 + headerLength)..];
        Dictionary<string, string> metadata = header.RootElement.GetProperty("__metadata__").EnumerateObject()
            .ToDictionary(entry => entry.Name, entry => entry.Value.GetString()!);
        foreach (JsonProperty entry in header.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__"))
        {
            string[] path = entry.Name.Split('/');
            if (!_cases.TryGetValue(path[0], out FixtureCase? owner))
                _cases.Add(path[0], owner = new FixtureCase(path[0], metadata));
            owner.Groups[path[1]].Add(path[2], Read(entry.Value, data));
        }
    }

    /// <summary>The cases in the order of the file.</summary>
    public IEnumerable<FixtureCase> Cases => _cases.Values;

    /// <summary>The case of that name.</summary>
    public FixtureCase this[string name] => _cases[name];

    /// <summary>Reads <c>Fixtures/{name}.safetensors</c>.</summary>
    public static Fixture Load(string name) =>
        new(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", name + ".safetensors")));

    /// <summary>
    /// The names of a file's cases, as a theory's rows:
    /// <c>[MemberData(nameof(Fixture.Names), "layers", MemberType = typeof(Fixture))]</c>.
    /// </summary>
    public static TheoryData<string> Names(string file) => [.. Load(file).Cases.Select(each => each.Name)];

    private static FixtureTensor Read(JsonElement entry, ReadOnlySpan<byte> data)
    {
        int[] shape = [.. entry.GetProperty("shape").EnumerateArray().Select(axis => axis.GetInt32())];
        JsonElement offsets = entry.GetProperty("data_offsets");
        ReadOnlySpan<byte> bytes = data[offsets[0].GetInt32()..offsets[1].GetInt32()];
        float[] values = entry.GetProperty("dtype").GetString() == "I64"
            ? Array.ConvertAll(MemoryMarshal.Cast<byte, long>(bytes).ToArray(), value => (float)value)
            : MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        return new FixtureTensor(shape, values);
    }
}
