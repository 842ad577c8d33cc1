using System.Runtime.InteropServices;

namespace Elman;

/// <summary>
/// What a label is given to: a text, or L time steps of I values. A value that is missing is NaN. It is not changed by anyone who reads it.
/// </summary>
public sealed class Sequence
{
    private readonly ReadOnlyMemory<float> _values;

    private Sequence(string? text, ReadOnlyMemory<float> values, int features)
    {
        Text = text;
        _values = values;
        Features = features;
    }

    /// <summary>The text; null for time steps of values.</summary>
    public string? Text { get; }

    /// <summary>The values [L, I], row-major; empty for a text.</summary>
    public ReadOnlySpan<float> Values => _values.Span;

    /// <summary>I: values of a time step; 0 for a text.</summary>
    public int Features { get; }

    /// <summary>L: time steps; UTF-16 units of a text.</summary>
    public int Length => Text?.Length ?? _values.Length / Features;

    /// <summary>The values [L, I], row-major, as memory that is not copied.</summary>
    public ReadOnlyMemory<float> Memory => _values;

    /// <summary>A sequence of a text.</summary>
    public static Sequence Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new Sequence(text, default, 0);
    }

    /// <summary>A sequence of L time steps.</summary>
    /// <param name="values">[L, I], row-major; kept, not copied.</param>
    /// <param name="features">I.</param>
    /// <exception cref="ArgumentException">The values are not whole time steps.</exception>
    public static Sequence Of(ReadOnlyMemory<float> values, int features)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(features);
        if (values.Length % features != 0) throw new ArgumentException($"{values.Length} values are not whole time steps of {features}", nameof(values));
        return new Sequence(null, values, features);
    }

    /// <summary>The first steps of it; of a text the words that begin in them.</summary>
    /// <param name="length">How many steps.</param>
    internal Sequence Beginning(int length)
    {
        if (Text is null) return Of(_values[..(length * Features)], Features);
        int end = Text.IndexOf(' ', length);
        return Of(end < 0 ? Text : Text[..end]);
    }

    /// <summary>Writes all of it into a digest.</summary>
    internal void Describe(BinaryWriter digest)
    {
        digest.Write(Text ?? "");
        digest.Write(Features);
        digest.Write(MemoryMarshal.AsBytes(Values));
    }

    /// <inheritdoc/>
    public override string ToString() => Text ?? $"{Length} × {Features}";
}
