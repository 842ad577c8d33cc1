using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Elman.Tabular;

/// <summary>Gives texts that come as UTF-8 their codes, and decodes only those that were not met lately.</summary>
internal sealed class Utf8Codes
{
    private readonly (byte[] Text, int Code)[] _lately = new (byte[], int)[TextCodes.Places];
    private readonly TextCodes _codes = new();

    /// <summary>The different texts.</summary>
    public IReadOnlyList<string> Texts => _codes.Texts;

    /// <summary>The codes of texts.</summary>
    public void CodesOf(ReadOnlySpan<ReadOnlyMemory<byte>> texts, Span<int> codes)
    {
        for (int i = 0; i < texts.Length; i++)
        {
            ReadOnlySpan<byte> text = texts[i].Span;
            Span<(byte[] Text, int Code)> lately = _lately.AsSpan(TextCodes.PlaceOf(text), TextCodes.Neighbours);
            // A place that is still free looks like the empty text, which therefore has none.
            int at = text.IsEmpty ? lately.Length : 0;
            while (at < lately.Length && !text.SequenceEqual(lately[at].Text))
                at++;
            codes[i] = at < lately.Length ? lately[at].Code : Meet(texts[i], lately);
        }
    }

    /// <summary>The codes of identifiers of sixteen bytes, written as they usually are.</summary>
    public void CodesOfGuids(ReadOnlySpan<ReadOnlyMemory<byte>> guids, Span<int> codes)
    {
        Span<char> text = stackalloc char[36];
        for (int i = 0; i < guids.Length; i++)
        {
            new Guid(guids[i].Span, bigEndian: true).TryFormat(text, out _);
            codes[i] = _codes.CodeOf(text);
        }
    }

    private int Meet(ReadOnlyMemory<byte> text, Span<(byte[] Text, int Code)> lately)
    {
        if (text.IsEmpty)
            return _codes.CodeOf([]);
        lately[..^1].CopyTo(lately[1..]);
        lately[0] = (Array(text), Decoded(text.Span));
        return lately[0].Code;
    }

    private static byte[] Array(ReadOnlyMemory<byte> text) =>
        MemoryMarshal.TryGetArray(text, out ArraySegment<byte> segment) && segment.Count == segment.Array!.Length ? segment.Array : text.ToArray();

    private int Decoded(ReadOnlySpan<byte> utf8)
    {
        char[] text = ArrayPool<char>.Shared.Rent(Encoding.UTF8.GetMaxCharCount(utf8.Length));
        int code = _codes.CodeOf(text.AsSpan(0, Encoding.UTF8.GetChars(utf8, text)));
        ArrayPool<char>.Shared.Return(text);
        return code;
    }
}
