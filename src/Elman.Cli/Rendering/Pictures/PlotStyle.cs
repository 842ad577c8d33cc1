namespace Elman.Cli;

/// <summary>How pictures look, in light and in dark: rules that stand in an SVG file or in the page around it.</summary>
internal static class PlotStyle
{
    public const string History = "history", Forecast = "forecast", Interval = "interval", Inner = "inner", Baseline = "baseline";

    /// <summary>Plain rules with colours in place, which any program that shows SVG understands.</summary>
    public const string Css =
        """
        .plot text{font-family:Helvetica,Arial,'Liberation Sans',sans-serif;font-size:13px;fill:#1e293b}
        .plot .title{font-size:17px;font-weight:600}
        .plot .name{font-weight:600}
        .plot .paper{fill:#fff}
        .plot .grid{stroke:#e2e8f0;stroke-width:1;fill:none}
        .plot .axis{stroke:#64748b;stroke-width:1;fill:none}
        .plot .line{fill:none;stroke-linejoin:round;stroke-linecap:round}
        .plot .history{stroke:#475569;stroke-width:1.8}
        .plot .forecast{stroke:#ea580c;stroke-width:2.4}
        .plot .baseline{stroke:#2563eb;stroke-width:1.6}
        .plot .interval{fill:#ea580c;fill-opacity:.2}
        .plot .inner{fill:#ea580c;fill-opacity:.22}
        @media(prefers-color-scheme:dark){
        .plot text{fill:#e2e8f0}
        .plot .paper{fill:#0f172a}
        .plot .grid{stroke:#293548}
        .plot .axis{stroke:#94a3b8}
        .plot .history{stroke:#cbd5e1}
        .plot .forecast{stroke:#fb923c}
        .plot .baseline{stroke:#60a5fa}
        .plot .interval,.plot .inner{fill:#fb923c;fill-opacity:.26}
        }
        """;
}
