using System.Text.Json;

namespace Elman;

/// <summary>How a column becomes features: a number scaled to mean 0 and deviation 1, or one feature for each of its categories.</summary>
internal sealed class ColumnCode
{
    private readonly Scaler? _scaler;
    private readonly string[] _categories;

    public ColumnCode(string name, Scaler? scaler, string[] categories) => (Name, _scaler, _categories) = (name, scaler, categories);

    /// <summary>The column's name.</summary>
    public string Name { get; }

    /// <summary>Number of features.</summary>
    public int Size => _scaler is null ? _categories.Length : 1;

    /// <summary>Fits the code to what training may see.</summary>
    /// <param name="columns">The column of each series, and how many of its rows count.</param>
    /// <param name="most">Categories that get a feature, the most frequent first.</param>
    public static ColumnCode Of(IReadOnlyList<(Column Column, int Until)> columns, int most)
    {
        string name = columns[0].Column.Name;
        if (columns.All(one => one.Column.Categories is null))
            return new ColumnCode(name, Scaler.Fit(ScalerKind.Standard, columns.Select(one => new ReadOnlyMemory<double>(one.Column.Values, 0, Math.Min(one.Until, one.Column.Values.Length)))), []);
        Dictionary<string, int> counts = [];
        foreach ((Column column, int until) in columns)
            foreach (double value in column.Values.AsSpan(0, Math.Min(until, column.Values.Length)))
                if (!double.IsNaN(value)) counts[column.Categories![(int)value]] = counts.GetValueOrDefault(column.Categories[(int)value]) + 1;
        return new ColumnCode(name, null, [.. counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(most).Select(pair => pair.Key)]);
    }

    /// <summary>The features of a column, each of so many rows. A missing number takes the one before it, or the mean; a missing category is none.</summary>
    public IEnumerable<float[]> Features(Column column, int rows)
    {
        if (_scaler is { } scaler)
        {
            float[] feature = new float[rows];
            double last = scaler.Offset;
            for (int row = 0; row < rows; row++)
            {
                if (row < column.Values.Length && !double.IsNaN(column.Values[row])) last = column.Values[row];
                // Far outside of what training saw a net would be at a loss.
                feature[row] = (float)Math.Clamp((last - scaler.Offset) / scaler.Scale, -8, 8);
            }
            yield return feature;
            yield break;
        }
        foreach (string category in _categories)
        {
            int index = column.Categories is null ? -1 : column.Categories.ToList().IndexOf(category);
            float[] feature = new float[rows];
            for (int row = 0; row < Math.Min(rows, column.Values.Length); row++) feature[row] = column.Values[row] == index ? 1 : 0;
            yield return feature;
        }
    }

    /// <summary>Writes the code as a JSON object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name", Name);
        if (_scaler is not null)
        {
            json.WritePropertyName("scaler");
            _scaler.WriteTo(json);
        }
        json.WriteStartArray("categories");
        foreach (string category in _categories) json.WriteStringValue(category);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static ColumnCode Read(JsonElement json)
    {
        const string where = "columns";
        return new ColumnCode(json.RequiredString(where, "name"), json.TryGetProperty("scaler", out JsonElement scaler) ? Scaler.Read(scaler) : null,
            [.. json.Required(where, "categories", JsonValueKind.Array).EnumerateArray().Select(item => item.GetString() ?? throw new FormatException("a category is null"))]);
    }
}
