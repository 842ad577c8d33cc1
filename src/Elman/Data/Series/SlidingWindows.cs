namespace Elman;

/// <summary>A stretch of one series: context rows that are seen, then horizon rows that are to be forecast.</summary>
/// <param name="Series">The index of the series.</param>
/// <param name="Start">The first context row.</param>
/// <param name="Context">The number of rows that are seen.</param>
/// <param name="Horizon">The number of rows to forecast.</param>
public readonly record struct Window(int Series, int Start, int Context, int Horizon)
{
    /// <summary>The first row to forecast.</summary>
    public int TargetStart => Start + Context;

    /// <summary>The row after the last one to forecast.</summary>
    public int End => TargetStart + Horizon;

    /// <summary>The part of a column that is seen.</summary>
    /// <param name="column">A column of the window's series [L].</param>
    public ReadOnlySpan<double> ContextOf(ReadOnlySpan<double> column) => column.Slice(Start, Context);

    /// <summary>The part of a column that is to be forecast.</summary>
    /// <param name="column">A column of the window's series [L].</param>
    public ReadOnlySpan<double> TargetsOf(ReadOnlySpan<double> column) => column.Slice(TargetStart, Horizon);
}

/// <summary>
/// Windows that slide over series and never leak. A training window lies wholly before the split; a validation or test window
/// forecasts only rows of its own part, though it may look back over the split, as a forecast on that day could. No window spans two series.
/// </summary>
public sealed class SlidingWindows
{
    /// <summary>Creates the windows' shape.</summary>
    /// <param name="context">Rows seen, at least one.</param>
    /// <param name="horizon">Rows forecast, at least one.</param>
    /// <param name="stride">Rows from one window to the next, at least one.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is less than one.</exception>
    public SlidingWindows(int context, int horizon, int stride = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(context);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(horizon);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(stride);
        (Context, Horizon, Stride) = (context, horizon, stride);
    }

    /// <summary>Rows seen.</summary>
    public int Context { get; }

    /// <summary>Rows forecast.</summary>
    public int Horizon { get; }

    /// <summary>Rows from one window to the next.</summary>
    public int Stride { get; }

    /// <summary>The windows whose rows, seen and forecast, are all for training.</summary>
    /// <param name="splits">One split for each series.</param>
    /// <exception cref="ElmanException">No series has enough rows for one window.</exception>
    public Window[] Training(IReadOnlyList<Split> splits) => Over(splits, "training", split => (0, split.Training));

    /// <summary>The windows whose forecast rows are all for validation.</summary>
    /// <inheritdoc cref="Training(IReadOnlyList{Split})"/>
    public Window[] Validation(IReadOnlyList<Split> splits) => Over(splits, "validation", split => (split.Training, split.Validation));

    /// <summary>The windows whose forecast rows are all for the test.</summary>
    /// <inheritdoc cref="Training(IReadOnlyList{Split})"/>
    public Window[] Test(IReadOnlyList<Split> splits) => Over(splits, "test", split => (split.Validation, split.Length));

    private Window[] Over(IReadOnlyList<Split> splits, string part, Func<Split, (int From, int To)> targetRows)
    {
        ArgumentNullException.ThrowIfNull(splits);
        var windows = new List<Window>();
        for (int series = 0; series < splits.Count; series++)
        {
            (int from, int to) = targetRows(splits[series]);
            for (long target = Math.Max(from, Context); target + Horizon <= to; target += Stride)
                windows.Add(new Window(series, (int)target - Context, Context, Horizon));
        }

        return windows.Count > 0 ? [.. windows] : throw TooShort(splits, part, targetRows);
    }

    private ElmanException TooShort(IReadOnlyList<Split> splits, string part, Func<Split, (int From, int To)> targetRows)
    {
        int longest = splits.Select(split => targetRows(split).To).DefaultIfEmpty().Max();
        int most = splits.Select(targetRows).Select(rows => rows.To - rows.From).DefaultIfEmpty().Max();
        return new ElmanException(
            $"no {part} window fits: a context of {Context} and a horizon of {Horizon} rows need {(long)Context + Horizon} rows, {Horizon} of them for {part}, "
            + $"but the longest series has {longest} up to the end of its {part} rows, and at most {most} are for {part}; "
            + "give more rows or choose a shorter context or horizon");
    }
}
