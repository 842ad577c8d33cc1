using System.Text;

namespace Elman.Cli;

/// <summary>Draws a plot as SVG. The same plot gives the same bytes.</summary>
internal sealed class SvgPlot
{
    private const double Rim = 14, LetterSize = 13, TitleSize = 17, LineHeight = 22, NameHeight = 24, AxisHeight = 26, Swatch = 26, LegendGap = 24;
    private const int LevelsPerPanel = 5, TitleLines = 3;

    private readonly Plot _plot;
    private readonly double _width, _panelHeight, _left, _right;
    private readonly StringBuilder _svg = new();

    private SvgPlot(Plot plot, double width, double panelHeight)
    {
        (_plot, _width, _panelHeight) = (plot, width, panelHeight);
        _left = Rim + 8 + plot.Panels.Max(panel => Levels(panel).Names.Max(name => Markup.Width(name, LetterSize)));
        _right = width - Rim - 10;
    }

    /// <summary>A picture as the content of a file of its own.</summary>
    public static string File(Plot plot, double width, double panelHeight) => new SvgPlot(plot, width, panelHeight).Draw(alone: true);

    /// <summary>A picture as a part of a page that has the rules of <see cref="PlotStyle"/>.</summary>
    public static string Inline(Plot plot, double width, double panelHeight) => new SvgPlot(plot, width, panelHeight).Draw(alone: false);

    private string Draw(bool alone)
    {
        double y = Rim;
        if (_plot.Title.Length > 0)
        {
            foreach (string line in Markup.Lines(_plot.Title, TitleSize, _width - (2 * Rim), TitleLines))
                Text(_width / 2, y += LineHeight - 4, line, "middle", "title");
            y += 8;
        }

        foreach (PlotPanel panel in _plot.Panels)
        {
            if (panel.Name.Length > 0)
            {
                Text(_left, y + 15, Markup.Shortened(panel.Name, LetterSize * 1.08, _right - _left), "start", "name");
                y += NameHeight;
            }

            Panel(panel, y, y + _panelHeight);
            y += _panelHeight + 12;
        }

        Axis(y - 12);
        double height = Legend(y + AxisHeight - 4) + Rim - 4;
        string size = $"viewBox=\"0 0 {Markup.Place(_width)} {Markup.Place(height)}\"";
        string label = $"role=\"img\" aria-label=\"{Markup.Text(_plot.Title.Length > 0 ? _plot.Title : _plot.Panels[0].Name)}\"";
        return alone
            ? $"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plot\" width=\"{Markup.Place(_width)}\" height=\"{Markup.Place(height)}\" {size} {label}>\n"
                + $"<style>{PlotStyle.Css}</style>\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n{_svg}</svg>\n"
            : $"<svg class=\"plot\" {size} {label}>\n{_svg}</svg>\n";
    }

    private static (double[] Values, string[] Names) Levels(PlotPanel panel)
    {
        var (least, most) = panel.Range;
        double[] values = Ticks.Values(least, most, LevelsPerPanel);
        return (values, Ticks.Labels(values));
    }

    private double Across(double place) => _left + ((place - _plot.Axis.First) / (_plot.Axis.Last - _plot.Axis.First) * (_right - _left));

    private void Panel(PlotPanel panel, double top, double bottom)
    {
        var (least, most) = panel.Range;
        double Down(double value) => bottom - ((value - least) / (most - least) * (bottom - top));
        var (levels, names) = Levels(panel);
        for (int i = 0; i < levels.Length; i++)
        {
            double y = Down(levels[i]);
            Line("grid", _left, y, _right, y);
            Text(_left - 8, y + 4.5, names[i], "end");
        }

        foreach (double place in _plot.Axis.Places) Line("grid", Across(place), top, Across(place), bottom);
        Line("axis", _left, bottom, _right, bottom);
        foreach (PlotMark mark in panel.Marks) Mark(mark, Down);
    }

    private void Mark(PlotMark mark, Func<double, double> down)
    {
        // Where a value is missing a new piece begins; a piece of one point is a dot.
        for (int i = 0; i < mark.Values.Length;)
        {
            int end = i;
            while (end < mark.Values.Length && Shown(end)) end++;
            if (end > i)
            {
                IEnumerable<int> there = Enumerable.Range(i, end - i);
                string points = Points(there, mark.Values);
                if (mark.Upper is { } upper) points += " " + Points(there.Reverse(), upper) + " Z";
                else if (end == i + 1) points += "h.01";
                _svg.Append($"<path class=\"{(mark.Upper is null ? "line " : "")}{mark.Kind}\" d=\"M{points}\"/>\n");
            }

            i = Math.Max(end, i + 1);
        }

        bool Shown(int i) => double.IsFinite(mark.Values[i]) && (mark.Upper is null || double.IsFinite(mark.Upper[i]));

        string Points(IEnumerable<int> which, double[] values) => string.Join(' ', which.Select(i => $"{Markup.Place(Across(mark.Places[i]))},{Markup.Place(down(values[i]))}"));
    }

    /// <summary>Names that would touch the one before are left out.</summary>
    private void Axis(double bottom)
    {
        double free = 0;
        for (int i = 0; i < _plot.Axis.Places.Length; i++)
        {
            double x = Across(_plot.Axis.Places[i]), half = Markup.Width(_plot.Axis.Names[i], LetterSize) / 2;
            if (x - half < free || x + half > _width - 2) continue;
            Line("axis", x, bottom, x, bottom + 4);
            Text(x, bottom + 19, _plot.Axis.Names[i], "middle");
            free = x + half + 8;
        }
    }

    /// <summary>From the left to the right and on in the next line, so that nothing is cut off whatever its length.</summary>
    /// <returns>Where it ends.</returns>
    private double Legend(double top)
    {
        double x = _left, y = top + LineHeight;
        List<string> areas = [];
        foreach (PlotMark mark in _plot.Panels.SelectMany(panel => panel.Marks).Where(mark => mark.Name is not null).DistinctBy(mark => mark.Name))
        {
            double width = Swatch + 8 + Markup.Width(mark.Name!, LetterSize);
            if (x > _left && x + width > _right) (x, y) = (_left, y + LineHeight);
            if (mark.Upper is null) Line($"line {mark.Kind}", x, y - 4.5, x + Swatch, y - 4.5);
            else areas.Add(mark.Kind);
            // An area lies upon those before it, and so it looks.
            foreach (string kind in mark.Upper is null ? [] : areas)
                _svg.Append($"<rect class=\"{kind}\" x=\"{Markup.Place(x)}\" y=\"{Markup.Place(y - 10)}\" width=\"{Swatch}\" height=\"11\"/>\n");
            Text(x + Swatch + 8, y, Markup.Shortened(mark.Name!, LetterSize, _right - x - Swatch - 8), "start");
            x += width + LegendGap;
        }

        return y;
    }

    private void Line(string kind, double x1, double y1, double x2, double y2) =>
        _svg.Append($"<path class=\"{kind}\" d=\"M{Markup.Place(x1)},{Markup.Place(y1)} {Markup.Place(x2)},{Markup.Place(y2)}\"/>\n");

    private void Text(double x, double y, string text, string anchor, string? kind = null) => _svg.Append(
        $"<text{(kind is null ? "" : $" class=\"{kind}\"")} x=\"{Markup.Place(x)}\" y=\"{Markup.Place(y)}\" text-anchor=\"{anchor}\">{Markup.Text(text)}</text>\n");
}
