namespace Elman;

/// <summary>What is taken of a series that training has not seen: the methods that suit the others, with coefficients fitted to its own rows.</summary>
internal static class NewcomerModels
{
    /// <summary>The model of a series.</summary>
    /// <param name="model">The forecaster.</param>
    /// <param name="series">The series.</param>
    /// <param name="until">The row after the last that may be learned from.</param>
    public static SeriesModel Of(Forecaster model, FormedSeries series, int until)
    {
        ForecastEngine engine = model.Engine;
        int methods = engine.Methods.Length;
        SeriesModel[] known = [.. model.TrainedSeries.Select(one => one.Model)];
        double[] shares = [.. Enumerable.Range(0, methods).Select(m => known.Average(one => one.Shares[m]))];
        double[][] coefficients = new double[methods][];
        for (int m = 0; m < methods; m++)
            coefficients[m] = engine.Methods[m].IsShared ? known.Select(one => one.Coefficients[m]).FirstOrDefault(one => one.Length > 0) ?? []
                : engine.Methods[m].Fit(series.Values.AsSpan(0, until), model.Options.Horizon);
        double change = Change(series.Target.AsSpan(0, until), model), typical = known.Select(one => one.Scale).Order().ElementAt(known.Length / 2);
        return new SeriesModel
        {
            Coefficients = coefficients,
            Shares = shares,
            Error = double.NaN,
            EffectScale = series.EffectScale,
            Unit = engine.Inputs is { } inputs ? inputs.UsualUnit(engine.Formed(series).AsSpan(0, until)) : 1,
            Scale = change > 0 ? change : typical,
            Level = KnownEffects.ScaleOf(series.Target.AsSpan(0, until)),
            Dispersion = known.Select(one => one.Dispersion).Order().ElementAt(known.Length / 2),
        };
    }

    private static double Change(ReadOnlySpan<double> values, Forecaster model)
    {
        double change = Metrics.SeasonalError(values, model.Report.Season);
        return double.IsFinite(change) && change > 0 ? change : Metrics.SeasonalError(values);
    }
}
