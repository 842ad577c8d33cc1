namespace Elman;

/// <summary>Where each series of a training set is cut.</summary>
internal static class ForecasterSplit
{
    /// <summary>
    /// Cuts all series at the same two times, counted back from the latest time of all, so that no group's training knows another
    /// group's future; a single series, or series without times, each by its own rows. A series too short to train on is left out: its split begins with 0, 0.
    /// </summary>
    /// <param name="series">The series, each with rows.</param>
    /// <param name="options">How many rows to hold out and to validate on.</param>
    /// <param name="step">The spacing of the rows; null if the series have no times.</param>
    /// <exception cref="ElmanException">No series has enough rows: the message says how many are needed.</exception>
    public static Split[] Of(IReadOnlyList<Series> series, ForecasterOptions options, Frequency? step)
    {
        int length = series.Max(one => one.Length), holdout = options.HoldoutOf(length), validation = options.ValidationOf(length);
        int needed = options.Context + options.Horizon;
        if (length - (long)holdout - validation < needed) throw TooFew(length, options);
        Split[] splits = [.. series.Select(Cut()).Select(split => split.Training < needed ? new Split(0, 0, split.Length) : split)];
        return splits.Any(split => split.Training > 0) ? splits : throw TooFew(length, options);

        Func<Series, Split> Cut()
        {
            if (step is null || series.Count == 1) return one => Split.LastRows(one.Length, validation, holdout);
            DateTime latest = series.Max(one => one.Times![^1]);
            DateTime test = holdout == 0 ? DateTime.MaxValue : step.Add(latest, 1 - holdout);
            DateTime checks = validation == 0 ? test : step.Add(latest, 1 - holdout - validation);
            return one => Split.ByTime(one, checks, test);
        }
    }

    private static ElmanException TooFew(int longest, ForecasterOptions options)
    {
        int rows = options.Context + options.Horizon, needed = rows;
        while (needed - options.HoldoutOf(needed) - options.ValidationOf(needed) < rows) needed++;
        int holdout = options.HoldoutOf(needed), validation = options.ValidationOf(needed);
        return new ElmanException(
            $"at least {needed} rows are needed: {options.Context} of context and {options.Horizon} to forecast, {validation} for validation, {holdout} held out; "
            + $"the longest series has {longest}; give more rows, or choose a shorter context or horizon");
    }
}
