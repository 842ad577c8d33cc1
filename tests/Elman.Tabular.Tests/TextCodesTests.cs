namespace Elman.Tabular.Tests;

public sealed class TextCodesTests
{
    /// <summary>Against a plain dictionary, with texts that share their ends and lengths, and more of them than the small table has slots.</summary>
    [Fact]
    public void Codes_are_those_of_a_dictionary()
    {
        Random random = new(3);
        Dictionary<string, int> expected = [];
        TextCodes codes = new();
        for (int i = 0; i < 50_000; i++)
        {
            string text = random.Next(4) switch
            {
                0 => new string((char)('a' + random.Next(26)), random.Next(6)),
                1 => $"same{random.Next(5000)}ends",
                2 => $"ab{(char)random.Next(0x4e00, 0x4f00)}",
                _ => $"store-{random.Next(300)}",
            };
            expected.TryAdd(text, expected.Count);
            Assert.Equal(expected[text], codes.CodeOf(text));
        }

        Assert.Equal(expected.OrderBy(pair => pair.Value).Select(pair => pair.Key), codes.Texts);
    }
}
