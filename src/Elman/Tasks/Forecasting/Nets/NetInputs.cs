namespace Elman;

/// <summary>
/// What a net sees at an origin. Everything is relative to the last value and in units of the recent changes, so that one net serves series of every
/// size. The context is cut into patches of rows, which become one time step each: long contexts stay cheap.
/// <code>
/// patch:   rows, the latest first, each [y − last, y − y a season before, whether there was a value, past columns, known columns] · calendar
/// row to come: [reference, what each simple method says beyond it, how far ahead, calendar, known columns, static columns]
/// </code>
/// </summary>
internal sealed class NetInputs
{
    private const int OwnChannels = 3;

    /// <summary>Beyond this, in units of the recent changes, a value is an outlier.</summary>
    private const double Bound = 12;

    private readonly SeriesLayout _layout;
    private readonly int _season, _patch, _channels;
    private readonly int[] _methods;

    /// <param name="layout">The columns.</param>
    /// <param name="context">Rows of history, a multiple of <paramref name="patch"/>.</param>
    /// <param name="patch">Rows of a patch.</param>
    /// <param name="season">Rows of the season whose changes are shown and measured; 1 where there is none.</param>
    /// <param name="horizon">P.</param>
    /// <param name="methods">The simple methods that are shown, as indices.</param>
    /// <param name="logarithms">Whether the net sees the logarithms of the values.</param>
    public NetInputs(SeriesLayout layout, int context, int patch, int season, int horizon, int[] methods, bool logarithms)
    {
        (_layout, Context, _patch, _season, Horizon, _methods, Logarithms) = (layout, context, patch, season, horizon, methods, logarithms);
        _channels = OwnChannels + SeriesLayout.SizeOf(layout.Past) + SeriesLayout.SizeOf(layout.Known);
        Ahead = 2 + methods.Length + layout.CalendarSize + SeriesLayout.SizeOf(layout.Known) + SeriesLayout.SizeOf(layout.Static);
        Features = patch * _channels + layout.CalendarSize + Ahead;
    }

    /// <summary>The most time steps of a net: longer contexts are cut into patches of more rows.</summary>
    private const int MostSteps = 48;

    /// <summary>What suits season and horizon: two of the longest season that has a few hundred rows, and no less than the horizon.</summary>
    /// <param name="layout">The columns.</param>
    /// <param name="options">A context of its own, perhaps.</param>
    /// <param name="seasons">Rows of the seasons, ascending.</param>
    /// <param name="longest">Rows of the longest series.</param>
    /// <param name="methods">The simple methods that are shown, as indices.</param>
    /// <param name="logarithms">Whether the net sees the logarithms of the values.</param>
    public static NetInputs For(SeriesLayout layout, ForecasterOptions options, int[] seasons, int longest, int[] methods, bool logarithms)
    {
        const int usual = 24, most = 672;
        int season = seasons.LastOrDefault(one => one <= most / 2 && longest >= 4 * one, 1), horizon = options.Horizon;
        int context = options.Context ?? Math.Clamp(Math.Max(2 * season, horizon), Math.Min(usual, Math.Max(4, longest / 4)), most);
        int patch = (context + MostSteps - 1) / MostSteps;
        // Patches that divide the season lie at the same places of every season.
        if (patch > 1 && season > 1) patch = Enumerable.Range(patch, seasons[0]).FirstOrDefault(rows => seasons[0] % rows == 0, patch);
        return new NetInputs(layout, (context + patch - 1) / patch * patch, patch, season, horizon, methods, logarithms);
    }

    /// <summary>The simple methods that are shown, as indices.</summary>
    public int[] Methods => _methods;

    /// <summary>Rows of a patch.</summary>
    public int Patch => _patch;

    /// <summary>Rows of the season whose changes are shown and measured.</summary>
    public int Season => _season;

    /// <summary>Rows of history.</summary>
    public int Context { get; }

    /// <summary>Time steps of the net.</summary>
    public int Steps => Context / _patch;

    /// <summary>P.</summary>
    public int Horizon { get; }

    /// <summary>Whether the net sees the logarithms of the values.</summary>
    public bool Logarithms { get; }

    /// <summary>I: features of a step.</summary>
    public int Features { get; }

    /// <summary>The last of them, which are known of the rows to come.</summary>
    public int Ahead { get; }

    /// <summary>Numbers of a window [steps + P, I].</summary>
    public int Size => (Steps + Horizon) * Features;

    /// <summary>A value as the net sees it.</summary>
    public double Form(double value) => !Logarithms ? value : value > 0 ? Math.Log(value) : double.NaN;

