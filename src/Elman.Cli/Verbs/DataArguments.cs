using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Elman.Tabular;

namespace Elman.Cli;

/// <summary>
/// The options that say what a table's columns are and how its rows are to be read. A verb that makes a model asks for all of them; one that uses a model takes the
/// columns from the model, and asks for the rest only.
/// </summary>
internal sealed class DataArguments
{
    private readonly Option<string[]> _target = CommonArguments.Columns("--target", "The column to forecast; each of several becomes a series of its own. [default: the only one of numbers]");
    private readonly Option<string?> _time = CommonArguments.Column("--time", "The column of the times. [default: the one that holds dates, or is named date, time, ...]");
    private readonly Option<string[]> _covariates = CommonArguments.Columns("--covariates", "Further columns that the model sees, numbers or texts, separated by commas.");
    private readonly Option<string[]> _known = CommonArguments.Columns("--known", "Columns that are known ahead, such as planned promotions; rows after the last target are the plan.");
    private readonly Option<string[]> _static = CommonArguments.Columns("--static", "Columns that never change within a group, such as a store's kind.");
    private readonly Option<string?> _group = CommonArguments.Column("--group", "The column that names the series of a row (a store, a sensor): one model learns from all of them.");
    private readonly Option<bool> _wide = new("--wide") { Description = "Each column is a series, or each row one whose columns are dates." };
    private readonly Option<bool> _byRow = new("--by-row") { Description = "Take the rows as they come, whatever their times." };
    private readonly Option<TimeSpan?> _every = Span("--every", "Bring irregular rows to a spacing, such as 5min, 1h or 1d: the mean of each span, or what --duplicates says.");
    private readonly Option<DuplicateRule?> _duplicates = Word<DuplicateRule>("--duplicates", "What to make of rows with one time.");
    private readonly Option<FillRule?> _fill = Word<FillRule>("--fill", "What rows stand for that the times leave out. [default: missing values]");
    private readonly Option<string?> _zone = new("--zone") { Description = "The time zone of the times, such as Europe/Berlin: its clock changes are followed.", HelpName = "zone" };
    private readonly Option<string?> _dateFormat = new("--date-format") { Description = "How dates are written, such as dd/MM/yyyy. [default: as all rows allow]", HelpName = "pattern" };
    private readonly Option<string[]> _missing = new("--missing") { Description = "Cells that mean no value, such as -999, separated by commas.", HelpName = "a,b", Arity = ArgumentArity.ExactlyOne, CustomParser = CommonArguments.Split, DefaultValueFactory = _ => [] };
    private readonly DatabaseArguments _database = new();
    private readonly bool _ofModel;

    private DataArguments(bool ofModel) => _ofModel = ofModel;

    /// <summary>All options, for a verb that makes a model.</summary>
    public static DataArguments ForTraining() => new(ofModel: false);

    /// <summary>The options that a model does not answer, for a verb that uses one.</summary>
    public static DataArguments OfModel() => new(ofModel: true);

    /// <summary>The options, in order.</summary>
    public IReadOnlyList<Option> All => _ofModel
        ? [_duplicates, _fill, _zone, _dateFormat, _missing, .. _database.All]
        : [_target, _time, _group, _covariates, _known, _static, _wide, _byRow, _every, _duplicates, _fill, _zone, _dateFormat, _missing, .. _database.All];

    /// <summary>Those that say how a file is to be read, whatever it is read for.</summary>
    public IReadOnlyList<Option> OfFile => [_dateFormat, _missing, .. _database.All];

    /// <summary>Cells that mean no value, beside the usual.</summary>
    public string[] Missing(ParseResult given) => given.GetValue(_missing) ?? [];

    /// <summary>Gives the options to a verb.</summary>
    public void AddTo(Command verb)
    {
        foreach (var option in All)
            verb.Options.Add(option);
    }

    /// <summary>The roles that the command line gives to columns.</summary>
    public SeriesRoles Roles(ParseResult given) => new()
    {
        Targets = given.GetValue(_target) ?? [],
        Time = given.GetValue(_time),
        Group = given.GetValue(_group),
        Covariates = given.GetValue(_covariates) ?? [],
        Known = given.GetValue(_known) ?? [],
        Static = given.GetValue(_static) ?? [],
        Duplicates = given.GetValue(_duplicates),
        Fill = given.GetValue(_fill),
        Every = given.GetValue(_every),
        ByRow = given.GetValue(_byRow),
        Wide = given.GetValue(_wide),
        Zone = given.GetValue(_zone),
    };

