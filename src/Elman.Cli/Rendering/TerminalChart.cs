using System.Text;

namespace Elman.Cli;

/// <summary>
/// Draws a forecast with characters: in braille, whose cells hold two by four dots, or with plain ASCII where that is all there is.
/// </summary>
internal sealed class TerminalChart
{
    private const int Rows = 14;

    private readonly ForecastPicture _picture;
    private readonly Terminal _terminal;
    private readonly int _columns;
    private readonly int _dotsAcross, _dotsDown;
    private readonly Ink[,] _dots;
    private readonly (DateTime First, DateTime Last) _span;
    private readonly (double Least, double Most) _range;
    private readonly double[] _levels;
    private readonly string[] _levelNames;
    private readonly int _margin;

    private TerminalChart(ForecastPicture picture, Terminal terminal)
    {
        (_picture, _terminal) = (picture, terminal);
        _range = picture.Range;
        _span = picture.Span;
        _levels = Ticks.Values(_range.Least, _range.Most, Rows / 3);
        _levelNames = Ticks.Labels(_levels);
        _margin = _levelNames.Max(name => name.Length) + 2;
        _columns = Math.Clamp(terminal.Width - _margin - 1, 20, 110);
        _dotsAcross = _columns * (terminal.Unicode ? 2 : 1);
        _dotsDown = Rows * (terminal.Unicode ? 4 : 1);
        _dots = new Ink[_dotsAcross, _dotsDown];
    }

    /// <summary>What a dot belongs to; the greater covers the smaller.</summary>
    private enum Ink : byte
    {
        None,
        Interval,
        History,
        Median,
    }

    /// <summary>The chart as lines of text, with colour where the terminal's results may have it.</summary>
    public static string Draw(ForecastPicture picture, Terminal terminal) => new TerminalChart(picture, terminal).Draw();

    private string Draw()
    {
        DrawInterval();
        if (_terminal.Unicode)
            ClearAroundMedian();
        DrawLine(_picture.HistoryTimes, _picture.History, Ink.History);
        DrawLine(_picture.Times, _picture.Median, Ink.Median);
        var text = new StringBuilder();
        text.Append(' ', _margin).Append(Names.Shown(_picture.Name, _columns)).Append('\n');
        for (int row = 0; row < Rows; row++)
            AppendRow(text, row);
        AppendTimes(text);
        AppendLegend(text);
        return text.ToString();
    }

    private int Across(DateTime time) => (int)Math.Round((time - _span.First) / (_span.Last - _span.First) * (_dotsAcross - 1));

    private int Down(double value) =>
        (int)Math.Round((_range.Most - value) / (_range.Most - _range.Least) * (_dotsDown - 1));

    /// <summary>Every second dot, as a chess board, so that the lines stand out from the shade; in ASCII every cell.</summary>
    private void DrawInterval()
    {
        for (int i = 0; i < _picture.Times.Length; i++)
        {
            int from = Across(i > 0 ? _picture.Times[i - 1] : _picture.Times[i]), to = Across(_picture.Times[i]);
            for (int x = from; x <= to; x++)
            {
                double part = to == from ? 1 : (double)(x - from) / (to - from);
                int top = Down(Between(_picture.Upper, i, part)), bottom = Down(Between(_picture.Lower, i, part));
                for (int y = top; y <= bottom; y++)
                {
                    if (!_terminal.Unicode || (x + y) % 2 == 0)
                        _dots[x, y] = Ink.Interval;
                }
            }
        }
    }

    /// <summary>A gap between the shade and the line, which braille alone could not tell apart.</summary>
    private void ClearAroundMedian()
    {
        DrawLine(_picture.Times, _picture.Median, Ink.Median);
        for (int x = 0; x < _dotsAcross; x++)
        {
            for (int y = 0; y < _dotsDown; y++)
            {
                if (_dots[x, y] != Ink.Median)
                    continue;
                for (int near = Math.Max(0, y - 2); near <= Math.Min(_dotsDown - 1, y + 2); near++)
                {
                    if (_dots[x, near] == Ink.Interval)
                        _dots[x, near] = Ink.None;
                }
            }
        }
    }

    private static double Between(double[] values, int i, double part) =>
        i == 0 ? values[0] : values[i - 1] + (part * (values[i] - values[i - 1]));

