namespace Elman.Tests;

/// <summary>The search for the settings of a forecaster.</summary>
public sealed class ForecasterTuningTests
{
    private const int Rows = 160;

    private static readonly ForecasterOptions Start = new()
    {
        Horizon = 4,
        Context = 8,
        Hidden = 4,
        Nets = 1,
        Training = new TrainingRecipe { Epochs = 2, BatchSize = 16, LearningRate = 3e-3, Patience = null },
    };

    [Fact]
    public void TheLossSeesNoRowThatIsHeldOut()
    {
        double[] values = Wave(), late = [.. values], early = [.. values];
        int heldOut = SeriesCut.Of(Rows, Start).Length - SeriesCut.Of(Rows, Start).Validation;
        Assert.True(heldOut >= Start.Horizon);
        for (int row = Rows - heldOut; row < Rows; row++) late[row] += 3;
        early[Rows - heldOut - 2] += 3;
        double loss = Loss(values);
        Assert.Equal(loss, Loss(late));
        Assert.NotEqual(loss, Loss(early));
        Assert.InRange(loss, 0.01, 2);
    }

    [Fact]
    public void TheBacktestOfTheStartIsThatOfItsTraining()
    {
        SeriesSet data = Data(Wave());
        BacktestResult trial = new ForecasterTuning(data, Start).Backtest(Start)!, trained = Forecaster.Train(data, Start).Report.Backtest!;
        Assert.Equal(trained.Model.Overall, trial.Model.Overall);
    }

    [Fact]
    public void TheStudyIsTheSameForAnyNumberOfWorkers()
    {
        ForecasterTuning tuning = new(Data(Wave()), Start);
        TunerOptions options = new() { Trials = 5, Rungs = tuning.Rungs, Generation = 3, Data = tuning.Fingerprint };
        Study one = new Tuner<ForecasterOptions>(tuning.Space, tuning.Start, tuning.Loss).Run(options);
        Study two = new Tuner<ForecasterOptions>(tuning.Space, tuning.Start, tuning.Loss).Run(options with { Workers = 2 });
        Assert.Equal(one.Trials.SelectMany(trial => trial.Losses), two.Trials.SelectMany(trial => trial.Losses));
        Assert.Equal(["context", "cell", "hidden", "layers", "dropout", "nets", "learning rate", "head"], tuning.Space.Names);
    }

    [Fact]
    public void TooFewRowsAreToldInOneLine() =>
        Assert.Contains("too few rows to tune by", Assert.Throws<ElmanException>(() => new ForecasterTuning(Data(Wave()[..6]), Start)).Message);

    private static double Loss(double[] values) => new ForecasterTuning(Data(values), Start).Loss(Start, 2, default);

    private static double[] Wave()
    {
        RandomStream random = new(3);
        return [.. Enumerable.Range(0, Rows).Select(row => 20 + 3 * Math.Sin(row * 0.7) + 0.3 * random.NextNormal())];
    }

    private static SeriesSet Data(double[] values) => SeriesSet.Read(new Table("wave", [new NumberColumn("y", values)]), new SeriesRoles { Targets = ["y"] });
}
