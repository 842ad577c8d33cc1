namespace Elman;

/// <summary>Finds columns that give the target away: copies of it, or of its next values.</summary>
internal static class LeakCheck
{
    private const double Same = 0.9995;

    private const int FewestRows = 24, FarthestLead = 12;

    /// <summary>The series without the columns that give the target away; each of those is named in a remark.</summary>
    public static IEnumerable<Series> Without(IReadOnlyList<Series> series, SeriesCut[] cuts, Action<string> remark)
    {
        Series longest = series.MaxBy(one => one.Length)!;
        int rows = Math.Max(cuts.Max(cut => cut.Training), Math.Min(longest.Length, FewestRows));
        HashSet<string> leaks = [];
        foreach (Column column in longest.Covariates.Concat(longest.Known))
        {
            if (column.Categories is not null || Lead(longest.Target.Values, column.Values, Math.Min(rows, longest.Length)) is not { } lead) continue;
            leaks.Add(column.Name);
            remark(lead == 0 ? $"column '{column.Name}' is as good as a copy of '{longest.Target.Name}'; it is left out"
                : $"column '{column.Name}' holds '{longest.Target.Name}' of {lead} {(lead == 1 ? "row" : "rows")} later, which no forecast can know; it is left out");
        }
        return leaks.Count == 0 ? series : series.Select(one => new Series(one.Group, one.Times, one.Target, [.. one.Covariates.Where(column => !leaks.Contains(column.Name))])
        {
            Known = [.. one.Known.Where(column => !leaks.Contains(column.Name))],
            Static = one.Static,
        });
    }

    /// <summary>How many rows later the target has the changes of the column; null if it has them nowhere.</summary>
    private static int? Lead(double[] target, double[] column, int rows)
    {
        for (int lead = 0; lead <= FarthestLead && rows - lead >= FewestRows; lead++)
            if (Correlation(target.AsSpan(lead, rows - lead), column.AsSpan(0, rows - lead)) > Same) return lead;
        return null;
    }

    /// <summary>The correlation of the changes from row to row: of the values themselves, a trend would do.</summary>
    private static double Correlation(ReadOnlySpan<double> one, ReadOnlySpan<double> other)
    {
        (double x, double y, double xx, double yy, double xy, int count) = (0, 0, 0, 0, 0, 0);
        for (int row = 1; row < one.Length; row++)
        {
            double a = one[row] - one[row - 1], b = other[row] - other[row - 1];
            if (double.IsNaN(a) || double.IsNaN(b)) continue;
            (x, y, xx, yy, xy, count) = (x + a, y + b, xx + a * a, yy + b * b, xy + a * b, count + 1);
        }
        if (count < FewestRows - 2) return 0;
        double spread = Math.Sqrt((xx - x * x / count) * (yy - y * y / count));
        return spread > 0 ? (xy - x * y / count) / spread : 0;
    }
}
