namespace Elman;

/// <summary>
/// One series as the methods and nets take it: its target filled with NaN where it is missing, what is known ahead as numbers, and the effect of that on
/// the target taken out.
/// </summary>
internal sealed class FormedSeries
{
    /// <summary>Forms a series.</summary>
    /// <param name="series">The series, on the grid of its frequency.</param>
    /// <param name="layout">The columns, as training found them.</param>
    /// <param name="effects">The effect of the known columns; null where there is none.</param>
    /// <param name="effectScale">The unit in which the series takes them; null for what its own rows say, see <see cref="KnownEffects.UnitOf"/>.</param>
    /// <param name="horizon">P: rows after the last for which calendar and plan are wanted.</param>
    /// <exception cref="ElmanException">A column is missing, or a value is infinite.</exception>
    public FormedSeries(Series series, SeriesLayout layout, KnownEffects? effects, double? effectScale, int horizon)
    {
        Series = series;
        Horizon = horizon;
        layout.Check(series);
        Target = series.Target.Values;
        foreach (Column column in series.Columns)
            if (Array.FindIndex(column.Values, double.IsInfinity) is >= 0 and int row)
                throw new ElmanException($"column '{column.Name}' is infinite in row {row + 1}; mark the value as missing or correct it");
        Past = layout.PastOf(series);
        Known = layout.KnownOf(series, horizon);
        Static = layout.StaticOf(series);
        FutureTimes = layout.Frequency is { } frequency && series.Times is { } times ? frequency.Next(times[^1], horizon) : null;
        Calendar = layout.Calendar is { } calendar && FutureTimes is not null ? calendar.Compute([.. series.Times!, .. FutureTimes]) : [];
        EffectScale = effectScale ?? effects?.UnitOf(Target, Known) ?? 1;
        Effect = effects?.Of(Known, series.Length + horizon, EffectScale) ?? [];
        Values = Effect.Length == 0 ? Target : [.. Target.Select((value, row) => value - Effect[row])];
    }

    /// <summary>The series.</summary>
    public Series Series { get; }

    /// <summary>P.</summary>
    public int Horizon { get; }

    /// <summary>L.</summary>
    public int Length => Target.Length;

    /// <summary>The target [L]; NaN where it is missing.</summary>
    public double[] Target { get; }

    /// <summary>The target without the effect of the known columns [L].</summary>
    public double[] Values { get; }

    /// <summary>The unit in which the series takes the effect of the known columns.</summary>
    public double EffectScale { get; }

    /// <summary>The effect of the known columns [L + P]; empty where there is none.</summary>
    public double[] Effect { get; }

    /// <summary>Features of the past only, each [L], without missing values.</summary>
    public float[][] Past { get; }

    /// <summary>Features that are known ahead, each [L + P].</summary>
    public float[][] Known { get; }

    /// <summary>Features that never change.</summary>
    public float[] Static { get; }

    /// <summary>The features of the times [L + P, F]; empty where there are no times.</summary>
    public float[] Calendar { get; }

    /// <summary>The times of the P rows after the last; null where there are none.</summary>
    public DateTime[]? FutureTimes { get; }
}
