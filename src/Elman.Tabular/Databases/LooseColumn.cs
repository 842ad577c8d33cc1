using System.Data.Common;
using System.Globalization;

namespace Elman.Tabular;

/// <summary>
/// A column of SQLite, where each value has a type of its own. Its first value that is not missing decides between numbers and texts; numbers
/// written as text are read as numbers among numbers, and numbers among texts are written out.
/// </summary>
internal sealed class LooseColumn(string name, int ordinal) : ReaderColumn(name, ordinal)
{
    private readonly Chunks<double> _numbers = new();
    private readonly Chunks<int> _codes = new();
    private readonly TextCodes _texts = new();
    private bool? _textual;
    private int _missing;
    private int _blank;
    private string _refused = "";

    public override void Read(DbDataReader reader)
    {
        if (reader.IsDBNull(Ordinal))
        {
            Miss();
            return;
        }

        Type type = reader.GetFieldType(Ordinal);
        if (type == typeof(byte[]))
            throw Refuse("bytes (a BLOB)");
        bool text = type == typeof(string);
        if (_textual is null)
            Begin(text);
        if (_textual == false)
            ReadNumber(reader, text);
        else
            _codes.Add(_texts.CodeOf(text ? reader.GetString(Ordinal) : Written(reader, type)));
    }

    public override TableColumn Finish(CsvOptions options)
    {
        // A column without any value: numbers, none of them there.
        if (_textual is null)
            Begin(textual: false);
        return _textual == true ? StoredTexts.Understood(new TextColumn(Name, _codes.ToArray(), _texts.Texts), numbers: true, options)
            : new NumberColumn(Name, _numbers.ToArray())
            {
                Remarks = _blank == 0 ? [] : [$"column {Names.Quote(Name)}: {Names.Count(_blank, "empty text")} among its numbers taken for missing values"],
            };
    }

    public override string Expected(Exception failure) => _refused;

    private void ReadNumber(DbDataReader reader, bool text)
    {
        if (!text)
        {
            _numbers.Add(reader.GetDouble(Ordinal));
            return;
        }

        string written = reader.GetString(Ordinal);
        if (double.TryParse(written, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
        {
            _numbers.Add(number);
            return;
        }

        if (!string.IsNullOrWhiteSpace(written))
            throw Refuse($"the text {Names.Quote(written)}");
        _blank++;
        Miss();
    }

    /// <summary>The rows so far had no value: they are told apart from now on.</summary>
    private void Begin(bool textual)
    {
        _textual = textual;
        for (; _missing > 0; _missing--)
            Miss();
    }

    private void Miss()
    {
        if (_textual is null)
            _missing++;
        else if (_textual == true)
            _codes.Add(-1);
        else
            _numbers.Add(double.NaN);
    }

    private string Written(DbDataReader reader, Type type) => type == typeof(long)
        ? reader.GetInt64(Ordinal).ToString(CultureInfo.InvariantCulture)
        : reader.GetDouble(Ordinal).ToString("R", CultureInfo.InvariantCulture);

    private FormatException Refuse(string came)
    {
        _refused = $"expected {(_textual == true ? "a text" : "a number")}{(_textual is null ? " or a text" : " as in the rows before")}, got {came}";
        return new FormatException(_refused);
    }
}
