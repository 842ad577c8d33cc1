using System.Globalization;

namespace Elman.Cli;

/// <summary>What a page about forecasts shows.</summary>
/// <param name="Model">The model.</param>
/// <param name="Data">The series.</param>
/// <param name="Measured">The backtest; null if there were too few rows for one.</param>
internal sealed record ForecastPageContent(Forecaster Model, SeriesSet Data, Measured? Measured)
{
    /// <summary>The forecasts of the rows to come; empty for a page about a backtest only.</summary>
    public IReadOnlyList<Forecast> Forecasts { get; init; } = [];

    /// <summary>Where the data come from.</summary>
    public required string Source { get; init; }

    /// <summary>The command line that made the page.</summary>
    public required string CommandLine { get; init; }

    /// <summary>What was remarked on the way.</summary>
    public required IReadOnlyList<string> Remarks { get; init; }
}

/// <summary>A page about a forecaster: forecasts, backtest, of what the forecast is made, training, remarks, settings.</summary>
internal static class ForecastPage
{
    private const int SeriesShown = 3;

    public static string Of(ForecastPageContent content)
    {
        var model = content.Model;
        HtmlPage page = new(content.Forecasts.Count > 0 ? ForecastOutput.Title(model, content.Forecasts[0].Horizon) : $"{model.Target}: backtest");
        page.Paragraph(Extent(content), "faint");
        if (content.Measured is not null) page.Paragraph(Sentence(ForecastTraining.Judgement(model, content.Measured.Result)), "lead");
        if (content.Forecasts.Count > 0) Forecasts(page, content);
        if (content.Measured is { } measured) BacktestOf(page, content, measured);
        Making(page, model);
        if (content.Remarks.Count > 0)
        {
            page.Heading("Remarks");
            page.Points(content.Remarks.Distinct());
        }

        page.Heading("How this was made");
        page.Code(content.CommandLine);
        page.Folded("Settings", () => page.Table(["setting", "value"], ForecasterOptions.Settings.Texts(model.Options).Select(pair => (string[])[pair.Key, pair.Value])));
        page.Paragraph($"Fingerprint of the model: {model.Fingerprint}", "faint");
        return page.ToString();
    }

