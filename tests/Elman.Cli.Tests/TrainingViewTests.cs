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

    [Theory]
    [InlineData(false, "the training begins\n")]
    [InlineData(true, "epoch 2, step 53  loss 0.2500  validation 0.5000  1,234 sequences/s  0:57 left\n")]
    public void A_training_without_a_terminal_says_where_it_stands_within_two_seconds(bool reports, string expected)
    {
        using var error = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal(TextWriter.Null, error, Stream.Null);
        string seen = TrainingView.Run(
            terminal,
            progress =>
            {
                if (reports)
                    progress(Somewhere);
                Thread.Sleep(2000);
                lock (terminal.Live)
                    return error.ToString();
            },
            TestContext.Current.CancellationToken);
        Assert.Equal(expected, seen);
    }

    [Fact]
    public void Quick_epochs_make_twenty_lines_at_most()
    {
        using var error = new StringWriter { NewLine = "\n" };
        TrainingView.Run(
            new Terminal(TextWriter.Null, error, Stream.Null),
            progress =>
            {
                for (int epoch = 1; epoch <= 100; epoch++)
                    progress(Somewhere with { Epoch = epoch, Epochs = 100, StepsPlanned = 5000, Done = epoch / 100.0, EpochDone = true });
                return 0;
            },
            TestContext.Current.CancellationToken);
        string[] lines = error.ToString().TrimEnd().Split('\n');
        Assert.InRange(lines.Length, 15, 21);
        Assert.StartsWith("epoch   1/100  loss 0.2500", lines[0]);
        Assert.StartsWith("epoch 100/100  loss 0.2500", lines[^1]);
    }
}