    private void DrawLine(DateTime[] times, double[] values, Ink ink)
    {
        for (int i = 0; i < times.Length; i++)
        {
            if (double.IsNaN(values[i]))
                continue;
            int x = Across(times[i]), y = Down(values[i]);
            if (i > 0 && !double.IsNaN(values[i - 1]))
                Connect(Across(times[i - 1]), Down(values[i - 1]), x, y, ink);
            else
                _dots[x, y] = ink;
        }
    }

    private void Connect(int x0, int y0, int x1, int y1, Ink ink)
    {
        int steps = Math.Max(Math.Max(Math.Abs(x1 - x0), Math.Abs(y1 - y0)), 1);
        for (int k = 0; k <= steps; k++)
            _dots[x0 + (int)Math.Round((double)k * (x1 - x0) / steps), y0 + (int)Math.Round((double)k * (y1 - y0) / steps)] = ink;
    }

    private void AppendRow(StringBuilder text, int row)
    {
        int level = Array.FindIndex(_levels, value => Down(value) * Rows / _dotsDown == row);
        text.Append((level < 0 ? "" : _levelNames[level]).PadLeft(_margin - 2)).Append(' ')
            .Append(!_terminal.Unicode ? (level < 0 ? '|' : '+') : level < 0 ? '│' : '┤');
        var ink = Ink.None;
        var line = new StringBuilder();
        for (int column = 0; column < _columns; column++)
        {
            var (symbol, cell) = Cell(column, row);
            if (_terminal.ColourOut && cell != ink)
                line.Append(Colour(ink = cell));
            line.Append(symbol);
        }

        if (_terminal.ColourOut && ink != Ink.None)
            line.Append(Colour(Ink.None));
        text.Append(line.ToString().TrimEnd()).Append('\n');
    }

    private (char Symbol, Ink Ink) Cell(int column, int row)
    {
        if (!_terminal.Unicode)
            return (" .*o"[(int)_dots[column, row]], _dots[column, row]);

        // The dots of a braille cell in the order of their bits: three rows of the left column, three of the right, then the fourth row.
        ReadOnlySpan<(int X, int Y)> places = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)];
        int bits = 0;
        var ink = Ink.None;
        for (int k = 0; k < places.Length; k++)
        {
            var dot = _dots[(column * 2) + places[k].X, (row * 4) + places[k].Y];
            if (dot == Ink.None)
                continue;
            bits |= 1 << k;
            if (dot > ink)
                ink = dot;
        }

        return bits == 0 ? (' ', Ink.None) : ((char)('\u2800' + bits), ink);
    }

    private void AppendTimes(StringBuilder text)
    {
        var (times, labels) = _picture.Places(_span.First, _span.Last, Math.Max(2, _columns / 14));
        var axis = new string(_terminal.Unicode ? '─' : '-', _columns).ToCharArray();
        var names = new string(' ', _columns + _margin).ToCharArray();
        int free = 0;
        for (int i = 0; i < times.Length; i++)
        {
            int column = Across(times[i]) * _columns / _dotsAcross;
            axis[column] = _terminal.Unicode ? '┬' : '+';
            string name = labels[i];
            int start = Math.Clamp(column + _margin - (name.Length / 2), 0, names.Length - name.Length);
            if (start < free)
                continue;
            name.CopyTo(0, names, start, name.Length);
            free = start + name.Length + 1;
        }

        text.Append(' ', _margin - 1).Append(_terminal.Unicode ? '└' : '+').Append(axis).Append('\n')
            .Append(new string(names).TrimEnd()).Append('\n');
    }

    private void AppendLegend(StringBuilder text)
    {
        var (history, median, interval) = _terminal.Unicode ? ("⠤⠤", "⠒⠒", "⢕⢕") : ("**", "oo", "..");
        text.Append(' ', _margin)
            .Append(Painted(history, Ink.History)).Append(" history   ")
            .Append(Painted(median, Ink.Median)).Append(" forecast (median)   ")
            .Append(Painted(interval, Ink.Interval)).Append(' ').Append(_picture.IntervalName).Append('\n');
    }

    private string Painted(string symbol, Ink ink) => _terminal.ColourOut ? Colour(ink) + symbol + Colour(Ink.None) : symbol;

    /// <summary>The terminal's own sixteen colours, which its owner has chosen to be readable.</summary>
    private static string Colour(Ink ink) => ink switch
    {
        Ink.Interval => "\e[0;36m",
        Ink.Median => "\e[0;1;33m",
        _ => "\e[0m",
    };
}
