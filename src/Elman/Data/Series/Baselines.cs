namespace Elman;

/// <summary>The forecasts that cost nothing. A model that does not beat them has learned nothing.</summary>
public static class Baselines
{
    /// <summary>Every future row gets the last value seen.</summary>
    /// <param name="history">The rows so far [L]; missing ones (NaN) are passed over.</param>
    /// <param name="horizon">Rows to forecast.</param>
    /// <returns>The forecast; NaN if the history has no value.</returns>
    public static double[] LastValue(ReadOnlySpan<double> history, int horizon)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(horizon);
        double[] forecast = new double[horizon];
        Array.Fill(forecast, LastSeen(history));
        return forecast;
    }

    /// <summary>Every future row gets the value one season before it; past the first season, the forecast repeats.</summary>
    /// <param name="history">The rows so far [L]; for a missing one (NaN) the season before it is taken.</param>
    /// <param name="period">Rows in a season.</param>
    /// <param name="horizon">Rows to forecast.</param>
    /// <returns>The forecast; where no earlier season has a value, the last value seen.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The period is not positive or the horizon negative.</exception>
    public static double[] SeasonalNaive(ReadOnlySpan<double> history, int period, int horizon)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(period);
        double[] forecast = LastValue(history, horizon);
        for (int step = 0; step < horizon; step++)
        {
            int row = history.Length + step;
            do
                row -= period;
            while (row >= history.Length || (row >= 0 && double.IsNaN(history[row])));
            if (row >= 0)
                forecast[step] = history[row];
        }

        return forecast;
    }

    /// <summary>
    /// Every future row gets the value of the same calendar date and time a year before, whatever leap days lie between; 29 February looks at 28 February.
    /// </summary>
    /// <param name="times">The times of the history [L], ascending.</param>
    /// <param name="history">The rows so far [L]; where the date is absent or its value missing (NaN), the last value before it is taken.</param>
    /// <param name="future">The times to forecast.</param>
    /// <returns>The forecast; where the history does not reach back a year, the last value seen.</returns>
    /// <exception cref="ArgumentException">Times and history differ in length.</exception>
    public static double[] SameTimeLastYear(ReadOnlySpan<DateTime> times, ReadOnlySpan<double> history, ReadOnlySpan<DateTime> future)
    {
        if (times.Length != history.Length)
            throw new ArgumentException($"{times.Length} times for {history.Length} values; give as many of both", nameof(times));
        double[] forecast = LastValue(history, future.Length);
        for (int step = 0; step < future.Length && times.Length > 0; step++)
        {
            int years = 1;
            while (future[step].AddYears(-years) > times[^1])
                years++;
            double value = LastSeen(history[..RowsUpTo(times, future[step].AddYears(-years))]);
            if (!double.IsNaN(value))
                forecast[step] = value;
        }

        return forecast;
    }

    private static int RowsUpTo(ReadOnlySpan<DateTime> times, DateTime time)
    {
        int row = times.BinarySearch(time);
        return row < 0 ? ~row : row + 1;
    }

    private static double LastSeen(ReadOnlySpan<double> history)
    {
        int row = history.Length - 1;
        while (row >= 0 && double.IsNaN(history[row]))
            row--;
        return row < 0 ? double.NaN : history[row];
    }
}
