using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Elman;

/// <summary>Whole numbers from <paramref name="low"/> to <paramref name="high"/>, in a unit such as <c>rows</c>.</summary>
internal sealed class WholeNotation<TValue>(TValue low, TValue high, string unit) : SettingNotation<TValue>
    where TValue : struct, IBinaryInteger<TValue>, IMinMaxValue<TValue>
{
    public override SettingKind Kind => SettingKind.Whole;

    public override string Placeholder => "n";

    public override string Range => (high == TValue.MaxValue ? $"at least {Format(low)}" : $"{Format(low)} … {Format(high)}") + (unit.Length > 0 ? $" {unit}" : "");

    public override string Takes => "a whole number " + (high == TValue.MaxValue ? $"of at least {Format(low)}" : $"from {Format(low)} to {Format(high)}");

    public override bool Holds(TValue value) => value >= low && value <= high;

    public override bool TryParse(string text, out TValue value) => TValue.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    public override string Format(TValue value) => value.ToString(null, CultureInfo.InvariantCulture);

    public override void Write(Utf8JsonWriter json, string key, TValue value)
    {
        json.WritePropertyName(key);
        json.WriteRawValue(Format(value));
    }

    public override TValue Read(JsonElement json, string where, string key)
    {
        JsonElement field = json.Required(where, key, JsonValueKind.Number);
        return TValue.TryParse(field.GetRawText(), NumberStyles.Integer, CultureInfo.InvariantCulture, out TValue value) && Holds(value) ? value
            : throw JsonFields.Damaged($"{where}: expected {Takes} for '{key}', it is {field.GetRawText()}");
    }
}

/// <summary>Numbers from <paramref name="low"/> to <paramref name="high"/>, the ends included; from <see cref="double.Epsilon"/> on are the positive ones.</summary>
internal sealed class RealNotation(double low, double high, string unit) : SettingNotation<double>
{
    public override SettingKind Kind => SettingKind.Real;

    public override string Placeholder => "x";

    public override string Range => Bounds(" … ", "") + (unit.Length > 0 ? $" {unit}" : "");

    public override string Takes => Bounds(" to ", "a number from ");

    public override bool Holds(double value) => value >= low && value <= high && double.IsFinite(value);

    public override bool TryParse(string text, out double value) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    public override string Format(double value) => value.ToString(CultureInfo.InvariantCulture);

    public override void Write(Utf8JsonWriter json, string key, double value) => json.WriteNumber(key, value);

    public override double Read(JsonElement json, string where, string key) => json.RequiredNumber(where, key);

    private string Bounds(string between, string before) =>
        low == double.Epsilon && high == double.MaxValue ? "a positive number"
        : high == double.MaxValue ? $"a number of at least {Format(low)}"
        : $"{before}{(low == double.Epsilon ? "above 0" : Format(low))}{between}{Format(high)}";
}

/// <summary>Lists of numbers; what they must be is said by whoever makes the setting.</summary>
/// <param name="range">Which lists hold, after "must be".</param>
/// <param name="holds">Tells whether one does.</param>
internal sealed class RealsNotation(string range, Func<ImmutableArray<double>, bool> holds) : SettingNotation<ImmutableArray<double>>
{
    /// <summary>Some files were written from single precision.</summary>
    private const int Digits = 7;

    public override SettingKind Kind => SettingKind.List;

    public override string Placeholder => "x,y";

    public override string Range => range;

    public override string Takes => range;

    public override bool Holds(ImmutableArray<double> value) => !value.IsDefault && holds(value);

