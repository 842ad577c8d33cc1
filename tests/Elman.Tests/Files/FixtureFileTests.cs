using Elman.Tests.Reference;

namespace Elman.Tests.Files;

/// <summary>The files that PyTorch's numbers came in were written by Python; two readers that share no code must agree on them.</summary>
public class FixtureFileTests
{
    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Fixtures"), "*.safetensors").Select(path => Path.GetFileNameWithoutExtension(path))];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_written_by_python_is_read_as_its_plain_reader_reads_it(string name)
    {
        var file = SafeTensorsFile.Read(Path.Combine(AppContext.BaseDirectory, "Fixtures", name + ".safetensors"));
        int seen = 0;
        foreach (FixtureCase each in Fixture.Load(name).Cases)
        {
            foreach ((string group, OrderedDictionary<string, FixtureTensor> tensors) in each.Groups)
            {
                foreach ((string tensor, FixtureTensor expected) in tensors)
                {
                    string path = $"{each.Name}/{group}/{tensor}";
                    SafeTensor actual = file.Get(path);
                    Assert.Equal(expected.Shape, actual.Shape);
                    Assert.Equal(expected.Values, actual.ElementType == "I64" ? file.GetLongs(path).Select(value => (float)value) : file.GetFloats(path));
                    seen++;
                }
            }
        }

        Assert.Equal(seen, file.Tensors.Count);
        Assert.True(seen > 0);
    }
}
