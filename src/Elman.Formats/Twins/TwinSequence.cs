namespace Elman.Formats;

/// <summary>One sequence on its way through a <see cref="TwinNetwork"/>.</summary>
/// <param name="Steps">[L][F]; one step, of a row, if <see cref="IsRow"/>.</param>
/// <param name="Valid">Which steps are not masked; null if all are valid.</param>
/// <param name="IsRow">Whether there is no time axis.</param>
/// <param name="KeepsSteps">Whether its steps are those of the input.</param>
internal sealed record TwinSequence(double[][] Steps, bool[]? Valid = null, bool IsRow = false, bool KeepsSteps = true)
{
    /// <summary>The same function of every step alone.</summary>
    public TwinSequence Each(Func<double[], double[]> function) => this with { Steps = Array.ConvertAll(Steps, step => function(step)) };

    /// <summary>A row in place of the steps.</summary>
    public static TwinSequence Row(double[] values) => new([values], IsRow: true, KeepsSteps: false);
}
