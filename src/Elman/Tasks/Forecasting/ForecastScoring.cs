using System.Collections.Immutable;

namespace Elman;

/// <summary>Errors of many forecasts of P rows.</summary>
/// <param name="quantiles">For each of the Q levels the forecasts one after the other [windows · P].</param>
/// <param name="actual">What came [windows · P]; NaN where it is missing.</param>
/// <param name="scales">What the absolute errors of each window are divided by for the scaled error [windows]; not positive where there is none.</param>
/// <param name="horizon">P.</param>
/// <param name="levels">The Q levels.</param>
internal sealed class ForecastScoring(double[][] quantiles, double[] actual, double[] scales, int horizon, ImmutableArray<double> levels)
{
    public ForecastScore Score(string name, bool hasInterval)
    {
        ForecastErrors[] steps = [.. Enumerable.Range(0, horizon).Select(row => Errors(values => Row(values, row), Row(actual, row), scales))];
        double[] allScales = [.. scales.SelectMany(scale => Enumerable.Repeat(scale, horizon))];
        return new ForecastScore(name, Errors(values => values, actual, allScales), steps,
            hasInterval ? Metrics.Coverage(quantiles[0], quantiles[^1], actual) : null,
            hasInterval ? [.. Enumerable.Range(0, horizon).Select(row => Metrics.Coverage(Row(quantiles[0], row), Row(quantiles[^1], row), Row(actual, row)))] : []);
    }

    private ForecastErrors Errors(Func<double[], double[]> choose, double[] came, double[] scale)
    {
        double[] median = choose(quantiles[levels.IndexOf(0.5)]);
        return new ForecastErrors(
            Metrics.MeanAbsoluteError(median, came), Metrics.RootMeanSquaredError(median, came), ScaledError(median, came, scale),
            levels.Select((level, i) => Metrics.PinballLoss(choose(quantiles[i]), came, level)).Average(),
            Metrics.MeanAbsoluteError(median, came) / Metrics.MeanAbsoluteError(new double[came.Length], came));
    }

    /// <summary>The mean over all forecasts of |error| / scale, each with the scale of its series.</summary>
    private static double ScaledError(double[] median, double[] came, double[] scale)
    {
        double sum = 0;
        long count = 0;
        for (int i = 0; i < median.Length; i++)
        {
            if (double.IsNaN(came[i]) || !(scale[i] > 0)) continue;
            sum += Math.Abs(came[i] - median[i]) / scale[i];
            count++;
        }
        return sum / count;
    }

    /// <summary>The values of one row of the horizon, [windows].</summary>
    private double[] Row(double[] values, int row) => [.. Enumerable.Range(0, values.Length / horizon).Select(window => values[window * horizon + row])];
}
