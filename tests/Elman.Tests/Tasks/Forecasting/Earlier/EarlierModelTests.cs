using System.Runtime.CompilerServices;
using Elman.Tests.Files;
using static Elman.Tests.Tasks.SmallForecasts;

namespace Elman.Tests.Tasks;

/// <summary>Files that Elman 0.1 wrote beside this test, with what it forecast. README.md tells how they were made.</summary>
public sealed class EarlierModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string FileOf(string name, [CallerFilePath] string caller = "") => Path.Combine(Path.GetDirectoryName(caller)!, name + ".elman");

    private static double[] Eighths(int rows, double phase, double scale) =>
        [.. Enumerable.Range(0, rows).Select(row => Math.Round(8 * scale * (10 + 3 * Math.Sin(row * 0.7 + phase))) / 8)];

    private static Series One()
    {
        double[] values = Eighths(90, 0, 1);
        (values[20], values[85]) = (double.NaN, double.NaN);
        return Daily(values);
    }

    private static Series Shop(string name, int rows, double phase, double scale) =>
        Daily(Eighths(rows, phase, scale), name, covariates: new Column("x", Eighths(rows, phase + 0.5, 2)));

    private static void Near(double[] expected, Forecast forecast)
    {
        double[] actual = Values(forecast);
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < actual.Length; i++) Assert.Equal(1, actual[i] / expected[i], 1e-5);
    }

    [Fact]
    public void A_model_of_one_series_forecasts_what_it_did()
    {
        Forecaster model = Forecaster.Load(FileOf("one-series"));
        Forecast forecast = model.Predict(One());
        Near([7.8258634, 9.337098, 10.7724285, 7.6006703, 9.86333, 10.906404, 7.489795, 8.75192, 10.949187], forecast);
        Assert.Equal([Start.AddDays(90), Start.AddDays(91), Start.AddDays(92)], forecast.Times);
        Assert.Equal(("gru", Direction.Both, 3, 6), (model.Options.Cell, model.Options.Direction, model.Options.Hidden, model.Record.Epochs.Count));
        Assert.Equal(("day", 78), (model.Schema!.Roles.Time, model.TrainedSeries[0].Rows));
        Assert.Single(model.Nets);

        ForecastErrors errors = model.Backtest(One()).Model.Overall;
        Assert.Equal(1.851238833533393, errors.MeanAbsoluteError, 1e-5);
        Assert.Equal(2.249410259600717, errors.RootMeanSquaredError, 1e-5);
        Assert.Equal(0.6390174987885296, errors.PinballLoss, 1e-5);
    }

    [Fact]
    public void A_model_of_groups_forecasts_what_it_did_and_scales_a_new_group_by_its_context()
    {
        Forecaster model = Forecaster.Load(FileOf("two-groups"));
        IReadOnlyList<Forecast> forecasts = model.Predict([Shop("a", 90, 0, 1), Shop("b", 80, 1, 100), Shop("c", 30, 2, 7)]);
        Near([6.20187, 8.73697, 10.609215, 4.514796, 8.288599, 12.654496], forecasts[0]);
        Near([698.1284, 975.1848, 1243.5096, 521.8539, 977.3592, 1501.1423], forecasts[1]);
        Near([55.397194, 64.18254, 72.8141, 48.203903, 67.58278, 83.99453], forecasts[2]);
        Assert.Equal(("shop", ["x"]), (model.Schema!.Roles.Group, model.Covariates.ToArray()), (one, other) => one.Item1 == other.Item1 && one.Item2.SequenceEqual(other.Item2));
    }

    [Fact]
    public void Other_levels_lie_where_a_normal_distribution_has_them()
    {
        Forecast forecast = Forecaster.Load(FileOf("one-series")).Predict(One(), horizon: 2, quantiles: [0.01, 0.1, 0.25, 0.5, 0.9, 0.99]);
        Assert.Equal(2, forecast.Horizon);
        for (int row = 0; row < 2; row++)
            for (int level = 1; level < 6; level++) Assert.True(forecast[row, level - 1] < forecast[row, level]);
        Assert.Equal(9.337098 + (7.8258634 - 9.337098) * (0.6744897502 / 1.2815515655), forecast[0, 2], 1e-4);
        Assert.InRange(forecast.Mean[0], 8.5, 9.5);
        Assert.All(forecast.Sample(50), path => Assert.All(path, value => Assert.InRange(value, 0, 20)));
    }

    [Fact]
    public void What_it_cannot_do_it_says()
    {
        Forecaster model = Forecaster.Load(FileOf("one-series"));
        void Refuses(Action action, string message) => Assert.Equal(message, Assert.Throws<ElmanException>(action).Message);
        Refuses(() => model.Save(_folder["m.elman"]), "the model is of an Elman before 0.2, which can be read only; train it anew");
        Refuses(() => model.OpenStream(One()), "the model is of an Elman before 0.2, which has no streams; train it anew");
        Refuses(() => model.Predict(One(), horizon: 4), "the model is of an Elman before 0.2, which forecasts 3 rows and not 4; train it anew");
        Refuses(() => model.Predict(Daily(7)), "the model looks at 8 rows, the series has 7; give at least 8");
        Refuses(() => Forecaster.Load(FileOf("two-groups")).Predict(Daily(20)), "the model needs the column 'x', the data lack it; add it");
    }

    [Theory]
    [InlineData("options", "\"hidden\":3", "\"hidden\":65536", "parameter 'encoder.weight_ih_l0' has shape [9, 4], the model expects [196608, 4]")]
    [InlineData("options", "\"hidden\":3", "\"hidden\":-3", "expected a whole number from 1")]
    [InlineData("options", "\"cell\":\"gru\"", "\"cell\":\"brnn\"", "there is no cell 'brnn'")]
    [InlineData("options", "\"context\":8,", "", "'context' is missing")]
    [InlineData("options", "0.5,", "0.5,1e99,", "quantiles")]
    [InlineData("options", "\"Standard\"", "\"Moon\"", "the section 'options' is damaged")]
    [InlineData("series", "\"scale\":", "\"scale\":-", "expected a positive 'scale'")]
    [InlineData("series", "\"until\":\"2020", "\"until\":\"MMXX", "the section 'series' is damaged")]
    [InlineData("columns", "\"masked\":[\"y\"]", "\"masked\":[\"z\"]", "the masked column 'z' is no column")]
    public void A_section_that_lies_is_refused_with_the_reason(string section, string before, string after, string message)
    {
        SafeTensorsFile sound = SafeTensorsFile.Read(FileOf("one-series"));
        Dictionary<string, string> metadata = new(sound.Metadata) { ["digest"] = "none" };
        Assert.Contains(before, metadata[section], StringComparison.Ordinal);
        metadata[section] = metadata[section].Replace(before, after, StringComparison.Ordinal);
        string path = _folder["bad.elman"];
        SafeTensorsFile.Write(path, metadata, sound.Tensors);
        string refusal = Assert.Throws<ElmanException>(() => Forecaster.Load(path)).Message;
        Assert.StartsWith(path, refusal, StringComparison.Ordinal);
        Assert.True(refusal.Contains(message, StringComparison.Ordinal), refusal);
    }

    [Theory]
    [InlineData("true", Direction.Both)]
    [InlineData("false", Direction.Forward)]
    public void The_direction_may_be_told_as_the_first_files_did(string bidirectional, Direction expected)
    {
        SafeTensorsFile file = SafeTensorsFile.Read(FileOf("one-series"));
        Dictionary<string, string> metadata = new(file.Metadata) { ["digest"] = "none" };
        metadata["options"] = metadata["options"].Replace("\"direction\":\"Both\"", $"\"bidirectional\":{bidirectional}", StringComparison.Ordinal);
        string path = _folder["old.elman"];
        SafeTensorsFile.Write(path, metadata, file.Tensors);
        // Weights of both directions are too many for one.
        if (expected == Direction.Both) Assert.Equal(expected, Forecaster.Load(path).Options.Direction);
        else Assert.Throws<ElmanException>(() => Forecaster.Load(path));
    }
}
