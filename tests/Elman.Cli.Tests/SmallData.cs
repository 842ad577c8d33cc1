using System.Globalization;
using System.Text;

namespace Elman.Cli.Tests;

/// <summary>Small files and quick trainings.</summary>
internal static class SmallData
{
    /// <summary>The options of a training that takes a fraction of a second.</summary>
    public static readonly string[] Quick =
        ["--context", "8", "--horizon", "3", "--hidden", "4", "--layers", "1", "--epochs", "2", "--batch", "16"];

    /// <summary>A daily wave "y" and its covariate "x" in columns date, y, x.</summary>
    public static string Wave(int rows = 120, double offset = 0)
    {
        var csv = new StringBuilder("date,y,x\n");
        for (int i = 0; i < rows; i++)
            csv.Append(CultureInfo.InvariantCulture, $"{Day(i)},{Value(i) + offset:0.###},{Math.Cos(i / 3.0):0.###}\n");
        return csv.ToString();
    }

    /// <summary>Two stores with the columns store, date, y; the name of one needs quotes.</summary>
    public static string Stores(int rows = 120)
    {
        var csv = new StringBuilder("store,date,y\n");
        for (int i = 0; i < rows; i++)
            csv.Append(CultureInfo.InvariantCulture, $"\"north, old\",{Day(i)},{Value(i):0.###}\nsouth,{Day(i)},{100 + (10 * Value(i)):0.###}\n");
        return csv.ToString();
    }

    /// <summary>Trains on a file and gives the path of the model.</summary>
    public static string Train(TemporaryFolder folder, string data, params string[] more)
    {
        string model = folder.File("small.elman");
        var outcome = Command.Run(["train", "forecast", data, "--target", "y", "-o", model, .. Quick, .. more]);
        Assert.True(outcome.Code == 0, outcome.Error);
        return model;
    }

    /// <summary>All that a model has learned: its file without the seconds that the training took.</summary>
    public static string Learned(string model)
    {
        SafeTensorsFile file = SafeTensorsFile.Read(model);
        string sections = string.Join('\n', file.Metadata.Where(entry => entry.Key is "methods" or "series" or "calibration").OrderBy(entry => entry.Key).Select(entry => entry.Value));
        return sections + string.Join('\n', file.Tensors.Select(tensor => $"{tensor.Name} {System.Convert.ToHexString(tensor.Data.Span)}"));
    }

    private static double Value(int i) => (5 * Math.Sin(i / 4.0)) + ((i % 7) * 0.3);

    private static string Day(int i) => new DateTime(2024, 1, 1).AddDays(i).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
