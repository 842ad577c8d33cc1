using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Elman.Cli;

/// <summary>elman predict with a forecaster: the rows to come, as CSV, and as a picture.</summary>
internal sealed class PredictForecast(DataArguments arguments)
{
    private const int MostLevels = 99;

    private readonly Option<double[]> _quantiles = Levels("--quantiles", "Levels of the quantiles to write, such as 0.025,0.5,0.975. [default: the model's]");
    private readonly Option<int> _horizon = WithoutDefault(Checked.WholeNumber("--horizon", "Rows to forecast, any number. [default: the model's]", 1, 1_000_000, 0));
    private readonly Option<bool> _mean = new("--mean") { Description = "Write the mean too. [default: of counts only]" };
    private readonly Option<int> _paths = WithoutDefault(Checked.WholeNumber("--paths", "Whole futures to sample, each as likely as the others: columns path1, path2, ...", 1, 10_000, 0));
    private readonly Option<string?> _future = ForecastTraining.Future();
    private readonly Option<string?> _from = new("--from") { Description = "Forecast as if the data ended before this time, or before this number of a row.", HelpName = "date" };
    private readonly Option<string[]> _models = new("--model")
    {
        Description = "A further model, whose forecasts stand beside; all columns then bear the names of their models. May be given several times.",
        HelpName = "name=MODEL",
    };

    private readonly Option<bool> _sameNotation = new("--same-notation") { Description = "Write numbers as the data write them: decimal comma, thousands, currency." };
    private readonly Option<string?> _plot = new("--plot") { Description = "Draws the forecast into an SVG file.", HelpName = "forecast.svg" };

    public static IReadOnlyList<string> Examples =>
    [
        "elman predict weather.elman weather.csv -o forecast.csv --plot forecast.svg",
        "elman predict sales.elman sales.csv --future plan.csv --quantiles 0.025,0.5,0.975 --mean",
        "cat sales.csv | elman predict sales.elman - | head",
    ];

    public IReadOnlyList<Option> Options => [_quantiles, _horizon, _mean, _paths, _future, _from, _models, _sameNotation, _plot, .. arguments.All];

    public int Run(Forecaster model, TaskCall call)
    {
        var (terminal, output, plot) = (call.Terminal, call.Output, call.Given.GetValue(_plot));
        CheckPlaces(output, plot, call);
        // Standard input is there once, and each model reads it.
        byte[]? input = call.Data == "-" ? ReadAll(terminal.Input) : null;
        var models = Models(model, call);
        List<WrittenForecasts> forecasts = [.. models.Select(one => Forecast(one.Model, models.Count > 1 ? one.Name : "", call, input))];
        var first = forecasts[0];
        if (plot is not null)
            ForecastOutput.Draw(plot, model, first.Data, first.Forecasts, terminal);
        if (output is null)
        {
            ForecastCsv.Write(forecasts, terminal.FileOut);
            return ExitCode.Done;
        }

        ForecastOutput.Write(output, forecasts);
        if (first.Forecasts.Count > 1)
            terminal.Remark($"the chart shows the first of {first.Forecasts.Count} series; {output} holds all");
        terminal.Draw(TerminalChart.Draw(ForecastPicture.Of(first.Data.Series[0], first.Forecasts[0], ForecastPicture.RowsShown(model), first.Data), terminal));
        return ExitCode.Done;
    }

    private WrittenForecasts Forecast(Forecaster model, string name, TaskCall call, byte[]? input)
    {
        var given = call.Given;
        var usual = ForecastColumns.Of(model);
        var data = ModelPlace.ReadSeries(model, arguments, given, call.Data, call.Terminal, input is null ? null : new MemoryStream(input), given.GetValue(_future));
        if (given.GetValue(_from) is { } from) data = PastRows.Before(data, from, model, call.Terminal);
        var columns = usual with
        {
            Levels = given.GetValue(_quantiles) is { Length: > 0 } levels ? [.. levels] : usual.Levels,
            Mean = usual.Mean || given.GetValue(_mean),
            Paths = given.GetValue(_paths),
            SameNotation = given.GetValue(_sameNotation),
        };
        int horizon = given.GetValue(_horizon);
        data = PlannedRows.Complete(data, horizon > 0 ? horizon : model.Options.Horizon, call.Terminal.Remark);
        return new WrittenForecasts(name, data, model.Predict(data.Series, horizon > 0 ? horizon : null, columns.Computed), columns);
    }

    /// <summary>The model that was named first, then the further ones, each with its name or that of its file.</summary>
    private List<(string Name, Forecaster Model)> Models(Forecaster first, TaskCall call)
    {
        List<(string Name, Forecaster Model)> models = [(Path.GetFileNameWithoutExtension(call.Model), first)];
        foreach (string text in call.Given.GetValue(_models) ?? [])
        {
            int sign = File.Exists(text) ? -1 : text.IndexOf('=');
            string path = text[(sign + 1)..], name = sign > 0 ? text[..sign] : Path.GetFileNameWithoutExtension(path);
            if (models.Any(one => one.Name == name))
                throw new ElmanException($"two models are called {Names.Quote(name)}; tell them apart with --model NAME={path}");
            models.Add((name, ModelPlace.Load(path)));
        }

        return models;
    }

    private static void CheckPlaces(string? output, string? plot, TaskCall call)
    {
        if (plot is null) return;
        OutputPlace.CheckApart(plot, call.Model, call.Data);
        OutputPlace.Check(plot);
        if (output is not null && Path.GetFullPath(output) == Path.GetFullPath(plot))
            throw new ElmanException($"--output and --plot both name {output}; give two files");
    }

    private static byte[] ReadAll(Stream stream)
    {
        using MemoryStream all = new();
        stream.CopyTo(all);
        return all.ToArray();
    }

    private static Option<int> WithoutDefault(Option<int> option)
    {
        option.DefaultValueFactory = null;
        return option;
    }

    private static Option<double[]> Levels(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "a,b",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            string[] words = text.Split(',', StringSplitOptions.TrimEntries);
            double[] levels = [.. words.Select(word => double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double level) ? level : double.NaN).Distinct().Order()];
            if (levels.Length <= MostLevels && levels.All(level => level is > 0 and < 1)) return levels;
            result.AddError($"{name} takes at most {MostLevels} levels between 0 and 1, such as 0.025,0.5,0.975, not {Names.Quote(text)}");
            return [];
        },
    };
}
