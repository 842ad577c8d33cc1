using System.Text.Json;

namespace Elman;

/// <summary>What becomes of several rows with one time in one series.</summary>
public enum DuplicateRule
{
    /// <summary>Their sum; further columns take their mean.</summary>
    Sum,

    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>The last of them.</summary>
    Last,
}

/// <summary>What a row stands for that the times leave out.</summary>
public enum FillRule
{
    /// <summary>A missing value.</summary>
    Missing,

    /// <summary>Zero: nothing was sold on that day.</summary>
    Zero,
}

/// <summary>Which column of a table plays which part, and what to do where the table leaves something open.</summary>
public sealed record SeriesRoles
{
    /// <summary>The columns to forecast; each of several becomes a series of its own. Empty: the only column of numbers that has no other part, or with <see cref="Wide"/> all of them.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [];

    /// <summary>The column of the times; null to find it by its name or its values.</summary>
    public string? Time { get; init; }

    /// <summary>The column that names the series of a row; null if the table holds one series.</summary>
    public string? Group { get; init; }

    /// <summary>Columns that are known up to the last row only.</summary>
    public IReadOnlyList<string> Covariates { get; init; } = [];

    /// <summary>Columns that are known ahead; the rows after the last target are the plan.</summary>
    public IReadOnlyList<string> Known { get; init; } = [];

    /// <summary>Columns that never change within a group.</summary>
    public IReadOnlyList<string> Static { get; init; } = [];

    /// <summary>What becomes of several rows with one time; null: equal ones are one, different ones are refused.</summary>
    public DuplicateRule? Duplicates { get; init; }

    /// <summary>What absent rows stand for; null: a missing value, but where so many are absent that zero is likelier they are asked about.</summary>
    public FillRule? Fill { get; init; }

    /// <summary>Brings the rows to this spacing: the mean of each span, or what <see cref="Duplicates"/> says.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>Takes the rows as they come, whatever their times.</summary>
    public bool ByRow { get; init; }

    /// <summary>Whether each column is a series, or each row one whose columns are times.</summary>
    public bool Wide { get; init; }

    /// <summary>The time zone whose clock the times show, such as "Europe/Berlin"; null if the hours that daylight saving repeats and skips are not to be told apart.</summary>
    public string? Zone { get; init; }

    /// <summary>Writes the roles as a JSON object.</summary>
    internal void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        List("targets", Targets);
        Text("time", Time);
        Text("group", Group);
        List("covariates", Covariates);
        List("known", Known);
        List("static", Static);
        Text("duplicates", Duplicates?.ToString());
        Text("fill", Fill?.ToString());
        if (Every is { } span) json.WriteNumber("everyTicks", span.Ticks);
        if (ByRow) json.WriteBoolean("byRow", true);
        if (Wide) json.WriteBoolean("wide", true);
        Text("zone", Zone);
        json.WriteEndObject();

        void Text(string name, string? value)
        {
            if (value is not null) json.WriteString(name, value);
        }

        void List(string name, IReadOnlyList<string> values)
        {
            json.WriteStartArray(name);
            foreach (string value in values) json.WriteStringValue(value);
            json.WriteEndArray();
        }
    }

    /// <summary>Reads what <see cref="WriteTo"/> wrote.</summary>
    internal static SeriesRoles Read(JsonElement json)
    {
        const string where = "roles of the columns";
        StrictFields fields = new(json, where);
        SeriesRoles roles = new()
        {
            Targets = Texts("targets"),
            Time = Text("time"),
            Group = Text("group"),
            Covariates = Texts("covariates"),
            Known = Texts("known"),
            Static = Texts("static"),
            Duplicates = fields.Has("duplicates") ? fields.OneOf("duplicates", DuplicateRule.Mean) : null,
            Fill = fields.Has("fill") ? fields.OneOf("fill", FillRule.Missing) : null,
            Every = fields.Has("everyTicks") ? TimeSpan.FromTicks(json.RequiredInteger(where, "everyTicks", 1, TimeSpan.MaxValue.Ticks)) : null,
            ByRow = fields.Flag("byRow", false),
            Wide = fields.Flag("wide", false),
            Zone = Text("zone"),
        };
        fields.Finish();
        return roles;

        string? Text(string name) => fields.Has(name) ? fields.Text(name) : null;

        string[] Texts(string name) => fields.List(name, (element, _) => element.ValueKind == JsonValueKind.String ? element.GetString()!
            : throw new ElmanException($"{where}: '{name}' must be a list of texts; the file is damaged or of a newer version"));
    }
}
