using System.Security;
using System.Text;

namespace Elman.Peers;

/// <summary>The few shapes that the charts are made of.</summary>
internal sealed class SvgWriter(double width, double height)
{
    private readonly StringBuilder _shapes = new();

    public void Line(double x1, double y1, double x2, double y2, string colour, double stroke = 1) =>
        _shapes.Append($"<line x1=\"{x1:F1}\" y1=\"{y1:F1}\" x2=\"{x2:F1}\" y2=\"{y2:F1}\" stroke=\"{colour}\" stroke-width=\"{stroke}\"/>\n");

    public void Bar(double x, double y, double barWidth, double barHeight, string colour) =>
        _shapes.Append($"<rect x=\"{x:F1}\" y=\"{y:F1}\" width=\"{barWidth:F1}\" height=\"{barHeight:F1}\" fill=\"{colour}\"/>\n");

    public void Dot(double x, double y, string colour) => _shapes.Append($"<circle cx=\"{x:F1}\" cy=\"{y:F1}\" r=\"3.5\" fill=\"{colour}\"/>\n");

    /// <param name="anchor">start, middle or end: which part of the text stands at x.</param>
    public void Text(double x, double y, string text, string anchor = "start", double size = 11, string colour = "#222", bool bold = false) =>
        _shapes.Append($"<text x=\"{x:F1}\" y=\"{y:F1}\" text-anchor=\"{anchor}\" font-size=\"{size}\" fill=\"{colour}\"{(bold ? " font-weight=\"bold\"" : "")}>{SecurityElement.Escape(text)}</text>\n");

    public override string ToString() =>
        $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:F0}\" height=\"{height:F0}\" viewBox=\"0 0 {width:F0} {height:F0}\" font-family=\"sans-serif\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n{_shapes}</svg>\n";
}
