namespace Elman.Peers;

/// <summary>Numbers and names as the report shows them.</summary>
internal static class Text
{
    public static string Work(LayerResult result) => $"{result.Row}, {(result.Training ? "training" : "inference")}";

    public static string Of(LayerResult result) => $"{Work(result)}, {Threads(result.Threads)}";

    public static string Threads(int count) => count == 1 ? "1 thread" : $"{count} threads";

    /// <summary>Three digits with the unit that suits them.</summary>
    public static string Time(double seconds) => seconds switch
    {
        >= 1 => $"{Number(seconds)} s",
        >= 1e-3 => $"{Number(seconds * 1e3)} ms",
        >= 1e-6 => $"{Number(seconds * 1e6)} µs",
        _ => $"{Number(seconds * 1e9)} ns",
    };

    public static string Bytes(double bytes) => bytes switch
    {
        >= 1e9 => $"{Number(bytes / 1e9)} GB",
        >= 1e6 => $"{Number(bytes / 1e6)} MB",
        >= 1e3 => $"{Number(bytes / 1e3)} KB",
        _ => $"{bytes:F0} bytes",
    };

    /// <summary>The interquartile range in percent of the median.</summary>
    public static string Spread(Timing timing) => $"{100 * (timing.UpperQuartile - timing.LowerQuartile) / timing.Median:F0} %";

    /// <summary>Three digits, without a thousand's separator.</summary>
    public static string Number(double value) => Math.Abs(value) switch
    {
        >= 99.95 => $"{value:F0}",
        >= 9.995 => $"{value:F1}",
        >= 0.0995 or 0 => $"{value:F2}",
        _ => $"{value:G2}",
    };
}
