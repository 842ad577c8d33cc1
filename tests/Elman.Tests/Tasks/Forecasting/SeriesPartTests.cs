using static Elman.Tests.Tasks.SmallForecasts;

namespace Elman.Tests.Tasks;

/// <summary>How a series is cut, what is known ahead of it, and what would give it away.</summary>
public class SeriesPartTests
{
    [Fact]
    public void Every_row_is_in_one_part_and_no_forecast_leaves_its_own()
    {
        foreach (int horizon in new[] { 1, 3, 14, 48 })
            foreach (ForecasterOptions options in new[] { new ForecasterOptions { Horizon = horizon }, new ForecasterOptions { Horizon = horizon, Holdout = 2 * horizon, Validation = horizon }, new ForecasterOptions { Horizon = horizon, Holdout = 0 } })
                for (int length = 1; length < 700; length += length < 100 ? 1 : 37)
                {
                    SeriesCut cut = SeriesCut.Of(length, options);
                    Assert.Equal(length, cut.Length);
                    Assert.True(cut.Training >= 0 && cut.Training <= cut.Validation && cut.Validation <= length, $"{cut}");
                    int[] validation = cut.ValidationOrigins(horizon), holdout = cut.HoldoutOrigins(horizon);
                    Assert.All(validation, origin => Assert.True(origin >= cut.Training && origin + horizon <= cut.Validation && origin > 0));
                    Assert.All(holdout, origin => Assert.True(origin >= cut.Validation && origin + horizon <= length && origin > 0));
                    Assert.Equal(validation.Order().Distinct(), validation);
                    if (validation.Length > 0) Assert.Equal(cut.Validation, validation[^1] + horizon);
                    if (holdout.Length > 0) Assert.Equal(length, holdout[^1] + horizon);
                    // By default a series is never cut to pieces: more than half is learned from.
                    if (options.Holdout is null && options.Validation is null) Assert.True(cut.Training * 3 >= length, $"{cut}");
                    if (options.Holdout is { } rows) Assert.Equal(Math.Min(rows, length), length - cut.Validation);
                }
    }

    [Fact]
    public void The_size_of_a_promotion_is_found()
    {
        // Two shops, of which one sells ten times as much: a promotion adds 40 % to each.
        double[][] targets = new double[2][];
        float[][][] known = new float[2][][];
        for (int i = 0; i < 2; i++)
        {
            RandomStream random = new((ulong)i);
            double size = i == 0 ? 100 : 1000;
            float[] promo = [.. Enumerable.Range(0, 207).Select(_ => random.NextUniform() < 0.2 ? 1f : 0f)], noise = [.. promo.Select(_ => random.NextNormal())];
            targets[i] = [.. Enumerable.Range(0, 200).Select(row => size * (1 + 0.4 * promo[row] + 0.1 * Math.Sin(row * 2 * Math.PI / 7) + 0.02 * random.NextNormal()))];
            known[i] = [promo, noise];
        }
        KnownEffects effects = KnownEffects.Fit(targets, known, [7])!;
        for (int i = 0; i < 2; i++)
        {
            double[] effect = effects.Of(known[i], 207, KnownEffects.ScaleOf(targets[i]));
            double size = i == 0 ? 100 : 1000, promotion = Enumerable.Range(0, 207).Where(row => known[i][0][row] == 1).Average(row => effect[row]);
            double none = Enumerable.Range(0, 207).Where(row => known[i][0][row] == 0).Average(row => effect[row]);
            Assert.Equal(0.4 * size, promotion - none, 0.03 * size);
        }
        // A third shop shows no effect at all, a fourth twice the usual one, and a fifth has sold nothing but the same number.
        RandomStream other = new(9);
        double[] flat = [.. Enumerable.Range(0, 200).Select(row => 50 + other.NextNormal())];
        double[] keen = [.. Enumerable.Range(0, 200).Select(row => 50 * (1 + 0.8 * known[0][0][row]) + other.NextNormal())];
        Assert.InRange(effects.UnitOf(flat, known[0]) / 50, -0.05, 0.1);
        Assert.InRange(effects.UnitOf(keen, known[0]) / 50, 1.8, 2.2);
        Assert.Equal(0, effects.UnitOf([.. Enumerable.Repeat(7.0, 200)], known[0]));
        Assert.InRange(effects.UnitOf(targets[1], known[1]) / KnownEffects.ScaleOf(targets[1]), 0.97, 1.03);
        Assert.Null(KnownEffects.Fit(targets, [.. known.Select(one => new[] { one[1] })], [7]));
        Assert.Null(KnownEffects.Fit(targets, [[], []], [7]));
    }

