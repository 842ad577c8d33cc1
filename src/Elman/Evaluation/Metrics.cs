namespace Elman;

/// <summary>
/// Errors of a forecast, averaged in double precision. Rows whose actual value is missing (NaN) are left out; without any row
/// left the result is NaN.
/// </summary>
public static class Metrics
{
    /// <summary>The mean absolute error, in the target's unit.</summary>
    /// <param name="forecast">The forecast values.</param>
    /// <param name="actual">What came, as many.</param>
    /// <exception cref="ArgumentException">The two differ in length.</exception>
    public static double MeanAbsoluteError(ReadOnlySpan<double> forecast, ReadOnlySpan<double> actual) =>
        Average(forecast, actual, Math.Abs);

    /// <summary>The root of the mean squared error, in the target's unit.</summary>
    /// <inheritdoc cref="MeanAbsoluteError"/>
    public static double RootMeanSquaredError(ReadOnlySpan<double> forecast, ReadOnlySpan<double> actual) =>
        Math.Sqrt(Average(forecast, actual, error => error * error));

    /// <summary>
    /// The mean absolute error divided by <see cref="SeasonalError"/>: below 1, the forecast errs less than the naive one did in training.
    /// Hyndman and Koehler, "Another look at measures of forecast accuracy", 2006.
    /// </summary>
    /// <param name="forecast">The forecast values.</param>
    /// <param name="actual">What came, as many.</param>
    /// <param name="seasonalError">The error of the naive forecast on the training rows of the same series.</param>
    /// <returns>Infinite or NaN where the training rows repeat without error.</returns>
    /// <exception cref="ArgumentException">The two differ in length.</exception>
    public static double MeanAbsoluteScaledError(ReadOnlySpan<double> forecast, ReadOnlySpan<double> actual, double seasonalError) =>
        MeanAbsoluteError(forecast, actual) / seasonalError;

    /// <summary>The mean absolute difference between each training row and the row one season before it, in the target's unit.</summary>
    /// <param name="training">The training rows of one series, and only those.</param>
    /// <param name="period">Rows in a season; 1 compares with the row before.</param>
    /// <returns>NaN if no two rows are a season apart.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The period is not positive.</exception>
    public static double SeasonalError(ReadOnlySpan<double> training, int period = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(period);
        double sum = 0;
        long count = 0;
        for (int row = period; row < training.Length; row++)
        {
            double change = Math.Abs(training[row] - training[row - period]);
            if (double.IsNaN(change))
                continue;
            sum += change;
            count++;
        }

        return sum / count;
    }

    /// <summary>
    /// The mean pinball loss of a forecast quantile, in the target's unit: an actual value above it costs q for each unit, one below it 1 − q.
    /// Koenker and Bassett, "Regression quantiles", 1978. At q = 0.5 it is half the mean absolute error.
    /// </summary>
    /// <param name="forecast">The forecast quantile's values.</param>
    /// <param name="actual">What came, as many.</param>
    /// <param name="quantile">The quantile q, between 0 and 1.</param>
    /// <exception cref="ArgumentException">The two differ in length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The quantile does not lie between 0 and 1.</exception>
    public static double PinballLoss(ReadOnlySpan<double> forecast, ReadOnlySpan<double> actual, double quantile)
    {
        if (!(quantile is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(quantile), quantile, "expected a quantile between 0 and 1");
        return Average(forecast, actual, error => error >= 0 ? quantile * error : (quantile - 1) * error);
    }

    /// <summary>The part of the actual values that lies within an interval, ends included; an 80 % interval should hold 0.8 of them.</summary>
    /// <param name="low">The interval's lower ends.</param>
    /// <param name="high">The interval's upper ends, as many.</param>
    /// <param name="actual">What came, as many.</param>
    /// <exception cref="ArgumentException">The three differ in length.</exception>
    public static double Coverage(ReadOnlySpan<double> low, ReadOnlySpan<double> high, ReadOnlySpan<double> actual)
    {
        CheckLength(low, actual);
        CheckLength(high, actual);
        long inside = 0, count = 0;
        for (int row = 0; row < actual.Length; row++)
        {
            if (double.IsNaN(actual[row]))
                continue;
            count++;
            if (low[row] <= actual[row] && actual[row] <= high[row])
                inside++;
        }

        return (double)inside / count;
    }

    /// <summary>The mean cost of the errors, actual less forecast.</summary>
    private static double Average(ReadOnlySpan<double> forecast, ReadOnlySpan<double> actual, Func<double, double> cost)
    {
        CheckLength(forecast, actual);
        double sum = 0;
        long count = 0;
        for (int row = 0; row < actual.Length; row++)
        {
            if (double.IsNaN(actual[row]))
                continue;
            sum += cost(actual[row] - forecast[row]);
            count++;
        }

        return sum / count;
    }

    private static void CheckLength(ReadOnlySpan<double> forecast, ReadOnlySpan<double> actual)
    {
        if (forecast.Length != actual.Length)
            throw new ArgumentException($"{forecast.Length} forecast values for {actual.Length} actual ones; give as many of both", nameof(forecast));
    }
}
