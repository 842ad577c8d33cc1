using System.Globalization;
using Spectre.Console;

namespace Elman.Cli;

using Table = Spectre.Console.Table;
using TableColumn = Spectre.Console.TableColumn;

/// <summary>Shows what a forecaster's file holds: what it forecasts from which columns, of what it is averaged, how good it was, its nets, how it was trained.</summary>
internal static class ModelDescription
{
    private const int LinesShown = 20, NameWidth = 14;

    /// <summary>Writes the description to the terminal's results.</summary>
    public static void Write(Forecaster model, Terminal terminal)
    {
        WriteFacts(model, terminal);
        if (model.Report.Backtest is { } backtest)
        {
            terminal.Out.WriteLine();
            BacktestTable.Write(backtest, model, terminal);
        }

        WriteSeries(model, terminal);
        if (model.Nets.Count > 0) terminal.Results().Write(Parameters(model, terminal));
        WriteTraining(model.Record, terminal.Out);
    }

    private static void WriteFacts(Forecaster model, Terminal terminal)
    {
        void Fact(string name, string value) => terminal.Out.WriteLine($"{name.PadRight(NameWidth)}{terminal.Shown(value)}");
        var options = model.Options;
        string levels = string.Join(", ", options.Quantiles.Select(level => level.ToString("0.###", CultureInfo.InvariantCulture)));
        Fact("task", $"forecasts {Names.Quote(model.Target)}{(model.IsCount ? ", a count" : "")}, {Names.Count(options.Horizon, "row")}{(model.Frequency is { } frequency ? $", {frequency} apart" : "")}, quantiles {levels}");
        Fact("columns", string.Join("; ", Columns(model)));
        Fact("series", $"{model.TrainedSeries.Count}{(model.TrainedSeries.Max(series => series.Until) is { } until ? $", trained on rows until {Frequency.Format(until)}" : "")}");
        Fact("seasons", model.SeasonLengths.Count == 0 ? "none" : $"{string.Join(", ", model.SeasonLengths)} rows");
        foreach (var method in model.Report.Methods)
            Fact("share", string.Create(CultureInfo.InvariantCulture, $"{method.Share:0.00}  {method.Name}"));
        if (model.Nets.Count > 0)
            Fact("nets", $"{model.Nets.Count}, each: {string.Join("; ", model.Nets[0].Children.Select(child => child.Module.Description))}");
        foreach (string remark in model.Report.Remarks)
            Fact("remark", remark);
        Fact("fingerprint", model.Fingerprint);
    }

    private static IEnumerable<string> Columns(Forecaster model)
    {
        if (model.Schema is { } schema)
        {
            if (schema.TimeColumns.Count > 0) yield return $"times in {Names.List(schema.TimeColumns.ToArray())}";
            if (schema.Roles.Group is { } group) yield return $"groups in {Names.Quote(group)}";
            if (schema.Roles.Static.Count > 0) yield return $"static {Names.List(schema.Roles.Static.ToArray())}";
        }

        yield return model.Covariates.Count > 0 ? $"covariates {Names.List(model.Covariates.ToArray())}" : "no covariates";
        if (model.Known.Count > 0) yield return $"known ahead {Names.List(model.Known.ToArray())}";
    }

    private static void WriteSeries(Forecaster model, Terminal terminal)
    {
        if (model.TrainedSeries.Count < 2) return;
        var scores = model.Report.Series.ToDictionary(score => score.Group);
        var table = terminal.NewTable();
        table.AddColumns(new TableColumn(Terminal.Cell(model.Schema?.Roles.Group ?? "series")), Right("rows"), new TableColumn("until"), Right("MAE"), Right("of the baseline"));
        foreach (var series in model.TrainedSeries.OrderByDescending(series => scores.GetValueOrDefault(series.Group)?.Ratio ?? 0).Take(LinesShown))
        {
            var score = scores.GetValueOrDefault(series.Group);
            table.AddRow(Terminal.Cell(series.Group), Terminal.Cell(series.Rows.ToString("N0", CultureInfo.InvariantCulture)), Terminal.Cell(series.Until is { } until ? Frequency.Format(until) : ""),
                Terminal.Cell(score is null ? "" : Figures.Number(score.Errors.MeanAbsoluteError)), Terminal.Cell(score is null ? "" : Figures.Number(score.Ratio)));
        }

        terminal.Results().Write(table);
        if (model.TrainedSeries.Count > LinesShown) terminal.Out.WriteLine($"the worst {LinesShown} of {model.TrainedSeries.Count:N0} series");

        static TableColumn Right(string title) => new TableColumn(title).RightAligned();
    }

    /// <summary>Those of the first net: the others have the same.</summary>
    private static Table Parameters(Forecaster model, Terminal terminal)
    {
        var table = terminal.NewTable();
        table.AddColumns(new TableColumn("parameter of each net"), new TableColumn("shape"), new TableColumn("numbers").RightAligned());
        foreach (var (name, value) in model.Nets[0].Parameters())
            table.AddRow(Terminal.Cell(name), Terminal.Cell(value.Shape.ToString()), Number(value.Count));
        table.AddRow(Terminal.Cell(model.Nets.Count == 1 ? "all" : $"all of {model.Nets.Count} nets"), Terminal.Cell(""), Number(model.Nets.Sum(net => net.ParameterCount)));
        return table;

        static Text Number(long count) => Terminal.Cell(count.ToString("N0", CultureInfo.InvariantCulture));
    }

    private static void WriteTraining(TrainingRecord record, TextWriter output)
    {
        string outcome = record.Outcome switch
        {
            TrainingOutcome.Completed => "completed",
            TrainingOutcome.StoppedEarly => "stopped early, for the loss did not fall any more",
            TrainingOutcome.Diverged => "diverged",
            _ => "interrupted",
        };
        string training = record.Epochs.Count == 0 ? "without nets" : string.Create(CultureInfo.InvariantCulture,
            $"{outcome}: {Names.Count(record.Epochs.Count, "epoch")}, {Names.Count(record.Steps, "step")}; the best epoch is {record.BestEpoch}");
        output.WriteLine($"{"training",-NameWidth}{training}");
        int stride = Math.Max(1, (record.Epochs.Count + LinesShown - 1) / LinesShown);
        foreach (var epoch in record.Epochs.Where(epoch => epoch.Epoch % stride == 0 || epoch.Epoch == record.BestEpoch || epoch.Epoch == record.Epochs.Count))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  epoch {epoch.Epoch,4}  loss {epoch.Loss:0.0000}{(epoch.ValidationLoss is { } loss ? $"  validation {loss:0.0000}" : "")}  learning rate {epoch.LearningRate:0.######}"));
        }

        if (record.Settings.Count == 0) return;
        output.WriteLine("made with");
        foreach (var (name, value) in record.Settings)
            output.WriteLine($"  {Names.Shown(name),-28}{Names.Shown(value, 200)}");
    }
}
