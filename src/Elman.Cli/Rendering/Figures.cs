using System.Globalization;

namespace Elman.Cli;

/// <summary>Scores as people read them.</summary>
internal static class Figures
{
    /// <summary>Three or more digits, whatever the unit.</summary>
    public static string Number(double value) => !double.IsFinite(value) ? "-"
        : value.ToString(Math.Abs(value) >= 1e9 ? "G3" : Math.Abs(value) is >= 100 or 0 ? "F0" : Math.Abs(value) >= 10 ? "F1" : Math.Abs(value) >= 0.1 ? "F2" : Math.Abs(value) >= 0.001 ? "G3" : "G2", CultureInfo.InvariantCulture);

    /// <summary>Percents, with a decimal below ten.</summary>
    public static string Share(double part) => !double.IsFinite(part) ? "-" : $"{(part * 100).ToString(Math.Abs(part) < 0.0995 ? "0.0" : "0", CultureInfo.InvariantCulture)} %";

    /// <summary>Whole percents.</summary>
    public static string Percent(double? part) => part is { } one && double.IsFinite(one) ? $"{(one * 100).ToString("0", CultureInfo.InvariantCulture)} %" : "-";
}
