using System.Globalization;

namespace Elman.Cli;

/// <summary>What the verbs that train have in common: the view, the interruption, the summary.</summary>
internal static class Training
{
    /// <summary>Trains; the first Ctrl-C ends it after the running batch, and the record then says so.</summary>
    public static Forecaster Run(SeriesSet series, ForecasterOptions options, string? checkpoint, bool resume, Terminal terminal)
    {
        using var interruption = new Interruption(terminal);
        var cancellation = interruption.Token;
        return TrainingView.Run(
            terminal, progress => Forecaster.Train(series, options, new TrainingContext
            {
                Progress = progress, Remark = terminal.Remark, CheckpointPath = checkpoint, Resume = resume, Cancellation = cancellation,
            }), cancellation);
    }

    /// <summary>One line about how good it is on rows that it had not seen.</summary>
    public static string Judgement(Forecaster forecaster)
    {
        if (forecaster.Report.Backtest is not { } backtest)
            return "too few rows to keep some for a backtest";
        var best = backtest.Baselines.MinBy(baseline => baseline.Overall.MeanAbsoluteError)!;
        double error = backtest.Model.Overall.MeanAbsoluteError, ratio = best.Overall.MeanAbsoluteError > 0 ? error / best.Overall.MeanAbsoluteError : error > 0 ? double.PositiveInfinity : 1;
        string rows = forecaster.Options.Holdout is null ? "rows that it had not seen (and was then trained on too)" : "rows that it has not seen";
        return string.Create(CultureInfo.InvariantCulture,
            $"on {rows} its mean absolute error was {error:G4}, {ratio:0.00} of that of '{best.Name}'; {backtest.NominalCoverage:0%} intervals held {backtest.Model.Coverage:0%}");
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
