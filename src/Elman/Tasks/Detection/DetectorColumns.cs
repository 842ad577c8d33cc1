using System.Collections.Immutable;
using System.Text.Json;

namespace Elman;

/// <summary>Which columns of a table are the time, the signals and, where there is one, the label of each row. A detector remembers it.</summary>
public sealed record DetectorColumns
{
    private const string Where = "columns";

    /// <summary>The column of the times; null where rows are counted.</summary>
    public string? Time { get; init; }

    /// <summary>The columns of the signals; empty for all columns of numbers that have no other part.</summary>
    public ImmutableArray<string> Targets { get; init; } = [];

    /// <summary>The column that says of each row whether it is an anomaly: 1, true or yes. It is not needed, and never learned from.</summary>
    public string? Label { get; init; }

    /// <summary>How the times are written; null without times.</summary>
    public TimeNotation? Notation { get; init; }

    /// <summary>Whether the columns were found in training: no others are looked for.</summary>
    internal bool IsRemembered { get; init; }

    /// <summary>Reads the rows of a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="remark">Hears what was inferred.</param>
    /// <returns>The rows, and these columns with what was found.</returns>
    /// <exception cref="ElmanException">A column is missing, holds something else, or a time is missing: the message says where.</exception>
    public (DetectorRows Rows, DetectorColumns Columns) Read(Table table, Action<string>? remark = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (table.Rows == 0) throw new ElmanException($"{table.Name} has no rows; give a table with some");
        remark ??= _ => { };
        RoleColumns roles = new(table, new SeriesRoles { Targets = [.. Targets] }, null);
        TimeFinder finder = new(table, [.. roles.Used, .. Label is null ? [] : (TableColumn[])[roles.Find(Label)]], null, remark);
        // A model that was trained on counted rows counts them always.
        TimeAxis axis = Time is not null ? finder.Named(roles.Find(Time)) : IsRemembered ? TimeAxis.None : finder.Find();
        if (axis.Times is not null && axis.Columns.Count > 1)
            throw new ElmanException($"{table.Name}: the time stands in {axis.Columns.Count} columns ({Names.List([.. axis.Columns.Select(column => column.Name)])}); join them into one");
        HashSet<TableColumn> taken = [.. axis.Columns, .. Label is null ? [] : (TableColumn[])[roles.Find(Label)]];
        NumberColumn[] signals = Targets.IsEmpty ? [.. table.Columns.OfType<NumberColumn>().Where(column => !taken.Contains(column))] : roles.Targets;
        if (signals.Length == 0) throw new ElmanException($"{table.Name} has no column of numbers to watch; its columns are: {Names.List([.. table.Columns.Select(column => column.Name)])}");
        for (int row = 0; row < table.Rows; row++)
        {
            if (axis.Times is { } times && times[row] == default)
                throw new ElmanException($"{table.Name}, {table.Place(row)}: the time is missing; every row needs one");
            foreach (NumberColumn signal in signals)
                if (double.IsInfinity(signal.Values[row]))
                    throw new ElmanException($"{table.Name}, {table.Place(row)}, {table.PlaceOf(signal)}: expected a finite number, it is infinite; leave the cell empty where a value is missing");
        }
        return (new DetectorRows([.. signals.Select(signal => signal.Name)], axis.Times, [.. signals.Select(signal => signal.Values)])
        {
            Labels = Label is null ? null : LabelsOf(table, roles.Find(Label)),
        }, this with { IsRemembered = true, Time = axis.Times is null ? null : axis.Columns[0].Name, Targets = [.. signals.Select(signal => signal.Name)], Notation = axis.Times is null ? null : axis.Notation });
    }

    /// <summary>Whether a text says yes.</summary>
    private static bool[] LabelsOf(Table table, TableColumn column) => [.. Enumerable.Range(0, table.Rows).Select(row => column.TextAt(row)?.Trim().ToLowerInvariant() switch
    {
        null or "" or "0" or "false" or "no" or "normal" => false,
        "1" or "true" or "yes" or "anomaly" => true,
        var other => throw new ElmanException($"{table.Name}, {table.Place(row)}, {table.PlaceOf(column)}: expected 0 or 1, got {Names.Quote(other)}; correct it"),
    })];

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (Time is not null) json.WriteString("time", Time);
        if (Label is not null) json.WriteString("label", Label);
        json.WriteStartArray("targets");
        foreach (string target in Targets) json.WriteStringValue(target);
        json.WriteEndArray();
        if (Notation is not null)
        {
            json.WritePropertyName("notation");
            Notation.WriteTo(json);
        }
        json.WriteEndObject();
    }

    internal static DetectorColumns Read(JsonElement json)
    {
        StrictFields fields = new(json, Where);
        DetectorColumns columns = new()
        {
            IsRemembered = true,
            Time = fields.OptionalText("time"),
            Label = fields.OptionalText("label"),
            Targets = [.. fields.List("targets", (item, _) => item.GetString() ?? "")],
            Notation = fields.Has("notation") ? fields.Inner("notation", TimeNotation.Read) : null,
        };
        fields.Finish();
        return columns;
    }
}

/// <summary>Rows of signals in the order in which they came.</summary>
/// <param name="Signals">[D] the names of the signals.</param>
/// <param name="Times">[L] the times of the rows; null where they are counted.</param>
/// <param name="Values">[D][L] the values; NaN for a missing one.</param>
public sealed record DetectorRows(IReadOnlyList<string> Signals, DateTime[]? Times, IReadOnlyList<double[]> Values)
{
    /// <summary>[L] whether a row is an anomaly; null where nobody knows.</summary>
    public bool[]? Labels { get; init; }

    /// <summary>L.</summary>
    public int Count => Values[0].Length;

    /// <summary>A row.</summary>
    public DetectorRow this[int row] => new(Times?[row], [.. Values.Select(signal => signal[row])]);

    /// <summary>The first rows, or those behind them.</summary>
    /// <param name="part">Which rows.</param>
    public DetectorRows Part(Range part) => new(Signals, Times?[part], [.. Values.Select(signal => signal[part])]) { Labels = Labels?[part] };
}
