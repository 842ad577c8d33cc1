using System.Security.Cryptography;
using System.Text;

namespace Elman.Tests.Data.Text;

/// <summary>
/// The digests were computed by Python's unicodedata (Unicode 14.0): the NFC of each text and a line feed, in UTF-8.
/// </summary>
public class ComposedFormTests
{
    /// <summary>Bases, marks of several classes, Hangul, exclusions, singletons and pairs of starters that compose.</summary>
    private static readonly int[] Pool =
    [
        .. "AaEeOoUuSs".Select(letter => (int)letter), .. Enumerable.Range(0x300, 0x70), 0x1100, 0x1112, 0x1161, 0x1175, 0x11A8, 0x11C2, 0xAC00, 0xAC01, 0x9C7, 0x9BE, 0x9D7,
        0xCC6, 0xCC2, 0xCD5, 0x1D157, 0x1D165, 0x1D16E, 0x5D0, 0x5BC, 0x5C1, 0x1EAD, 0x1E9B, 0x212B, 0x2126, 0xF900, 0x344, 0x958, 0x2ADC, 0x3099, 0x30AB, 0x1F00, 0x345, 0x1FB3,
    ];

    [Fact]
    public void Every_character_is_composed_as_Python_composes_it() =>
        Assert.Equal(
            "9cc65524a9d8082bf10840c616cd199bd2ac12ee49a3381bd6fb7957711f342b",
            Digest(Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Select(value => new Rune(value).ToString())));

    [Fact]
    public void Sequences_are_composed_as_Python_composes_them()
    {
        ulong state = 1;
        Assert.Equal("287cee7b04a6b5d8167ac6a04f29e366601e95cb7f368ee53ec232815b8e7340", Digest(Enumerable.Range(0, 20_000).Select(_ => Next())));

        string Next()
        {
            StringBuilder text = new();
            for (int i = 0; i < 8; i++)
            {
                state = state * 6364136223846793005 + 1442695040888963407;
                text.Append(new Rune(Pool[(state >> 33) % (ulong)Pool.Length]).ToString());
            }
            return text.ToString();
        }
    }

    [Fact]
    public void Half_a_surrogate_pair_becomes_the_replacement_character() => Assert.Equal("a\uFFFDb", ComposedForm.Of("a\uD800b"));

    private static string Digest(IEnumerable<string> texts)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string text in texts) hash.AppendData(Encoding.UTF8.GetBytes(ComposedForm.Of(text) + "\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
