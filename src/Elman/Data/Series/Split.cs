namespace Elman;

/// <summary>
/// Where the rows of one series change from training to validation to test: [0, <see cref="Training"/>) is learned from,
/// [<see cref="Training"/>, <see cref="Validation"/>) chooses the model, [<see cref="Validation"/>, <see cref="Length"/>) judges it.
/// </summary>
public readonly record struct Split
{
    /// <summary>Creates a split.</summary>
    /// <param name="training">The first row that is not for training.</param>
    /// <param name="validation">The first row that is for the test.</param>
    /// <param name="length">The number of rows.</param>
    /// <exception cref="ArgumentException">The three do not ascend from zero.</exception>
    public Split(int training, int validation, int length)
    {
        if (training < 0 || validation < training || length < validation)
            throw new ArgumentException($"expected 0 ≤ training ≤ validation ≤ length, they are {training}, {validation}, {length}");
        (Training, Validation, Length) = (training, validation, length);
    }

    /// <summary>The first row that is not for training.</summary>
    public int Training { get; }

    /// <summary>The first row that is for the test.</summary>
    public int Validation { get; }

    /// <summary>The number of rows.</summary>
    public int Length { get; }

    /// <summary>Keeps the last rows for validation and test.</summary>
    /// <param name="length">The number of rows.</param>
    /// <param name="validation">How many rows before the test are for validation; fewer if there are not so many.</param>
    /// <param name="test">How many of the last rows are for the test; fewer if there are not so many.</param>
    public static Split LastRows(int length, int validation, int test)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfNegative(validation);
        ArgumentOutOfRangeException.ThrowIfNegative(test);
        int testStart = Math.Max(0, length - test);
        return new Split(Math.Max(0, testStart - validation), testStart, length);
    }

    /// <summary>Splits at two times, the same for every group, so that no group's training knows another group's future.</summary>
    /// <param name="series">A series with times.</param>
    /// <param name="validation">The first time of validation.</param>
    /// <param name="test">The first time of the test.</param>
    /// <exception cref="ArgumentException">The test begins before the validation.</exception>
    /// <exception cref="InvalidOperationException">The series has no times.</exception>
    public static Split ByTime(Series series, DateTime validation, DateTime test)
    {
        ArgumentNullException.ThrowIfNull(series);
        return new Split(series.RowsBefore(validation), series.RowsBefore(test), series.Length);
    }
}