    /// <summary>A value of the net's in the target's unit again.</summary>
    public double Unform(double value) => Logarithms ? Math.Exp(value) : value;

    /// <summary>The unit of a window: the mean change over a season in the context, at least a part of that of the whole series.</summary>
    /// <param name="values">The values of the series, formed.</param>
    /// <param name="origin">The row after the last that is seen.</param>
    /// <param name="usual">The mean change in the whole series.</param>
    public double Unit(ReadOnlySpan<double> values, int origin, double usual)
    {
        int from = Math.Max(0, origin - Context);
        double recent = Metrics.SeasonalError(values[from..origin], _season);
        if (!double.IsFinite(recent)) recent = usual;
        double unit = Math.Max(recent, 0.25 * usual);
        return unit > 0 && double.IsFinite(unit) ? unit : 1;
    }

    /// <summary>The mean change over a season in a whole series.</summary>
    public double UsualUnit(ReadOnlySpan<double> values)
    {
        double usual = Metrics.SeasonalError(values, _season);
        if (!double.IsFinite(usual)) usual = Metrics.SeasonalError(values);
        return double.IsFinite(usual) && usual > 0 ? usual : 1;
    }

    /// <summary>Writes a window.</summary>
    /// <param name="series">The series.</param>
    /// <param name="values">Its values, formed [L].</param>
    /// <param name="origin">The row after the last that is seen.</param>
    /// <param name="unit">The unit of the window.</param>
    /// <param name="reference">The reference forecast [P], not formed.</param>
    /// <param name="forecasts">The forecasts of all methods [methods][origins · P].</param>
    /// <param name="start">The place of this origin's first row in them.</param>
    /// <param name="window">Receives [steps + P, I].</param>
    public void Write(FormedSeries series, ReadOnlySpan<double> values, int origin, double unit, ReadOnlySpan<double> reference, double[][] forecasts, int start, Span<float> window)
    {
        window.Clear();
        int row = origin - 1;
        while (row > 0 && double.IsNaN(values[row])) row--;
        double last = row < 0 || double.IsNaN(values[row]) ? 0 : values[row];
        for (int step = 0; step < Steps; step++)
            WritePatch(series, values, origin - (Steps - step - 1) * _patch - 1, last, unit, window.Slice(step * Features, Features - Ahead));
        for (int ahead = 0; ahead < Horizon; ahead++)
            WriteAhead(series, origin, ahead, last, unit, reference, forecasts, start, window.Slice((Steps + ahead + 1) * Features - Ahead, Ahead));
    }

    /// <summary>The rows of a patch, of which the latest is given; those before the series' first are zero.</summary>
    private void WritePatch(FormedSeries series, ReadOnlySpan<double> values, int latest, double last, double unit, Span<float> patch)
    {
        for (int i = 0; i < _patch; i++)
        {
            int row = latest - i;
            if (row < 0) break;
            Span<float> channels = patch.Slice(i * _channels, _channels);
            double value = values[row], before = row >= _season ? values[row - _season] : double.NaN;
            if (!double.IsNaN(value))
            {
                channels[0] = Bounded((value - last) / unit);
                if (!double.IsNaN(before)) channels[1] = Bounded((value - before) / unit);
                channels[2] = 1;
            }
            int at = OwnChannels;
            foreach (float[] feature in series.Past) channels[at++] = feature[row];
            foreach (float[] feature in series.Known) channels[at++] = feature[row];
        }
        if (latest >= 0) CalendarOf(series, latest).CopyTo(patch[(_patch * _channels)..]);
    }

    private void WriteAhead(
        FormedSeries series, int origin, int ahead, double last, double unit, ReadOnlySpan<double> reference, double[][] forecasts, int start, Span<float> features)
    {
        double expected = Form(reference[ahead]);
        features[0] = Bounded((expected - last) / unit);
        features[1] = (float)(ahead + 1) / Horizon;
        int at = 2;
        foreach (int method in _methods) features[at++] = Bounded((Form(forecasts[method][start + ahead]) - expected) / unit);
        CalendarOf(series, origin + ahead).CopyTo(features[at..]);
        at += _layout.CalendarSize;
        foreach (float[] feature in series.Known) features[at++] = feature[origin + ahead];
        series.Static.CopyTo(features[at..]);
    }

    private ReadOnlySpan<float> CalendarOf(FormedSeries series, int row) => series.Calendar.AsSpan(row * _layout.CalendarSize, _layout.CalendarSize);

    private static float Bounded(double value) => double.IsNaN(value) ? 0 : (float)Math.Clamp(value, -Bound, Bound);
}
