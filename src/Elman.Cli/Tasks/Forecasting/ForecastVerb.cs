using System.CommandLine;

namespace Elman.Cli;

/// <summary>elman forecast: the whole job, from a table to forecasts, a model and a page that shows how good they are.</summary>
internal sealed class ForecastVerb
{
    private const string ModelName = "model.elman", CsvName = "forecast.csv", PageName = "report.html";

    private readonly ForecastTraining _training = new();
    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = $"The folder for {CsvName}, {ModelName} and {PageName}. [default: the name of DATA and -forecast]",
        HelpName = "folder",
    };

    public static Verb Create(Terminal terminal)
    {
        var options = new ForecastVerb();
        var verb = new Verb(
            "forecast",
            "Forecast a column of a table: train, backtest, fit to all rows, and write forecast, model and a report.",
            "elman forecast weather.csv --target temp_max",
            "elman forecast sales.csv --target units --group store --known promo --horizon 28 -o sales");
        options._training.AddTo(verb, forecasts: true);
        verb.Options.Add(options._output);
        verb.SetAction(result => options.Run(result, terminal));
        return verb;
    }

    private int Run(ParseResult given, Terminal terminal)
    {
        string source = given.GetRequiredValue(_training.Data), folder = given.GetValue(_output) ?? FolderOf(source);
        bool isNew = !Directory.Exists(folder);
        OutputPlace.CreateFolder(folder, ModelName);
        try
        {
            return Run(given, source, folder, terminal);
        }
        finally
        {
            // A folder that only this call made, and could not fill, shall not stay.
            if (isNew && !Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
        }
    }

    private int Run(ParseResult given, string source, string folder, Terminal terminal)
    {
        OutputPlace.CheckApart(Path.Combine(folder, ModelName), source);
        OutputPlace.CheckApart(Path.Combine(folder, CsvName), source);
        var done = _training.Run(given, Path.Combine(folder, ModelName), terminal, (trained, view) =>
        {
            view.Phase("forecast");
            return Write(trained, trained.Model.Report.Backtest, folder, source, ShellLine.Of(given));
        });
        if (done is null) return ExitCode.Interrupted;
        Show(done, terminal);
        terminal.Out.WriteLine();
        terminal.Out.WriteLine($"wrote into {folder}: {CsvName}, {ModelName}, {PageName}");
        return ExitCode.Done;
    }

    /// <summary>Forecasts, and writes forecasts and page.</summary>
    public static ForecastPageContent Write(TrainedForecaster trained, BacktestResult? backtest, string folder, string source, string commandLine)
    {
        var (model, data, remarks) = trained;
        var columns = ForecastColumns.Of(model);
        var forecasts = model.Predict(data.Series, quantiles: columns.Computed);
        var content = new ForecastPageContent(model, data, backtest is null ? null : new Measured(backtest, backtest.PerSeries(), Remembered: false))
        {
            Forecasts = forecasts,
            Source = source,
            CommandLine = commandLine,
            Remarks = [.. remarks],
        };
        ForecastOutput.Write(Path.Combine(folder, CsvName), [new WrittenForecasts("", data, forecasts, columns)]);
        CsvFile.WriteText(Path.Combine(folder, PageName), writer => writer.Write(ForecastPage.Of(content)));
        return content;
    }

    /// <summary>Scores, and the chart of the first series.</summary>
    public static void Show(ForecastPageContent content, Terminal terminal)
    {
        var (model, data) = (content.Model, content.Data);
        if (content.Measured is { } measured)
        {
            BacktestTable.Write(measured.Result, model, terminal);
            terminal.Out.WriteLine();
        }
        else
        {
            terminal.Remark(ForecastTraining.Judgement(model));
        }

        if (data.Series.Count > 1) terminal.Remark($"the chart shows the first of {data.Series.Count} series");
        terminal.Draw(TerminalChart.Draw(ForecastPicture.Of(data.Series[0], content.Forecasts[0], ForecastPicture.RowsShown(model), data), terminal));
    }

    private static string FolderOf(string source) => source is "-" or "" ? "forecast" : $"{Path.GetFileNameWithoutExtension(source)}-forecast";
}