    public override bool TryParse(string text, out ImmutableArray<double> value)
    {
        string[] parts = text.Split([',', ' '], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        double[] numbers = new double[parts.Length];
        value = default;
        for (int i = 0; i < parts.Length; i++)
            if (!double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i])) return false;
        value = [.. numbers];
        return true;
    }

    public override string Format(ImmutableArray<double> value) =>
        value.IsDefault ? "" : string.Join(", ", value.Select(number => number.ToString(CultureInfo.InvariantCulture)));

    public override void Write(Utf8JsonWriter json, string key, ImmutableArray<double> value)
    {
        json.WriteStartArray(key);
        foreach (double number in value) json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    public override ImmutableArray<double> Read(JsonElement json, string where, string key) =>
        [.. json.Required(where, key, JsonValueKind.Array).EnumerateArray().Select(number => Math.Round(number.GetDouble(), Digits))];
}

/// <summary>Times, as a number with a unit: s, m, h or d; seconds without one. A model file holds seconds.</summary>
internal sealed class DurationNotation(TimeSpan low) : SettingNotation<TimeSpan>
{
    private static readonly (string Unit, double Seconds)[] Units = [("ms", 1e-3), ("s", 1), ("m", 60), ("min", 60), ("h", 3600), ("d", 86_400)];

    public override SettingKind Kind => SettingKind.Duration;

    public override string Placeholder => "time";

    public override string Range => $"a time of at least {Format(low)}";

    public override string Takes => "a time such as 30s, 5m or 2h";

    public override bool Holds(TimeSpan value) => value >= low;

    public override bool TryParse(string text, out TimeSpan value)
    {
        string number = text.TrimEnd([.. "abcdefghijklmnopqrstuvwxyz"]), unit = text[number.Length..];
        (_, double seconds) = unit.Length == 0 ? ("", 1) : Array.Find(Units, one => one.Unit == unit);
        value = default;
        if (!double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double count) || seconds == 0) return false;
        if (!(Math.Abs(count * seconds) < TimeSpan.MaxValue.TotalSeconds)) return false;
        value = TimeSpan.FromSeconds(count * seconds);
        return true;
    }

    public override string Format(TimeSpan value)
    {
        (string unit, double seconds) = Units.Where(one => one.Unit is "s" or "m" or "h").LastOrDefault(one => value.TotalSeconds / one.Seconds is >= 1 and var count && count == Math.Floor(count), ("s", 1));
        return string.Create(CultureInfo.InvariantCulture, $"{value.TotalSeconds / seconds}{unit}");
    }

    public override void Write(Utf8JsonWriter json, string key, TimeSpan value) => json.WriteNumber(key, value.TotalSeconds);

    public override TimeSpan Read(JsonElement json, string where, string key) =>
        json.RequiredNumber(where, key) is var seconds && Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds)
            : throw JsonFields.Damaged($"{where}: '{key}' is no time");
}

/// <summary>Numbers of bytes, perhaps in units of 1024, 1024² or 1024³.</summary>
internal sealed class SizeNotation : SettingNotation<long>
{
    private const string Units = "KMG";

    public override SettingKind Kind => SettingKind.Size;

    public override string Placeholder => "size";

    public override string Range => "a positive number of bytes";

    public override string Takes => "a size such as 512K, 256M or 2G";

    public override bool Holds(long value) => value > 0;

    public override bool TryParse(string text, out long value)
    {
        int power = text.Length == 0 ? 0 : Units.IndexOf(char.ToUpperInvariant(text[^1])) + 1;
        long unit = 1L << (10 * power);
        if (!long.TryParse(power > 0 ? text[..^1] : text, NumberStyles.None, CultureInfo.InvariantCulture, out value) || value > long.MaxValue / unit) return false;
        value *= unit;
        return true;
    }

    public override string Format(long value)
    {
        int power = 0;
        while (power < Units.Length && value > 0 && value % 1024 == 0) (value, power) = (value / 1024, power + 1);
        return value.ToString(CultureInfo.InvariantCulture) + (power > 0 ? Units[power - 1] : "");
    }

    public override void Write(Utf8JsonWriter json, string key, long value) => json.WriteNumber(key, value);

    public override long Read(JsonElement json, string where, string key) => json.RequiredInteger(where, key, 1, long.MaxValue);
}
