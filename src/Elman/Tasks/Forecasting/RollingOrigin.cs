using System.Collections.Immutable;

namespace Elman;

/// <summary>A backtest: forecasts from several origins of each series, beside what came and beside what costs nothing.</summary>
internal sealed class RollingOrigin
{
    private readonly Forecaster _model;
    private readonly FormedSeries[] _series;
    private readonly int[][] _origins;
    private readonly int _horizon;
    private readonly ImmutableArray<double> _levels;
    private readonly IReadOnlyList<(string Name, int Period)> _seasonal;

    /// <param name="model">The model.</param>
    /// <param name="series">The series, formed.</param>
    /// <param name="origins">For each its origins, at least one in all, with a horizon of rows after each.</param>
    public RollingOrigin(Forecaster model, FormedSeries[] series, int[][] origins)
    {
        (_model, _series, _origins, _horizon, _levels) = (model, series, origins, model.Options.Horizon, model.Options.Quantiles);
        int history = origins.Where(own => own.Length > 0).Max(own => own[0]);
        _seasonal = SeasonalBaseline.For(model.Frequency, model.Seasons, history);
    }

    public BacktestResult Run()
    {
        List<BacktestForecast> all = [];
        List<double> scales = [];
        for (int i = 0; i < _series.Length; i++)
        {
            if (_origins[i].Length == 0) continue;
            Work.StopIfCancelled();
            double[] target = _series[i].Target;
            double scale = Scale(target.AsSpan(0, _origins[i][0]));
            IReadOnlyList<Forecast> forecasts = _model.ForecastFrom(_series[i], _origins[i], _horizon, _levels);
            for (int k = 0; k < forecasts.Count; k++)
            {
                int origin = _origins[i][k];
                all.Add(new BacktestForecast(forecasts[k], target[origin..(origin + _horizon)],
                    [Baselines.LastValue(target.AsSpan(0, origin), _horizon), .. _seasonal.Select(one => SeasonalBaseline.Forecast(_series[i], origin, _horizon, one.Period))])
                {
                    Origin = origin,
                    Scale = scale,
                });
                scales.Add(scale);
            }
        }
        double[] actual = [.. all.SelectMany(one => one.Actual)];
        ForecastScore own = Score("model", [.. _levels.Select((_, level) => all.SelectMany(one => one.Forecast.Quantile(level)).ToArray())], hasInterval: true);
        ForecastScore[] baselines = [.. _seasonal.Select(one => one.Name).Prepend("last value").Select((name, b) =>
        {
            double[] values = [.. all.SelectMany(one => one.Baselines[b])];
            return Score(name, [.. _levels.Select(_ => values)], hasInterval: false);
        })];
        DateTime[] times = [.. all.Where(one => one.Forecast.Times is not null).SelectMany(one => one.Forecast.Times!)];
        return new BacktestResult(own, baselines, all.Count, _origins.Count(one => one.Length > 0),
            times.Length == 0 ? null : times.Min(), times.Length == 0 ? null : times.Max(), Forecast.IntervalOf(_levels))
        { All = all };

        ForecastScore Score(string name, double[][] quantiles, bool hasInterval) =>
            new ForecastScoring(quantiles, actual, [.. scales], _horizon, _levels).Score(name, hasInterval);
    }

    /// <summary>The scores of each series, the worst against its better baseline first.</summary>
    public static IReadOnlyList<SeriesScore> PerSeries(BacktestResult result) =>
        [.. result.All.GroupBy(one => one.Forecast.Group).Select(group => Score(result, [.. group])).OrderByDescending(score => double.IsNaN(score.Ratio) ? 0 : score.Ratio)];

    private static SeriesScore Score(BacktestResult result, BacktestForecast[] own)
    {
        ImmutableArray<double> levels = own[0].Forecast.Levels;
        double[] actual = [.. own.SelectMany(one => one.Actual)];
        double[][] quantiles = [.. levels.Select((_, level) => own.SelectMany(one => one.Forecast.Quantile(level)).ToArray())];
        double[] baselines = [.. result.Baselines.Select((_, b) => Metrics.MeanAbsoluteError([.. own.SelectMany(one => one.Baselines[b])], actual))];
        int better = Array.IndexOf(baselines, baselines.Min());
        ForecastErrors errors = new ForecastScoring(quantiles, actual, [.. own.Select(one => one.Scale)], own[0].Forecast.Horizon, levels).Score("", hasInterval: false).Overall;
        double ratio = baselines[better] > 0 ? errors.MeanAbsoluteError / baselines[better] : errors.MeanAbsoluteError > 0 ? double.PositiveInfinity : 1;
        return new SeriesScore(own[0].Forecast.Group, own.Length, errors, Metrics.Coverage(quantiles[0], quantiles[^1], actual), result.Baselines[better].Name, ratio);
    }

    /// <summary>What MASE divides by: the mean change over the season before the first forecast, or from row to row.</summary>
    private double Scale(ReadOnlySpan<double> history)
    {
        double scale = Metrics.SeasonalError(history, _model.Report.Season);
        return double.IsFinite(scale) && scale > 0 ? scale : Metrics.SeasonalError(history);
    }
}
