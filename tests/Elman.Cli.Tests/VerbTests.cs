using System.Globalization;
using Elman.Tabular;

namespace Elman.Cli.Tests;

public sealed class VerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Training_writes_the_model_and_leaves_no_checkpoint()
    {
        string model = _folder.File("m.elman");
        var outcome = Command.Run(["train", "forecast", _folder.Write("data.csv", SmallData.Wave()), "--target", "y", "-o", model, .. SmallData.Quick]);
        Assert.Equal(0, outcome.Code);
        Assert.Empty(outcome.Out);
        Assert.Contains("taking the times from column 'date'", outcome.Error);
        Assert.Contains("epoch 2/2  loss ", outcome.Error);
        Assert.Contains("trained 2 epochs", outcome.Error);
        Assert.Contains("on rows that it had not seen (and was then trained on too) its mean absolute error was ", outcome.Error);
        Assert.Equal(["data.csv", "m.elman"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void The_options_reach_the_model()
    {
        string data = _folder.Write("data.csv", SmallData.Wave());
        string path = SmallData.Train(_folder, data, "--cell", "gru", "--direction", "both", "--dropout", "0.25", "--covariates", "x", "--lr", "0.01", "--seed", "7", "--time", "date", "--nets", "2");
        var model = Forecaster.Load(path);
        Assert.Equal(
            new ForecasterOptions
            {
                Quantiles = model.Options.Quantiles,
                Context = 8,
                Horizon = 3,
                Hidden = 4,
                Layers = 1,
                Cell = "gru",
                Direction = Direction.Both,
                Dropout = 0.25f,
                Nets = 2,
                Training = new ForecasterOptions().Training with { Epochs = 2, BatchSize = 16, LearningRate = 0.01, Seed = 7 },
            },
            model.Options);
        Assert.Equal(["date"], model.Schema!.TimeColumns);
        Assert.Equal("y", model.Target);
        Assert.Equal(["x"], model.Covariates);
    }

    [Theory]
    [InlineData("rnn-relu")]
    [InlineData("gru-original")]
    public void Every_cell_of_the_library_has_its_name_in_the_command(string cell)
    {
        string path = SmallData.Train(_folder, _folder.Write("data.csv", SmallData.Wave()), "--cell", cell, "--quantiles", "0.05,0.5,0.95", "--conformal", "off", "--patience", "3");
        var options = Forecaster.Load(path).Options;
        Assert.Equal((cell, false, 3), (options.Cell, options.Conformal, options.Training.Patience));
        Assert.Equal([0.05, 0.5, 0.95], options.Quantiles);
    }

    [Fact]
    public void A_forecast_goes_to_standard_output_as_csv_with_the_numbers_of_the_model()
    {
        string data = _folder.Write("data.csv", SmallData.Wave());
        string model = SmallData.Train(_folder, data);
        var outcome = Command.Run("predict", model, data);
        Assert.Equal(0, outcome.Code);
        Assert.Empty(outcome.Error);

        var forecast = Forecaster.Load(model).Predict(SeriesSet.Read(Table.ReadCsv(data), new SeriesRoles { Targets = ["y"] }).Series[0]);
        var rows = outcome.Out.TrimEnd('\n').Split('\n');
        Assert.Equal("date,q10,q50,q90", rows[0]);
        Assert.Equal(4, rows.Length);
        // Numbers are written to the millionth of the interval.
        double tolerance = forecast.Upper.Zip(forecast.Lower, (upper, lower) => upper - lower).Min() * 1e-6;
        for (int step = 0; step < 3; step++)
        {
            var cells = rows[step + 1].Split(',');
            Assert.Equal(new DateTime(2024, 4, 30).AddDays(step).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), cells[0]);
            Assert.Equal(forecast.Quantile(0)[step], double.Parse(cells[1], CultureInfo.InvariantCulture), tolerance);
            Assert.Equal(forecast.Median[step], double.Parse(cells[2], CultureInfo.InvariantCulture), tolerance);
            Assert.Equal(forecast.Quantile(2)[step], double.Parse(cells[3], CultureInfo.InvariantCulture), tolerance);
        }
    }

    [Fact]
    public void Standard_input_gives_what_the_file_gives()
    {
        string data = _folder.Write("data.csv", SmallData.Wave());
        string model = SmallData.Train(_folder, data);
        Assert.Equal(Command.Run("predict", model, data).Out, Command.RunWithInput(SmallData.Wave(), "predict", model, "-").Out);

        string second = _folder.File("second.elman");
        var trained = Command.RunWithInput(SmallData.Wave(), ["train", "forecast", "-", "--target", "y", "-o", second, .. SmallData.Quick]);
        Assert.Equal(0, trained.Code);
        Assert.Equal(SmallData.Learned(model), SmallData.Learned(second));
    }

    [Fact]
    public void One_model_forecasts_every_group()
    {
        string data = _folder.Write("stores.csv", SmallData.Stores());
        string model = SmallData.Train(_folder, data, "--group", "store");
        var rows = Command.Run("predict", model, data).Out.TrimEnd('\n').Split('\n');
        Assert.Equal("store,date,q10,q50,q90", rows[0]);
        Assert.Equal(7, rows.Length);
        Assert.StartsWith("\"north, old\",2024-04-30,", rows[1]);
        Assert.StartsWith("south,2024-05-02,", rows[6]);
    }

    [Fact]
    public void A_group_of_two_rows_gets_its_forecast_too_and_changes_no_other()
    {
        string data = _folder.Write("stores.csv", SmallData.Stores());
        string model = SmallData.Train(_folder, data, "--group", "store");
        var outcome = Command.Run("predict", model, _folder.Write("more.csv", SmallData.Stores() + "new,2024-04-28,1\nnew,2024-04-29,2\n"));
        Assert.Equal(0, outcome.Code);
        Assert.Empty(outcome.Error);
        string known = Command.Run("predict", model, data).Out;
        Assert.StartsWith(known, outcome.Out);
        Assert.Equal(["new,2024-04-30", "new,2024-05-01", "new,2024-05-02"], outcome.Out[known.Length..].TrimEnd('\n').Split('\n').Select(line => line[..14]));
    }

    [Fact]
    public void With_an_output_file_the_screen_gets_a_chart_instead()
    {
        string data = _folder.Write("data.csv", SmallData.Wave());
        string model = SmallData.Train(_folder, data);
        string csv = _folder.File("f.csv"), svg = _folder.File("f.svg");
        var outcome = Command.Run("predict", model, data, "-o", csv, "--plot", svg);
        Assert.Equal(0, outcome.Code);
        Assert.Equal(Command.Run("predict", model, data).Out, File.ReadAllText(csv));
        Assert.Contains("80 % interval", outcome.Out);
        Assert.Contains("y: forecast of the next 3 days", File.ReadAllText(svg));
    }

    [Fact]
    public void A_backtest_compares_with_the_baselines_on_rows_never_trained_on()
    {
        string data = _folder.Write("data.csv", SmallData.Wave());
        var outcome = Command.Run("backtest", SmallData.Train(_folder, data, "--holdout", "24"), data);
        Assert.Equal(0, outcome.Code);

        // Of 120 rows 24 are held out; the first of them is 5 April, and 24 rows have room for 22 horizons of 3.
        Assert.StartsWith("y: 22 forecasts of 3 steps on unseen rows, 2024-04-06 to 2024-04-29\n", outcome.Out);
        foreach (string expected in new[] { "MAE", "RMSE", "MASE", "pinball", "in 80 % interval", "model", "last value", "same weekday last week" })
            Assert.Contains(expected, outcome.Out);
    }

    [Fact]
    public void All_rows_are_trained_on_unless_some_are_to_be_held_out()
    {
        string data = _folder.Write("data.csv", SmallData.Wave()), model = _folder.File("m.elman");
        Assert.Contains("(and was then trained on too)", Train().Error);
        Assert.Equal(new DateTime(2024, 4, 29), Forecaster.Load(model).TrainedSeries[0].Until);
        Assert.Contains("on rows that it has not seen its mean absolute error", Train("--holdout", "10").Error);
        Assert.StartsWith("y: 8 forecasts", Command.Run("backtest", model, data).Out);
        Assert.Contains("too few rows to keep some for a backtest", Train("--holdout", "0").Error);
        Assert.Equal(new DateTime(2024, 4, 29), Forecaster.Load(model).TrainedSeries[0].Until);

        var refused = Train("--holdout", "2");
        Assert.Equal(2, refused.Code);
        Assert.Contains("a holdout of 2 rows leaves no room for a forecast of 3 rows; give 3 rows or more, or 0", refused.Error);

        Outcome Train(params string[] more) => Command.Run(["train", "forecast", data, "--target", "y", "-o", model, .. SmallData.Quick, .. more]);
    }

    [Fact]
    public void Uneven_times_are_asked_about()
    {
        var rows = SmallData.Wave().Split('\n');
        for (int i = 1; i <= 120; i++)
            rows[i] = new DateTime(2024, 1, 1).AddMinutes(i * i).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + rows[i][10..];
        string data = _folder.Write("uneven.csv", string.Join('\n', rows));
        string[] train = ["train", "forecast", data, "--target", "y", "-o", _folder.File("m.elman"), .. SmallData.Quick];
        var outcome = Command.Run(train);
        Assert.Equal(2, outcome.Code);
        Assert.Contains("give --every 2h to take the mean of each such span, or --by-row to take the rows as they come", outcome.Error);
        Assert.Equal(0, Command.Run([.. train, "--every", "2h"]).Code);
        Assert.Equal(0, Command.Run([.. train, "--by-row"]).Code);
    }

    [Fact]
    public void A_dash_as_output_is_standard_output()
    {
        string data = _folder.Write("data.csv", SmallData.Wave());
        string model = SmallData.Train(_folder, data);
        Assert.Equal(Command.Run("predict", model, data).Out, Command.Run("predict", model, data, "-o", "-").Out);
    }

    [Fact]
    public void A_model_shows_its_layers_shapes_and_training()
    {
        string data = _folder.Write("data.csv", SmallData.Wave());
        var outcome = Command.Run("inspect", SmallData.Train(_folder, data, "--covariates", "x"));
        Assert.Equal(0, outcome.Code);
        foreach (string expected in new[]
                 {
                     "forecasts 'y', 3 rows, 1 day apart, quantiles 0.1, 0.5, 0.9", "times in date; covariates x",
                     "share ", "encoder.weight_ih_l0", "[16, ", "head.weight", "all of 3 nets ", "last value", "fingerprint   ", "2 epochs", "epoch    2  loss ",
                 })
            Assert.Contains(expected, outcome.Out);
    }

    [Fact]
    public void An_interrupted_training_is_not_overwritten_by_mistake()
    {
        string data = _folder.Write("data.csv", SmallData.Wave()), model = _folder.File("m.elman");
        _folder.Write("m.elman.checkpoint", "precious");
        var outcome = Command.Run(["train", "forecast", data, "--target", "y", "-o", model, .. SmallData.Quick]);
        Assert.Equal(2, outcome.Code);
        Assert.Contains("go on with --resume, or delete it", outcome.Error);
        Assert.Equal("precious", File.ReadAllText(model + ".checkpoint"));
    }

    [Fact]
    public void Resuming_where_nothing_was_interrupted_begins_anew_and_says_so()
    {
        string data = _folder.Write("data.csv", SmallData.Wave());
        string model = SmallData.Train(_folder, data);
        string straight = SmallData.Learned(model);
        var outcome = Command.Run(["train", "forecast", data, "--target", "y", "-o", model, "--resume", .. SmallData.Quick]);
        Assert.Equal(0, outcome.Code);
        Assert.Contains("to resume from; beginning anew", outcome.Error);
        Assert.Equal(straight, SmallData.Learned(model));
    }
}
