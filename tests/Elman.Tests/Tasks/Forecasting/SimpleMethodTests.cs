using static Elman.Tests.Tasks.SmallForecasts;

namespace Elman.Tests.Tasks;

public class SimpleMethodTests
{
    private static readonly string[] Keys =
        ["last", "naive 7", "mean 7", "level", "trend", "theta", "level 7", "trend 7", "theta 7", "level 3 12", "trend 3 12", "linear 8", "shared 8", "log trend 7", "log linear 8", "log theta"];

    public static TheoryData<string> Methods => [.. Keys];

    private static double[] Fitted(SimpleMethod method, double[] values, int horizon) =>
        method.IsShared ? method.FitShared([values], horizon) : method.Fit(values, horizon);

    private static double[] Forecast(SimpleMethod method, double[] coefficients, double[] values, int horizon)
    {
        double[] forecast = new double[horizon];
        method.Run(coefficients, values, [values.Length], horizon, forecast);
        return forecast;
    }

    /// <summary>The equations as textbooks print them, with the sums of the first two seasons as their start.</summary>
    private static double[] Smoothed(double[] values, int[] periods, bool trend, double[] coefficients, int horizon)
    {
        (double alpha, double beta, double phi, double rho) = (coefficients[0], coefficients[1], coefficients[2], coefficients[3]);
        int longest = periods.Length == 0 ? 1 : periods[^1], rows = Math.Max(2 * longest, 4), half = rows / 2;
        double[] filled = [.. values];
        for (int t = 1; t < rows; t++)
            if (double.IsNaN(filled[t])) filled[t] = filled[t - 1];
        double one = filled[..half].Average(), two = filled[half..rows].Average(), b = trend && periods.Length > 0 ? (two - one) / half : 0;
        double l = periods.Length == 0 ? filled[0] : one - b * (half - 1) / 2.0;
        double[][] seasons = [.. periods.Select(period => new double[period])];
        for (int s = 0; s < periods.Length; s++)
            for (int place = 0; place < periods[s]; place++)
                seasons[s][place] = Enumerable.Range(0, rows).Where(t => t % periods[s] == place)
                    .Average(t => filled[t] - one - b * (t - (half - 1) / 2.0) - (s == 1 ? seasons[0][t % periods[0]] : 0));
        double raw = 0;
        for (int t = 0; t < values.Length; t++)
        {
            double level = l + phi * b, expected = level + seasons.Select((season, s) => season[t % periods[s]]).Sum();
            double e = double.IsNaN(values[t]) ? 0 : values[t] - expected - rho * raw;
            raw = double.IsNaN(values[t]) ? rho * raw : values[t] - expected;
            l = level + alpha * e;
            b = phi * b + alpha * beta * e;
            for (int s = 0; s < periods.Length; s++) seasons[s][t % periods[s]] += coefficients[4 + s] * e;
        }
        return [.. Enumerable.Range(1, horizon).Select(h => l + Enumerable.Range(1, h).Sum(k => Math.Pow(phi, k)) * b
            + seasons.Select((season, s) => season[(values.Length + h - 1) % periods[s]]).Sum() + Math.Pow(rho, h) * raw)];
    }

    [Theory]
    [InlineData("level", new int[0], false)]
    [InlineData("trend", new int[0], true)]
    [InlineData("level 7", new[] { 7 }, false)]
    [InlineData("trend 7", new[] { 7 }, true)]
    [InlineData("trend 3 12", new[] { 3, 12 }, true)]
    public void Exponential_smoothing_follows_its_equations(string key, int[] periods, bool trend)
    {
        double[] values = Wave(61);
        foreach (int hole in new[] { 3, 20, 21, 60 }) values[hole] = double.NaN;
        double[] coefficients = [0.3, trend ? 0.2 : 0, trend ? 0.9 : 0, periods.Length > 1 ? 0.6 : 0, 0.15, 0.25];
        double[] expected = Smoothed(values, periods, trend, coefficients, 15), actual = Forecast(MethodPool.Parse(key), coefficients, values, 15);
        for (int h = 0; h < 15; h++) Assert.Equal(expected[h], actual[h], 1e-9);
    }

