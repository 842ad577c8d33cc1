namespace Elman;

/// <summary>The coefficients of simple methods for many series.</summary>
/// <param name="methods">The methods.</param>
/// <param name="coefficients">[series][methods]: the coefficients of each; of a shared method the same array for every series.</param>
internal sealed class SimpleFits(SimpleMethod[] methods, double[][][] coefficients)
{
    /// <summary>The methods.</summary>
    public SimpleMethod[] Methods => methods;

    /// <summary>The coefficients [methods] of a series.</summary>
    public double[][] Of(int series) => coefficients[series];

    /// <summary>Fits all methods to all series.</summary>
    /// <param name="methods">The methods.</param>
    /// <param name="series">The values of each series.</param>
    /// <param name="until">For each the row after the last that may be learned from.</param>
    /// <param name="horizon">P.</param>
    /// <param name="wanted">Whether a series needs a method; all do if null.</param>
    public static SimpleFits Fit(SimpleMethod[] methods, IReadOnlyList<double[]> series, int[] until, int horizon, Func<int, int, bool>? wanted = null)
    {
        double[][][] coefficients = [.. series.Select(_ => new double[methods.Length][])];
        for (int m = 0; m < methods.Length; m++)
        {
            if (!methods[m].IsShared) continue;
            double[] shared = methods[m].FitShared([.. series.Zip(until, (values, end) => values.AsMemory(0, end))], horizon);
            foreach (double[][] one in coefficients) one[m] = shared;
        }
        Parallel.For(0, series.Count, Work.Threads, i =>
        {
            for (int m = 0; m < methods.Length; m++)
            {
                Work.StopIfCancelled();
                if (!methods[m].IsShared)
                    coefficients[i][m] = wanted?.Invoke(i, m) == false ? [] : methods[m].Fit(series[i].AsSpan(0, until[i]), horizon);
            }
        });
        return new SimpleFits(methods, coefficients);
    }

    /// <summary>Forecasts one series by all methods.</summary>
    /// <param name="series">The index of the series.</param>
    /// <param name="values">Its values.</param>
    /// <param name="origins">Ascending; a forecast from an origin has seen the rows before it.</param>
    /// <param name="horizon">P.</param>
    /// <param name="wanted">Which methods; all if null.</param>
    /// <returns>[methods][origins · P]; finite: where a method has nothing to say it is the last value, or zero.</returns>
    public double[][] Run(int series, double[] values, int[] origins, int horizon, Func<int, bool>? wanted = null)
    {
        double[] last = new double[origins.Length * horizon];
        Methods[0].Run([], values, origins, horizon, last);
        for (int i = 0; i < last.Length; i++)
            if (!double.IsFinite(last[i])) last[i] = 0;
        double[][] forecasts = new double[methods.Length][];
        for (int m = 0; m < methods.Length; m++)
        {
            if (wanted?.Invoke(m) == false)
            {
                forecasts[m] = last;
                continue;
            }
            Work.StopIfCancelled();
            double[] own = forecasts[m] = new double[last.Length];
            methods[m].Run(coefficients[series][m], values, origins, horizon, own);
            for (int i = 0; i < own.Length; i++)
                if (!double.IsFinite(own[i])) own[i] = last[i];
        }
        return forecasts;
    }
}