    private static string Extent(ForecastPageContent content)
    {
        var data = content.Data;
        string source = content.Source is "-" or "" ? "standard input" : content.Source;
        var longest = data.Series.MaxBy(one => one.Length)!;
        string rows = data.Series.Count == 1 ? Names.Count(longest.Length, "row") : $"{data.Series.Count:N0} series of up to {Names.Count(longest.Length, "row")}";
        string until = longest.Times is null ? "" : $", {data.TimeText(longest, 0)} to {data.TimeText(longest, longest.Length - 1)}";
        return $"{source}: {rows}{(data.Frequency is { } step ? $", {step} apart" : "")}{until}";
    }

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..] + ".";

    private static void Forecasts(HtmlPage page, ForecastPageContent content)
    {
        page.Heading("Forecast");
        var (data, forecasts) = (content.Data, content.Forecasts.ToDictionary(one => one.Group));
        string[] chosen = BacktestPicture.Chosen(forecasts.Keys, content.Measured?.PerSeries ?? [], SeriesShown);
        foreach (string group in chosen.Where(forecasts.ContainsKey))
        {
            var series = data.Series.First(one => one.Group == group);
            page.Picture(SvgChart.Of("", [ForecastPicture.Of(series, forecasts[group], ForecastPicture.RowsShown(content.Model), data)]));
        }

        if (forecasts.Count > chosen.Length) page.Paragraph($"Shown are the first series and those that did worst in the backtest, {chosen.Length} of {forecasts.Count:N0}; the table has all.", "faint");
        if (forecasts.Count == 1) page.Folded("All numbers", () => Numbers(page, content));
        else Totals(page, content);
    }

    private static void Numbers(HtmlPage page, ForecastPageContent content)
    {
        var (forecast, series) = (content.Forecasts[0], content.Data.Series[0]);
        var digits = new ForecastDigits(forecast, notation: null);
        page.Table([content.Data.TimeColumn ?? "step", .. forecast.Levels.Select(ForecastCsv.QuantileName), "mean"], Enumerable.Range(0, forecast.Horizon).Select(step => (string[])
        [
            ForecastCsv.TimeText(content.Data, series, forecast, series.Length, step), .. Enumerable.Range(0, forecast.Levels.Length).Select(level => digits.Text(forecast[step, level])),
            digits.Text(forecast.Mean[step]),
        ]));
    }

    private static void Totals(HtmlPage page, ForecastPageContent content)
    {
        var series = content.Data.Series.ToDictionary(one => one.Group);
        string last = ForecastCsv.QuantileName(0.5);
        page.Table(
            [content.Data.GroupColumn ?? "series", "from", "first median", "its interval", "until", "last median", "its interval", "sum of the means"],
            content.Forecasts.Select(forecast =>
            {
                var (known, end) = (series[forecast.Group], forecast.Horizon - 1);
                string At(int step) => ForecastCsv.TimeText(content.Data, known, forecast, known.Length, step);
                string Interval(int step) => $"{Figures.Number(forecast.Lower[step])} to {Figures.Number(forecast.Upper[step])}";
                return (string[])[Names.Shown(forecast.Group), At(0), Figures.Number(forecast.Median[0]), Interval(0), At(end), Figures.Number(forecast.Median[end]), Interval(end), Figures.Number(forecast.Mean.Sum())];
            }));
    }

    private static void BacktestOf(HtmlPage page, ForecastPageContent content, Measured measured)
    {
        page.Heading("Backtest");
        var result = measured.Result;
        page.Paragraph(BacktestTable.Headline(result, content.Model.Target) + ".");
        if (measured.Remembered || (content.Model.Options.Holdout is null && content.Forecasts.Count > 0))
            page.Paragraph("These are forecasts by the model before its last fit to all rows.", "faint");
        string[] groups = [.. content.Data.Series.Select(one => one.Group).Where(group => result.All.Any(one => one.Forecast.Group == group))];
        if (!measured.Remembered)
            foreach (string group in BacktestPicture.Chosen(groups, measured.PerSeries, groups.Length == 1 ? 1 : 2))
                page.Picture(BacktestPicture.Of(result, content.Model, content.Data, group));
        ForecastScore[] scores = [.. result.Scores];
        int best = Array.IndexOf(scores, scores.MinBy(score => score.Overall.MeanAbsoluteError));
        page.Table(["all steps", "MAE", "RMSE", "WAPE", "MASE", "pinball", $"in {result.NominalCoverage * 100:0.#} % interval"], scores.Select(score => (string[])
        [
            score.Name, Figures.Number(score.Overall.MeanAbsoluteError), Figures.Number(score.Overall.RootMeanSquaredError), Figures.Share(score.Overall.WeightedAbsolutePercentageError),
            Figures.Number(score.Overall.MeanAbsoluteScaledError), Figures.Number(score.Overall.PinballLoss), score.Coverage is null ? "" : Figures.Percent(score.Coverage),
        ]), best);
        page.Paragraph(BacktestTable.ScaleOf(content.Model), "faint");
        page.Folded("Errors step by step", () => page.Table(["ahead", .. scores.Select(score => $"MAE of {score.Name}"), "covered"], Enumerable.Range(1, result.Horizon).Select(ahead => (string[])
        [
            ahead.ToString(CultureInfo.InvariantCulture), .. scores.Select(score => Figures.Number(score.Ahead(ahead).MeanAbsoluteError)), Figures.Percent(result.Model.StepCoverage[ahead - 1]),
        ])));
        if (measured.PerSeries.Count > 1) PerSeries(page, content, measured);
    }

    private static void PerSeries(HtmlPage page, ForecastPageContent content, Measured measured)
    {
        page.Heading("Series, the worst first");
        page.Table([content.Data.GroupColumn ?? "series", "forecasts", "MAE", "WAPE", "MASE", "covered", "of the baseline", "better baseline"], measured.PerSeries.Select(score => (string[])
        [
            Names.Shown(score.Group), score.Forecasts.ToString(CultureInfo.InvariantCulture), Figures.Number(score.Errors.MeanAbsoluteError),
            Figures.Share(score.Errors.WeightedAbsolutePercentageError), Figures.Number(score.Errors.MeanAbsoluteScaledError), Figures.Percent(score.Coverage), Figures.Number(score.Ratio), score.Baseline,
        ]));
    }

    private static void Making(HtmlPage page, Forecaster model)
    {
        page.Heading("What the forecast is made of");
        page.Bars(model.Report.Methods.Select(method => (method.Name, method.Share)));
        if (model.Report.Methods.Any(method => method.Name.Contains("nets upon", StringComparison.Ordinal)))
            page.Paragraph("The simple methods are averaged by their shares. The nets stand upon that average: their share says how much of what they add is taken.", "faint");
        page.Heading("Training");
        var epochs = model.Record.Epochs;
        if (epochs.Count == 0)
        {
            page.Paragraph("No nets were trained.");
            return;
        }

        double[] places = [.. epochs.Select(epoch => (double)epoch.Epoch)], ticks = Ticks.Values(1, Math.Max(2, epochs.Count), 10);
        ticks = [.. ticks.Where(double.IsInteger)];
        List<PlotMark> marks = [new PlotMark(PlotStyle.History, "training loss", places, [.. epochs.Select(epoch => epoch.Loss)])];
        if (epochs.Any(epoch => epoch.ValidationLoss is not null)) marks.Add(new PlotMark(PlotStyle.Forecast, "validation loss", places, [.. epochs.Select(epoch => epoch.ValidationLoss ?? double.NaN)]));
        page.Picture(new Plot("", new PlotAxis(1, Math.Max(2, epochs.Count), ticks, Ticks.Labels(ticks)), [new PlotPanel("loss of the nets by epoch", marks)]));
        page.Paragraph(string.Create(CultureInfo.InvariantCulture, $"{Names.Count(epochs.Count, "epoch")}, {Names.Count(model.Record.Steps, "step")}, {model.Record.Seconds:0.0} s."), "faint");
    }
}
