using System.Globalization;
using System.Text.Json;

namespace Elman.Cli.Tests;

/// <summary>From a table to forecasts, model and report in one go, and what the single steps can be asked for.</summary>
public sealed class ForecastVerbTests : IDisposable
{
    private static readonly string[] Simple = ["--horizon", "3", "--nets", "0"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Wave(int rows = 120) => _folder.Write($"wave{rows}.csv", SmallData.Wave(rows));

    private string Train(string data, params string[] more)
    {
        string model = _folder.File($"{Guid.NewGuid():N}.elman");
        var outcome = Command.Run(["train", "forecast", data, "-o", model, .. Simple, .. more]);
        Assert.True(outcome.Code == 0, outcome.Error);
        return model;
    }

    private static string[][] Rows(Outcome outcome)
    {
        Assert.True(outcome.Code == 0, outcome.Error);
        return [.. outcome.Out.TrimEnd('\n').Split('\n').Select(line => line.Split(','))];
    }

    [Fact]
    public void One_command_leaves_forecast_model_and_report()
    {
        string folder = _folder.File("out");
        var outcome = Command.Run(["forecast", Wave(), "--target", "y", "-o", folder, .. SmallData.Quick]);
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.Equal(["forecast.csv", "model.elman", "report.html"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
        Assert.Equal(Command.Run("predict", Path.Combine(folder, "model.elman"), Wave()).Out, File.ReadAllText(Path.Combine(folder, "forecast.csv")));
        Assert.Contains("same weekday last week", outcome.Out);
        Assert.EndsWith($"wrote into {folder}: forecast.csv, model.elman, report.html\n", outcome.Out);
        string page = File.ReadAllText(Path.Combine(folder, "report.html"));
        foreach (string expected in new[]
                 {
                     "<h1>y: forecast of the next 3 days</h1>", "<h2>Backtest</h2>", "what came", "What the forecast is made of", "training loss", "taking the times from column &#39;date&#39;",
                     "elman forecast ", "Fingerprint of the model: ", "prefers-color-scheme:dark", "2024-04-30",
                 })
            Assert.Contains(expected, page);
    }

    [Fact]
    public void Where_nothing_comes_of_it_no_folder_is_left()
    {
        string folder = _folder.File("out"), data = Wave();
        Assert.Equal(2, Command.Run("forecast", data, "--target", "z", "-o", folder).Code);
        Assert.False(Directory.Exists(folder));
        var inside = Command.Run("forecast", _folder.Write("forecast.csv", SmallData.Wave()), "--target", "y", "-o", _folder.Path);
        Assert.Equal((2, true), (inside.Code, inside.Error.Contains("is read by this command and would be lost", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_comes_from_data_is_no_markup_in_the_report()
    {
        const string evil = "<script>alert(1)</script>&'";
        string data = _folder.Write("evil.csv", SmallData.Stores().Replace("south", $"\"{evil}\"", StringComparison.Ordinal).Replace(",y\n", ",<i>y</i>\n", StringComparison.Ordinal));
        var outcome = Command.Run(["forecast", data, "--target", "<i>y</i>", "--group", "store", "-o", _folder.File("out"), .. Simple]);
        Assert.True(outcome.Code == 0, outcome.Error);
        string page = File.ReadAllText(_folder.File("out/report.html"));
        Assert.DoesNotContain("<script", page);
        Assert.DoesNotContain("<i>y", page);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;&#39;", page);
        Assert.DoesNotContain("http:", page);
        Assert.DoesNotContain("https:", page);
    }

    [Fact]
    public void Predicting_gives_any_quantile_horizon_mean_and_paths()
    {
        string data = Wave(), model = Train(data, "--target", "y");
        var rows = Rows(Command.Run("predict", model, data, "--quantiles", "0.025,0.5,0.975", "--horizon", "5", "--mean", "--paths", "2"));
        Assert.Equal(["date", "mean", "q0.025", "q50", "q0.975", "path1", "path2"], rows[0]);
        Assert.Equal(6, rows.Length);
        Assert.All(rows[1..], row => Assert.True(Number(row[2]) <= Number(row[3]) && Number(row[3]) <= Number(row[4])));

        // The interval of 95 % is wider than the model's of 80 %, around the same median; a median that is not asked for is not written.
        var usual = Rows(Command.Run("predict", model, data));
        Assert.Equal(Number(usual[1][2]), Number(rows[1][3]), 4);
        Assert.True(Number(rows[1][2]) < Number(usual[1][1]) && Number(rows[1][4]) > Number(usual[1][3]));
        Assert.Equal(["date", "q90"], Rows(Command.Run("predict", model, data, "--quantiles", "0.9"))[0]);
        Assert.Contains("--quantiles takes at most 99 levels between 0 and 1", Command.Run("predict", model, data, "--quantiles", "0.5,1.5").Error);
    }

    [Fact]
    public void Predicting_from_a_date_is_predicting_with_the_rows_before_it()
    {
        string data = Wave(), model = Train(Wave(100), "--target", "y");
        var cut = Command.Run("predict", model, data, "--from", "2024-04-15");
        Assert.Equal(Command.Run("predict", model, Wave(105)).Out, cut.Out);
        Assert.Empty(cut.Error);
        Assert.Contains("trained on rows after 2024-03-01 too", Command.Run("predict", model, data, "--from", "2024-03-01").Error);
        Assert.Contains("--from takes a time such as 2024-01-01", Command.Run("predict", model, data, "--from", "soon").Error);
        Assert.Contains("no row is before that", Command.Run("predict", model, data, "--from", "2023-01-01").Error);
    }

    [Fact]
    public void Several_models_stand_side_by_side()
    {
        string data = Wave(), one = Train(data, "--target", "y"), other = Train(data, "--target", "y", "--holdout", "30");
        var rows = Rows(Command.RunWithInput(SmallData.Wave(), "predict", one, "-", "--model", $"held={other}", "--quantiles", "0.5"));
        Assert.Equal(["date", $"{Path.GetFileNameWithoutExtension(one)}.q50", "held.q50"], rows[0]);
        Assert.Equal(Rows(Command.Run("predict", other, data)).Select(row => row[2]).Skip(1), rows.Skip(1).Select(row => row[2]));
        Assert.Contains("two models are called 'held'", Command.Run("predict", one, data, "--model", $"held={other}", "--model", $"held={other}").Error);
    }

    [Fact]
    public void Numbers_are_written_as_the_data_write_them_if_asked_for()
    {
        string data = _folder.Write("euro.csv", "Datum;Umsatz\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{new DateTime(2024, 1, 1).AddDays(i):dd.MM.yyyy};{1000 + (i % 7 * 100)},50\n")));
        string model = Train(data, "--target", "Umsatz");
        string[] lines = Command.Run("predict", model, data, "--same-notation", "--quantiles", "0.5").Out.Split('\n');
        Assert.Equal("Datum,q50", lines[0]);
        Assert.Matches("^01\\.03\\.2024,\"1\\d\\d\\d,\\d\\d\"$", lines[1]);
        Assert.Matches("^01\\.03\\.2024,1\\d\\d\\d(\\.\\d+)?$", Command.Run("predict", model, data, "--quantiles", "0.5").Out.Split('\n')[1]);
    }

    [Fact]
    public void A_plan_moves_the_forecast_where_it_stands_in_the_data_and_where_it_comes_beside()
    {
        string Day(int i) => new DateTime(2024, 1, 1).AddDays(i).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        string past = "date,y,promo\n" + string.Concat(Enumerable.Range(0, 120).Select(i => $"{Day(i)},{100 + (i % 7) + (i * 7 % 5 == 0 ? 50 : 0)},{(i * 7 % 5 == 0 ? "yes" : "no")}\n"));
        string data = _folder.Write("past.csv", past), model = Train(data, "--target", "y", "--known", "promo");
        string plan = _folder.Write("plan.csv", $"promo,date\nno,{Day(120)}\nyes,{Day(121)}\nno,{Day(122)}\n");
        string both = _folder.Write("both.csv", past + $"{Day(120)},,no\n{Day(121)},,yes\n{Day(122)},,no\n");

        var beside = Command.Run("predict", model, data, "--future", plan);
        Assert.Equal(Command.Run("predict", model, both).Out, beside.Out);
        double[] medians = [.. Rows(beside).Skip(1).Select(row => Number(row[2]))];
        Assert.True(medians[1] > medians[0] + 35 && medians[1] > medians[2] + 35, beside.Out);

        var without = Command.Run("predict", model, data);
        Assert.Equal(0, without.Code);
        Assert.Contains("there is no plan of promo for the rows to come: the usual values are taken", without.Error);
        var few = Command.Run("predict", model, data, "--future", plan, "--horizon", "4");
        Assert.Equal((2, true), (few.Code, few.Error.Contains("needs 'promo' for each of them, the plan has 3", StringComparison.Ordinal)));
        var lacking = Command.Run("predict", model, data, "--future", _folder.Write("none.csv", $"date,x\n{Day(120)},1\n"));
        Assert.Equal((2, true), (lacking.Code, lacking.Error.Contains("has no column 'promo'; a plan has the columns date, promo", StringComparison.Ordinal)));
    }

    [Fact]
    public void Of_counts_the_mean_is_written_too_and_quantiles_are_whole_numbers()
    {
        string data = _folder.Write("counts.csv", "date,y\n" + string.Concat(Enumerable.Range(0, 120).Select(i => $"{new DateTime(2024, 1, 1).AddDays(i):yyyy-MM-dd},{i * 31 % 7 / 3}\n")));
        var rows = Rows(Command.Run("predict", Train(data, "--target", "y"), data));
        Assert.Equal(["date", "mean", "q10", "q50", "q90"], rows[0]);
        Assert.All(rows[1..], row => Assert.All(row[2..], cell => Assert.True(double.IsInteger(Number(cell)) && Number(cell) >= 0)));
    }

    [Fact]
    public void A_backtest_goes_into_files_too()
    {
        string data = _folder.Write("stores.csv", SmallData.Stores()), model = Train(data, "--target", "y", "--group", "store", "--holdout", "24");
        var outcome = Command.Run("backtest", model, data, "--by", "--stride", "3", "--forecasts", _folder.File("f.csv"), "--plot", _folder.File("b.svg"), "--report", _folder.File("b.html"));
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.StartsWith("y: 16 forecasts of 2 series of 3 steps", outcome.Out);
        Assert.Contains("of the baseline", outcome.Out);
        string[] lines = File.ReadAllLines(_folder.File("f.csv"));
        Assert.Equal("store,origin,ahead,date,actual,q10,q50,q90,last value,same weekday last week", lines[0]);
        Assert.Equal(1 + (16 * 3), lines.Length);
        Assert.StartsWith("\"north, old\",2024-04-05,1,2024-04-06,", lines[1]);
        Assert.Contains("what came", File.ReadAllText(_folder.File("b.svg")));
        Assert.Contains("<h2>Series, the worst first</h2>", File.ReadAllText(_folder.File("b.html")));

        using var json = JsonDocument.Parse(Command.Run("backtest", model, data, "--json").Out);
        Assert.Equal("model", json.RootElement.GetProperty("scores")[0].GetProperty("name").GetString());
        Assert.Equal(3, json.RootElement.GetProperty("scores")[0].GetProperty("steps").GetArrayLength());
        Assert.Equal(2, json.RootElement.GetProperty("per_series").GetArrayLength());
    }

    [Fact]
    public void A_model_of_all_rows_tells_what_its_training_measured()
    {
        string data = Wave(), model = Train(data, "--target", "y");
        var outcome = Command.Run("backtest", model, data);
        Assert.Equal((0, "elman: the model was trained on all these rows: these are the scores on rows that it had not seen before its last fit\n"), (outcome.Code, outcome.Error));
        Assert.Contains("same weekday last week", outcome.Out);
        var file = Command.Run("backtest", model, data, "--forecasts", _folder.File("f.csv"));
        Assert.Equal((2, false), (file.Code, File.Exists(_folder.File("f.csv"))));
        Assert.StartsWith("y: 18 forecasts", Command.Run("backtest", model, Wave(140)).Out);
    }

    [Fact]
    public void A_model_goes_on_with_new_rows()
    {
        string model = Train(Wave(100), "--target", "y"), newer = _folder.File("newer.elman");
        var outcome = Command.Run("train", "forecast", Wave(), "--continue", model, "-o", newer);
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.Contains("went on with 20 new rows", outcome.Error);
        Assert.Equal(new DateTime(2024, 4, 29), Forecaster.Load(newer).TrainedSeries[0].Until);
        Assert.NotEqual(Forecaster.Load(model).Fingerprint, Forecaster.Load(newer).Fingerprint);
        Assert.Contains("nothing to go on with", Command.Run("train", "forecast", Wave(100), "--continue", model, "-o", newer).Error);
        Assert.Contains("its horizon is 3; leave the option out", Command.Run("train", "forecast", Wave(), "--continue", model, "--horizon", "5", "-o", newer).Error);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
