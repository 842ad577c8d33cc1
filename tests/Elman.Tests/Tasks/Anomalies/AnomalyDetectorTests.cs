using Elman.Tests.Files;

namespace Elman.Tests.Tasks.Anomalies;

/// <summary>Detectors: what they find, and that a stream is what a batch is.</summary>
public sealed class AnomalyDetectorTests : IDisposable
{
    private static readonly DetectorOptions Quick = new()
    {
        Hidden = 8,
        Window = 32,
        CoolDown = 10,
        Training = new DetectorOptions().Training with { Epochs = 12, LearningRate = 0.01, TimeLimit = null },
    };

    /// <summary>One model for the tests that only use it.</summary>
    private static readonly Lazy<AnomalyDetector> Trained = new(() => AnomalyDetector.Train(Wave(600), Quick));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Two waves of 24 rows with noise.</summary>
    private static DetectorRows Wave(int rows, ulong seed = 3, Func<int, double>? extra = null)
    {
        RandomStream random = new(seed);
        double[] first = new double[rows], second = new double[rows];
        for (int row = 0; row < rows; row++)
        {
            (first[row], second[row]) = (50 + (10 * Math.Sin(row * Math.PI / 12)) + random.NextNormal(), 5 + Math.Cos(row * Math.PI / 12) + (0.1 * random.NextNormal()));
            first[row] += extra?.Invoke(row) ?? 0;
        }
        return new DetectorRows(["a", "b"], [.. Enumerable.Range(0, rows).Select(row => new DateTime(2024, 1, 1).AddHours(row))], [first, second]);
    }

    [Fact]
    public void A_spike_is_found_and_what_is_usual_is_left_alone()
    {
        DetectorRows rows = Wave(400, 5, row => row == 300 ? 40 : 0);
        IReadOnlyList<Detection> said = Trained.Value.Detect(rows);
        Detection spike = said[300];
        Assert.True(spike is { IsAnomaly: true, IsAlarm: true, IsPositive: true, Signal: 0 } && spike.Score > 0.99999 && spike.Severity is > 0 and < 1, spike.ToString());
        Assert.True(rows.Values[0][300] > spike.ExpectedValue + spike.UpperMargin);
        Assert.InRange(spike.ExpectedValue, 35, 65);
        Assert.InRange(said.Take(300).Count(one => one.IsAnomaly), 0, 2);
        Assert.Equal(said.Count(one => one.IsAlarm), said.Where((one, row) => one.IsAlarm && said.Take(row).TakeLast(Quick.CoolDown - 1).All(before => !before.IsAlarm)).Count());
        Assert.All(said.Take(Quick.WarmUp), one => Assert.True(one is { IsWarmUp: true, IsAnomaly: false }));
        Assert.All(said, one => Assert.InRange(one.Score, 0, 1));
    }

    [Fact]
    public void Margins_are_where_a_row_becomes_an_anomaly()
    {
        DetectorRows rows = Wave(200);
        DetectionStream stream = Trained.Value.OpenStream(70);
        for (int row = 0; row < 100; row++) stream.Push(rows[row]);
        DetectorRow next = rows[100];
        Detection at = stream.Score(next.Time, next.Values);
        for (int d = 0; d < 2; d++)
            foreach (int side in (int[])[-1, 1])
            {
                double margin = side < 0 ? at.Signals[d].LowerMargin : at.Signals[d].UpperMargin;
                double[] inside = [.. next.Values], outside = [.. next.Values];
                inside[1 - d] = outside[1 - d] = at.Signals[1 - d].ExpectedValue;
                inside[d] = at.Signals[d].ExpectedValue + (side * margin * 0.999);
                outside[d] = at.Signals[d].ExpectedValue + (side * margin * 1.001);
                Assert.False(stream.Score(next.Time, inside).IsAnomaly);
                Assert.True(stream.Score(next.Time, outside).IsAnomaly);
            }
    }

