using static Elman.Tests.Tasks.SmallForecasts;

namespace Elman.Tests.Tasks;

public class BacktestTests
{
    [Fact]
    public void Errors_are_those_of_forecasts_made_one_by_one()
    {
        double[] values = Wave(90);
        values[80] = double.NaN;
        Forecaster model = Train([Daily(values)], Options);
        BacktestResult result = model.Backtest(Daily(values));
        Assert.Equal((10, Start.AddDays(78), Start.AddDays(89)), (result.Forecasts, result.FirstTime, result.LastTime));

        // Each forecast is made from a series that ends at its origin: nothing later can have been known.
        double change = Enumerable.Range(7, 78 - 7).Average(row => Math.Abs(values[row] - values[row - 7]));
        List<(int Row, double Error, double Pinball, bool Inside)> own = [], last = [];
        for (int origin = 78; origin <= 87; origin++)
        {
            Forecast forecast = model.Predict(Daily(values[..origin]));
            double seen = values[..origin].Last(value => !double.IsNaN(value));
            for (int row = 0; row < 3; row++)
            {
                double came = values[origin + row];
                if (double.IsNaN(came)) continue;
                double pinball = Enumerable.Range(0, 3).Average(q => Pinball(came - forecast[row, q], Options.Quantiles[q]));
                own.Add((row, came - forecast[row, 1], pinball, forecast[row, 0] <= came && came <= forecast[row, 2]));
                last.Add((row, came - seen, Enumerable.Range(0, 3).Average(q => Pinball(came - seen, Options.Quantiles[q])), false));
            }
        }
        Compare(own, result.Model);
        Compare(last, result.Baselines[0]);
        Assert.Equal(own.Average(one => one.Inside ? 1.0 : 0), result.Model.Coverage!.Value, 1e-12);
        Assert.Equal(own.Where(one => one.Row == 2).Average(one => one.Inside ? 1.0 : 0), result.Model.StepCoverage[2], 1e-12);

        void Compare(List<(int Row, double Error, double Pinball, bool Inside)> expected, ForecastScore score)
        {
            CompareErrors(expected, score.Overall);
            for (int row = 0; row < 3; row++) CompareErrors([.. expected.Where(one => one.Row == row)], score.Ahead(row + 1));
        }

        void CompareErrors(List<(int Row, double Error, double Pinball, bool Inside)> expected, ForecastErrors errors)
        {
            Assert.Equal(expected.Average(one => Math.Abs(one.Error)), errors.MeanAbsoluteError, 1e-6);
            Assert.Equal(Math.Sqrt(expected.Average(one => one.Error * one.Error)), errors.RootMeanSquaredError, 1e-6);
            Assert.Equal(expected.Average(one => Math.Abs(one.Error)) / change, errors.MeanAbsoluteScaledError, 1e-6);
            Assert.Equal(expected.Average(one => one.Pinball), errors.PinballLoss, 1e-6);
        }

        static double Pinball(double error, double level) => Math.Max(level * error, (level - 1) * error);
    }

    [Fact]
    public void Baselines_of_a_growing_line_are_exact()
    {
        // Value = row: 1, 2 and 3 rows ahead, the last value is 1, 2 and 3 too low, the same day last week always 7.
        double[] line = [.. Enumerable.Range(0, 90).Select(row => (double)row)];
        BacktestResult result = Train([Daily(line)], Options).Backtest(Daily(line));
        Assert.Equal(["model", "last value", "same weekday last week"], result.Scores.Select(score => score.Name));
        for (int ahead = 1; ahead <= 3; ahead++)
        {
            ForecastErrors last = result.Baselines[0].Ahead(ahead), week = result.Baselines[1].Ahead(ahead);
            // A scaled error of 1 is the mean change from week to week.
            Assert.Equal((ahead, ahead), (last.MeanAbsoluteError, last.RootMeanSquaredError));
            Assert.Equal(ahead / 7.0, last.MeanAbsoluteScaledError, 1e-12);
            Assert.Equal((7, 7, 1), (week.MeanAbsoluteError, week.RootMeanSquaredError, week.MeanAbsoluteScaledError));
            // Too low by e costs τ e at each level τ.
            Assert.Equal(0.5 * ahead, last.PinballLoss, 1e-6);
        }
        Assert.Equal(2, result.Baselines[0].Overall.MeanAbsoluteError);
        Assert.Equal(Math.Sqrt(14 / 3.0), result.Baselines[0].Overall.RootMeanSquaredError, 1e-9);
        Assert.Null(result.Baselines[0].Coverage);
    }

