namespace Elman.Tests.Tasks;

/// <summary>A stream says what a forecast of the whole series says, and goes on where its bytes were taken.</summary>
public sealed class ForecastStreamTests
{
    private const int Known = 300, Rows = 360, Horizon = 6;

    private static readonly DateTime[] Times = [.. Enumerable.Range(0, Rows).Select(i => new DateTime(2024, 1, 1).AddDays(i))];
    private static readonly double[] Values = Wave();
    private static readonly Lazy<Forecaster> Model = new(() => Train(1));

    [Fact]
    public void Every_row_gives_the_bits_of_a_forecast_of_the_whole_series()
    {
        ForecastStream stream = Model.Value.OpenStream(Until(Known));
        for (int row = Known; row < Known + 20; row++)
        {
            Assert.Equal(Model.Value.Predict(Until(row)).Median, stream.Forecast().Median);
            stream.Observe(Times[row], Values[row]);
        }
        Assert.Equal(Known + 20, stream.Rows);
    }

    [Fact]
    public void A_stream_goes_on_from_its_bytes()
    {
        ForecastStream whole = Model.Value.OpenStream(Until(Known));
        Observe(whole, Known, Known + 15);
        ForecastStream restored = ForecastStream.FromBytes(Model.Value, whole.ToBytes());
        foreach (ForecastStream stream in new[] { whole, restored }) Observe(stream, Known + 15, Rows);
        Forecast expected = whole.Forecast(), actual = restored.Forecast();
        for (int level = 0; level < 3; level++) Assert.Equal(expected.Quantile(level), actual.Quantile(level));
    }

    [Fact]
    public void Bytes_of_another_model_and_damaged_ones_are_refused()
    {
        byte[] bytes = Model.Value.OpenStream(Until(Known)).ToBytes();
        Assert.Contains("another model", Assert.Throws<ElmanException>(() => ForecastStream.FromBytes(Train(2), bytes)).Message, StringComparison.Ordinal);
        Assert.Throws<ElmanException>(() => ForecastStream.FromBytes(Model.Value, bytes.AsSpan(0, bytes.Length / 2)));
    }

    [Fact]
    public void Rows_come_in_order()
    {
        ForecastStream stream = Model.Value.OpenStream(Until(Known));
        Assert.Contains("expected the row of", Assert.Throws<ElmanException>(() => stream.Observe(Times[Known + 1], 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ElmanException>(() => stream.Observe(Times[Known], double.PositiveInfinity));
        stream.Observe(Times[Known], double.NaN);
        Assert.All(stream.Forecast().Median, value => Assert.True(double.IsFinite(value)));
    }

    /// <summary>Gibbs and Candès 2021, equation 2: what lies outside more often than it should widens the side on which it lies.</summary>
    [Fact]
    public void Quantiles_widen_on_the_side_on_which_too_much_lies()
    {
        IntervalTracker tracker = new(1);
        ForecastDistribution distribution = new CalibratedDistribution([0], [1], Calibration.Normal(1), conformal: true, notNegative: false, dispersion: null);
        for (int row = 0; row < 15; row++)
        {
            tracker.Made(row, distribution);
            tracker.Observe(row, 100);
        }
        (double below, double above) = tracker.FactorsOf(0);
        Assert.True(above > 1.2, $"{above}");
        Assert.InRange(below, 0.9, 1);
    }

    private static void Observe(ForecastStream stream, int from, int to)
    {
        for (int row = from; row < to; row++)
        {
            stream.Forecast();
            stream.Observe(Times[row], Values[row]);
        }
    }

    private static Forecaster Train(ulong seed) => Forecaster.Train([Until(Known)], new ForecasterOptions
    {
        Horizon = Horizon,
        Hidden = 8,
        Nets = 1,
        Training = new TrainingRecipe { Epochs = 2, BatchSize = 16, Seed = seed, Patience = null },
    });

    private static Series Until(int row) => new("", Times[..row], new Column("y", Values[..row]));

    private static double[] Wave()
    {
        RandomStream random = new(4);
        double level = 50;
        return [.. Enumerable.Range(0, Rows).Select(i => (level += random.NextNormal() / 2) + 8 * Math.Sin(i * Math.PI / 3.5) + random.NextNormal())];
    }
}