    /// <summary>What a model remembers, with what the command line says beside it.</summary>
    public SeriesRoles Roles(ParseResult given, SeriesRoles remembered) => remembered with
    {
        Duplicates = given.GetValue(_duplicates) ?? remembered.Duplicates,
        Fill = given.GetValue(_fill) ?? remembered.Fill,
        Zone = given.GetValue(_zone) ?? remembered.Zone,
    };

    /// <summary>Reads a table: a file, standard input ("-"), or what a query says.</summary>
    /// <param name="given">The command line.</param>
    /// <param name="path">The file; empty where the query goes to a server.</param>
    /// <param name="standardInput">What "-" stands for.</param>
    /// <param name="remembered">What a model remembers; null for none.</param>
    public Table ReadTable(ParseResult given, string path, Stream standardInput, SeriesSchema? remembered = null)
    {
        var options = new CsvOptions { Missing = given.GetValue(_missing) ?? [], DateFormat = given.GetValue(_dateFormat), Likely = remembered?.Notation };
        return _database.Query(given, path, options) ?? TableSource.Read(path, standardInput, Wanted(given), options);
    }

    /// <summary>The columns that have a part, where all have been named; null where the time is still to be found.</summary>
    private HashSet<string>? Wanted(ParseResult given)
    {
        if (_ofModel || given.GetValue(_wide) || given.GetValue(_time) is not { } time || given.GetValue(_target) is not { Length: > 0 } targets) return null;
        Option<string[]>[] further = [_covariates, _known, _static];
        return [time, .. targets, .. further.SelectMany(option => given.GetValue(option) ?? []), .. given.GetValue(_group) is { } group ? new[] { group } : []];
    }

    /// <summary>Reads the series of a file, and of another what is known of the rows to come.</summary>
    public SeriesSet ReadSeries(ParseResult given, string path, Stream standardInput, string? plan = null)
    {
        var roles = Roles(given);
        var table = ReadTable(given, path, standardInput);
        if (plan is not null) table = PlannedRows.Append(table, ReadTable(given, plan, standardInput), roles, []);
        return SeriesSet.Read(table, roles);
    }

    /// <summary>Reads the series of a file as those that a model was trained on.</summary>
    /// <param name="given">The command line.</param>
    /// <param name="path">The file.</param>
    /// <param name="remembered">What the model remembers.</param>
    /// <param name="standardInput">What "-" stands for.</param>
    /// <param name="plan">A file with what is known of the rows to come; null for none.</param>
    public SeriesSet ReadSeries(ParseResult given, string path, SeriesSchema remembered, Stream standardInput, string? plan = null)
    {
        var table = ReadTable(given, path, standardInput, remembered);
        if (plan is not null) table = PlannedRows.Append(table, ReadTable(given, plan, standardInput, remembered), remembered.Roles, remembered.TimeColumns);
        return SeriesSet.Read(table, Roles(given, remembered.Roles), remembered);
    }

    private static Option<T?> Word<T>(string name, string description)
        where T : struct, Enum
    {
        string[] words = Array.ConvertAll(Enum.GetNames<T>(), word => word.ToLowerInvariant());
        return new Option<T?>(name)
        {
            Description = description,
            HelpName = string.Join('|', words),
            CustomParser = result =>
            {
                int place = Array.IndexOf(words, result.Tokens[0].Value);
                if (place >= 0) return Enum.GetValues<T>()[place];
                result.AddError($"{name} takes {string.Join(", ", words[..^1])} or {words[^1]}, not {Names.Quote(result.Tokens[0].Value)}");
                return null;
            },
        };
    }

    private static Option<TimeSpan?> Span(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "span",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value, digits = text.TrimEnd([.. "abcdefghijklmnopqrstuvwxyz"]);
            TimeSpan? unit = text[digits.Length..] switch
            {
                "s" or "sec" => TimeSpan.FromSeconds(1),
                "min" or "m" => TimeSpan.FromMinutes(1),
                "h" => TimeSpan.FromHours(1),
                "d" => TimeSpan.FromDays(1),
                "w" => TimeSpan.FromDays(7),
                _ => null,
            };
            if (unit is { } one && int.TryParse(digits.Length == 0 ? "1" : digits, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count is > 0 and <= 10_000) return one * count;
            result.AddError($"{name} takes a span such as 30s, 5min, 1h, 1d or 1w, not {Names.Quote(text)}");
            return null;
        },
    };
}
