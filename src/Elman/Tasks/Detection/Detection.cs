namespace Elman;

/// <summary>One row of a table or a stream.</summary>
/// <param name="Time">When it was; null where the detector knows no times.</param>
/// <param name="Values">[D] the signals, in the detector's order; NaN for a missing one.</param>
public sealed record DetectorRow(DateTime? Time, double[] Values);

/// <summary>What is said of one signal of a row.</summary>
/// <param name="ExpectedValue">The forecast from the rows before, in the signal's unit; NaN before the second row.</param>
/// <param name="LowerMargin">How far below the forecast a value may lie, in the signal's unit; not negative.</param>
/// <param name="UpperMargin">How far above.</param>
/// <param name="TailProbability">How probable it is that a value lies so far off: 1 for a missing one.</param>
/// <param name="IsPositive">Whether the value lies above the forecast.</param>
public readonly record struct SignalDetection(double ExpectedValue, double LowerMargin, double UpperMargin, double TailProbability, bool IsPositive);

/// <summary>What is said of a row. The names are those of Azure AI Anomaly Detector; numbers of one signal are of the most unusual.</summary>
public sealed record Detection
{
    /// <summary>Each signal, in the detector's order.</summary>
    public required IReadOnlyList<SignalDetection> Signals { get; init; }

    /// <summary>The place of the most unusual signal.</summary>
    public required int Signal { get; init; }

    /// <summary>How probable a row is that is as unusual; with D signals D times that of the most unusual one (Bonferroni), 1 at most.</summary>
    public required double TailProbability { get; init; }

    /// <summary>The tail probability of the mean evidence of the last rows against all before (Lavin and Ahmad 2015, section 3).</summary>
    public required double WindowProbability { get; init; }

    /// <summary>0 for a row that is probable; else how far its tail probability is below the threshold, on a logarithmic scale: below 1.</summary>
    public required double Severity { get; init; }

    /// <summary>Whether the row lies outside its margins.</summary>
    public required bool IsAnomaly { get; init; }

    /// <summary>Whether the last rows together are another kind of rows than those before; once for each change.</summary>
    public required bool IsChangePoint { get; init; }

    /// <summary>Whether somebody should be told: an anomaly or a change point, and no alarm in the rows of the cool-down before.</summary>
    public required bool IsAlarm { get; init; }

    /// <summary>Whether forecasts have become far worse than on the rows of the training: train anew.</summary>
    public required bool IsDrift { get; init; }

    /// <summary>Whether the stream does not yet know enough: nothing is an anomaly.</summary>
    public required bool IsWarmUp { get; init; }

    /// <summary>1 − <see cref="TailProbability"/>.</summary>
    public double Score => 1 - TailProbability;

    /// <summary>1 − <see cref="WindowProbability"/>.</summary>
    public double Likelihood => 1 - WindowProbability;

    /// <summary>The forecast of the most unusual signal.</summary>
    public double ExpectedValue => Signals[Signal].ExpectedValue;

    /// <summary>Its margin below the forecast.</summary>
    public double LowerMargin => Signals[Signal].LowerMargin;

    /// <summary>Its margin above the forecast.</summary>
    public double UpperMargin => Signals[Signal].UpperMargin;

    /// <summary>Whether it is an anomaly that lies above its forecast.</summary>
    public bool IsPositive => IsAnomaly && Signals[Signal].IsPositive;
}
