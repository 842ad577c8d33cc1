namespace Elman;

/// <summary>Where each series of a training set is cut.</summary>
internal static class ForecasterSplit
{
    /// <summary>
    /// Cuts all series at the same two times, counted in rows from the end of the one that ends last, so that no group's training knows another
    /// group's future; without times, each by its own rows. A series too short to train on is left out: its split begins with 0, 0.
    /// </summary>
    /// <exception cref="ElmanException">No series has enough rows: the message says how many are needed.</exception>
    public static Split[] Of(IReadOnlyList<Series> series, ForecasterOptions options)
    {
        Series reference = series.MaxBy(one => (one.Times?[^1], one.Length))!;
        int length = reference.Length, holdout = options.HoldoutOf(length), validation = options.ValidationOf(length);
        int needed = options.Context + options.Horizon;
        Split[] splits = [.. series.Select(Cut).Select(split => split.Training < needed ? new Split(0, 0, split.Length) : split)];
        return splits.Any(split => split.Training > 0) ? splits : throw TooFew(series, options);

        Split Cut(Series one)
        {
            if (one.Times is null || reference.Times is null || length - holdout - validation < 0) return Split.LastRows(one.Length, validation, holdout);
            DateTime test = holdout == 0 ? DateTime.MaxValue : reference.Times[length - holdout];
            return Split.ByTime(one, validation == 0 ? test : reference.Times[length - holdout - validation], test);
        }
    }

    private static ElmanException TooFew(IReadOnlyList<Series> series, ForecasterOptions options)
    {
        int rows = options.Context + options.Horizon, needed = rows;
        while (needed - options.HoldoutOf(needed) - options.ValidationOf(needed) < rows) needed++;
        int longest = series.Max(one => one.Length), holdout = options.HoldoutOf(needed), validation = options.ValidationOf(needed);
        return new ElmanException(
            $"at least {needed} rows are needed: {options.Context} of context and {options.Horizon} to forecast, {validation} for validation, {holdout} held out; "
            + $"the longest series has {longest}; give more rows, or choose a shorter context or horizon");
    }
}
