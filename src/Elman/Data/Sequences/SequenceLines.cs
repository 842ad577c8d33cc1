using System.Globalization;

namespace Elman;

/// <summary>The lines of a file of sequences, and what is wrong in one of them.</summary>
/// <param name="name">What messages call the file.</param>
/// <param name="reader">Its text.</param>
internal sealed class SequenceLines(string name, TextReader reader)
{
    /// <summary>The number of the line that was read last, counted from 1.</summary>
    public int Number { get; private set; }

    /// <summary>The next line that is neither empty nor a comment; null at the end.</summary>
    /// <param name="comment">What a comment begins with.</param>
    public string? Next(char comment)
    {
        while (reader.ReadLine() is { } line)
        {
            Number++;
            // What some editors write before the first character of a file.
            line = line.Trim().TrimStart('\uFEFF');
            if (line.Length > 0 && line[0] != comment) return line;
        }
        return null;
    }

    /// <summary>Numbers between commas; NaN for one that is missing.</summary>
    public float[] Numbers(ReadOnlySpan<char> text, char separator = ',')
    {
        float[] numbers = new float[text.Count(separator) + 1];
        int at = 0;
        foreach (Range range in text.Split(separator)) numbers[at++] = Value(text[range].Trim());
        return numbers;
    }

    /// <summary>A number; NaN for one that is missing.</summary>
    public float Value(ReadOnlySpan<char> text)
    {
        if (text is "?" or "NaN" or "nan" or "") return float.NaN;
        return float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && float.IsFinite(value) ? value
            : throw Error($"expected a number or ? for a missing one, got {Names.Quote(text.ToString())}");
    }

    /// <summary>Dimensions side by side: [L, I] from I rows of L.</summary>
    public Sequence Side(IReadOnlyList<float[]> dimensions)
    {
        int length = dimensions[0].Length, features = dimensions.Count;
        float[] values = new float[length * features];
        for (int feature = 0; feature < features; feature++)
        {
            if (dimensions[feature].Length != length)
                throw Error($"dimension {feature + 1} has {dimensions[feature].Length} values, the first {length}; a sequence needs as many in each, ? where one is missing");
            for (int t = 0; t < length; t++) values[t * features + feature] = dimensions[feature][t];
        }
        return Sequence.Of(values, features);
    }

    /// <summary>An error with file and line.</summary>
    public ElmanException Error(string what) => new($"{name}: line {Number}: {what}");
}
