using System.Text;

namespace Elman.Cli;

/// <summary>A whole text, from a file or from standard input.</summary>
internal static class TextFile
{
    /// <param name="path">The file; - for standard input.</param>
    /// <param name="input">Standard input.</param>
    /// <exception cref="ElmanException">There is no such file, or it is no text in UTF-8.</exception>
    public static string Read(string path, Stream input)
    {
        string name = path == "-" ? "standard input" : path;
        string text = path == "-" ? Decoded(name, input) : InputFile.Read(path, stream => Decoded(name, stream));
        return text.AsSpan().Trim().IsEmpty ? throw new ElmanException($"{name}: the text is empty; give one with words") : text;
    }

    private static string Decoded(string name, Stream stream)
    {
        try
        {
            using StreamReader reader = new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
            return reader.ReadToEnd().ReplaceLineEndings("\n");
        }
        catch (DecoderFallbackException failure)
        {
            throw new ElmanException($"{name}: the text is not in UTF-8; convert it first, for example with iconv -f latin1 -t utf-8", failure);
        }
    }
}
