using System.Buffers;
using System.Text;

namespace Elman.Tabular;

/// <summary>Gives texts that come as UTF-8 their codes, and decodes only those that were not met lately.</summary>
internal sealed class Utf8Codes
{
    private readonly int[] _lately = new int[TextCodes.Slots];
    private readonly TextCodes _codes = new();
    private readonly List<byte[]> _bytes = [];

    public Utf8Codes() => Array.Fill(_lately, -1);

    /// <summary>The different texts.</summary>
    public IReadOnlyList<string> Texts => _codes.Texts;

    /// <summary>The code of a text; a new one where the text is new.</summary>
    public int CodeOf(ReadOnlySpan<byte> utf8)
    {
        ref int lately = ref _lately[TextCodes.Slot(utf8)];
        return lately >= 0 && utf8.SequenceEqual(_bytes[lately]) ? lately : lately = Decoded(utf8);
    }

    /// <summary>The code of an identifier of sixteen bytes, written as it usually is.</summary>
    public int CodeOf(Guid guid)
    {
        Span<byte> text = stackalloc byte[36];
        guid.TryFormat(text, out _);
        return CodeOf(text);
    }

    private int Decoded(ReadOnlySpan<byte> utf8)
    {
        char[] text = ArrayPool<char>.Shared.Rent(Encoding.UTF8.GetMaxCharCount(utf8.Length));
        int code = _codes.CodeOf(text.AsSpan(0, Encoding.UTF8.GetChars(utf8, text)));
        ArrayPool<char>.Shared.Return(text);
        if (code == _bytes.Count)
            _bytes.Add(utf8.ToArray());
        return code;
    }
}
