using System.Globalization;

namespace Elman.Formats.Tests.RTNeural;

/// <summary>A model with a series for it and what it makes of the series.</summary>
internal sealed record RTNeuralSeries(string Model, float[] Input, double[] Output)
{
    public static RTNeuralSeries Of(string name) =>
        new(Fixture($"{name}.json"), [.. Column($"{name}_x_python.csv").Select(value => (float)value)], Column($"{name}_y_python.csv"));

    public static string Fixture(string file) => Path.Combine(AppContext.BaseDirectory, "Fixtures", "rtneural", file);

    private static double[] Column(string file) => [.. File.ReadLines(Fixture(file)).Select(line => double.Parse(line, CultureInfo.InvariantCulture))];
}
