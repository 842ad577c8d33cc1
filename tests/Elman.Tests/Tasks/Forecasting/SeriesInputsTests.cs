using static Elman.Tests.Tasks.SmallForecasts;

namespace Elman.Tests.Tasks;

public class SeriesInputsTests
{
    private static readonly ForecasterOptions Small = Options with { Context = 4, Horizon = 2 };

    private static float[] Window(Series series, int start, IReadOnlyList<Scaler>? scalers, params string[] masked)
    {
        ForecastLayout layout = LayoutOf(series, masked);
        float[] rows = new float[6 * layout.Features];
        new SeriesInputs(layout, Small, series, scalers).WriteWindow(start, rows);
        return rows;
    }

    private static ForecastLayout LayoutOf(Series series, params string[] masked)
    {
        Frequency step = Frequency.Fixed(TimeSpan.FromDays(1));
        return new ForecastLayout("y", [.. series.Covariates.Select(column => column.Name)], masked, step, CalendarFeatures.For(step, TimeSpan.FromDays(8)));
    }

    [Fact]
    public void A_window_holds_scaled_columns_masks_and_the_calendar()
    {
        Series series = Daily([1, 2, double.NaN, 4, 5, 6, 7], covariates: new Column("x", [double.NaN, 20, 30, 40, 50, 60, 70]));
        Scaler y = Scaler.Fit(ScalerKind.MinMax, new double[] { 0, 10 }), x = Scaler.Fit(ScalerKind.MinMax, new double[] { 0, 100 });
        float[] rows = Window(series, 0, [y, x], "y");
        Assert.Equal(5, rows.Length / 6);
        // Target, covariate and mask; a missing value takes the one before it, and where there is none, zero.
        double[][] expected = [[0.1, 0, 0], [0.2, 0.2, 0], [0.2, 0.3, 1], [0.4, 0.4, 0], [0, 0, 0], [0, 0, 0]];
        for (int row = 0; row < 6; row++)
        {
            for (int i = 0; i < 3; i++) Assert.Equal(expected[row][i], rows[row * 5 + i], 1e-6);
            // 1 January 2020 is a Wednesday.
            double phase = 2 * Math.PI * ((2 + row) % 7) / 7;
            Assert.Equal(Math.Sin(phase), rows[row * 5 + 3], 1e-6);
            Assert.Equal(Math.Cos(phase), rows[row * 5 + 4], 1e-6);
        }
    }

    [Fact]
    public void A_window_knows_nothing_of_the_rows_after_its_context()
    {
        double[] values = Wave(12), later = [.. values];
        later.AsSpan(6).Fill(1000);
        Series a = Daily(values, covariates: new Column("x", values)), b = Daily(later, covariates: new Column("x", later));
        Assert.Equal(Window(a, 2, null), Window(b, 2, null));
        later[5] += 1;
        Assert.NotEqual(Window(a, 2, null), Window(b, 2, null));
    }

    [Fact]
    public void A_series_never_trained_on_is_scaled_by_the_context_of_each_window()
    {
        double[] values = [1, 2, 3, 4, 105, 106, 107, 108, 0, 0];
        float[] first = Window(Daily(values), 0, null), second = Window(Daily(values), 4, null);
        for (int row = 0; row < 4; row++) Assert.Equal((row - 1.5) / Math.Sqrt(1.25), first[row * 3], 1e-5);
        for (int row = 0; row < 4; row++) Assert.Equal(first[row * 3], second[row * 3], 1e-5);
    }

    [Fact]
    public void A_batch_gives_missing_targets_no_weight()
    {
        Series series = Daily([1, 2, 3, 4, 5, double.NaN, 7, 8]);
        ForecastLayout layout = LayoutOf(series);
        Scaler scaler = Scaler.Fit(ScalerKind.MinMax, new double[] { 0, 10 });
        ForecastBatch batch = ForecastBatch.Gather(layout, Small, [new SeriesInputs(layout, Small, series, [scaler])], [new Window(0, 0, 4, 2), new Window(0, 2, 4, 2)]);
        Assert.Equal([1, 0, 1, 1], batch.Weights.Span.ToArray());
        Assert.Equal([0.5f, float.NaN, 0.7f, 0.8f], batch.Target.Span.ToArray());
        Assert.Equal([0.3f, 0.4f, 0.5f, 0.5f, 0, 0], Enumerable.Range(0, 6).Select(row => batch.Input[1, row, 0]));
    }

    [Fact]
    public void An_infinite_value_is_refused_with_its_place()
    {
        ElmanException refusal = Assert.Throws<ElmanException>(() => Window(Daily([1, 2, 3, double.PositiveInfinity, 5, 6]), 0, null));
        Assert.Contains("column 'y' is infinite in row 4", refusal.Message, StringComparison.Ordinal);
    }
}
