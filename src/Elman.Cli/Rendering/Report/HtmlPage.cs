using System.Text;

namespace Elman.Cli;

/// <summary>A page of HTML that needs nothing else: no request leaves it, and it is readable in light and in dark, wide and narrow.</summary>
/// <param name="title">What stands above it.</param>
internal sealed class HtmlPage(string title)
{
    private const string Css =
        """
        :root{color-scheme:light dark;--paper:#fff;--ink:#1e293b;--faint:#64748b;--line:#e2e8f0;--shade:#f8fafc;--strong:#c2410c;--good:#15803d}
        @media(prefers-color-scheme:dark){:root{--paper:#0f172a;--ink:#e2e8f0;--faint:#94a3b8;--line:#293548;--shade:#172033;--strong:#fb923c;--good:#4ade80}}
        *{box-sizing:border-box}
        body{margin:0 auto;max-width:64rem;padding:1.5rem 1rem 4rem;background:var(--paper);color:var(--ink);font:16px/1.5 Helvetica,Arial,'Liberation Sans',sans-serif;overflow-wrap:anywhere}
        h1{font-size:1.6rem;line-height:1.25;margin:.2rem 0}
        h2{font-size:1.2rem;margin:2.2rem 0 .6rem;border-bottom:1px solid var(--line);padding-bottom:.2rem}
        p{margin:.5rem 0}
        .faint{color:var(--faint);font-size:.9rem}
        .lead{font-size:1.1rem}
        .wide{overflow:auto;max-height:32rem;margin:.6rem 0;border:1px solid var(--line);border-radius:6px}
        .picture{overflow-x:auto;margin:.6rem 0}
        svg.plot{display:block;width:100%;min-width:23rem;max-width:54rem;height:auto}
        table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.92rem}
        th,td{padding:.35rem .7rem;text-align:right;white-space:nowrap;border-bottom:1px solid var(--line)}
        th:first-child,td:first-child,.text{text-align:left}
        thead th{position:sticky;top:0;background:var(--shade);font-weight:600}
        tr:last-child td{border-bottom:0}
        tr.best td{color:var(--good);font-weight:600}
        td.bar{width:40%;min-width:6rem}
        td.bar i{display:block;height:.8rem;background:var(--strong);border-radius:2px}
        .tagged{line-height:2.1;margin:.4rem 0;padding:.2rem .6rem;border-left:3px solid var(--line)}
        .tagged span{display:inline-block;text-align:center;vertical-align:top;line-height:1.25;margin-right:.45rem}
        .tagged small{display:block;font-size:.7rem;color:var(--faint)}
        .tagged .span{border-bottom:2px solid var(--good)}
        .tagged .wrong{border-bottom:2px solid var(--strong)}
        pre{overflow-x:auto;padding:.7rem;background:var(--shade);border:1px solid var(--line);border-radius:6px;white-space:pre-wrap}
        li{margin:.25rem 0}
        summary{cursor:pointer;margin:.6rem 0}
        @media(max-width:40rem){body{padding:1rem .6rem 3rem}th,td{padding:.3rem .45rem}}
        """;

    private readonly StringBuilder _body = new();

    /// <summary>The page as text.</summary>
    public override string ToString() =>
        $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
        <link rel="icon" href="data:,">
        <title>{Markup.Text(title)}</title>
        <style>{Css}
        {PlotStyle.Css}
        .plot .paper,.picture .paper{"{"}fill:none{"}"}</style>
        </head>
        <body>
        <main>
        <h1>{Markup.Text(title)}</h1>
        {_body}</main>
        </body>
        </html>

