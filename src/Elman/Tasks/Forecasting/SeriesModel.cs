namespace Elman;

/// <summary>What a forecaster keeps of a series that it was trained on.</summary>
/// <param name="Group">The group's name; empty if the data had only one.</param>
/// <param name="Rows">How many rows training has seen.</param>
/// <param name="Until">The time of the last of them; null if the series had no times.</param>
public sealed record TrainedSeries(string Group, int Rows, DateTime? Until)
{
    /// <summary>What the model learned of the series.</summary>
    internal SeriesModel Model { get; init; } = null!;
}

/// <summary>What is learned of one series: coefficients, shares, and how far forecasts are off.</summary>
internal sealed record SeriesModel
{
    /// <summary>The coefficients [methods]; empty where a method has none or is not used.</summary>
    public required double[][] Coefficients { get; init; }

    /// <summary>The shares [methods].</summary>
    public required double[] Shares { get; init; }

    /// <summary>The mean absolute error of the best simple method; NaN if it could not be measured.</summary>
    public required double Error { get; init; }

    /// <summary>The unit in which the series takes the effects of known columns.</summary>
    public required double EffectScale { get; init; }

    /// <summary>The mean change over a season, as the nets see it.</summary>
    public required double Unit { get; init; }

    /// <summary>What errors are divided by for the calibration.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>The mean of the absolute values where that scale was measured.</summary>
    public double Level { get; init; } = 1;

    /// <summary>The scale where the forecast is at some level: in proportion, but not to nothing.</summary>
    public double ScaleAt(double middle) => Scale * Math.Max(Math.Abs(middle), 0.1 * Level) / Level;

    /// <summary>What is added to the middle of a forecast of counts, which has the least absolute error, to make it the mean μ.</summary>
    public double MeanError { get; init; }

    /// <summary>α of a series of counts, whose variance is μ + α μ².</summary>
    public double Dispersion { get; init; }
}
