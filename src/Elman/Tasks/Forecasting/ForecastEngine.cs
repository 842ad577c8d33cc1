namespace Elman;

/// <summary>
/// Computes forecasts: simple methods, their mixture, and what the nets say beyond it. Training and prediction, backtests and streams all come through here, so that
/// they mean the same.
/// </summary>
internal sealed class ForecastEngine
{
    /// <summary>Windows that go through the nets at once.</summary>
    private const int Batch = 256;

    /// <summary>Of methods that are shown to the nets, the most.</summary>
    private const int MostShown = 5;

    /// <summary>The simple methods.</summary>
    public required SimpleMethod[] Methods { get; init; }

    /// <summary>What the nets see; null if there are none.</summary>
    public NetInputs? Inputs { get; init; }

    /// <summary>The nets; null if there are none.</summary>
    public NetEnsemble? Nets { get; init; }

    /// <summary>What their outputs mean.</summary>
    public required ForecastHead Head { get; init; }

    /// <summary>How much of what the nets say beyond the mixture is taken: 0 … 1.</summary>
    public double NetShare { get; set; } = 1;

    /// <summary>Whether the target is counted: whole numbers from zero on.</summary>
    public bool IsCount { get; init; }

    /// <summary>An engine of the same methods, whose nets are copies that learn on their own.</summary>
    public ForecastEngine Copy(ForecasterOptions options)
    {
        NetEnsemble? nets = null;
        if (Nets is not null)
        {
            nets = new NetEnsemble(Inputs!, Head.Outputs, options, new RandomStream(0));
            nets.Load(Nets.Parameters().ToDictionary(one => one.Name, one => one.Value));
        }
        return new ForecastEngine { Methods = Methods, Inputs = Inputs, Nets = nets, Head = Head, NetShare = NetShare, IsCount = IsCount };
    }

    /// <summary>The methods with the largest mean shares: those that the nets are shown.</summary>
    public static int[] Shown(double[] meanShares) =>
        [.. Enumerable.Range(0, meanShares.Length).Where(m => meanShares[m] > 0.02).OrderByDescending(m => meanShares[m]).Take(MostShown).Order()];

    /// <summary>Forecasts of one series from some origins.</summary>
    /// <param name="series">The series, formed.</param>
    /// <param name="model">What was learned of it.</param>
    /// <param name="origins">Ascending: a forecast from an origin has seen the rows before it.</param>
    /// <param name="horizon">Rows to forecast; past the horizon of the nets, the simple methods go on alone.</param>
    public Points Simple(FormedSeries series, SeriesModel model, int[] origins, int horizon)
    {
        double[][] forecasts = Run(series, model, origins, horizon);
        double[] reference = new double[origins.Length * horizon];
        for (int i = 0; i < origins.Length; i++) Mixture.Mix(model.Shares, model.Error, forecasts, i * horizon, reference.AsSpan(i * horizon, horizon));
        return new Points(origins, horizon, forecasts, reference);
    }

    private double[][] Run(FormedSeries series, SeriesModel model, int[] origins, int horizon)
    {
        int[] shown = Inputs?.Methods ?? [];
        SimpleFits fits = new(Methods, [model.Coefficients]);
        return fits.Run(0, series.Values, origins, horizon, m => model.Shares[m] > 0 || Array.IndexOf(shown, m) >= 0);
    }

    /// <summary>Lets the nets look at forecasts of one series; adds what they say to the points.</summary>
    public void AddNets(FormedSeries series, SeriesModel model, Points points)
    {
        if (Nets is null || Inputs is null) return;
        double[] values = Formed(series);
        int changed = FirstChange(series.Values);
        points.Middle = new double[points.Origins.Length * points.Horizon];
        points.Spread = new double[points.Middle.Length];
        for (int first = 0; first < points.Origins.Length; first += Batch)
        {
            int count = Math.Min(Batch, points.Origins.Length - first);
            using TensorScope scope = TensorScope.Begin();
            using GradientPause pause = Tensor.NoGradient();
            Tensor input = Tensor.Zeros(count, Inputs.Steps + Inputs.Horizon, Inputs.Features);
            double[] units = new double[count];
            for (int i = 0; i < count; i++)
                units[i] = Write(series, values, model, points, first + i, input.Writable().Slice(i * Inputs.Size, Inputs.Size));
            ReadOnlySpan<float> output = Nets.Forward(input).Span;
            for (int i = 0; i < count; i++) Read(points, first + i, units[i], points.Origins[first + i] > changed, output.Slice(i * Inputs.Horizon * Head.Outputs, Inputs.Horizon * Head.Outputs));
        }
    }