    [Fact]
    public void The_coefficients_that_are_fitted_are_better_than_others()
    {
        // A level that wanders by steps of 1 under noise of 0.1 wants a large α, the other way round a small one.
        RandomStream random = new(4);
        double level = 0;
        double[] wandering = [.. Enumerable.Range(0, 400).Select(_ => (level += random.NextNormal()) + 0.1 * random.NextNormal())];
        double[] still = [.. Enumerable.Range(0, 400).Select(_ => 5 + random.NextNormal())];
        Assert.InRange(MethodPool.Parse("level").Fit(wandering, 1)[0], 0.8, 1);
        Assert.InRange(MethodPool.Parse("level").Fit(still, 1)[0], 0, 0.15);
    }

    [Fact]
    public void Theta_adds_half_the_slope_of_the_line_through_the_rows_that_have_a_value()
    {
        double[] values = [.. Wave(50).Select((value, row) => value + 0.8 * row)];
        foreach (int hole in new[] { 2, 30, 31, 32, 40 }) values[hole] = double.NaN;
        double[] coefficients = [0.4, 0, 0, 0, 0, 0];
        int[] known = [.. Enumerable.Range(0, 50).Where(t => !double.IsNaN(values[t]))];
        double mean = known.Average(t => (double)t), height = known.Average(t => values[t]);
        double slope = known.Sum(t => (t - mean) * (values[t] - height)) / known.Sum(t => (t - mean) * (t - mean));
        double[] level = Smoothed(values, [], false, coefficients, 6), actual = Forecast(MethodPool.Parse("theta"), coefficients, values, 6);
        for (int h = 0; h < 6; h++) Assert.Equal(level[h] + 0.5 * slope * (h + 1), actual[h], 1e-9);
    }

    [Fact]
    public void The_seasonal_mean_weighs_earlier_seasons_less()
    {
        double[] values = Wave(30);
        double[] naive = Forecast(MethodPool.Parse("naive 7"), [0], values, 9);
        for (int h = 0; h < 9; h++) Assert.Equal(values[23 + (h % 7)], naive[h]);

        const double d = 0.6;
        double[] mean = Forecast(MethodPool.Parse("mean 7"), [d], values, 9);
        for (int h = 0; h < 9; h++)
        {
            int[] places = [.. Enumerable.Range(0, 30).Where(t => t % 7 == (30 + h) % 7).Reverse()];
            double expected = places[..^1].Select((t, k) => (1 - d) * Math.Pow(d, k) * values[t]).Sum() + Math.Pow(d, places.Length - 1) * values[places[^1]];
            Assert.Equal(expected, mean[h], 1e-9);
        }

        // A missing value leaves its place as it was.
        values[25] = double.NaN;
        Assert.Equal(values[18], Forecast(MethodPool.Parse("naive 7"), [0], values, 9)[2]);
    }

    [Fact]
    public void The_linear_map_is_that_of_ridge_regression_over_all_windows()
    {
        const int context = 5, horizon = 3;
        const double ridge = 0.01;
        double[][] series = [Wave(40), Wave(25, 1)];
        LagSums sums = new(context, horizon);
        foreach (double[] one in series) sums.Add(one);
        double[] weights = sums.Solve(ridge);

        List<(double[] X, double[] Y)> windows = [];
        foreach (double[] one in series)
            for (int last = context - 1; last + horizon < one.Length; last++)
                windows.Add(([.. Enumerable.Range(1, context - 1).Select(i => one[last - i] - one[last])], [.. Enumerable.Range(1, horizon).Select(h => one[last + h] - one[last])]));
        double[,] matrix = new double[context - 1, context - 1];
        for (int i = 0; i < context - 1; i++)
            for (int j = 0; j < context - 1; j++) matrix[i, j] = windows.Sum(window => window.X[i] * window.X[j]);
        double trace = Enumerable.Range(0, context - 1).Sum(i => matrix[i, i]);
        for (int i = 0; i < context - 1; i++) matrix[i, i] += ridge * trace / (context - 1);
        for (int h = 0; h < horizon; h++)
        {
            double[] expected = Solved(matrix, [.. Enumerable.Range(0, context - 1).Select(i => windows.Sum(window => window.X[i] * window.Y[h]))]);
            for (int i = 0; i < context - 1; i++) Assert.Equal(expected[i], weights[h * (context - 1) + i], 1e-8);
        }

        double[] forecast = Forecast(MethodPool.Parse("linear 5"), weights, series[0], horizon);
        for (int h = 0; h < horizon; h++)
        {
            double expected = series[0][^1] + Enumerable.Range(1, context - 1).Sum(i => weights[h * (context - 1) + i - 1] * (series[0][^(i + 1)] - series[0][^1]));
            Assert.Equal(expected, forecast[h], 1e-9);
        }
    }