    [Fact]
    public void A_copy_and_the_next_values_are_named_and_left_out()
    {
        double[] y = Wave(80);
        Column[] columns =
        [
            new("copy", [.. y.Select(value => 3 * value + 7)]), new("next", [.. y.Skip(1), 10]), new("third", [.. y.Skip(3), 10, 10, 10]),
            new("before", [10, .. y.SkipLast(1)]), new("other", Wave(80, 2, seed: 9)), new("trend", [.. Enumerable.Range(0, 80).Select(row => (double)row)]),
        ];
        List<string> remarks = [];
        Series left = Assert.Single(LeakCheck.Without([Daily(y, covariates: columns)], [SeriesCut.Of(80, new ForecasterOptions())], remarks.Add));
        Assert.Equal(["before", "other", "trend"], left.Covariates.Select(column => column.Name));
        Assert.Equal(
        [
            "column 'copy' is as good as a copy of 'y'; it is left out",
            "column 'next' holds 'y' of 1 row later, which no forecast can know; it is left out",
            "column 'third' holds 'y' of 3 rows later, which no forecast can know; it is left out",
        ], remarks);
    }

    [Fact]
    public void A_target_and_its_trending_covariate_are_no_leak()
    {
        double[] y = [.. Enumerable.Range(0, 80).Select(row => 5.0 * row)], x = [.. Enumerable.Range(0, 80).Select(row => 3.0 * row)];
        List<string> remarks = [];
        LeakCheck.Without([Daily([.. y.Zip(Wave(80), (a, b) => a + b)], covariates: new Column("x", [.. x.Zip(Wave(80, 1, seed: 8), (a, b) => a + b)]))], [SeriesCut.Of(80, new ForecasterOptions())], remarks.Add);
        Assert.Empty(remarks);
    }

    private static Series Rich(double[] y, double[] x, double[] promo) => new("", Days(y.Length), new Column("y", y), new Column("x", x))
    {
        Known = [new Column("promo", promo)],
        Static = [new Column("kind", [0], ["shop"])],
    };

    [Theory]
    [InlineData(40, false)]
    [InlineData(40, true)]
    [InlineData(90, false)]
    [InlineData(3, true)]
    public void A_window_reads_nothing_after_its_origin_but_what_is_known(int origin, bool logarithms)
    {
        const int horizon = 4;
        double[] promo = [.. Enumerable.Range(0, 94).Select(row => row % 5 == 0 ? 1.0 : 0)];
        Series series = Rich(Wave(90), Wave(90, 1), promo);
        SeriesLayout layout = SeriesLayout.Of([series], [60], Frequency.Fixed(TimeSpan.FromDays(1)));
        NetInputs inputs = new(layout, 12, 3, 7, horizon, [0, 2], logarithms);
        double[][] forecasts = [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]];
        float[] expected = Window(series);
        foreach (double poison in new[] { double.NaN, 1e9, 0 })
        {
            double[] y = Wave(90), x = Wave(90, 1);
            y.AsSpan(origin).Fill(poison);
            x.AsSpan(origin).Fill(poison);
            Assert.Equal(expected, Window(Rich(y, x, promo)));
        }

        // The test can fail: the plan and the last row are seen.
        double[] other = [.. promo];
        other[origin + 1] = 1 - other[origin + 1];
        Assert.NotEqual(expected, Window(Rich(Wave(90), Wave(90, 1), other)));
        double[] changed = Wave(90);
        changed[origin - 1] += 1;
        Assert.NotEqual(expected, Window(Rich(changed, Wave(90, 1), promo)));

        float[] Window(Series one)
        {
            FormedSeries formed = new(one, layout, null, 1, horizon);
            double[] values = [.. formed.Values.Select(inputs.Form)];
            float[] window = new float[inputs.Size];
            inputs.Write(formed, values, origin, inputs.Unit(values, origin, 0.7), [8, 9, 10, 11], forecasts, 0, window);
            return window;
        }
    }

    [Fact]
    public void A_window_of_two_patches_holds_what_it_says()
    {
        // y = 1, 2, 4, 7, 11, 16, 22, 29: patches of 2 rows, season 1, origin 6, unit 2.
        double[] y = [1, 2, 4, 7, 11, 16, 22, 29];
        Series series = new("", null, new Column("y", y));
        SeriesLayout layout = SeriesLayout.Of([series], [8], null);
        NetInputs inputs = new(layout, 4, 2, 1, 2, [1], logarithms: false);
        float[] window = new float[inputs.Size];
        inputs.Write(new FormedSeries(series, layout, null, 1, 2), y, 6, 2, [18, 20], [[0, 0], [17, 21]], 0, window);
        Assert.Equal((2, 9, 3), (inputs.Steps, inputs.Features, inputs.Ahead));
        // The latest row first: y − 16 and the change from the row before, in units, and that there is a value.
        Assert.Equal([-4.5f, 1.5f, 1, -6, 1, 1, 0, 0, 0], window[..9]);
        Assert.Equal([0, 2.5f, 1, -2.5f, 2, 1, 0, 0, 0], window[9..18]);
        // Reference less 16, how far ahead, the method less the reference.
        Assert.Equal([0, 0, 0, 0, 0, 0, 1, 0.5f, -0.5f], window[18..27]);
        Assert.Equal([0, 0, 0, 0, 0, 0, 2, 1, 0.5f], window[27..]);
    }
}