    /// <summary>The values of a series as the nets take them.</summary>
    public double[] Formed(FormedSeries series) => Inputs!.Logarithms ? Array.ConvertAll(series.Values, Inputs.Form) : series.Values;

    /// <summary>Writes the window of an origin, and gives its unit.</summary>
    public double Write(FormedSeries series, double[] values, SeriesModel model, Points points, int index, Span<float> window)
    {
        double unit = Inputs!.Unit(values, points.Origins[index], model.Unit);
        Inputs.Write(series, values, points.Origins[index], unit, points.Reference.AsSpan(index * points.Horizon, Inputs.Horizon), points.Forecasts, index * points.Horizon, window);
        return unit;
    }

    /// <summary>The first row that differs from the one before it; the number of rows if there is none.</summary>
    private static int FirstChange(double[] values)
    {
        double before = double.NaN;
        for (int row = 0; row < values.Length; row++)
        {
            if (double.IsNaN(values[row])) continue;
            if (!double.IsNaN(before) && values[row] != before) return row;
            before = values[row];
        }
        return values.Length;
    }

    /// <param name="points">Receives what the nets say.</param>
    /// <param name="index">The index of the origin.</param>
    /// <param name="unit">The unit of its window.</param>
    /// <param name="hasChanged">Whether the series has ever changed before the origin: to one that has not, the nets have nothing to add.</param>
    /// <param name="output">[P, outputs]</param>
    private void Read(Points points, int index, double unit, bool hasChanged, ReadOnlySpan<float> output)
    {
        for (int step = 0; step < points.Horizon; step++)
        {
            int at = index * points.Horizon + step;
            double reference = points.Reference[at];
            // The nets end at their own horizon: from there on, the simple methods are alone and the last spread stays.
            (double middle, double spread) = Head.Read(output.Slice(Math.Min(step, Inputs!.Horizon - 1) * Head.Outputs, Head.Outputs));
            if (step >= Inputs.Horizon || !hasChanged) middle = 0;
            if (Head is NegativeBinomialHead)
            {
                (points.Middle![at], points.Spread![at]) = (CountBase(reference) * Math.Exp(middle), spread);
                continue;
            }
            double expected = Inputs.Form(reference), value = Inputs.Unform(expected + middle * unit);
            if (!double.IsFinite(value)) value = reference;
            points.Middle![at] = value;
            points.Spread![at] = Inputs.Logarithms ? Math.Abs(value) * Math.Min(spread * unit, 3) : spread * unit;
        }
    }

    /// <summary>What a mean of counts is at least: a net can only multiply it.</summary>
    public static double CountBase(double reference) => Math.Max(reference, 0.05);

    /// <summary>The forecast in the middle: mixture and nets by their share, and the effect of what is known ahead.</summary>
    /// <param name="series">The series, formed.</param>
    /// <param name="points">The points of its origins.</param>
    /// <returns>[origins · horizon]</returns>
    public double[] Medians(FormedSeries series, Points points)
    {
        double[] medians = [.. points.Reference];
        for (int i = 0; i < medians.Length; i++)
        {
            if (points.Middle is not null) medians[i] += NetShare * (points.Middle[i] - medians[i]);
            int row = points.Origins[i / points.Horizon] + i % points.Horizon;
            if (row < series.Effect.Length) medians[i] += series.Effect[row];
            if (IsCount) medians[i] = Math.Max(medians[i], 0);
        }
        return medians;
    }
}

/// <summary>Forecasts of one series from several origins, before they become a distribution.</summary>
/// <param name="origins">The origins.</param>
/// <param name="horizon">Rows of each forecast.</param>
/// <param name="forecasts">Those of the simple methods [methods][origins · horizon].</param>
/// <param name="reference">Their mixture [origins · horizon].</param>
internal sealed class Points(int[] origins, int horizon, double[][] forecasts, double[] reference)
{
    /// <summary>The origins.</summary>
    public int[] Origins => origins;

    /// <summary>Rows of each forecast.</summary>
    public int Horizon => horizon;

    /// <summary>Those of the simple methods [methods][origins · horizon].</summary>
    public double[][] Forecasts => forecasts;

    /// <summary>Their mixture [origins · horizon].</summary>
    public double[] Reference => reference;

    /// <summary>What the nets say instead; null without nets.</summary>
    public double[]? Middle { get; set; }

    /// <summary>The spread that the nets expect, in the target's unit; null without nets.</summary>
    public double[]? Spread { get; set; }
}
