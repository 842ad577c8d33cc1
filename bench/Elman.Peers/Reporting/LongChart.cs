namespace Elman.Peers;

/// <summary>Time per step over the length of the sequence: flat lines are linear cost.</summary>
internal static class LongChart
{
    private const double Width = 680, Height = 320, Left = 70, Right = 120, Top = 50, Bottom = 50;
    private const string Grid = "#ddd", Axis = "#555";
    private static readonly string[] Colours = ["#3b7ea1", "#e07b39", "#6a994e", "#8e6bbf"];

    public static string Draw(IReadOnlyList<LongResult> results)
    {
        SvgWriter svg = new(Width, Height);
        double top = NiceCeiling(results.Max(result => result.NanosecondsPerStep));
        svg.Text(16, 26, $"Time per step by length: lstm {LongSequences.Hidden} → {LongSequences.Hidden}, N = 1, one thread", size: 14, bold: true);
        for (int i = 0; i <= 4; i++)
        {
            double value = top * i / 4;
            svg.Line(Left, Y(value), Width - Right, Y(value), i == 0 ? Axis : Grid);
            svg.Text(Left - 8, Y(value) + 4, $"{value / 1e3:0.#} µs", "end", 10.5, Axis);
        }
        foreach (int length in results.Select(result => result.Length).Distinct().Where(length => length != 100_000))
            svg.Text(X(length), Height - Bottom + 18, $"{length:N0}", "middle", 10.5, Axis);
        svg.Text((Left + Width - Right) / 2, Height - 10, "steps of the sequence", "middle", 11, Axis);

        string[] modes = [.. results.Select(result => result.Mode).Distinct()];
        for (int mode = 0; mode < modes.Length; mode++)
        {
            LongResult[] points = [.. results.Where(result => result.Mode == modes[mode])];
            for (int i = 0; i < points.Length; i++)
            {
                if (i > 0) svg.Line(X(points[i - 1].Length), Y(points[i - 1].NanosecondsPerStep), X(points[i].Length), Y(points[i].NanosecondsPerStep), Colours[mode % Colours.Length], 2);
                svg.Dot(X(points[i].Length), Y(points[i].NanosecondsPerStep), Colours[mode % Colours.Length]);
            }
            svg.Text(Width - Right + 10, Y(points[^1].NanosecondsPerStep) + 4, modes[mode], size: 11, colour: Colours[mode % Colours.Length]);
        }
        return svg.ToString();

        double X(int length) => Left + 10 + (Width - Left - Right - 20) * Math.Log((double)length / LongSequences.Lengths[0]) / Math.Log((double)LongSequences.Lengths[^1] / LongSequences.Lengths[0]);
        double Y(double nanoseconds) => Height - Bottom - (Height - Top - Bottom) * nanoseconds / top;
    }

    /// <summary>The next number of the kind 1, 2, 4, 6, 8 × 10ⁿ, so that quarters of it are short numbers.</summary>
    private static double NiceCeiling(double value)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return new[] { 1.0, 2, 4, 6, 8, 10 }.First(factor => factor * power >= value) * power;
    }
}
