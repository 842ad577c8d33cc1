using System.Collections.Immutable;

namespace Elman;

/// <summary>One backtest of a forecaster: forecasts from every origin whose horizon lies after the training's end.</summary>
internal sealed class RollingOrigin
{
    private readonly Forecaster _model;
    private readonly SeriesInputs[] _inputs;
    private readonly Window[] _windows;
    private readonly int _horizon;
    private readonly ImmutableArray<double> _levels;

    public RollingOrigin(Forecaster model, SeriesInputs[] inputs, int stride)
    {
        (_model, _inputs, _horizon, _levels) = (model, inputs, model.Options.Horizon, model.Options.Quantiles);
        int[] unseen = [.. inputs.Select(one => FirstUnseen(one.Series))];
        Split[] splits = [.. inputs.Select((one, i) => new Split(0, unseen[i], one.Series.Length))];
        int most = splits.Max(split => split.Length - Math.Max(split.Validation, Context));
        if (most < _horizon) throw NothingUnseen(splits);
        _windows = new SlidingWindows(Context, _horizon, stride).Test(splits);
    }

    private int Context => _model.Options.Context;

    public BacktestResult Run()
    {
        double[] actual = new double[_windows.Length * _horizon];
        for (int i = 0; i < _windows.Length; i++) Values(i).AsSpan(_windows[i].TargetStart, _horizon).CopyTo(actual.AsSpan(i * _horizon));
        double[] scales = Scales();
        Window first = _windows.MinBy(TargetTime), last = _windows.MaxBy(TargetTime);
        SeasonalBaseline? seasonal = SeasonalBaseline.Choose(_model.Step, TargetTime(first) - (_inputs[first.Series].Series.Times?[0] ?? default));

        List<ForecastScore> baselines = [Score("last value", Naive(i => Baselines.LastValue(Values(i).AsSpan(0, _windows[i].TargetStart), _horizon)))];
        if (seasonal is not null)
            baselines.Add(Score(seasonal.Name, Naive(i => seasonal.Forecast(_inputs[_windows[i].Series].Series, _windows[i].TargetStart, _horizon))));
        double[][] values = _model.Compute(_inputs, _windows);
        ForecastScore own = Score(_model.Options.Cell, [.. _levels.Select((_, level) => Quantile(values, level))], hasInterval: true);
        return new BacktestResult(own, baselines, _windows.Length, _windows.Select(window => window.Series).Distinct().Count(),
            _inputs[first.Series].Series.Times?[first.TargetStart], _inputs[last.Series].Series.Times?[last.End - 1], Forecast.IntervalOf(_levels));

        double[][] Naive(Func<int, double[]> forecast)
        {
            double[] values = [.. Enumerable.Range(0, _windows.Length).SelectMany(forecast)];
            return [.. _levels.Select(_ => values)];
        }

        ForecastScore Score(string name, double[][] quantiles, bool hasInterval = false) =>
            new ForecastScoring(quantiles, actual, scales, _horizon, _levels).Score(name, hasInterval);
    }

    /// <summary>The row after the last that training has seen. Of a group that it has not, only rows later than all of training count.</summary>
    private int FirstUnseen(Series series)
    {
        if (_model.Known(series) is not { } known)
            return series.Times is not null && _model.TrainedSeries.Max(one => one.Until) is { } end ? RowsUntil(series, end) : 0;
        return known.Until is { } until ? RowsUntil(series, until) : Math.Min(known.Rows, series.Length);
    }

    private static int RowsUntil(Series series, DateTime until) => until == DateTime.MaxValue ? series.Length : series.RowsBefore(until.AddTicks(1));

    private DateTime TargetTime(Window window) => _inputs[window.Series].Series.Times?[window.TargetStart] ?? default;

    private double[] Values(int window) => _inputs[_windows[window].Series].Series.Target.Values;

    /// <summary>One quantile of all windows, [windows · P].</summary>
    private double[] Quantile(double[][] values, int level) =>
        [.. values.SelectMany(window => Enumerable.Range(0, _horizon).Select(row => window[row * _levels.Length + level]))];

    /// <summary>For every window the mean change from row to row before the first forecast of its series.</summary>
    private double[] Scales()
    {
        Dictionary<int, double> scales = [];
        foreach (Window window in _windows)
            if (!scales.ContainsKey(window.Series)) scales.Add(window.Series, Metrics.SeasonalError(_inputs[window.Series].Series.Target.Values.AsSpan(0, window.TargetStart)));
        return [.. _windows.Select(window => scales[window.Series])];
    }

    private ElmanException NothingUnseen(Split[] splits)
    {
        int rows = splits.Max(split => split.Length - split.Validation), longest = splits.Max(split => split.Length);
        string until = _model.TrainedSeries.Max(one => one.Until) is { } time ? $" until {Frequency.Format(time)}" : $" on the first {_model.TrainedSeries.Max(one => one.Rows)} rows";
        return new ElmanException(rows < _horizon
            ? $"nothing to backtest on: the model was trained{until}, {(rows == 0 ? "no row" : $"only {rows} rows")} came later, a horizon needs {_horizon}; give later rows, or train with rows held out"
            : $"nothing to backtest on: a context of {Context} and a horizon of {_horizon} rows need {Context + _horizon}, the longest series has {longest}; give more rows");
    }
}