        """;

    /// <summary>A heading.</summary>
    public void Heading(string text) => _body.Append($"<h2>{Markup.Text(text)}</h2>\n");

    /// <summary>A paragraph.</summary>
    public void Paragraph(string text, string kind = "") => _body.Append($"<p{(kind.Length > 0 ? $" class=\"{kind}\"" : "")}>{Markup.Text(text)}</p>\n");

    /// <summary>A picture.</summary>
    public void Picture(Plot plot) => _body.Append($"<div class=\"picture\">{SvgPlot.Inline(plot, 700, 210)}</div>\n");

    /// <summary>Lines, as points.</summary>
    public void Points(IEnumerable<string> lines) => _body.Append($"<ul>\n{string.Concat(lines.Select(line => $"<li>{Markup.Text(line)}</li>\n"))}</ul>\n");

    /// <summary>Text in its own lines, as a terminal shows it.</summary>
    public void Code(string text) => _body.Append($"<pre>{Markup.Text(text)}</pre>\n");

    /// <summary>A table; the first column is text, the others are numbers.</summary>
    /// <param name="head">The names of the columns.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="best">The row that stands out; -1 for none.</param>
    public void Table(IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows, int best = -1)
    {
        _body.Append("<div class=\"wide\"><table><thead><tr>").AppendJoin("", head.Select(name => $"<th>{Markup.Text(name)}</th>")).Append("</tr></thead>\n<tbody>\n");
        int index = 0;
        foreach (var row in rows)
        {
            _body.Append(index++ == best ? "<tr class=\"best\">" : "<tr>")
                .AppendJoin("", row.Select(cell => $"<td><bdi>{Markup.Text(cell)}</bdi></td>")).Append("</tr>\n");
        }

        _body.Append("</tbody></table></div>\n");
    }

    /// <summary>A square table of counts, the fuller a row's cell the darker; the diagonal is what is right.</summary>
    /// <param name="names">The names of rows and columns.</param>
    /// <param name="counts">The counts.</param>
    public void Matrix(IReadOnlyList<string> names, IReadOnlyList<IReadOnlyList<int>> counts)
    {
        _body.Append("<div class=\"wide\"><table class=\"matrix\"><thead><tr><th></th>").AppendJoin("", names.Select(name => $"<th>{Markup.Text(name)}</th>")).Append("</tr></thead>\n<tbody>\n");
        for (int row = 0; row < names.Count; row++)
        {
            double all = Math.Max(1, counts[row].Sum());
            _body.Append($"<tr><th>{Markup.Text(names[row])}</th>");
            for (int column = 0; column < names.Count; column++)
            {
                int count = counts[row][column];
                string colour = row == column ? "--good" : "--strong";
                _body.Append(count == 0 ? "<td class=\"faint\">·</td>" : $"<td style=\"background:color-mix(in srgb,var({colour}) {Markup.Place(Math.Round(count / all * 60))}%,transparent)\">{count}</td>");
            }

            _body.Append("</tr>\n");
        }

        _body.Append("</tbody></table></div>\n");
    }

    /// <summary>A sentence, below each word its tag; where that is wrong, also the right one.</summary>
    public void Tagged(IEnumerable<(string Word, string Tag, string? Right)> words)
    {
        _body.Append("<p class=\"tagged\">");
        foreach (var (word, tag, right) in words)
        {
            string kind = right is not null ? " class=\"wrong\"" : tag == TagSchemes.Outside ? "" : " class=\"span\"", below = tag == TagSchemes.Outside && right is null ? "&nbsp;" : Markup.Text(tag);
            _body.Append($"<span{kind}><bdi>{Markup.Text(word)}</bdi><small>{(right is null ? below : $"<s>{below}</s> {Markup.Text(right)}")}</small></span>");
        }

        _body.Append("</p>\n");
    }

    /// <summary>Shares as bars.</summary>
    public void Bars(IEnumerable<(string Name, double Share)> bars)
    {
        _body.Append("<div class=\"wide\"><table><tbody>\n");
        foreach (var (name, share) in bars)
            _body.Append($"<tr><td>{Markup.Text(name)}</td><td>{Figures.Percent(share)}</td><td class=\"bar\"><i style=\"width:{Markup.Place(Math.Clamp(share, 0, 1) * 100)}%\"></i></td></tr>\n");
        _body.Append("</tbody></table></div>\n");
    }

    /// <summary>What is shown on demand only.</summary>
    public void Folded(string summary, Action content)
    {
        _body.Append($"<details><summary>{Markup.Text(summary)}</summary>\n");
        content();
        _body.Append("</details>\n");
    }
}
