using System.Text.Json;

namespace Elman;

/// <summary>How a <see cref="Scaler"/> brings a column near zero and one.</summary>
public enum ScalerKind
{
    /// <summary>Subtract the mean, divide by the standard deviation.</summary>
    Standard,

    /// <summary>The smallest value becomes 0, the largest 1.</summary>
    MinMax,

    /// <summary>Divide by the mean of the absolute values; zero stays zero (Salinas et al. 2020, DeepAR).</summary>
    Mean,
}

/// <summary>
/// An affine map of a column, <c>y = (x − offset) / scale</c>, fitted to training rows and kept with the model. Missing values (NaN)
/// are ignored when fitting and stay missing when mapped.
/// </summary>
public sealed class Scaler
{
    private Scaler(ScalerKind kind, double offset, double scale, bool isConstant) =>
        (Kind, Offset, Scale, IsConstant) = (kind, offset, scale, isConstant);

    /// <summary>How the map was fitted.</summary>
    public ScalerKind Kind { get; }

    /// <summary>What is subtracted, in the column's unit.</summary>
    public double Offset { get; }

    /// <summary>What is divided by, in the column's unit; positive.</summary>
    public double Scale { get; }

    /// <summary>Whether all values seen were equal, or none was seen. Nothing can be learned from such a column: tell the user.</summary>
    public bool IsConstant { get; }

    /// <summary>Fits a map to the values of one column.</summary>
    /// <param name="kind">Which map.</param>
    /// <param name="values">Training values.</param>
    /// <exception cref="ElmanException">A value is infinite.</exception>
    public static Scaler Fit(ScalerKind kind, ReadOnlyMemory<double> values) => Fit(kind, [values]);

    /// <summary>Fits one map to the values of several series together.</summary>
    /// <param name="kind">Which map.</param>
    /// <param name="parts">Training values of each series.</param>
    /// <exception cref="ElmanException">A value is infinite.</exception>
    public static Scaler Fit(ScalerKind kind, IEnumerable<ReadOnlyMemory<double>> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        var all = parts.ToList();
        Moments moments = Measure(all, 0);
        (double offset, double scale) = kind switch
        {
            ScalerKind.Standard => (moments.Mean, Math.Sqrt(Measure(all, moments.Mean).MeanSquare)),
            ScalerKind.MinMax => (moments.Min, moments.Max - moments.Min),
            ScalerKind.Mean => (0, moments.MeanAbsolute),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "unknown kind of scaler"),
        };
        if (moments.Count == 0)
            return new Scaler(kind, 0, 1, isConstant: true);
        // No spread to divide by: a constant becomes 0, or ±1 under the mean scaler, which divides by its size.
        if (moments.Min == moments.Max)
            return kind == ScalerKind.Mean ? new Scaler(kind, 0, moments.Min == 0 ? 1 : Math.Abs(moments.Min), isConstant: true)
                : new Scaler(kind, moments.Min, 1, isConstant: true);
        return new Scaler(kind, offset, scale, isConstant: false);
    }

    /// <summary>Maps values into the model's scale.</summary>
    /// <param name="source">Values in the column's unit.</param>
    /// <param name="destination">Receives as many.</param>
    /// <exception cref="ArgumentException">The destination is shorter than the source.</exception>
    public void Transform(ReadOnlySpan<double> source, Span<float> destination)
    {
        CheckRoom(source, destination);
        for (int i = 0; i < source.Length; i++)
            destination[i] = (float)((source[i] - Offset) / Scale);
    }

    /// <summary>Maps values back into the column's unit.</summary>
    /// <param name="source">Values in the model's scale.</param>
    /// <param name="destination">Receives as many.</param>
    /// <exception cref="ArgumentException">The destination is shorter than the source.</exception>
    public void Inverse(ReadOnlySpan<float> source, Span<double> destination)
    {
        CheckRoom(source, destination);
        for (int i = 0; i < source.Length; i++)
            destination[i] = source[i] * Scale + Offset;
    }

    /// <summary>Writes the map as a JSON object, exact to the bit.</summary>
    /// <param name="json">Where a value may stand.</param>
    public void WriteTo(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("kind"u8, NameOf(Kind));
        json.WriteNumber("offset"u8, Offset);
        json.WriteNumber("scale"u8, Scale);
        json.WriteBoolean("constant"u8, IsConstant);
        json.WriteEndObject();
    }

    /// <summary>Reads what <see cref="WriteTo"/> wrote.</summary>
    /// <param name="json">The object.</param>
    /// <exception cref="ElmanException">The object is not such a map.</exception>
    public static Scaler Read(JsonElement json)
    {
        string name = json.RequiredString("scaler", "kind");
        foreach (ScalerKind kind in Enum.GetValues<ScalerKind>())
        {
            if (NameOf(kind) == name)
            {
                double scale = json.RequiredNumber("scaler", "scale");
                return scale > 0
                    ? new Scaler(kind, json.RequiredNumber("scaler", "offset"), scale, json.RequiredBoolean("scaler", "constant"))
                    : throw new ElmanException($"scaler: expected a positive 'scale', it is {scale}; the model file is damaged");
            }
        }

        throw new ElmanException($"scaler: unknown kind '{name}'; the model file is damaged or of a newer version");
    }

    private static string NameOf(ScalerKind kind) => kind switch
    {
        ScalerKind.Standard => "standard",
        ScalerKind.MinMax => "min-max",
        _ => "mean",
    };

    /// <summary>Sums over what is not missing, of the values less <paramref name="centre"/>, in double precision.</summary>
    private static Moments Measure(List<ReadOnlyMemory<double>> parts, double centre)
    {
        long count = 0;
        double min = double.PositiveInfinity, max = double.NegativeInfinity, sum = 0, absolute = 0, square = 0;
        foreach (ReadOnlyMemory<double> part in parts)
        {
            foreach (double value in part.Span)
            {
                if (double.IsNaN(value))
                    continue;
                if (double.IsInfinity(value))
                    throw new ElmanException("expected finite values to fit a scaler, an infinite one came; mark it as missing or correct it");
                double distance = value - centre;
                (min, max) = (Math.Min(min, distance), Math.Max(max, distance));
                sum += distance;
                absolute += Math.Abs(distance);
                square += distance * distance;
                count++;
            }
        }

        return new Moments(count, min, max, sum / count, absolute / count, square / count);
    }

    private static void CheckRoom<TSource, TDestination>(ReadOnlySpan<TSource> source, Span<TDestination> destination)
    {
        if (destination.Length < source.Length)
            throw new ArgumentException($"the destination has room for {destination.Length} values, {source.Length} came", nameof(destination));
    }

    private readonly record struct Moments(long Count, double Min, double Max, double Mean, double MeanAbsolute, double MeanSquare);
}
