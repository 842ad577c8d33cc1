using System.Globalization;

namespace Elman.Cli;

/// <summary>What the verbs that train have in common: the view, the interruption, the summary.</summary>
internal static class Training
{
    /// <summary>Trains; the first Ctrl-C ends it after the running batch, and the record then says so.</summary>
    public static Forecaster Run(IReadOnlyList<Series> series, ForecasterOptions options, string? checkpoint, bool resume, Terminal terminal)
    {
        using var interruption = new Interruption(terminal);
        var cancellation = interruption.Token;
        return TrainingView.Run(
            terminal, progress => Forecaster.Train(series, options, progress, terminal.Remark, checkpoint, resume, cancellation), cancellation);
    }

    /// <summary>One line about the rows that the training has not seen.</summary>
    public static string HeldOut(Forecaster forecaster, IReadOnlyList<Series> series)
    {
        var ends = forecaster.TrainedSeries.ToDictionary(one => one.Group, one => one.Until);
        int rows = series.Max(one => ends.TryGetValue(one.Group, out var until) ? (one.Times is { } times ? times.Count(time => time > until) : one.Length - forecaster.TrainedSeries.First(trained => trained.Group == one.Group).Rows) : 0);
        return rows == 0
            ? "no rows were held out: a backtest needs later ones"
            : $"the last {Names.Count(rows, "row")}{(series.Count > 1 ? " of each series" : "")} were held out, for elman backtest to measure the model on; --holdout 0 trains on them too";
    }

    /// <summary>One line about a training that is done.</summary>
    public static string Summary(Forecaster forecaster)
    {
        var record = forecaster.Record;
        string best = record.Best is { } epoch
            ? string.Create(CultureInfo.InvariantCulture, $"; the best is epoch {epoch.Epoch}, {(epoch.ValidationLoss is null ? "" : "validation ")}loss {epoch.Watched:0.0000}")
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"trained {Names.Count(record.Epochs.Count, "epoch")} in {record.Seconds:0.0} s{best}");
    }
}
