using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Elman;

/// <summary>What a training measures, and what it tells.</summary>
internal sealed partial class ForecasterTraining
{
    /// <summary>Origins that all series together count for where the scale of one is measured.</summary>
    private const double PooledOrigins = 3;

    /// <summary>Counts that the dispersion of all series counts for.</summary>
    private const double PooledCounts = 12;

    /// <summary>Forecasts and what came, of all series from some origins of each.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="models">What was learned of each series.</param>
    /// <param name="origins">The origins of a series.</param>
    /// <param name="share">Chooses how much of the nets is taken, before the errors are measured.</param>
    private List<Miss> Measure(ForecastEngine engine, SeriesModel[] models, Func<SeriesCut, int[]> origins, Action<ForecastEngine, Points?[]>? share)
    {
        int horizon = _options.Horizon;
        Points?[] points = new Points?[_series.Length];
        Parallel.For(0, points.Length, Work.Threads, i =>
        {
            int[] own = origins(_cuts[i]);
            if (own.Length > 0) points[i] = engine.Simple(_formed[i], models[i], own, horizon);
        });
        for (int i = 0; i < points.Length; i++)
        {
            Work.StopIfCancelled();
            if (points[i] is { } one) engine.AddNets(_formed[i], models[i], one);
        }
        share?.Invoke(engine, points);
        List<Miss> misses = [];
        for (int i = 0; i < points.Length; i++)
        {
            if (points[i] is not { } one) continue;
            double[] medians = engine.Medians(_formed[i], one);
            for (int k = 0; k < one.Origins.Length; k++)
            {
                double[] middle = medians[(k * horizon)..((k + 1) * horizon)], came = _formed[i].Target[one.Origins[k]..(one.Origins[k] + horizon)];
                misses.Add(new Miss(i, one.Origins[k], middle, came, one.Spread?[(k * horizon)..((k + 1) * horizon)]));
            }
        }
        return misses;
    }

    /// <summary>The share of the nets with the least absolute error, in units of each series' errors; less where few forecasts say so.</summary>
    private void ShareOfNets(ForecastEngine engine, Points?[] points)
    {
        const int parts = 10;
        const double doubt = 4;
        double[] losses = new double[parts + 1];
        int forecasts = 0;
        for (int i = 0; i < points.Length; i++)
        {
            if (points[i] is not { Middle: { } middle } one) continue;
            double[] came = Came(_formed[i].Values, one.Origins), own = new double[parts + 1];
            for (int at = 0; at < came.Length; at++)
            {
                if (double.IsNaN(came[at])) continue;
                for (int part = 0; part <= parts; part++)
                    own[part] += Math.Abs(came[at] - one.Reference[at] - (middle[at] - one.Reference[at]) * part / parts);
            }
            forecasts += one.Origins.Length;
            if (own[0] > 0)
                for (int part = 0; part <= parts; part++) losses[part] += one.Origins.Length * own[part] / own[0];
        }
        if (forecasts == 0) return;
        int best = Array.IndexOf(losses, losses.Min());
        double share = (double)best / parts * (forecasts / (forecasts + doubt));
        engine.NetShare = share < 0.05 ? 0 : share;
        if (engine.NetShare == 0) Remark("on rows for validation the nets add nothing to the simple forecasts: those are averaged alone");
    }

    /// <summary>The scale of each series and the calibration, from errors on rows that training had not seen.</summary>
    private (SeriesModel[] Models, Calibration Calibration) Calibrate(ForecastEngine engine, SeriesModel[] models, List<Miss> validation, List<Miss> holdout)
    {
        Miss[] all = [.. validation, .. holdout];
        double[] usual = [.. _formed.Zip(_cuts, (one, cut) => UsualChange(one.Target[..cut.Validation]))], sums = new double[models.Length], counts = new double[models.Length];
        foreach (Miss miss in all)
        {
            double error = miss.MeanError;
            if (double.IsFinite(error)) (sums[miss.Series], counts[miss.Series]) = (sums[miss.Series] + error, counts[miss.Series] + 1);
        }
        ILookup<int, Miss> own = all.ToLookup(miss => miss.Series);
        double pooled = Enumerable.Range(0, models.Length).Where(i => counts[i] > 0).Select(i => sums[i] / counts[i] / usual[i]).DefaultIfEmpty(1).Average();
        SeriesModel[] scaled = [.. models.Select((model, i) => model with
        {
            Level = Math.Max(own[i].SelectMany(miss => miss.Middle).Select(Math.Abs).DefaultIfEmpty(0).Average(), 1e-12),
            Scale = Math.Max((sums[i] + PooledOrigins * pooled * usual[i]) / (counts[i] + PooledOrigins), 1e-12 + 1e-9 * usual[i]),
        })];
        if (engine.IsCount) scaled = Dispersed(scaled, all);
        ForecastError[] errors = [.. all.Select(miss => new ForecastError(miss.Errors, scaled[miss.Series].Scale,
            _notNegative ? [.. miss.Middle.Select(scaled[miss.Series].ScaleAt)] : null, engine.Head is NegativeBinomialHead ? null : miss.Spread))];
        double independent = own.Sum(group => 1 + (group.Max(miss => miss.Origin) - group.Min(miss => miss.Origin)) / (double)_options.Horizon);
        return (scaled, Calibration.Fit(errors, _options.Horizon, independent, own.Count));
    }

