namespace Elman.Tabular.Tests;

/// <summary>The forecasts of files whose continuation is known, with few epochs: what must come is told in each test.</summary>
public class ForecastCaseTests
{
    private static ForecasterOptions Options(int horizon, int? holdout = null) =>
        new() { Horizon = horizon, Nets = 2, Hidden = 16, Holdout = holdout, Training = new ForecasterOptions().Training with { Epochs = 2, TimeLimit = null } };

    private static Forecaster Train(SeriesSet data, ForecasterOptions options, List<string>? remarks = null) =>
        Forecaster.Train(data, options, new TrainingContext { Remark = remarks is null ? null : remarks.Add, Cancellation = TestContext.Current.CancellationToken });

    private static double MeanError(IReadOnlyList<double> forecast, IReadOnlyList<double> came) => forecast.Zip(came, (one, other) => Math.Abs(one - other)).Average();

    /// <summary>The series without its last rows.</summary>
    private static Series Cut(Series series, int rows)
    {
        Column Short(Column column) => column with { Values = column.Values[..^rows] };
        return new Series(series.Group, series.Times?[..^rows], Short(series.Target), [.. series.Covariates.Select(Short)]) { Known = series.Known, Static = series.Static };
    }

    private static SeriesSet Without(SeriesSet set, int rows) => set with { Series = [.. set.Series.Select(series => Cut(series, rows))] };

    [Theory]
    [InlineData("weekday-pattern", 14, 60)]
    [InlineData("hour-pattern", 48, 230)]
    public void A_pattern_without_noise_is_continued(string file, int horizon, double range)
    {
        SeriesSet set = Cases.Read(file, "y", "");
        Series whole = set.Series[0], part = Cut(whole, horizon);
        Forecaster model = Train(Without(set, horizon), Options(horizon));
        double error = MeanError(model.Predict(part).Median, whole.Target.Values[^horizon..]);
        Assert.True(error <= 0.01 * range, $"the mean absolute error is {error:0.####}");
    }

    [Fact]
    public void A_line_goes_on()
    {
        SeriesSet set = Cases.Read("linear-trend", "y", "");
        double[] forecast = Train(set, Options(7)).Predict(set.Series[0]).Median;
        for (int row = 0; row < 7; row++) Assert.Equal(401 + row, forecast[row], 1.0);
    }

    [Theory]
    [InlineData("big-int")]
    [InlineData("big-numbers")]
    public void Large_numbers_keep_their_signal(string file)
    {
        SeriesSet set = Cases.Read(file, "y", "");
        Series whole = set.Series[0];
        Forecast forecast = Train(Without(set, 7), Options(7)).Predict(Cut(whole, 7));
        double[] came = whole.Target.Values[^7..];
        double level = whole.Target.Values.Average();
        Assert.True(MeanError(forecast.Median, came) < 4, $"the mean absolute error is {MeanError(forecast.Median, came)}");
        for (int row = 0; row < 7; row++)
        {
            Assert.InRange(forecast[row, 1] - level, -30, 30);
            Assert.True(forecast[row, 0] < forecast[row, 1] && forecast[row, 1] < forecast[row, 2]);
        }
        Assert.True(forecast.Median.Max() - forecast.Median.Min() > 10);
    }

    [Fact]
    public void A_planned_promotion_is_in_the_forecast()
    {
        SeriesSet set = Cases.Read("promo", "y", "known=promo");
        Series whole = set.Series[0];
        Forecaster model = Train(Without(set, 7), Options(7));
        // The file is 100, or 200 in a promotion, and noise of 2: of the last week, which has the plan 0 0 0 0 1 0 0, even that is 2.53 off.
        double[] forecast = model.Predict(Cut(whole, 7)).Median;
        for (int row = 0; row < 7; row++) Assert.Equal(row == 4 ? 200 : 100, forecast[row], 1.5);

        double error = Train(set, Options(7, holdout: 60)).Backtest(whole).Model.Overall.MeanAbsoluteError;
        Assert.True(error <= 2.5, $"the mean absolute error over 54 forecasts is {error:0.##}");
    }

    [Theory]
    [InlineData("constant", 5)]
    [InlineData("all-zero", 0)]
    public void What_never_changes_stays_and_is_remarked(string file, double value)
    {
        SeriesSet set = Cases.Read(file, "y", "");
        List<string> remarks = [];
        Forecast forecast = Train(set, Options(7), remarks).Predict(set.Series[0]);
        for (int row = 0; row < 7; row++)
            for (int level = 0; level < 3; level++) Assert.Equal(value, forecast[row, level], 1e-3);
        Assert.Contains("column 'y' has one value in all rows: so has the forecast", remarks);
    }

    [Theory]
    [InlineData("short30")]
    [InlineData("short100")]
    public void Few_rows_are_forecast_and_it_is_said_what_they_are_too_few_for(string file)
    {
        SeriesSet set = Cases.Read(file, "y", "");
        List<string> remarks = [];
        Forecast forecast = Train(set, Options(14), remarks).Predict(set.Series[0]);
        double[] values = set.Series[0].Target.Values;
        for (int row = 0; row < 14; row++) Assert.InRange(forecast[row, 1], values.Min() - 10, values.Max() + 10);
        Assert.Contains(remarks, remark => remark.Contains("too few", StringComparison.Ordinal));
    }

