using Elman.Tests.Files;
using static Elman.Tests.Tasks.SmallForecasts;

namespace Elman.Tests.Tasks;

/// <summary>Going on with new rows, and what a file keeps of a backtest.</summary>
public sealed class ContinuationTests : IDisposable
{
    private static readonly ForecasterOptions AllRows = Options with { Holdout = null };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static SeriesSet Set(int rows) => SeriesSet.Read(
        new Table("wave", [new TimeColumn("day", Days(rows), TimeNotation.Iso), new NumberColumn("y", Wave(100)[..rows])]), new SeriesRoles { Targets = ["y"], Time = "day" });

    [Fact]
    public void New_rows_are_learned_and_the_model_before_stays_as_it_was()
    {
        Forecaster before = Forecaster.Train(Set(90), AllRows);
        string fingerprint = before.Fingerprint;
        Forecaster after = before.Continue(Set(100));
        Assert.Equal(fingerprint, Forecaster.Train(Set(90), AllRows).Fingerprint);
        Assert.Equal(fingerprint, before.Fingerprint);
        Assert.NotEqual(fingerprint, after.Fingerprint);
        Assert.Equal((100, Days(100)[^1]), (after.TrainedSeries[0].Rows, after.TrainedSeries[0].Until));
        Assert.Equal(before.Report.Methods, after.Report.Methods);

        // What judges it are the ten new rows, by the model that had not seen them.
        Assert.Equal(8, after.Report.Backtest!.Forecasts);
        Assert.Equal(before.Backtest(Set(100).Series).Model.Overall, after.Report.Backtest.Model.Overall);
        Assert.Contains(after.Report.Remarks, remark => remark.Contains("10 new rows", StringComparison.Ordinal));
        Assert.Equal(after.Fingerprint, before.Continue(Set(100)).Fingerprint);
    }

    [Fact]
    public void Without_new_rows_there_is_nothing_to_go_on_with()
    {
        Forecaster model = Forecaster.Train(Set(90), AllRows);
        Assert.Equal(0, model.CountUnseen(Set(90).Series));
        Assert.Equal(8, model.CountUnseen(Set(100).Series));
        Assert.Equal(3, model.CountUnseen(Set(100).Series, stride: 3));
        Assert.Contains("no row is later than those", Assert.Throws<ElmanException>(() => model.Continue(Set(90))).Message);
    }

    [Fact]
    public void A_file_keeps_the_scores_without_the_single_forecasts()
    {
        Forecaster model = Forecaster.Train(Set(100), AllRows with { Validation = null, Horizon = 3 });
        model.Save(_folder["m.elman"]);
        Forecaster loaded = Forecaster.Load(_folder["m.elman"]);
        BacktestResult saved = model.Report.Backtest!, read = loaded.Report.Backtest!;
        Assert.NotEmpty(saved.All);
        Assert.Empty(read.All);
        Assert.Equal(saved.Scores.Select(score => (score.Name, score.Overall, score.Coverage)), read.Scores.Select(score => (score.Name, score.Overall, score.Coverage)));
        Assert.Equal(saved.Model.Steps, read.Model.Steps);
        Assert.Equal(saved.Model.StepCoverage, read.Model.StepCoverage);
        Assert.Equal((saved.FirstTime, saved.LastTime, saved.Forecasts), (read.FirstTime, read.LastTime, read.Forecasts));
        Assert.Equal(model.Report.Series, loaded.Report.Series);
        Assert.Equal(model.Fingerprint, loaded.Fingerprint);
    }

    [Fact]
    public void The_scaled_error_of_each_series_is_by_its_season()
    {
        Forecaster model = Forecaster.Train(Set(90), Options);
        BacktestResult result = model.Backtest(Set(90).Series);
        Assert.Equal(result.Model.Overall.MeanAbsoluteScaledError, result.PerSeries()[0].Errors.MeanAbsoluteScaledError, 12);
        Assert.Equal(Metrics.SeasonalError(Wave(100).AsSpan(0, 78), 7), result.All[0].Scale, 12);
        Assert.Equal(78, result.All[0].Origin);
    }
}