    [Fact]
    public void A_shift_of_the_level_is_found_and_then_is_the_new_normal()
    {
        IReadOnlyList<Detection> said = Trained.Value.Detect(Wave(1200, 7, row => row >= 400 ? 60 : 0));
        Assert.True(said[400].IsAnomaly);
        Assert.Contains(said.Skip(400).Take(20), one => one.IsChangePoint);
        Assert.InRange(said.Skip(400).Count(one => one.IsAnomaly), 1, 100);
        Assert.Equal(0, said.Skip(800).Count(one => one.IsAnomaly));
    }

    [Fact]
    public void Without_learning_the_memory_stays_and_an_anomaly_stays_one()
    {
        AnomalyDetector model = AnomalyDetector.Train(Wave(600), Quick with { Learn = false });
        IReadOnlyList<Detection> said = model.Detect(Wave(900, 7, row => row >= 400 ? 60 : 0));
        Assert.True(said.Skip(800).Count(one => one.IsAnomaly) > 50);
    }

    [Fact]
    public void Scoring_changes_nothing()
    {
        DetectorRows rows = Wave(150, 9);
        DetectionStream stream = Trained.Value.OpenStream();
        byte[] weights = Trained.Value.Net.Fingerprint();
        for (int row = 0; row < 100; row++) stream.Push(rows[row]);
        byte[] before = stream.ToBytes();
        Detection first = stream.Score(rows[100].Time, rows[100].Values);
        stream.Score(rows[100].Time, 1000, double.NaN);
        Assert.Equal(before, stream.ToBytes());
        AssertSame(first, stream.Push(rows[100]));
        Assert.NotEqual(before, stream.ToBytes());
        Assert.Equal(weights, Trained.Value.Net.Fingerprint());
    }

    [Fact]
    public async Task A_stream_is_what_a_batch_is_and_goes_on_from_its_bytes_to_the_bit()
    {
        DetectorRows rows = Wave(300, 11, row => row is 120 or 180 ? -50 : 0);
        rows.Values[1][130] = double.NaN;
        IReadOnlyList<Detection> batch = Trained.Value.Detect(rows);
        List<Detection> live = [];
        await foreach (Detection one in Trained.Value.DetectAsync(Coming(rows), cancellation: TestContext.Current.CancellationToken)) live.Add(one);
        Assert.Equal(batch.Count, live.Count);
        Trained.Value.Save(_folder["m.elman"]);
        AnomalyDetector again = Assert.IsType<AnomalyDetector>(TaskModel.LoadAny(_folder["m.elman"]));
        DetectionStream stream = again.OpenStream();
        for (int row = 0; row < rows.Count; row++)
        {
            if (row % 61 == 0) stream = DetectionStream.FromBytes(again, stream.ToBytes());
            AssertSame(batch[row], live[row]);
            AssertSame(batch[row], stream.Push(rows[row]));
        }
    }

    [Fact]
    public void Feedback_widens_and_narrows_the_margins()
    {
        DetectorRows rows = Wave(200, 13, row => row == 100 ? 30 : 0);
        DetectionStream stream = Trained.Value.OpenStream();
        for (int row = 0; row < 100; row++) stream.Push(rows[row]);
        Assert.True(stream.Push(rows[100]).IsAnomaly);
        double usual = Margin();
        stream.Feedback(isAnomaly: false);
        double wide = Margin();
        Assert.True(wide > 1.1 * usual, $"{usual} {wide}");
        stream = DetectionStream.FromBytes(Trained.Value, stream.ToBytes());
        Assert.Equal(wide, Margin());
        for (int row = 101; row < 110; row++) stream.Push(rows[row]);
        double before = Margin();
        stream.Feedback(isAnomaly: true);
        Assert.True(Margin() < 0.99 * before, $"{before} {Margin()}");
        double Margin() => stream.Score(rows[110].Time, rows[110].Values).Signals.Sum(one => (one.LowerMargin + one.UpperMargin) / one.ExpectedValue);
        Assert.Throws<InvalidOperationException>(() => Trained.Value.OpenStream().Feedback(true));
    }

