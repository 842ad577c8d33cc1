using System.Text.Json;

namespace Elman;

/// <summary>
/// Turns forecasts in the middle into quantiles, from how far they were off on rows that training had not seen (split conformal prediction: Lei et
/// al. 2018). An error is divided by the scale of its series, or by the spread that the nets expect, whichever tells more; then by how errors grow with
/// the step; what is left has one distribution for all series and steps.
/// </summary>
internal sealed class Calibration
{
    private const int MostPaths = 200, LeastPaths = 30;

    /// <summary>Digits of a rank: more than so many paths tell, and what a model file holds.</summary>
    private const int RankDigits = 4;

    /// <summary>Another unit than the scale of the series must be better by this factor.</summary>
    private const double Certain = 0.99;

    /// <summary>By how much quantiles are wider for want of forecasts: of one by the half of this; a third of that where series vouch for one another.</summary>
    private const double Doubt = 1.5, DoubtOfMany = Doubt / 3;

    /// <summary>From so many independent forecasts on, errors above and below are told apart: of few, one side is luck.</summary>
    private const int EnoughForSides = 30;

    private static readonly double[] Grid =
        [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99, 0.995];

    private readonly double[] _growth, _shape;
    private readonly double[][] _paths;
    private readonly double _correlation;

    private Calibration(ErrorUnit unit, double[] growth, double[] shape, double mean, double[][] paths, double correlation) =>
        (Unit, _growth, _shape, Mean, _paths, _correlation) = (unit, growth, shape, mean, paths, correlation);

    /// <summary>What errors are divided by.</summary>
    public ErrorUnit Unit { get; }

    /// <summary>The mean error, in units of the growth.</summary>
    public double Mean { get; }

    /// <summary>What is added to the middle for a level, in units of the scale.</summary>
    /// <param name="step">The row of the horizon; past the last one measured, errors grow with the root of the step.</param>
    /// <param name="level">The level, 0 … 1.</param>
    public double Offset(int step, double level) => Growth(step) * At(level);

    /// <summary>What errors of a step are, as a mean, in units of the scale.</summary>
    public double Growth(int step) => step < _growth.Length ? _growth[step] : _growth[^1] * Math.Sqrt((step + 1.0) / _growth.Length);

    /// <summary>The distribution of errors before there are any to measure: normal, as wide as the scale.</summary>
    public static Calibration Normal(int horizon) => new(
        ErrorUnit.Series, [.. Enumerable.Range(1, horizon).Select(step => Math.Sqrt(step))], [.. Grid.Select(level => NormalQuantile(level) * Math.Sqrt(Math.PI / 2))], 0, [], 0.9);

    /// <summary>Fits a calibration.</summary>
    /// <param name="errors">The errors of forecasts that training had not seen.</param>
    /// <param name="horizon">P.</param>
    /// <param name="independent">How many forecasts without a common row the errors are worth.</param>
    /// <param name="series">How many series they are of.</param>
    public static Calibration Fit(IReadOnlyList<ForecastError> errors, int horizon, double independent, int series)
    {
        if (errors.Sum(error => error.Count) < 4) return Normal(horizon);
        double wider = 1 + (series > 1 ? DoubtOfMany : Doubt) / (independent / Math.Max(series, 1) + 1);
        Calibration best = Fit(errors, horizon, independent, wider, ErrorUnit.Series);
        double least = Certain * best.Loss(errors);
        foreach (ErrorUnit unit in (ReadOnlySpan<ErrorUnit>)[ErrorUnit.Level, ErrorUnit.Spread])
        {
            if (errors.Any(error => error.UnitsOf(unit) is null)) continue;
            Calibration other = Fit(errors, horizon, independent, wider, unit);
            double loss = other.Loss(errors);
            if (loss < least) (least, best) = (loss, other);
        }
        return best;
    }

    private static Calibration Fit(IReadOnlyList<ForecastError> errors, int horizon, double independent, double wider, ErrorUnit unit)
    {
        double[] sums = new double[horizon], counts = new double[horizon];
        foreach (ForecastError error in errors)
            for (int step = 0; step < horizon; step++)
            {
                double scaled = error.Scaled(step, unit);
                if (double.IsNaN(scaled)) continue;
                // One wild error must not widen a step for ever.
                sums[step] += Math.Min(Math.Abs(scaled), 20);
                counts[step]++;
            }
        double[] growth = Smooth(sums, counts);
        List<double> all = [];
        foreach (ForecastError error in errors)
            for (int step = 0; step < horizon; step++)
                if (error.Scaled(step, unit) / growth[step] is var left && double.IsFinite(left)) all.Add(left);
        double mean = all.Select(one => Math.Clamp(one, -10, 10)).DefaultIfEmpty(0).Average();
        // Shares and scales were chosen on some of these errors, and the future is not the past: the fewer there are, the more so.
        double[] shape = [.. Shape(all, Math.Max(4 * independent, 8)).Select(one => one * wider)];
        (double[][] paths, double correlation) = Paths(errors, growth, all, horizon, unit);
        return new Calibration(unit, growth, shape, mean, paths, correlation);
    }

