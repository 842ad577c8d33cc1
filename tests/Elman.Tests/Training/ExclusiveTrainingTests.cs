namespace Elman.Tests.Training;

/// <summary>What would train something else than it says is refused, before anything is changed.</summary>
public class ExclusiveTrainingTests
{
    [Fact]
    public void An_optimizer_that_a_run_has_had_is_refused()
    {
        SmallRun run = new();
        Adam adam = new(run.Net.Parameters());
        Trainer trainer = new(run.Net, adam, new TrainingOptions { Epochs = 1 });
        trainer.Run(SmallRun.Source(), run.Loss);
        float[] before = run.Weights;
        Says("the optimizer has been used by another run", () => trainer.Run(SmallRun.Source(), run.Loss));
        Says("the optimizer has been used by another run", () => new Trainer(run.Net, adam).Run(SmallRun.Source(), run.Loss));
        Assert.Equal(before, run.Weights);
    }

    [Fact]
    public void A_schedule_that_a_run_has_had_is_refused()
    {
        SmallRun run = new();
        TrainingOptions options = new() { Epochs = 1, Schedule = new CosineDecay(1e-3, 4) };
        new Trainer(run.Net, new Adam(run.Net.Parameters()), options).Run(SmallRun.Source(), run.Loss);
        Says("the schedule has been used by another run", () => new Trainer(run.Net, new Adam(run.Net.Parameters()), options).Run(SmallRun.Source(), run.Loss));
    }

    [Fact]
    public void A_run_that_was_refused_or_never_began_uses_nothing_up()
    {
        SmallRun run = new();
        Adam adam = new(run.Net.Parameters());
        TrainingOptions options = new() { Epochs = 1, Schedule = new ConstantRate(1e-3) };
        Assert.Throws<ElmanException>(() => new Trainer(run.Net, adam, options).Run(new BatchSource<int[]>(_ => [], rows => rows.Length), run.Loss));
        Assert.Single(new Trainer(run.Net, adam, options).Run(SmallRun.Source(), run.Loss).Epochs);
    }

    [Fact]
    public void An_optimizer_of_another_module_is_refused_and_one_of_some_parameters_is_not()
    {
        SmallRun run = new(), other = new();
        Says("the optimizer's parameter 'read_out' is not one of the module that is trained",
            () => new Trainer(run.Net, new Sgd(other.Net.Parameters(), 1)).Run(SmallRun.Source(), run.Loss));
        float[] frozen = [.. run.Net.Parameters().Single(parameter => parameter.Name == "lstm.weight_hh_l0").Value.Span];
        float[] before = run.Weights;
        new Trainer(run.Net, new Sgd(run.Net.Parameters().Where(parameter => parameter.Name == "read_out"), 1), new TrainingOptions { Epochs = 1 }).Run(SmallRun.Source(), run.Loss);
        Assert.Equal(frozen, run.Net.Parameters().Single(parameter => parameter.Name == "lstm.weight_hh_l0").Value.Span.ToArray());
        Assert.NotEqual(before, run.Weights);
    }

    [Fact]
    public void A_module_that_is_being_trained_is_refused_until_that_run_is_over()
    {
        SmallRun run = new();
        Exception? refused = null;
        TrainingOptions options = new() { Epochs = 1 };
        // Another thread's run begins in the middle of this one; of a larger module that shares its parameters.
        Sequential larger = new(run.Net);
        new Trainer(run.Net, new Adam(run.Net.Parameters()), options with
        {
            Progress = new Told<TrainingProgress>(_ => refused ??= Task.Run(() => Record.Exception(() => new Trainer(larger, new Adam(larger.Parameters()), options).Run(SmallRun.Source(), run.Loss))).Result),
        }).Run(SmallRun.Source(), run.Loss);
        Assert.StartsWith("parameter '0.read_out' of sequential of 1 is being trained by another run", Assert.IsType<InvalidOperationException>(refused).Message, StringComparison.Ordinal);
        Assert.Throws<TimeoutException>(() => new Trainer(run.Net, new Adam(run.Net.Parameters()), options).Run(SmallRun.Source(), _ => throw new TimeoutException()));
        Assert.Single(new Trainer(larger, new Adam(larger.Parameters()), options).Run(SmallRun.Source(), run.Loss).Epochs);
    }

    private static void Says(string message, Action action) =>
        Assert.StartsWith(message, Assert.Throws<InvalidOperationException>(action).Message, StringComparison.Ordinal);
}
