using Elman.Fuzz;
using Elman.Tests;

namespace Elman.Formats.Tests;

/// <summary>Reads again what fuzzing (tests/fuzz) has found worth keeping.</summary>
public class CorpusTests
{
    public static TheoryData<string> Readers => [.. FileReaders.All.Keys];

    [Theory]
    [MemberData(nameof(Readers))]
    public void Every_file_of_the_corpus_is_read_or_refused(string reader)
    {
        string[] files = Directory.GetFiles(Path.GetDirectoryName(Repository.File($"tests/Elman.Fuzz/Corpus/{reader}/any"))!);
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            try
            {
                FileReaders.Check(reader, file);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"{Path.GetFileName(file)}: {failure.Message}", failure);
            }
        }
    }
}
