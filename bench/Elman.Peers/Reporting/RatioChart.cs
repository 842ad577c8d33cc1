namespace Elman.Peers;

/// <summary>Bars, on a logarithmic scale from 1: how many times faster Elman is than each peer, a line for each row, a panel for each kind of work.</summary>
internal static class RatioChart
{
    private const double Left = 290, Top = 86, PanelWidth = 210, Gap = 44, BarHeight = 7, LineHeight = 21, GroupHeight = 24;
    private const double Lowest = 0.25, Highest = 64;
    private const string TorchColour = "#e07b39", OnnxColour = "#3b7ea1", Grid = "#ddd", Axis = "#555";

    public static string Draw(Results results)
    {
        LayerRow[] rows = [.. results.Layers.Select(result => result.Row).Distinct()];
        (bool Training, int Threads)[] panels = [.. from training in (bool[])[false, true] from threads in results.Threads select (training, threads)];
        double bottom = Top + rows.Length * LineHeight + rows.Select(row => row.Group).Distinct().Count() * GroupHeight;
        SvgWriter svg = new(Left + panels.Length * (PanelWidth + Gap), bottom + 34);
        svg.Text(16, 26, $"How many times faster Elman is: {ThisMachine.Processor}", size: 16, bold: true);
        Legend(svg);
        for (int i = 0; i < panels.Length; i++) Frame(svg, PanelLeft(i), bottom, $"{(panels[i].Training ? "Training" : "Inference")}, {Text.Threads(panels[i].Threads)}");

        double y = Top;
        string? group = null;
        foreach (LayerRow row in rows)
        {
            if (row.Group != group)
            {
                group = row.Group;
                svg.Text(16, y + 16, group, size: 12, bold: true);
                y += GroupHeight;
            }
            svg.Text(Left - 10, y + 11, row.Name, "end", 10.5);
            for (int i = 0; i < panels.Length; i++)
            {
                if (results.Layers.FirstOrDefault(one => one.Row == row && one.Training == panels[i].Training && one.Threads == panels[i].Threads) is not { } result) continue;
                Bar(svg, PanelLeft(i), y, result.Ratio(Libraries.Torch), TorchColour);
                Bar(svg, PanelLeft(i), y + BarHeight + 1, result.Ratio(Libraries.Onnx), OnnxColour);
            }
            y += LineHeight;
        }
        return svg.ToString();
    }

    private static double PanelLeft(int panel) => Left + panel * (PanelWidth + Gap);

    private static double Place(double ratio) => PanelWidth * Math.Log(Math.Clamp(ratio, Lowest, Highest) / Lowest) / Math.Log(Highest / Lowest);

    private static void Legend(SvgWriter svg)
    {
        svg.Bar(16, 40, 12, 10, TorchColour);
        svg.Text(33, 49, "than libtorch");
        svg.Bar(120, 40, 12, 10, OnnxColour);
        svg.Text(137, 49, "than ONNX Runtime");
        svg.Text(16, 68, "right of 1: Elman is faster", colour: Axis);
    }

    private static void Frame(SvgWriter svg, double left, double bottom, string title)
    {
        svg.Text(left + PanelWidth / 2, Top - 26, title, "middle", 12, bold: true);
        for (double mark = Lowest; mark <= Highest; mark *= 2)
        {
            bool one = mark == 1;
            svg.Line(left + Place(mark), Top - 4, left + Place(mark), bottom, one ? Axis : Grid, one ? 1.5 : 1);
            string label = mark == 0.25 ? "¼" : mark == 0.5 ? "½" : $"{mark:F0}";
            svg.Text(left + Place(mark), Top - 9, label, "middle", 9.5, Axis);
            svg.Text(left + Place(mark), bottom + 14, label, "middle", 9.5, Axis);
        }
    }

    /// <summary>From 1 to the ratio; the number stands beside the bar's end.</summary>
    private static void Bar(SvgWriter svg, double left, double y, double? ratio, string colour)
    {
        if (ratio is not { } value) return;
        double from = Math.Min(Place(1), Place(value)), to = Math.Max(Place(1), Place(value));
        svg.Bar(left + from, y, Math.Max(to - from, 1), BarHeight, colour);
        svg.Text(left + (value >= 1 ? to + 3 : from - 3), y + BarHeight, Text.Number(value), value >= 1 ? "start" : "end", 8.5, "#444");
    }
}