    /// <summary>Gauss and Jordan.</summary>
    private static double[] Solved(double[,] matrix, double[] b)
    {
        double[,] a = (double[,])matrix.Clone();
        double[] x = [.. b];
        for (int i = 0; i < x.Length; i++)
        {
            double pivot = a[i, i];
            for (int j = 0; j < x.Length; j++) a[i, j] /= pivot;
            x[i] /= pivot;
            for (int k = 0; k < x.Length; k++)
            {
                if (k == i) continue;
                double factor = a[k, i];
                for (int j = 0; j < x.Length; j++) a[k, j] -= factor * a[i, j];
                x[k] -= factor * x[i];
            }
        }
        return x;
    }

    [Fact]
    public void Sums_do_not_follow_the_width_of_vectors()
    {
        for (int length = 1; length < 120; length++)
        {
            double[] one = Wave(length), other = Wave(length, 1);
            // Two chains of four lanes, then what is left: in this order.
            double[] lanes = new double[8];
            int whole = length / 4 * 4;
            for (int i = 0; i < whole; i++) lanes[i % 8] += one[i] * other[i];
            double[] four = [.. Enumerable.Range(0, 4).Select(i => lanes[i] + lanes[4 + i])];
            double expected = four[0] + four[1] + (four[2] + four[3]);
            for (int i = whole; i < length; i++) expected += one[i] * other[i];
            Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(FixedOrder.Dot(one, other)));
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void The_state_is_all_that_a_forecast_needs(string key)
    {
        SimpleMethod method = MethodPool.Parse(key);
        double[] values = Wave(80), coefficients = Fitted(method, values, 4);
        Assert.Equal(key, method.Key);
        double[] state = new double[method.StateSize];
        for (int t = 0; t < 41; t++) method.Push(coefficients, state, values[t]);
        double[] copy = [.. state], before = [.. state], first = new double[9], second = new double[9];
        method.Forecast(coefficients, state, first);
        Assert.Equal(before, state);
        SimpleMethod other = MethodPool.Parse(key);
        for (int t = 41; t < 80; t++)
        {
            method.Push(coefficients, state, values[t]);
            other.Push(coefficients, copy, values[t]);
        }
        method.Forecast(coefficients, state, first);
        other.Forecast(coefficients, copy, second);
        Assert.Equal(first, second);
        Assert.Equal(first, Forecast(method, coefficients, values, 9));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_constant_stays_what_it_is(string key)
    {
        SimpleMethod method = MethodPool.Parse(key);
        double[] values = [.. Enumerable.Repeat(4.2, 80)];
        Assert.All(Forecast(method, Fitted(method, values, 4), values, 4), value => Assert.Equal(4.2, value, 1e-9));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Few_rows_and_rows_without_a_value_do_no_harm(string key)
    {
        SimpleMethod method = MethodPool.Parse(key);
        for (int rows = 1; rows <= 26; rows++)
        {
            double[] values = Wave(rows);
            Assert.All(Forecast(method, Fitted(method, values, 4), values, 4), value => Assert.InRange(value, -20, 60));
        }
        double[] none = [.. Enumerable.Repeat(double.NaN, 60)];
        SimpleFits fits = SimpleFits.Fit([new LastValue(), method], [none], [60], 4);
        Assert.All(fits.Run(0, none, [60], 4)[1], value => Assert.Equal(0, value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("mean")]
    [InlineData("naive x")]
    [InlineData("naive 7 days")]
    [InlineData("log log level")]
    [InlineData("trend 3 12 48")]
    public void An_unknown_method_is_refused(string key) => Assert.Throws<FormatException>(() => MethodPool.Parse(key));

    [Fact]
    public void All_methods_of_a_pool_have_keys_that_lead_back()
    {
        SimpleMethod[] pool = MethodPool.For([7, 28], 400, 3, positive: true);
        Assert.IsType<LastValue>(pool[0]);
        Assert.Equal(pool.Select(method => method.Key), pool.Select(method => MethodPool.Parse(method.Key).Key));
        Assert.Equal(pool.Length, pool.Select(method => method.Key).Distinct().Count());
        Assert.DoesNotContain(MethodPool.For([7], 10, 1, positive: false), method => method is LogMethod or SeasonalMean);
    }
}
