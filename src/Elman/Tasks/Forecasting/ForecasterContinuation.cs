namespace Elman;

/// <content>Going on with new rows.</content>
public sealed partial class Forecaster
{
    /// <summary>The most origins of a series by which new rows judge the model that had not seen them.</summary>
    private const int MostOrigins = 40;

    /// <summary>How <see cref="Continue"/> trains by itself: as the model was trained, with smaller steps and fewer of them.</summary>
    public TrainingRecipe ContinuingRecipe => RefitRecipe(Options.Training, Record.PlannedSteps ?? Record.Steps);

    /// <summary>
    /// Goes on with later rows without beginning anew: what is averaged and how quantiles are calibrated stays, coefficients are fitted to all rows given, and the nets go
    /// on for a part of their steps. Where there are enough new rows, the report says how this model did on them, which it had not seen.
    /// </summary>
    /// <param name="data">The rows: those known before and the new ones, of all or some series. New series take the methods that suit the others.</param>
    /// <param name="recipe">How to train; <see cref="ContinuingRecipe"/> if null.</param>
    /// <param name="context">Who looks on, who may stop it.</param>
    /// <returns>A new model; this one stays as it is.</returns>
    /// <exception cref="ElmanException">There are no new rows, or the series do not fit the model.</exception>
    /// <exception cref="OperationCanceledException">It was stopped before the nets went on.</exception>
    public Forecaster Continue(SeriesSet data, TrainingRecipe? recipe = null, TrainingContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (Earlier is not null) throw EarlierModel.Refusal("cannot go on");
        context ??= new TrainingContext();
        using Work.Scope work = Work.Until(context.Cancellation);
        FormedSeries[] formed = Prepare(data.Series, Options.Horizon);
        int[] until = [.. formed.Select(one => one.Length)];
        int added = formed.Sum(one => KnownSeries(one.Series) is null ? one.Length : one.Length - FirstUnseen(one.Series));
        if (added == 0) throw new ElmanException($"nothing to go on with: no row is later than those that the model was trained on{(TrainedSeries.Max(one => one.Until) is { } end ? $", until {Frequency.Format(end)}" : "")}");
        if (Engine.IsCount && formed.Any(one => one.Target.Any(value => value < 0)))
            throw new ElmanException($"the model is for counts, but column '{Target}' has values below zero now; train it anew");
        context.Phase?.Invoke("backtest");
        BacktestResult? backtest = OnNewRows(formed);
        context.Phase?.Invoke("simple methods");
        SeriesModel[] models = Refitted(formed, until);
        ForecastEngine engine = Engine.Copy(Options);
        TrainingRecord record = Record;
        if (engine.Nets is not null && engine.NetShare > 0)
        {
            context.Phase?.Invoke("nets");
            using Work.Scope nets = Work.Until(CancellationToken.None);
            TrainingRecord further = NetTraining.Run(engine, formed, models, until, Options.Training.Seed, recipe ?? ContinuingRecipe, context with { CheckpointPath = null, Resume = false }, []);
            // The record stays that of the first training, by which the next continuation is measured.
            if (further.Outcome == TrainingOutcome.Interrupted) record = further;
        }
        string remark = $"went on with {added} new rows: what is averaged and the calibration are those of the first training";
        context.Remark?.Invoke(remark);
        return new Forecaster(Options, Layout, Effects, Seasons, engine, Calibration, Trained(formed, models), NotNegative && formed.All(one => one.Target.All(value => !(value < 0))), record, Report with
        {
            Backtest = backtest ?? Report.Backtest,
            Series = backtest is null ? Report.Series : RollingOrigin.PerSeries(backtest),
            Remarks = [.. Report.Remarks, remark],
        }, Schema);
    }

    /// <summary>How to go on after some steps: smaller ones, and fewer.</summary>
    internal static TrainingRecipe RefitRecipe(TrainingRecipe recipe, long steps) => recipe with
    {
        LearningRate = recipe.LearningRate * 0.5,
        TimeLimit = null,
        Steps = Math.Max(1, (long)(steps * RefitShare)),
        Seed = recipe.Seed + 1,
    };

    /// <summary>How the model does on the rows that it has not seen; null if they are too few.</summary>
    private BacktestResult? OnNewRows(FormedSeries[] series)
    {
        int[][] origins = [.. series.Select(one =>
        {
            int from = Math.Max(1, FirstUnseen(one.Series)), count = Math.Max(0, one.Length - Options.Horizon - from + 1), stride = Math.Max(1, (count + MostOrigins - 1) / MostOrigins);
            return Enumerable.Range(0, count).Where(k => k % stride == 0).Select(k => from + k).ToArray();
        })];
        return origins.All(own => own.Length == 0) ? null : new RollingOrigin(this, series, origins).Run();
    }

    private SeriesModel[] Refitted(FormedSeries[] series, int[] until)
    {
        SeriesModel[] models = [.. series.Select(one => KnownSeries(one.Series)?.Model ?? NewcomerModels.Of(this, one, one.Length))];
        int[] shown = Engine.Inputs?.Methods ?? [];
        bool Wanted(int i, int m) => models[i].Shares[m] > 0 || Array.IndexOf(shown, m) >= 0;
        SimpleFits fits = SimpleFits.Fit(Engine.Methods, [.. series.Select(one => one.Values)], until, Options.Horizon, Wanted);
        return [.. models.Select((model, i) => model with { Coefficients = [.. fits.Of(i).Select((own, m) => Wanted(i, m) ? own : [])] })];
    }

    /// <summary>The series given, then those that were trained on before and are not among them.</summary>
    private TrainedSeries[] Trained(FormedSeries[] series, SeriesModel[] models)
    {
        IEnumerable<TrainedSeries> given = series.Zip(models, (one, model) => new TrainedSeries(one.Series.Group, one.Length, one.Series.Times?[^1]) { Model = model });
        HashSet<string> groups = [.. series.Select(one => one.Series.Group)];
        return [.. given, .. TrainedSeries.Where(one => !groups.Contains(one.Group))];
    }
}
