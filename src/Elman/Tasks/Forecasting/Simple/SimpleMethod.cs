namespace Elman;

/// <summary>
/// A forecast that needs no net: a few coefficients, and a state that takes one row after the other. The state is a flat array, so that it can be
/// kept in a snapshot; taking a row costs the same however long the series is.
/// </summary>
internal abstract class SimpleMethod
{
    /// <summary>The method in words, such as <c>seasonal naive (7)</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Numbers of the state.</summary>
    public abstract int StateSize { get; }

    /// <summary>Rows that the method must have seen before it is more than the last value.</summary>
    public abstract int Needs { get; }

    /// <summary>What a model file calls the method, such as <c>naive 7</c>; see <see cref="MethodPool.Parse"/>.</summary>
    public abstract string Key { get; }

    /// <summary>Whether all series share the coefficients; see <see cref="FitShared"/>.</summary>
    public virtual bool IsShared => false;

    /// <summary>Whether the coefficients are so many that a model file keeps them as a tensor, in single precision.</summary>
    public virtual bool HasMap => false;

    /// <summary>Whether <see cref="Push"/> and <see cref="Forecast"/> can be given so many coefficients: what a model file holds is checked by it.</summary>
    public virtual bool Takes(int coefficients) => coefficients == 0;

    /// <summary>Chooses the coefficients for a series.</summary>
    /// <param name="history">The rows to fit; NaN where one is missing.</param>
    /// <param name="horizon">P.</param>
    public virtual double[] Fit(ReadOnlySpan<double> history, int horizon) => [];

    /// <summary>Chooses the coefficients for all series together.</summary>
    /// <param name="histories">The rows to fit of each series.</param>
    /// <param name="horizon">P.</param>
    public virtual double[] FitShared(IReadOnlyList<ReadOnlyMemory<double>> histories, int horizon) => throw new NotSupportedException($"{Name} has coefficients for each series");

    /// <summary>Takes the next row. The state of zeros has seen none.</summary>
    /// <param name="coefficients">What <see cref="Fit"/> gave.</param>
    /// <param name="state">The state, to be changed.</param>
    /// <param name="value">The row; NaN if it is missing.</param>
    public abstract void Push(ReadOnlySpan<double> coefficients, Span<double> state, double value);

    /// <summary>Forecasts the rows after the last.</summary>
    /// <param name="coefficients">What <see cref="Fit"/> gave.</param>
    /// <param name="state">The state; it is left as it is.</param>
    /// <param name="forecast">Receives the rows [P]; NaN as long as no value was seen.</param>
    public abstract void Forecast(ReadOnlySpan<double> coefficients, ReadOnlySpan<double> state, Span<double> forecast);

    /// <summary>Runs through a series and forecasts at some origins.</summary>
    /// <param name="coefficients">What <see cref="Fit"/> gave.</param>
    /// <param name="values">The series.</param>
    /// <param name="origins">Ascending: a forecast from origin o has seen the rows before o.</param>
    /// <param name="horizon">P.</param>
    /// <param name="forecasts">Receives [origins, P].</param>
    public void Run(ReadOnlySpan<double> coefficients, ReadOnlySpan<double> values, ReadOnlySpan<int> origins, int horizon, Span<double> forecasts)
    {
        double[] state = new double[StateSize];
        int row = 0;
        for (int i = 0; i < origins.Length; i++)
        {
            for (; row < origins[i]; row++) Push(coefficients, state, values[row]);
            Forecast(coefficients, state, forecasts.Slice(i * horizon, horizon));
        }
    }
}
