namespace Elman;

/// <summary>
/// Where one series is cut, each by its own rows: what is learned from, what chooses, what judges. A series too short for a part goes without it.
/// </summary>
/// <param name="Training">The row after the last that is learned from.</param>
/// <param name="Validation">The row after the last that chooses what is averaged.</param>
/// <param name="Length">The number of rows; those from <paramref name="Validation"/> on are held out.</param>
internal readonly record struct SeriesCut(int Training, int Validation, int Length)
{
    private const int MostValidationOrigins = 60, MostHoldoutOrigins = 40, LongestValidation = 10_000;

    /// <summary>Cuts a series.</summary>
    /// <param name="length">Its rows.</param>
    /// <param name="options">What is asked for.</param>
    public static SeriesCut Of(int length, ForecasterOptions options)
    {
        int horizon = options.Horizon, holdout = Math.Min(options.Holdout ?? DefaultHoldout(length, horizon), length), left = length - holdout;
        int validation = options.Validation ?? Math.Max(Math.Min(3 * horizon, left / 3), Math.Min(left / 4, LongestValidation));
        if (validation < horizon || left - validation < Math.Max(4, horizon / 2)) validation = left >= horizon + 4 && left >= 3 * horizon / 2 ? horizon : 0;
        return new SeriesCut(left - validation, left, length);
    }

    /// <summary>A horizon or three for the backtest, where that leaves enough to learn from.</summary>
    private static int DefaultHoldout(int length, int horizon) =>
        length >= 30 * horizon ? 3 * horizon : length >= 12 * horizon ? Math.Max(horizon, length / 12) : length >= 6 * horizon ? horizon : 0;

    /// <summary>The origins whose forecasts lie in the rows for validation.</summary>
    public int[] ValidationOrigins(int horizon) => Origins(Training, Validation, horizon, MostValidationOrigins);

    /// <summary>The origins whose forecasts lie in the rows held out.</summary>
    public int[] HoldoutOrigins(int horizon) => Origins(Validation, Length, horizon, MostHoldoutOrigins);

    /// <summary>Evenly spaced origins, of which the last ends with the part.</summary>
    private static int[] Origins(int from, int to, int horizon, int most)
    {
        int room = to - from - horizon;
        if (room < 0 || from == 0) return [];
        int stride = Math.Max(1, (room + most - 1) / most), count = room / stride + 1;
        return [.. Enumerable.Range(0, count).Select(i => to - horizon - (count - 1 - i) * stride)];
    }
}