    [Fact]
    public void Same_day_last_year_is_exact_over_a_leap_day()
    {
        // Every day's value is its number in the year, month · 100 + day, plus 5 for each year: last year is always 5 too low.
        DateTime start = new(2019, 1, 1);
        double[] values = [.. Days(800, start).Select(day => (double)(day.Month * 100 + day.Day + 5 * (day.Year - 2019)))];
        Series series = Daily(values, start: start);
        BacktestResult result = Train([series], Options with { Holdout = 300, Nets = 0 }).Backtest(series);
        ForecastScore year = Assert.Single(result.Baselines, baseline => baseline.Name == "same day last year");
        Assert.Equal(298, result.Forecasts);
        Assert.Equal(5, year.Overall.MeanAbsoluteError);
        Assert.Equal(5, year.Overall.RootMeanSquaredError);
    }

    [Fact]
    public void Only_rows_after_the_training_count()
    {
        double[] values = Wave(120);
        Forecaster model = Train([Daily(values[..90])], Options with { Holdout = 0 });
        ElmanException refusal = Assert.Throws<ElmanException>(() => model.Backtest(Daily(values[..90])));
        Assert.Equal("nothing to backtest on: the model was trained until 2020-03-30, no row came later, a horizon needs 3; give later rows, or train with rows held out", refusal.Message);
        Assert.Contains("only 2 rows came later", Assert.Throws<ElmanException>(() => model.Backtest(Daily(values[..92]))).Message, StringComparison.Ordinal);
        Assert.Equal((1, Start.AddDays(90)), (model.Backtest(Daily(values[..93])).Forecasts, model.Backtest(Daily(values[..93])).FirstTime));
        Assert.Equal(28, model.Backtest(Daily(values)).Forecasts);
        Assert.Equal(10, model.Backtest(Daily(values), stride: 3).Forecasts);

        // A file that begins later: times count, not rows.
        Assert.Equal(28, model.Backtest(Daily(values[50..], start: Start.AddDays(50))).Forecasts);
        // The first origin needs a row before it.
        Assert.Equal(7, model.Backtest(Daily(values[110..], start: Start.AddDays(110))).Forecasts);
    }

    [Fact]
    public void Of_a_group_never_seen_only_rows_later_than_all_training_count()
    {
        Forecaster model = Train([Daily(Wave(90), "a")], Options with { Holdout = 12 });
        BacktestResult result = model.Backtest([Daily(Wave(90), "a"), Daily(Wave(90, 2), "b")]);
        Assert.Equal((20, 2, Start.AddDays(78)), (result.Forecasts, result.Series, result.FirstTime));
    }

    [Fact]
    public void A_model_without_times_takes_a_group_never_seen_whole_even_if_it_has_times()
    {
        Series untimed = new("a", null, new Column("y", Wave(90)));
        Assert.Equal(90 - 1 - 2, Train([untimed], Options).Backtest(Daily(Wave(90, 2), "b")).Forecasts);
    }

    [Fact]
    public void Each_series_has_its_own_scale_in_the_scaled_error()
    {
        double[] small = [.. Enumerable.Range(0, 90).Select(row => (double)row)], large = [.. small.Select(value => 100 * value)];
        BacktestResult result = Train([Daily(small, "small"), Daily(large, "large")], Options).Backtest([Daily(small, "small"), Daily(large, "large")]);
        Assert.Equal(2 / 7.0, result.Baselines[0].Overall.MeanAbsoluteScaledError, 1e-9);
        Assert.Equal(101, result.Baselines[0].Overall.MeanAbsoluteError, 1e-9);
    }
}