    [Fact]
    public void Counts_have_whole_quantiles_and_a_mean()
    {
        SeriesSet set = Cases.Read("intermittent", "units", "group=sku");
        Forecaster model = Train(set, Options(14, holdout: 28));
        foreach ((Forecast forecast, Series series) in model.Predict(set.Series).Zip(set.Series))
        {
            for (int row = 0; row < 14; row++)
                for (int level = 0; level < 3; level++) Assert.True(forecast[row, level] >= 0 && forecast[row, level] == Math.Floor(forecast[row, level]));
            double usual = series.Target.Values[^200..].Average();
            Assert.InRange(forecast.Mean.Average(), 0.3 * usual, 3 * usual + 0.2);
        }
        Assert.InRange(model.Backtest(set.Series).Model.Coverage!.Value, 0.75, 0.99);
    }

    [Fact]
    public void What_comes_in_the_rows_held_out_does_not_reach_the_model()
    {
        SeriesSet a = Cases.Read("leak-a", "y", "covariates=x"), b = Cases.Read("leak-b", "y", "covariates=x");
        Forecaster one = Train(a, Options(7, holdout: 100)), other = Train(b, Options(7, holdout: 100));
        Assert.NotEqual(a.Series[0].Target.Values[^100..], b.Series[0].Target.Values[^100..]);
        Series part = Cut(a.Series[0], 100);
        Assert.Equal(part.Target.Values, b.Series[0].Target.Values[..^100]);
        Forecast first = one.Predict(part), second = other.Predict(part);
        for (int row = 0; row < 7; row++)
            for (int level = 0; level < 3; level++) Assert.Equal(first[row, level], second[row, level]);
        Assert.Equal(Weights(one), Weights(other));

        static float[] Weights(Forecaster model) => [.. model.Nets.SelectMany(net => net.Parameters()).SelectMany(parameter => parameter.Value.Span.ToArray())];
    }

    [Fact]
    public void Young_stores_are_trained_on_and_judged_like_an_old_one()
    {
        SeriesSet set = Cases.Read("one-old-nine-new-stores", "y", "group=store");
        Forecaster model = Train(set, Options(7));
        Assert.Equal(10, model.TrainedSeries.Count);
        Assert.All(model.TrainedSeries, series => Assert.InRange(series.Rows, 400, 2100));
        Assert.Equal(10, model.Report.Backtest!.Series);
        Assert.Equal(10, model.Report.Series.Count);
    }

    [Fact]
    public void A_product_with_few_rows_is_named_and_stops_no_other()
    {
        SeriesSet set = Cases.Read("one-sparse-group", "units", "group=sku");
        List<string> remarks = [];
        Forecaster model = Train(set, Options(7), remarks);
        Assert.Equal(set.Series.Count, model.TrainedSeries.Count);
        string rare = set.Series.MinBy(series => series.Length)!.Group;
        Assert.Contains(remarks, remark => remark.Contains($"'{rare}'", StringComparison.Ordinal));
        Assert.All(model.Predict(set.Series), forecast => Assert.All(forecast.Median, value => Assert.True(double.IsFinite(value))));
    }

    [Fact]
    public void Groups_of_all_sizes_are_forecast_alike()
    {
        SeriesSet set = Cases.Read("level-shift-groups", "y", "group=g");
        Forecaster model = Train(set, Options(7, holdout: 28));
        double[] relative = [.. model.Backtest(set.Series).All.GroupBy(one => one.Forecast.Group).Select(group =>
            group.Average(one => MeanError(one.Forecast.Median, one.Actual)) / group.Average(one => one.Actual.Average(Math.Abs)))];
        Assert.Equal(set.Series.Count, relative.Length);
        Assert.True(relative.Max() < 1.5 * relative.Min(), string.Join(" ", relative.Select(one => one.ToString("0.0000", System.Globalization.CultureInfo.InvariantCulture))));
    }

    [Fact]
    public void A_group_of_one_value_keeps_it_although_promotions_move_the_others()
    {
        SeriesSet set = Cases.Read("groups", "units", "group=store known=promo");
        Forecaster model = Train(set, Options(7));
        Assert.Contains(model.Report.Remarks, remark => remark.Contains("explain a part of 'units'", StringComparison.Ordinal));
        Series constant = set.Series.Single(one => one.Group == "const");
        double[] plan = [1, 0, 1, 0, 0, 1, 0];
        Column[] known = [.. constant.Known.Select(column => column with { Values = [.. column.Values, .. plan] })];
        Forecast forecast = model.Predict(new Series(constant.Group, constant.Times, constant.Target, constant.Covariates) { Known = known, Static = constant.Static });
        Assert.Equal([7, 7, 7, 7, 7, 7, 7], forecast.Median);
    }
}
