using System.Globalization;

namespace Elman.Cli;

/// <summary>
/// How many digits of a forecast are written: those to the millionth of its narrowest 80 % interval, and no more than fifteen. What follows is noise of the computation,
/// and differs between builds.
/// </summary>
internal sealed class ForecastDigits
{
    private const int OfInterval = 6, Most = 15;

    private readonly NumberNotation? _notation;
    private readonly int _decimals;

    /// <param name="forecast">The forecast.</param>
    /// <param name="notation">How the numbers are written; null for plainly.</param>
    public ForecastDigits(Forecast forecast, NumberNotation? notation)
    {
        _notation = notation;
        int low = Math.Max(forecast.Levels.IndexOf(0.1), 0), high = forecast.Levels.IndexOf(0.9) is var at and >= 0 ? at : forecast.Levels.Length - 1;
        double[] lower = forecast.Quantile(low), upper = forecast.Quantile(high);
        double largest = Math.Max(lower.Max(Math.Abs), upper.Max(Math.Abs));
        double width = lower.Zip(upper, (from, to) => to - from).Where(one => one > 0).DefaultIfEmpty(largest * 1e-4).Min();
        int byWidth = width > 0 ? OfInterval - Exponent(width) : 0, byDigits = largest > 0 ? Most - 1 - Exponent(largest) : Most;
        _decimals = Math.Clamp(Math.Min(byWidth, byDigits), 0, Most);
    }

    /// <summary>A number of the forecast.</summary>
    public string Text(double value)
    {
        double rounded = Math.Abs(value) < 1e15 ? Math.Round(value, _decimals) : value;
        // No negative zero.
        rounded = rounded == 0 ? 0 : rounded;
        return _notation is null ? rounded.ToString("R", CultureInfo.InvariantCulture) : _notation.Format(rounded);
    }

    private static int Exponent(double value) => (int)Math.Floor(Math.Log10(value));
}
