using System.CommandLine;
using System.Text;
using System.Text.Json;

namespace Elman.Cli;

/// <summary>A backtest, or what the training had measured.</summary>
/// <param name="Result">The scores; with the single forecasts only if <paramref name="Remembered"/> is false.</param>
/// <param name="PerSeries">The scores of each series.</param>
/// <param name="Remembered">Whether the model was trained on all rows, so that these are the scores before its last fit.</param>
internal sealed record Measured(BacktestResult Result, IReadOnlyList<SeriesScore> PerSeries, bool Remembered);

/// <summary>elman backtest: measures a forecaster on rows that it has not seen, beside forecasts that cost nothing.</summary>
internal sealed class Backtest
{
    private readonly Argument<string> _model = CommonArguments.Model();
    private readonly Argument<string> _data = CommonArguments.Data();
    private readonly DataArguments _columns = DataArguments.OfModel();
    private readonly Option<int> _stride = Checked.WholeNumber("--stride", "Rows from one forecast to the next. [default: 1]", 1, 1_000_000, 1);
    private readonly Option<bool> _by = new("--by") { Description = "Show the scores of each series too, the worst first." };
    private readonly Option<string?> _forecasts = Place("--forecasts", "Writes every forecast with what came.", "out.csv");
    private readonly Option<string?> _plot = Place("--plot", "Draws the forecasts over what came into an SVG file.", "backtest.svg");
    private readonly Option<string?> _report = Place("--report", "Writes a page with tables and pictures, which needs nothing else.", "report.html");
    private readonly Option<bool> _json = new("--json") { Description = "Write the scores as JSON instead of a table." };
    private readonly Option<int> _threads = CommonArguments.Threads();

    public static Verb Create(Terminal terminal)
    {
        var options = new Backtest();
        options._stride.DefaultValueFactory = _ => 1;
        var verb = new Verb(
            "backtest",
            "Measure a forecaster with a rolling origin on the rows it was not trained on.",
            "elman backtest weather.elman weather.csv",
            "elman backtest sales.elman sales.csv --by --stride 7 --forecasts forecasts.csv --report backtest.html")
        {
            options._model, options._data, options._stride, options._by, options._forecasts, options._plot, options._report, options._json, options._threads,
        };
        options._columns.AddTo(verb);
        verb.SetAction(result => options.Run(result, terminal));
        return verb;
    }

    /// <summary>Measures a model on its unseen rows; if it has seen all, gives what its training measured before the last fit, and says so.</summary>
    /// <exception cref="ElmanException">There is neither.</exception>
    public static Measured Measure(Forecaster model, SeriesSet data, int stride, Terminal terminal)
    {
        if (model.Report.Backtest is { } before && model.CountUnseen(data.Series) == 0)
        {
            terminal.Remark("the model was trained on all these rows: these are the scores on rows that it had not seen before its last fit");
            return new Measured(before, model.Report.Series, Remembered: true);
        }

        var result = model.Backtest(data.Series, stride);
        return new Measured(result, result.PerSeries(), Remembered: false);
    }

    private int Run(ParseResult given, Terminal terminal)
    {
        CommonArguments.UseThreads(given.GetValue(_threads));
        string path = given.GetRequiredValue(_model), source = given.GetRequiredValue(_data);
        string?[] places = [given.GetValue(_forecasts), given.GetValue(_plot), given.GetValue(_report)];
        foreach (string place in places.OfType<string>())
        {
            OutputPlace.CheckApart(place, path, source);
            OutputPlace.Check(place);
        }

        var model = ModelPlace.Load(path);
        var data = ModelPlace.ReadSeries(model, _columns, given, source, terminal);
        var measured = Measure(model, data, given.GetValue(_stride), terminal);
        if (measured.Remembered && (given.GetValue(_forecasts) ?? given.GetValue(_plot)) is { } unwritten)
            throw new ElmanException($"{unwritten} is not written: the model keeps scores of its training, not the single forecasts; give later rows, or train with --holdout");
        Write(given, model, data, measured, source, terminal);
        return ExitCode.Done;
    }

    private void Write(ParseResult given, Forecaster model, SeriesSet data, Measured measured, string source, Terminal terminal)
    {
        if (given.GetValue(_forecasts) is { } forecasts)
            CsvFile.WriteText(forecasts, writer => BacktestCsv.Write(measured.Result, data, writer));
        if (given.GetValue(_plot) is { } plot)
            CsvFile.WriteText(plot, writer => writer.Write(BacktestPicture.File(measured, model, data)));
        if (given.GetValue(_report) is { } report)
        {
            CsvFile.WriteText(report, writer => writer.Write(ForecastPage.Of(new ForecastPageContent(model, data, measured)
            {
                Source = source,
                CommandLine = ShellLine.Of(given),
                Remarks = [.. data.Remarks, .. model.Report.Remarks],
            })));
        }

        if (given.GetValue(_json))
        {
            terminal.Out.WriteLine(Json(measured));
            return;
        }

        BacktestTable.Write(measured.Result, model, terminal);
        if (given.GetValue(_by))
            SeriesTable.Write(measured.PerSeries, data.GroupColumn ?? "series", terminal);
    }

    private static string Json(Measured measured)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true }))
            measured.Result.WriteTo(json, measured.PerSeries);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static Option<string?> Place(string name, string description, string file) => new(name) { Description = description, HelpName = file };
}
