using System.Runtime.InteropServices;

namespace Elman.Tabular;

/// <summary>
/// Gives texts their codes, in the order in which they first occur, without making a string for a text that is known already.
/// Beside the dictionary stands a small table of the codes last met: columns repeat few texts, and a look there costs a fifth.
/// </summary>
internal sealed class TextCodes
{
    internal const int Slots = 1024;

    private readonly int[] _lately = new int[Slots];
    private readonly List<string> _texts = [];
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _codes =
        new Dictionary<string, int>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    public TextCodes() => Array.Fill(_lately, -1);

    /// <summary>The different texts.</summary>
    public IReadOnlyList<string> Texts => _texts;

    /// <summary>The code of a text; a new one where the text is new.</summary>
    public int CodeOf(ReadOnlySpan<char> text)
    {
        ref int lately = ref _lately[Slot(MemoryMarshal.AsBytes(text))];
        if (lately >= 0 && text.SequenceEqual(_texts[lately]))
            return lately;
        if (!_codes.TryGetValue(text, out int code))
        {
            code = _texts.Count;
            _texts.Add(text.ToString());
            _codes[text] = code;
        }

        return lately = code;
    }

    /// <summary>The code of an identifier, written as it usually is.</summary>
    public int CodeOf(Guid guid)
    {
        Span<char> text = stackalloc char[36];
        guid.TryFormat(text, out _);
        return CodeOf(text);
    }

    /// <summary>
    /// Where a text stands in a small table of <see cref="Slots"/> places. Its ends tell most names apart (store-7, 2024-05-31), and are read without a loop.
    /// </summary>
    internal static uint Slot(ReadOnlySpan<byte> bytes)
    {
        ulong mixed = (uint)bytes.Length;
        if (bytes.Length >= sizeof(ulong))
        {
            mixed += MemoryMarshal.Read<ulong>(bytes) * 0x9E3779B97F4A7C15 ^ MemoryMarshal.Read<ulong>(bytes[^sizeof(ulong)..]) * 0xC2B2AE3D27D4EB4F;
        }
        else
        {
            foreach (byte part in bytes)
                mixed = (mixed ^ part) * 0x9E3779B97F4A7C15;
        }

        return (uint)((mixed ^ mixed >> 29) * 0x9E3779B97F4A7C15 >> 54);
    }
}