    /// <summary>The mean and the dispersion of counts. What was chosen by the absolute error is rather their median: of rare demand, nearly zero.</summary>
    private static SeriesModel[] Dispersed(SeriesModel[] models, Miss[] misses)
    {
        ILookup<int, Miss> own = misses.ToLookup(miss => miss.Series);
        double[] beyond = [.. models.Select((_, i) =>
        {
            double[] errors = [.. own[i].SelectMany(miss => miss.Errors).Where(error => !double.IsNaN(error))];
            return errors.Sum() / (errors.Length + PooledCounts);
        })];
        double[] Means(IEnumerable<Miss> of) => [.. of.SelectMany(miss => miss.Middle.Select(middle => Math.Max(middle + beyond[miss.Series], 0)))];
        double[] Counts(IEnumerable<Miss> of) => [.. of.SelectMany(miss => miss.Came)];
        double[] prior = CountDistribution.Fit(Means(misses), Counts(misses)).Losses;
        return [.. models.Select((model, i) => model with
        {
            MeanError = beyond[i],
            Dispersion = CountDistribution.Fit(Means(own[i]), Counts(own[i]), prior, PooledCounts).Dispersion,
        })];
    }

    /// <summary>The mean change over a season, or from row to row, or what stands in for it where nothing changes.</summary>
    private double UsualChange(double[] values)
    {
        foreach (int period in (ReadOnlySpan<int>)[_seasons.Length > 0 ? _seasons[0] : 1, 1])
            if (Metrics.SeasonalError(values, period) is > 0 and var change && double.IsFinite(change)) return change;
        double last = values.LastOrDefault(value => !double.IsNaN(value));
        return last == 0 ? 1e-6 : 1e-6 * Math.Abs(last);
    }

    private BacktestResult? Judge(Forecaster model)
    {
        int[][] origins = [.. _cuts.Select(cut => cut.HoldoutOrigins(_options.Horizon))];
        return origins.All(one => one.Length == 0) ? null : new RollingOrigin(model, _formed, origins).Run();
    }

    private Forecaster Result(
        ForecastEngine engine, SeriesModel[] models, Calibration calibration, TrainingRecord? record, BacktestResult? backtest, int[]? until = null)
    {
        TrainedSeries[] trained = [.. _series.Select((one, i) =>
        {
            int rows = until?[i] ?? _cuts[i].Validation;
            return new TrainedSeries(one.Group, rows, rows == 0 ? null : one.Times?[rows - 1]) { Model = models[i] };
        })];
        return new Forecaster(_options, _layout, _effects, _seasons, engine, calibration, trained, _notNegative, record ?? NoNets(), new ForecastReport
        {
            Target = _layout.Target,
            Horizon = _options.Horizon,
            Season = _seasons.Length > 0 ? _seasons[0] : 1,
            Backtest = backtest,
            Series = backtest is null ? [] : RollingOrigin.PerSeries(backtest),
            Methods = MethodShares(engine, models),
            Remarks = [.. _remarks],
        });
    }

    private static List<MethodShare> MethodShares(ForecastEngine engine, SeriesModel[] models)
    {
        IEnumerable<MethodShare> simple = engine.Methods.Select((method, m) => new MethodShare(method.Name, models.Average(model => model.Shares[m])))
            .Where(share => share.Share > 0.005).OrderByDescending(share => share.Share);
        return engine.Nets is { } nets && engine.NetShare > 0
            ? [new MethodShare($"{nets.Nets.Count} nets upon the others", engine.NetShare), .. simple] : [.. simple];
    }

