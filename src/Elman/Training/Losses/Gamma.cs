namespace Elman;

/// <summary>The logarithm of the gamma function and its derivative, which .NET lacks; for positive arguments, to about 1e-13 relative to 1.</summary>
internal static class Gamma
{
    /// <summary>From here on, the first omitted term of either series is below 1e-15.</summary>
    private const double SeriesFrom = 12;

    private static readonly double HalfLogTwoPi = 0.5 * Math.Log(2 * Math.PI);

    /// <summary>log Γ(x): Stirling's series (Abramowitz and Stegun 6.1.41), reached by Γ(x + 1) = x Γ(x).</summary>
    public static double Log(double x)
    {
        double product = 1;
        for (; x < SeriesFrom; x++) product *= x;
        double y = 1 / (x * x);
        double series = (1.0 / 12 - y * (1.0 / 360 - y * (1.0 / 1260 - y * (1.0 / 1680 - y * (1.0 / 1188 - y * (691.0 / 360360)))))) / x;
        return (x - 0.5) * Math.Log(x) - x + HalfLogTwoPi + series - Math.Log(product);
    }

    /// <summary>ψ(x) = d/dx log Γ(x) (Abramowitz and Stegun 6.3.18), reached by ψ(x + 1) = ψ(x) + 1/x.</summary>
    public static double LogSlope(double x)
    {
        double shift = 0;
        for (; x < SeriesFrom; x++) shift += 1 / x;
        double y = 1 / (x * x);
        double series = y * (1.0 / 12 - y * (1.0 / 120 - y * (1.0 / 252 - y * (1.0 / 240 - y * (1.0 / 132 - y * (691.0 / 32760))))));
        return Math.Log(x) - 0.5 / x - series - shift;
    }
}
