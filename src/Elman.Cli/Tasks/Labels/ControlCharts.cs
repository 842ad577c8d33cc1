using System.Globalization;
using System.Text;

namespace Elman.Cli;

/// <summary>Synthetic control charts of six kinds (Alcock and Manolopoulos 1999), drawn from a seed.</summary>
internal static class ControlCharts
{
    public const string Label = "kind";

    private const int Steps = 60;

    private static readonly string[] Kinds = ["normal", "cyclic", "rising", "falling", "shifted up", "shifted down"];

    /// <summary>A table with a chart in each row.</summary>
    /// <param name="each">Charts of each kind.</param>
    /// <param name="seed">The same seed draws the same charts.</param>
    public static string Csv(int each, ulong seed)
    {
        RandomStream random = new(seed);
        StringBuilder csv = new();
        csv.Append(string.Join(',', Enumerable.Range(1, Steps).Select(t => $"t{t}"))).Append(',').Append(Label).Append('\n');
        for (int i = 0; i < each; i++)
            for (int kind = 0; kind < Kinds.Length; kind++)
                csv.Append(string.Join(',', Chart(kind, random).Select(value => value.ToString("0.###", CultureInfo.InvariantCulture)))).Append(',').Append(Kinds[kind]).Append('\n');
        return csv.ToString();
    }

    /// <summary>y = 30 + 2 U(−3, 3) and what the kind adds.</summary>
    private static double[] Chart(int kind, RandomStream random)
    {
        double amplitude = Between(10, 15), period = Between(10, 15), slope = Between(0.2, 0.5), height = Between(7.5, 20), from = Between(Steps / 3.0, 2 * Steps / 3.0);
        return
        [
            .. Enumerable.Range(0, Steps).Select(t => 30 + (2 * Between(-3, 3)) + kind switch
            {
                0 => 0,
                1 => amplitude * Math.Sin(2 * Math.PI * t / period),
                2 => slope * t,
                3 => -slope * t,
                4 => t >= from ? height : 0,
                _ => t >= from ? -height : 0,
            }),
        ];

        double Between(double low, double high) => low + ((high - low) * random.NextUniform());
    }
}
