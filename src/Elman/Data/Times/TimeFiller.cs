namespace Elman;

/// <summary>Reads the cells of a column whose writing is known, and makes a column of times of them.</summary>
internal sealed class TimeFiller
{
    /// <summary>Zones that stand for the rules of most of the world's clocks; a column whose offsets change is compared with them.</summary>
    private static readonly string[] UsualZones =
    [
        "Europe/Berlin", "Europe/London", "Europe/Athens", "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Halifax",
        "America/Sao_Paulo", "Australia/Sydney", "Pacific/Auckland",
    ];

    private readonly string[] _patterns;
    private readonly TimePattern[] _compiled;
    private readonly DateTime[] _values;

    /// <summary>Where the offset changes from one row to the next: both sides.</summary>
    private readonly List<(DateTime Utc, TimeSpan Offset)> _changes = [];
    private const int MostChanges = 20_000;

    private TimeSpan? _offset;
    private bool _changing;
    private int _last;

    public TimeFiller(string[] patterns, int rows)
    {
        _patterns = patterns;
        _compiled = Array.ConvertAll(patterns, TimeNotation.PatternOf);
        _values = new DateTime[rows];
    }

    /// <summary>Takes the cell of a row; false if it is no time in this writing.</summary>
    public bool Set(int row, ReadOnlySpan<byte> text)
    {
        for (int k = 0; k < _compiled.Length; k++)
        {
            int i = _last + k < _compiled.Length ? _last + k : _last + k - _compiled.Length;
            if (!_compiled[i].TryParse(text, out DateTime time, out TimeSpan offset)) continue;
            _last = i;
            _values[row] = time;
            if (!_compiled[i].HasOffset) return true;
            _values[row] = time - offset;
            Note(_values[row], offset);
            return true;
        }
        return false;
    }

    /// <summary>The column; <paramref name="remark"/> hears what was inferred.</summary>
    public TimeColumn Finish(string name, Action<string> remark)
    {
        TimeNotation notation = new(_patterns[0]);
        if (_offset is { } offset && !_changing)
        {
            for (int row = 0; row < _values.Length; row++)
                if (_values[row] != default) _values[row] += offset;
            notation = notation with { Offset = offset };
        }
        else if (_offset is { } last)
        {
            string? zone = UsualZones.FirstOrDefault(Fits);
            remark(zone is not null
                ? $"column {Names.Quote(name)}: the offsets change as those of {zone}; forecasts follow its clock, --zone names another"
                : $"column {Names.Quote(name)}: the offsets change; forecasts are written at the last one, {(last < TimeSpan.Zero ? '-' : '+')}{last:hh\\:mm}, --zone names the zone");
            notation = notation with { Offset = last, Zone = zone, Instants = true };
        }
        else if (_patterns[0].EndsWith('Z') || _patterns[0].EndsWith("UTC", StringComparison.Ordinal) || _patterns[0].EndsWith("'GMT'", StringComparison.Ordinal))
        {
            notation = notation with { Offset = TimeSpan.Zero };
        }
        if (_patterns.Length > 1)
            remark($"column {Names.Quote(name)}: the times are written in {_patterns.Length} ways, most as {_patterns[0]}; forecasts are written so");
        return new TimeColumn(name, _values, notation);
    }

    /// <summary>The values as they were filled, for a look at their spacing.</summary>
    public DateTime[] Values => _values;

    private void Note(DateTime utc, TimeSpan offset)
    {
        if (_offset == offset) return;
        if (_offset is not null) _changing = true;
        if (_changes.Count < MostChanges) _changes.Add((utc, offset));
        _offset = offset;
    }

    private bool Fits(string name) => TimeZoneInfo.TryFindSystemTimeZoneById(name, out TimeZoneInfo? zone)
        && _changes.TrueForAll(change => zone.GetUtcOffset(DateTime.SpecifyKind(change.Utc, DateTimeKind.Utc)) == change.Offset);
}