    private static TrainingRecord NoNets() => new(new Dictionary<string, string>()) { Outcome = TrainingOutcome.Completed };

    private void Remark(string line)
    {
        _remarks.Add(line);
        _context.Remark?.Invoke(line);
    }

    /// <summary>Tells what the user should know of the data.</summary>
    private void Tell()
    {
        string[] constant = [.. _formed.Where(one => Distinct(one.Target) <= 1).Select(one => one.Series.Group)];
        if (constant.Length == _formed.Length) Remark($"column '{_layout.Target}' has one value in all rows: so has the forecast");
        else if (constant.Length > 0) Remark($"column '{_layout.Target}' has one value in all rows of {Named(constant)}: so has the forecast there");
        string[] few = [.. _formed.Zip(_cuts).Where(pair => pair.Second.ValidationOrigins(_options.Horizon).Length == 0).Select(pair => pair.First.Series.Group)];
        if (few.Length > 0 && few.Length < _formed.Length) Remark($"too few rows to choose by, so the methods that suit the others are taken for {Named(few)}");
        if (few.Length == _formed.Length) Remark($"{_formed.Max(one => one.Length)} rows are too few to choose a method by: a level and the last season are averaged");
        DateTime? latest = _series.Max(one => one.Times?[^1]);
        string[] ended = [.. _series.Where(one => latest is { } end && _layout.Frequency is { } step && step.Steps(one.Times![^1], end) >= _options.Horizon).Select(one => one.Group)];
        if (ended.Length > 0) Remark($"the rows of {Named(ended)} end a horizon or more before the latest, {Frequency.Format(latest!.Value)}; their forecasts begin where they end");
        if (_effects is not null) Remark($"the columns known ahead ({string.Join(", ", _layout.Known.Select(column => $"'{column.Name}'"))}) explain a part of '{_layout.Target}': their effect is taken out, and put back into the forecast");
        if (IsCount) Remark($"column '{_layout.Target}' holds counts: its quantiles are whole numbers of a negative binomial distribution; --head quantiles takes it as any number");
        else if (_notNegative) Remark($"column '{_layout.Target}' is never below zero: nor are its quantiles");
    }

    private static int Distinct(double[] values) => values.Where(value => !double.IsNaN(value)).Distinct().Take(2).Count();

    private static string Named(string[] groups)
    {
        const int most = 5;
        string names = string.Join(", ", groups.Take(most).Select(group => $"'{group}'"));
        return groups.Length > most ? $"{names} and {groups.Length - most} more groups" : $"{(groups.Length == 1 ? "group" : "groups")} {names}";
    }

    /// <summary>What a resumed training must share with the one that was interrupted: the options, and the data to the bit.</summary>
    private Dictionary<string, string> Settings(bool first)
    {
        Dictionary<string, string> settings = ForecasterOptions.Settings.Texts(_options, [.. TrainingRecipe.NotCompared]);
        settings["target"] = _layout.Target;
        settings["stage"] = first ? "training" : "refit";
        settings["data"] = Fingerprint();
        return settings;
    }

    private string Fingerprint()
    {
        using Sha256 hash = new();
        foreach (Series series in _series)
        {
            hash.Write(Encoding.UTF8.GetBytes($"{series.Group}\0{series.Length}\0"));
            foreach (Column column in series.Columns.Concat(series.Known).Concat(series.Static)) hash.Write(MemoryMarshal.AsBytes<double>(column.Values));
        }
        return System.Convert.ToHexStringLower(hash.Finish());
    }

    /// <summary>A forecast of a series, and what came.</summary>
    /// <param name="Series">The index of the series.</param>
    /// <param name="Origin">The row after the last that was seen.</param>
    /// <param name="Middle">The middle of the forecast [P].</param>
    /// <param name="Came">What came [P]; NaN where it is missing.</param>
    /// <param name="Spread">The spread that the nets expected [P].</param>
    private sealed record Miss(int Series, int Origin, double[] Middle, double[] Came, double[]? Spread)
    {
        public double[] Errors => [.. Came.Zip(Middle, (came, middle) => came - middle)];

        public double MeanError => Errors.Where(error => !double.IsNaN(error)).Select(Math.Abs).DefaultIfEmpty(double.NaN).Average();
    }
}
