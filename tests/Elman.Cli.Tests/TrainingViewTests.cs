namespace Elman.Cli.Tests;

/// <summary>Whoever waits at a pipe sees within two seconds that something happens, and where it stands.</summary>
public class TrainingViewTests
{
    private static readonly TrainingProgress Somewhere = new()
    {
        Epoch = 2,
        Epochs = 1000,
        Step = 3,
        StepsPerEpoch = 50,
        Loss = 0.25,
        ValidationLoss = 0.5,
        LearningRate = 0.01,
        SequencesPerSecond = 1234,
        TimeLeft = TimeSpan.FromSeconds(57),
        StepsDone = 53,
        StepsPlanned = null,
        Done = 0.05,
        EpochDone = false,
    };

    private static string Seen(Action<TrainingView> work)
    {
        using var error = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal(TextWriter.Null, error, Stream.Null);
        return TrainingView.Run(terminal, view =>
        {
            work(view);
            lock (terminal.Live)
                return error.ToString();
        })!;
    }

    [Fact]
    public void Work_without_a_terminal_says_within_two_seconds_which_part_of_it_is_running() =>
        Assert.Equal("reading (2 s)\n", Seen(_ => Thread.Sleep(2000)).Replace("(1 s)", "(2 s)", StringComparison.Ordinal));

    [Fact]
    public void Where_nets_are_trained_it_says_where_they_stand() =>
        Assert.Equal("nets: step 53  loss 0.2500  validation 0.5000  1,234 sequences/s  0:57 left\n", Seen(view =>
        {
            view.Phase("nets");
            view.Report(Somewhere);
            Thread.Sleep(2000);
        }));

    [Fact]
    public void A_quick_training_leaves_the_last_line_only_and_remarks()
    {
        string seen = Seen(view =>
        {
            view.Remark("it rains");
            view.Phase("nets");
            for (int epoch = 1; epoch <= 100; epoch++)
                view.Report(Somewhere with { Epoch = epoch, Epochs = 100, StepsPlanned = 5000, Done = epoch / 100.0, EpochDone = true });
            Assert.Equal(["it rains"], view.Remarks);
        });
        Assert.StartsWith("elman: it rains\nnets: epoch 100/100  loss 0.2500", seen);
        Assert.Equal(2, seen.Count(c => c == '\n'));
    }
}
