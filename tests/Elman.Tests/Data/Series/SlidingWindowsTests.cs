using CsCheck;

namespace Elman.Tests.Data;

public class SlidingWindowsTests
{
    private static readonly Gen<Split> GenSplit = Gen.Select(Gen.Int[0, 40], Gen.Int[0, 20], Gen.Int[0, 20], (a, b, c) => new Split(a, a + b, a + b + c));

    private static readonly Gen<(Split[] Splits, SlidingWindows Shape)> GenCase = Gen.Select(
        GenSplit.Array[1, 4], Gen.Select(Gen.Int[1, 12], Gen.Int[1, 6], Gen.Int[1, 5], (context, horizon, stride) => new SlidingWindows(context, horizon, stride)));

    [Fact]
    public void Training_sees_no_row_at_or_after_the_split() => GenCase.Sample((splits, shape) =>
    {
        foreach (Window window in Try(() => shape.Training(splits)))
        {
            Assert.InRange(window.Start, 0, int.MaxValue);
            Assert.InRange(window.End, 0, splits[window.Series].Training);
        }
    });

    [Fact]
    public void Validation_and_test_forecast_only_their_own_rows() => GenCase.Sample((splits, shape) =>
    {
        foreach (Window window in Try(() => shape.Validation(splits)))
        {
            Assert.True(window.Start >= 0);
            Assert.True(window.TargetStart >= splits[window.Series].Training && window.End <= splits[window.Series].Validation);
        }

        foreach (Window window in Try(() => shape.Test(splits)))
        {
            Assert.True(window.Start >= 0);
            Assert.True(window.TargetStart >= splits[window.Series].Validation && window.End <= splits[window.Series].Length);
        }
    });

    [Fact]
    public void No_row_is_forecast_by_two_parts() => GenCase.Sample((splits, shape) =>
    {
        var rows = new[] { Try(() => shape.Training(splits)), Try(() => shape.Validation(splits)), Try(() => shape.Test(splits)) }
            .Select(windows => windows.SelectMany(window => Enumerable.Range(window.TargetStart, window.Horizon).Select(row => (window.Series, row))).ToHashSet()).ToArray();
        Assert.False(rows[0].Overlaps(rows[1]) || rows[0].Overlaps(rows[2]) || rows[1].Overlaps(rows[2]));
    });

    [Fact]
    public void Values_of_the_future_and_of_other_groups_never_reach_a_training_window() => GenCase.Sample((splits, shape) =>
    {
        // Each value tells its series and its row.
        double[][] columns = [.. splits.Select((split, series) => Enumerable.Range(0, split.Length).Select(row => series * 1000.0 + row).ToArray())];
        foreach (Window window in Try(() => shape.Training(splits)))
        {
            double[] column = columns[window.Series];
            double[] seen = [.. window.ContextOf(column), .. window.TargetsOf(column)];
            Assert.Equal(Enumerable.Range(window.Start, shape.Context + shape.Horizon).Select(row => window.Series * 1000.0 + row), seen);
            Assert.All(seen, value => Assert.InRange(value, window.Series * 1000, window.Series * 1000 + splits[window.Series].Training - 1));
        }
    });

    [Fact]
    public void With_stride_one_every_window_that_fits_is_there() => GenCase.Sample((splits, shape) =>
    {
        shape = new SlidingWindows(shape.Context, shape.Horizon);
        Assert.Equal(Brute(split => 0, split => split.Training), Try(() => shape.Training(splits)));
        Assert.Equal(Brute(split => split.Training, split => split.Validation), Try(() => shape.Validation(splits)));
        Assert.Equal(Brute(split => split.Validation, split => split.Length), Try(() => shape.Test(splits)));

        IEnumerable<Window> Brute(Func<Split, int> first, Func<Split, int> end) =>
            from series in Enumerable.Range(0, splits.Length)
            from start in Enumerable.Range(0, splits[series].Length + 1)
            let window = new Window(series, start, shape.Context, shape.Horizon)
            where window.TargetStart >= first(splits[series]) && window.End <= end(splits[series])
            select window;
    });

    [Fact]
    public void A_stride_takes_every_nth_window_from_the_first_on() => GenCase.Sample((splits, shape) =>
    {
        Window[] all = Try(() => new SlidingWindows(shape.Context, shape.Horizon).Test(splits));
        var expected = all.GroupBy(window => window.Series).SelectMany(group => group.Where((_, i) => i % shape.Stride == 0));
        Assert.Equal(expected, Try(() => shape.Test(splits)));
    });

    [Fact]
    public void Too_few_rows_are_refused_with_the_numbers()
    {
        var refusal = Assert.Throws<ElmanException>(() => new SlidingWindows(56, 14).Training([new Split(60, 60, 80), new Split(50, 60, 70)]));
        Assert.Equal("no training window fits: a context of 56 and a horizon of 14 rows need 70 rows, 14 of them for training, "
            + "but the longest series has 60 up to the end of its training rows, and at most 60 are for training; give more rows or choose a shorter context or horizon", refusal.Message);
        Assert.Throws<ElmanException>(() => new SlidingWindows(int.MaxValue, int.MaxValue).Test([new Split(0, 0, 80)]));
        Assert.Throws<ElmanException>(() => new SlidingWindows(1, 1).Training([]));
    }

    [Fact]
    public void The_last_rows_are_kept_for_validation_and_test()
    {
        Assert.Equal(new Split(70, 80, 100), Split.LastRows(100, 10, 20));
        Assert.Equal(new Split(0, 5, 25), Split.LastRows(25, 10, 20));
        Assert.Equal(new Split(0, 0, 15), Split.LastRows(15, 10, 20));
        Assert.Throws<ArgumentException>(() => new Split(3, 2, 5));
        Assert.Throws<ArgumentException>(() => new Split(3, 4, 3));
    }

    /// <summary>No window at all is a refusal, which these properties take for an empty set.</summary>
    private static Window[] Try(Func<Window[]> windows)
    {
        try
        {
            return windows();
        }
        catch (ElmanException)
        {
            return [];
        }
    }
}
