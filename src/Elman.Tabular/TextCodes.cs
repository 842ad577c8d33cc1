using System.Runtime.InteropServices;

namespace Elman.Tabular;

/// <summary>
/// Gives texts their codes, in the order in which they first occur, without making a string for a text that is known already.
/// Beside the dictionary stands a small table of the codes last met: columns repeat few texts, and a look there costs a fifth.
/// </summary>
internal sealed class TextCodes
{
    /// <summary>The places of a table of codes last met.</summary>
    internal const int Places = 4096;

    /// <summary>A text stands in one of so many places beside each other.</summary>
    internal const int Neighbours = 4;

    private readonly int[] _lately = new int[Places];
    private readonly List<string> _texts = [];
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _codes =
        new Dictionary<string, int>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    public TextCodes() => Array.Fill(_lately, -1);

    /// <summary>The different texts.</summary>
    public IReadOnlyList<string> Texts => _texts;

    /// <summary>The code of a text; a new one where the text is new.</summary>
    public int CodeOf(ReadOnlySpan<char> text)
    {
        Span<int> lately = _lately.AsSpan(PlaceOf(MemoryMarshal.AsBytes(text)), Neighbours);
        foreach (int known in lately)
        {
            if (known >= 0 && text.SequenceEqual(_texts[known]))
                return known;
        }

        if (!_codes.TryGetValue(text, out int code))
        {
            code = _texts.Count;
            _texts.Add(text.ToString());
            _codes[text] = code;
        }

        lately[..^1].CopyTo(lately[1..]);
        return lately[0] = code;
    }

    /// <summary>The code of an identifier, written as it usually is.</summary>
    public int CodeOf(Guid guid)
    {
        Span<char> text = stackalloc char[36];
        guid.TryFormat(text, out _);
        return CodeOf(text);
    }

    /// <summary>The first of a text's places. Its ends tell most names apart (store-7, 2024-05-31), and are read without a loop.</summary>
    internal static int PlaceOf(ReadOnlySpan<byte> bytes)
    {
        ulong mixed = (uint)bytes.Length;
        if (bytes.Length >= sizeof(ulong))
        {
            ulong first = MemoryMarshal.Read<ulong>(bytes), last = MemoryMarshal.Read<ulong>(bytes[^sizeof(ulong)..]);
            mixed += first * 0x9E3779B97F4A7C15 ^ last * 0xC2B2AE3D27D4EB4F;
        }
        else
        {
            foreach (byte part in bytes)
                mixed = (mixed ^ part) * 0x9E3779B97F4A7C15;
        }

        return (int)((mixed ^ mixed >> 29) * 0x9E3779B97F4A7C15 >> 52) & ~(Neighbours - 1);
    }
}
