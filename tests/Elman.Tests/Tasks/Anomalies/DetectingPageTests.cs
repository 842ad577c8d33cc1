using Elman.Tests.Settings;

namespace Elman.Tests.Tasks.Anomalies;

/// <summary>What docs/detecting.md shows.</summary>
public sealed class DetectingPageTests
{
    [Fact]
    public void The_page_shows_the_settings_of_the_code() => SettingsPage.Match("docs/detecting.md", DetectorOptions.Settings.ToMarkdown());

    [Fact]
    public void The_page_shows_code_that_is_compiled_here() => PageSnippets.AreCompiled("docs/detecting.md", 1, "tests/Elman.Tests/Tasks/Anomalies/DetectingPageTests.cs");

    [Fact]
    public void The_example_of_the_page_does_what_it_says()
    {
        double[] rides = [.. File.ReadLines(Repository.File("data/nyc_taxi.csv")).Skip(1).Take(800).Select(line => double.Parse(line.Split(',')[1], System.Globalization.CultureInfo.InvariantCulture))];
        DateTime[] times = [.. Enumerable.Range(0, 800).Select(row => new DateTime(2014, 7, 1).AddMinutes(30 * row))];
        Table table = new("rides", [new TimeColumn("t", times[..700], TimeNotation.Iso), new NumberColumn("rides", rides[..700])]);
        DetectorOptions options = new() { Training = new DetectorOptions().Training with { Epochs = 3, TimeLimit = null } };
        List<string> told = [];
        DetectorRow[] rows = [.. Enumerable.Range(700, 100).Select(row => new DetectorRow(times[row], [row == 750 ? 90_000 : rides[row]]))];

        AnomalyDetector model = AnomalyDetector.Train(table, new DetectorColumns { Time = "t", Targets = ["rides"] }, options);
        DetectionStream live = model.OpenStream(sensitivity: 50);
        foreach (DetectorRow row in rows)
        {
            Detection said = live.Push(row);
            if (said.IsAlarm) told.Add($"{row.Time}: {row.Values[0]}, expected {said.ExpectedValue:0} (-{said.LowerMargin:0}, +{said.UpperMargin:0})");
        }
        DetectionStream later = DetectionStream.FromBytes(model, live.ToBytes());

        Assert.Contains(told, line => line.Contains("90000", StringComparison.Ordinal));
        Assert.Equal(100, later.RowCount);
    }
}