    /// <summary>The mean of each step and its neighbours; a step without errors takes the last that has some.</summary>
    private static double[] Smooth(double[] sums, double[] counts)
    {
        int reach = Math.Max(1, sums.Length / 12);
        double[] growth = new double[sums.Length];
        for (int step = 0; step < growth.Length; step++)
        {
            (double sum, double count) = (0, 0);
            for (int near = Math.Max(0, step - reach); near <= Math.Min(sums.Length - 1, step + reach); near++) (sum, count) = (sum + sums[near], count + counts[near]);
            growth[step] = count > 0 && sum > 0 ? sum / count : step > 0 ? growth[step - 1] : 0;
        }
        double least = growth.Where(one => one > 0).DefaultIfEmpty(1e-9).Min();
        return [.. growth.Select(one => one > 0 ? one : least)];
    }

    /// <summary>The quantiles of the grid: the ⌈(n + 1) q⌉-th of n errors, and beyond the last one the tail of a normal distribution through it.</summary>
    private static double[] Shape(List<double> errors, double independent)
    {
        double[] sorted = independent >= 4 * EnoughForSides ? [.. errors.Order()] : [.. errors.Concat(errors.Select(error => -error)).Order()];
        double highest = 1 - 1 / (independent + 1);
        // In order, for where a tail begins it may lie below the last error that was measured (Chernozhukov et al. 2010).
        return [.. Grid.Select(level => level >= 0.5 ? Side(level, high: true) : Side(1 - level, high: false)).Order()];

        double Corrected(double level) => Math.Min(1, level * (independent + 1) / independent);

        double Side(double level, bool high)
        {
            double within = Math.Min(Corrected(level), highest), rank = Math.Clamp(within * sorted.Length - 0.5, 0, sorted.Length - 1);
            int low = (int)rank;
            double At(int index) => high ? sorted[index] : sorted[sorted.Length - 1 - index];
            double value = At(low) + (rank - low) * (At(Math.Min(low + 1, sorted.Length - 1)) - At(low));
            return Corrected(level) <= highest ? value : value * NormalQuantile(level) / NormalQuantile(Math.Max(highest, 0.6));
        }
    }

    /// <summary>The ranks of whole forecasts' errors, step by step: with them, sampled paths move as errors really do (Clark et al. 2004).</summary>
    private static (double[][] Paths, double Correlation) Paths(IReadOnlyList<ForecastError> errors, double[] growth, List<double> all, int horizon, ErrorUnit unit)
    {
        double[] sorted = [.. all.Order()];
        List<double[]> paths = [];
        int stride = Math.Max(1, errors.Count / MostPaths);
        (double product, double square) = (0, 0);
        for (int i = 0; i < errors.Count; i += stride)
        {
            double[] ranks = new double[horizon];
            for (int step = 0; step < horizon; step++)
            {
                double left = errors[i].Scaled(step, unit) / growth[step];
                int place = double.IsNaN(left) ? -1 : Array.BinarySearch(sorted, left);
                ranks[step] = double.IsNaN(left) ? step > 0 ? ranks[step - 1] : 0.5 : Math.Round(((place < 0 ? ~place : place) + 0.5) / (sorted.Length + 1), RankDigits);
                if (step == 0) continue;
                double before = NormalQuantile(ranks[step - 1]), here = NormalQuantile(ranks[step]);
                (product, square) = (product + before * here, square + before * before);
            }
            if (paths.Count < MostPaths) paths.Add(ranks);
        }
        return ([.. paths], square > 0 ? Math.Clamp(product / square, 0, 0.99) : 0);
    }

    /// <summary>Levels, one for each step, of a path that moves as errors do.</summary>
    /// <param name="random">Where it comes from.</param>
    /// <param name="horizon">Rows.</param>
    public double[] SampleLevels(RandomStream random, int horizon)
    {
        double[] levels = new double[horizon];
        if (_paths.Length >= LeastPaths)
        {
            double[] path = _paths[random.NextInt(_paths.Length)];
            for (int step = 0; step < horizon; step++) levels[step] = path[Math.Min(step, path.Length - 1)];
            return levels;
        }
        double here = 0;
        for (int step = 0; step < horizon; step++)
        {
            here = step == 0 ? random.NextNormal() : _correlation * here + Math.Sqrt(1 - _correlation * _correlation) * random.NextNormal();
            levels[step] = NormalDistribution(here);
        }
        return levels;
    }

    private double At(double level)
    {
        if (level <= Grid[0]) return _shape[0] * (_shape[0] < 0 ? NormalQuantile(level) / NormalQuantile(Grid[0]) : 1);
        if (level >= Grid[^1]) return _shape[^1] * (_shape[^1] > 0 ? NormalQuantile(level) / NormalQuantile(Grid[^1]) : 1);
        int above = Array.BinarySearch(Grid, level);
        if (above >= 0) return _shape[above];
        above = ~above;
        double low = NormalQuantile(Grid[above - 1]), high = NormalQuantile(Grid[above]), share = (NormalQuantile(level) - low) / (high - low);
        return _shape[above - 1] + share * (_shape[above] - _shape[above - 1]);
    }

