using System.Globalization;
using Spectre.Console;

namespace Elman.Cli;

using Table = Spectre.Console.Table;
using TableColumn = Spectre.Console.TableColumn;

/// <summary>Shows what a model file holds: what it does, its layers and parameters, how it was trained.</summary>
internal static class ModelDescription
{
    private const int EpochsShown = 20;

    /// <summary>Writes the description to the terminal's results.</summary>
    public static void Write(Forecaster model, Terminal terminal)
    {
        WriteFacts(model, terminal);
        terminal.Results().Write(Parameters(model, terminal));
        WriteTraining(model.Record, terminal.Out);
    }

    private static void WriteFacts(Forecaster model, Terminal terminal)
    {
        var output = terminal.Out;
        var options = model.Options;
        string levels = string.Join(", ", options.Quantiles.Select(level => level.ToString("0.###", CultureInfo.InvariantCulture)));
        Fact(output, "task", $"forecasts {Names.Quote(model.Target)}, {Names.Count(options.Horizon, "row")}{(model.Frequency is { } frequency ? $", {frequency} apart" : "")}, quantiles {levels}");
        Fact(output, "columns", string.Join("; ", Columns(model)));
        Fact(output, "series", $"{model.TrainedSeries.Count}{(model.TrainedSeries.Max(series => series.Until) is { } until ? $", trained on rows until {Frequency.Format(until)}" : "")}");
        foreach (var method in model.Report.Methods)
            Fact(output, "share", string.Create(CultureInfo.InvariantCulture, $"{method.Share:0.00}  {terminal.Shown(method.Name)}"));
        if (model.Nets.Count > 0)
            foreach (var (name, module) in model.Nets[0].Children)
                Fact(output, name, terminal.Shown(module.Description));
    }

    private static IEnumerable<string> Columns(Forecaster model)
    {
        if (model.Schema is { } schema)
        {
            if (schema.TimeColumns.Count > 0) yield return $"times in {Names.List(schema.TimeColumns.ToArray())}";
            if (schema.Roles.Group is { } group) yield return $"groups in {Names.Quote(group)}";
        }
        yield return model.Covariates.Count > 0 ? $"covariates {Names.List(model.Covariates.ToArray())}" : "no covariates";
        if (model.Known.Count > 0) yield return $"known ahead {Names.List(model.Known.ToArray())}";
    }

    private static Table Parameters(Forecaster model, Terminal terminal)
    {
        var table = terminal.NewTable();
        table.AddColumns(new TableColumn("parameter"), new TableColumn("shape"), new TableColumn("numbers").RightAligned());
        foreach (var (name, value) in model.Nets.SelectMany((net, i) => net.Parameters().Select(one => (Name: $"net{i}.{one.Name}", one.Value))))
            table.AddRow(new Text(name), new Text(value.Shape.ToString()), Number(value.Count));
        table.AddRow(new Text("all"), new Text(""), Number(model.Nets.Sum(net => net.ParameterCount)));
        return table;

        static Text Number(long count) => new(count.ToString("N0", CultureInfo.InvariantCulture));
    }

    private static void WriteTraining(TrainingRecord record, TextWriter output)
    {
        string outcome = record.Outcome switch
        {
            TrainingOutcome.Completed => "completed",
            TrainingOutcome.StoppedEarly => "stopped early, for the loss did not fall any more",
            _ => "interrupted",
        };
        Fact(output, "training", string.Create(CultureInfo.InvariantCulture,
            $"{outcome}: {Names.Count(record.Epochs.Count, "epoch")}, {Names.Count(record.Steps, "step")}, {record.Seconds:0.0} s; the best epoch is {record.BestEpoch}"));
        int stride = (record.Epochs.Count + EpochsShown - 1) / EpochsShown;
        foreach (var epoch in record.Epochs.Where(epoch => epoch.Epoch % stride == 0 || epoch.Epoch == record.BestEpoch || epoch.Epoch == record.Epochs.Count))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  epoch {epoch.Epoch,4}  loss {epoch.Loss:0.0000}{(epoch.ValidationLoss is { } loss ? $"  validation {loss:0.0000}" : "")}  learning rate {epoch.LearningRate:0.######}"));
        }

        output.WriteLine("made with");
        foreach (var (name, value) in record.Settings)
            output.WriteLine($"  {name,-28}{value}");
    }

    private static void Fact(TextWriter output, string name, string value) => output.WriteLine($"{name,-14}{value}");
}
