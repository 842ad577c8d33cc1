namespace Elman.Formats;

/// <summary>How far two networks are apart in one of their outputs.</summary>
/// <param name="Name">The output's name.</param>
/// <param name="Count">How many numbers were compared.</param>
/// <param name="Difference">The largest difference, as part of the largest magnitude where that exceeds 1; infinite where one is not a number or the sizes differ.</param>
public sealed record ProbeComparison(string Name, int Count, double Difference)
{
    /// <summary>
    /// Compares all outputs where both networks have as many, of the same sizes; else the last one, for systems cut a network into modules
    /// differently.
    /// </summary>
    public static IReadOnlyList<ProbeComparison> Of(IReadOnlyList<ProbeOutput> expected, IReadOnlyList<ProbeOutput> actual)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(actual);
        bool alike = expected.Count == actual.Count && expected.Zip(actual).All(pair => pair.First.Values.Length == pair.Second.Values.Length && pair.First.IsState == pair.Second.IsState);
        return alike ? [.. expected.Zip(actual, Of)] : [Of(expected.Last(output => !output.IsState), actual.Last(output => !output.IsState))];
    }

    private static ProbeComparison Of(ProbeOutput expected, ProbeOutput actual)
    {
        string name = expected.Name.Length > 0 ? expected.Name : actual.Name;
        if (expected.Values.Length != actual.Values.Length) return new(name, expected.Values.Length, double.PositiveInfinity);
        double scale = 1, difference = 0;
        for (int i = 0; i < expected.Values.Length; i++)
        {
            double distance = Math.Abs(expected.Values[i] - actual.Values[i]);
            difference = Math.Max(difference, double.IsNaN(distance) ? double.PositiveInfinity : distance);
            scale = Math.Max(scale, Math.Abs(expected.Values[i]));
        }
        return new(name, expected.Values.Length, difference / (double.IsFinite(scale) ? scale : 1));
    }
}
