using Elman.Tests.Files;

namespace Elman.Tests.Data;

/// <summary>Sequences that wait for their labels.</summary>
public sealed class UnlabelledTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("x.ts", "@classLabel false\n@data\n1,2:3,4\n5:6\n")]
    [InlineData("x.ts", "@classLabel true a b\n@data\n1,2:3,4:?\n5:6:?\n")]
    [InlineData("x.arff", "@relation x\n@attribute d relational\n@attribute v numeric\n@end d\n@attribute class {a,b}\n@data\n'1,2\\n3,4',?\n'5\\n6',?\n")]
    public void They_are_read_where_labels_are_not_required(string name, string content)
    {
        File.WriteAllText(_folder[name], content);
        LabelledSequences read = LabelledSequences.Read(_folder[name], labelled: false);
        Assert.Equal(["", ""], read.Select(example => example.Target));
        Assert.Equal([1, 3, 2, 4], read[0].Input.Values.ToArray());
        Assert.Throws<ElmanException>(() => LabelledSequences.Read(_folder[name]));
    }
}