    [Fact]
    public void Sensitivity_and_drift_do_what_they_say()
    {
        Assert.Equal(1e-2, DetectorOptions.ThresholdOf(99), 12);
        Assert.Equal(1e-8, DetectorOptions.ThresholdOf(0), 12);
        DetectorRows rows = Wave(2000, 17, row => row < 300 ? 0 : 25 * Math.Sin(row * 2.1));
        IReadOnlyList<Detection> high = Trained.Value.Detect(rows, 99), low = Trained.Value.Detect(rows, 0);
        Assert.True(high.Count(one => one.IsAnomaly) > low.Count(one => one.IsAnomaly));
        Assert.False(low[290].IsDrift);
        Assert.True(low[^1].IsDrift);
    }

    [Fact]
    public void A_report_counts_rows_as_they_are_and_runs_by_their_first_hit()
    {
        bool[] labels = [false, true, true, true, false, false, true, false];
        bool[] found = [true, false, true, false, false, false, false, false];
        DetectionReport report = DetectionReport.Of(labels, [.. found.Select(Said)]);
        Assert.Equal((0.5, 0.25), (report.Precision, report.Recall));
        Assert.Equal(1.0 / 3, report.F1, 12);
        Assert.Equal((2, 1, 1.0, 1), (report.Runs, report.RunsFound, report.FirstHitDelay, report.FalseAlarms));
        Assert.Contains("1 of 2 found", report.ToString(), StringComparison.Ordinal);

        static Detection Said(bool isAnomaly) => new()
        {
            Signals = [],
            Signal = 0,
            TailProbability = 1,
            WindowProbability = 1,
            Severity = 0,
            IsAnomaly = isAnomaly,
            IsChangePoint = false,
            IsAlarm = isAnomaly,
            IsDrift = false,
            IsWarmUp = false,
        };
    }

    [Fact]
    public void What_cannot_be_learned_or_judged_is_refused_in_one_line()
    {
        Assert.Contains("30 at least", Assert.Throws<ElmanException>(() => AnomalyDetector.Train(Wave(20), Quick)).Message, StringComparison.Ordinal);
        DetectionStream stream = Trained.Value.OpenStream();
        Assert.Contains("2 signals", Assert.Throws<ElmanException>(() => stream.Push(new DateTime(2024, 1, 1), 1)).Message, StringComparison.Ordinal);
        Assert.Contains("time", Assert.Throws<ElmanException>(() => stream.Push(null, 1, 2)).Message, StringComparison.Ordinal);
        Assert.Contains("infinite", Assert.Throws<ElmanException>(() => stream.Push(new DateTime(2024, 1, 1), 1, double.PositiveInfinity)).Message, StringComparison.Ordinal);
        Assert.Equal(0, stream.RowCount);
        byte[] bytes = stream.ToBytes();
        Assert.Throws<ElmanException>(() => DetectionStream.FromBytes(Trained.Value, bytes.AsSpan(0, bytes.Length / 2)));
        Assert.Throws<ElmanException>(() => DetectionStream.FromBytes(AnomalyDetector.Train(Wave(100), Quick), bytes));
        Assert.Throws<ArgumentOutOfRangeException>(() => Trained.Value.OpenStream(100));
    }

    private static async IAsyncEnumerable<DetectorRow> Coming(DetectorRows rows)
    {
        for (int row = 0; row < rows.Count; row++)
        {
            await Task.Yield();
            yield return rows[row];
        }
    }

    private static void AssertSame(Detection expected, Detection actual)
    {
        Assert.Equal(expected.Signals, actual.Signals);
        Assert.Equal(expected with { Signals = [] }, actual with { Signals = [] });
    }
}