    /// <summary>The pinball loss at 0.1 and 0.9, in units of the series' scales.</summary>
    private double Loss(IReadOnlyList<ForecastError> errors)
    {
        double loss = 0;
        foreach (ForecastError error in errors)
            for (int step = 0; step < error.Errors.Length; step++)
            {
                double off = error.Errors[step] / error.Scale, unit = error.UnitsOf(Unit)![step] / error.Scale;
                if (double.IsNaN(off)) continue;
                foreach (double level in (ReadOnlySpan<double>)[0.1, 0.9])
                {
                    double past = off - unit * Offset(step, level);
                    loss += Math.Max(level * past, (level - 1) * past);
                }
            }
        return loss;
    }

    /// <summary>Writes the calibration as a JSON object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("unit", Unit.ToString());
        json.WriteNumber("mean", Mean);
        json.WriteNumber("correlation", _correlation);
        NumberLists.Write(json, "growth", _growth);
        NumberLists.Write(json, "shape", _shape);
        json.WriteStartArray("paths");
        foreach (double[] path in _paths) NumberLists.Write(json, null, path);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static Calibration Read(JsonElement json)
    {
        const string where = "calibration";
        double[] growth = NumberLists.Read(json.Required(where, "growth", JsonValueKind.Array)), shape = NumberLists.Read(json.Required(where, "shape", JsonValueKind.Array));
        if (growth.Length == 0 || shape.Length != Grid.Length) throw new ElmanException($"{where}: {growth.Length} steps of {shape.Length} levels; the file is damaged");
        double[][] paths = [.. json.Required(where, "paths", JsonValueKind.Array).EnumerateArray().Select(NumberLists.Read).Where(path => path.Length > 0)];
        double correlation = json.RequiredNumber(where, "correlation");
        if (growth.Any(one => !(one > 0 && double.IsFinite(one))) || shape.Any(one => !double.IsFinite(one)) || paths.Any(path => path.Any(level => level is not (>= 0 and <= 1))) || Math.Abs(correlation) > 1)
            throw new ElmanException($"{where}: a number that no errors have; the file is damaged");
        ErrorUnit unit = Enum.TryParse(json.RequiredString(where, "unit"), out ErrorUnit named) && Enum.IsDefined(named) ? named : throw JsonFields.Damaged($"{where}: unknown unit");
        return new Calibration(unit, growth, shape, json.RequiredNumber(where, "mean"), paths, correlation);
    }

    /// <summary>Φ⁻¹, by Acklam's rational approximation, relative error 1.2e-9.</summary>
    public static double NormalQuantile(double level)
    {
        double p = Math.Clamp(level, 1e-12, 1 - 1e-12);
        if (p > 0.5) return -NormalQuantile(1 - p);
        if (p < 0.02425)
        {
            double q = Math.Sqrt(-2 * Math.Log(p));
            return (((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q - 2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783)
                / ((((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1);
        }
        double c = p - 0.5, r = c * c;
        return (((((-3.969683028665376e+01 * r + 2.209460984245205e+02) * r - 2.759285104469687e+02) * r + 1.383577518672690e+02) * r - 3.066479806614716e+01) * r + 2.506628277459239) * c
            / (((((-5.447609879822406e+01 * r + 1.615858368580409e+02) * r - 1.556989798598866e+02) * r + 6.680131188771972e+01) * r - 1.328068155288572e+01) * r + 1);
    }

    /// <summary>Φ, by Abramowitz and Stegun 26.2.17, error below 7.5e-8.</summary>
    private static double NormalDistribution(double x)
    {
        double t = 1 / (1 + 0.2316419 * Math.Abs(x));
        double tail = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI) * t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        return x > 0 ? 1 - tail : tail;
    }
}

/// <summary>What errors are divided by, so that those of all series and times have one distribution.</summary>
internal enum ErrorUnit
{
    /// <summary>The scale of the series.</summary>
    Series,

    /// <summary>The scale of the series as a part of its values, times the forecast: errors grow with the level.</summary>
    Level,

    /// <summary>The spread that the nets expect.</summary>
    Spread,
}

/// <summary>How far one forecast was off.</summary>
/// <param name="Errors">What came less the middle of the forecast [P]; NaN where it is missing.</param>
/// <param name="Scale">The scale of the series.</param>
/// <param name="Levels">What <see cref="ErrorUnit.Level"/> says [P]; null where values may be below zero.</param>
/// <param name="Spread">The spread that the nets expected [P]; null without nets.</param>
internal sealed record ForecastError(double[] Errors, double Scale, double[]? Levels, double[]? Spread)
{
    private readonly double[] _scales = [.. Errors.Select(_ => Scale)];

    /// <summary>What the errors are divided by [P]; null if that is not known.</summary>
    public double[]? UnitsOf(ErrorUnit unit) => unit switch { ErrorUnit.Series => _scales, ErrorUnit.Level => Levels, _ => Spread };

    /// <summary>Steps that have an error.</summary>
    public int Count => Errors.Count(error => !double.IsNaN(error));

    /// <summary>The error of a step in a unit.</summary>
    public double Scaled(int step, ErrorUnit unit) => Errors[step] / UnitsOf(unit)![step];
}
