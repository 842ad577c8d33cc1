namespace Elman.Cli;

/// <summary>A picture of panels one above the other, with one axis below all of them.</summary>
/// <param name="Title">What stands above it; empty for nothing.</param>
/// <param name="Axis">The axis.</param>
/// <param name="Panels">The panels, from the top down.</param>
internal sealed record Plot(string Title, PlotAxis Axis, IReadOnlyList<PlotPanel> Panels);

/// <summary>The axis that the panels share.</summary>
/// <param name="First">Where it begins.</param>
/// <param name="Last">Where it ends.</param>
/// <param name="Places">Places that have a name.</param>
/// <param name="Names">Their names.</param>
internal sealed record PlotAxis(double First, double Last, double[] Places, string[] Names);

/// <summary>One panel.</summary>
/// <param name="Name">What stands above it; empty for nothing.</param>
/// <param name="Marks">What it shows, from the back to the front.</param>
internal sealed record PlotPanel(string Name, IReadOnlyList<PlotMark> Marks)
{
    /// <summary>The smallest and the largest value, a little apart even when all are the same.</summary>
    public (double Least, double Most) Range
    {
        get
        {
            double[] values = [.. Marks.SelectMany(mark => mark.Values.Concat(mark.Upper ?? [])).Where(double.IsFinite).DefaultIfEmpty(0)];
            double least = values.Min(), most = values.Max(), apart = most == 0 ? 1 : Math.Abs(most) * 0.1;
            if (most - least <= Math.Abs(most) * 1e-9) (least, most) = (least - apart, most + apart);
            double rim = 0.06 * (most - least);
            return (least - rim, most + rim);
        }
    }
}

/// <summary>A line, or with two lists of values the area between them.</summary>
/// <param name="Kind">Its look: a class of <see cref="PlotStyle"/>.</param>
/// <param name="Name">What the legend calls it; null for what it has already named.</param>
/// <param name="Places">Places on the axis, ascending.</param>
/// <param name="Values">A value at each; NaN leaves a gap.</param>
/// <param name="Upper">The upper rim of an area.</param>
internal sealed record PlotMark(string Kind, string? Name, double[] Places, double[] Values, double[]? Upper = null);
