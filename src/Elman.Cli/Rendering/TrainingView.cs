using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Elman.Cli;

/// <summary>
/// Shows on standard error how a training goes: one line that is redrawn in place where somebody looks on, plain lines
/// where the output goes to a file.
/// </summary>
internal sealed class TrainingView
{
    private const int PlainLines = 20, NarrowWidth = 80;
    private static readonly TimeSpan FirstLine = TimeSpan.FromSeconds(1.5), FurtherLines = TimeSpan.FromSeconds(5);

    private readonly Terminal _terminal;
    private readonly CancellationToken _cancellation;
    private TrainingProgress? _latest;
    private int _linesDue;

    private TrainingView(Terminal terminal, CancellationToken cancellation) => (_terminal, _cancellation) = (terminal, cancellation);

    /// <summary>Runs a training, which reports to the action it is given.</summary>
    /// <param name="terminal">Where to show it.</param>
    /// <param name="training">The training.</param>
    /// <param name="cancellation">Once cancelled, the view says that the training is about to stop.</param>
    public static T Run<T>(Terminal terminal, Func<Action<TrainingProgress>, T> training, CancellationToken cancellation)
    {
        var view = new TrainingView(terminal, cancellation);
        return terminal.LiveError ? view.RunLive(training) : view.RunPlain(training);
    }

    /// <summary>
    /// Lines at epochs' ends, about twenty where those are quick; and where nothing has been said for some seconds, where the training stands.
    /// </summary>
    private T RunPlain<T>(Func<Action<TrainingProgress>, T> training)
    {
        using var registration = _cancellation.Register(() => Say("elman: stopping after this batch; Ctrl-C again stops at once"));
        using var silence = new Timer(_ => Say(Latest is { } progress ? LineOf(progress) : "the training begins"), null, FirstLine, FurtherLines);
        return training(progress =>
        {
            Latest = progress;
            if (!progress.EpochDone || progress.Done * PlainLines < _linesDue)
                return;
            _linesDue = (int)(progress.Done * PlainLines) + 1;
            Say(LineOf(progress));
            silence.Change(FurtherLines, FurtherLines);
        });
    }

    private static string LineOf(TrainingProgress progress) => $"{EpochOf(progress)}  {Figures(progress)}";

    private void Say(string line)
    {
        lock (_terminal.Live)
            _terminal.Error.WriteLine(line);
    }

    private T RunLive<T>(Func<Action<TrainingProgress>, T> training)
    {
        bool narrow = _terminal.Width < NarrowWidth;
        var epoch = new TextColumn(() => Latest is { } progress ? EpochOf(progress) : "starting");
        var bar = new ProgressBarColumn { Width = Math.Clamp(_terminal.Width - 88, 8, 40), CompletedStyle = Color.Yellow, RemainingStyle = Color.Grey };
        var figures = new TextColumn(() => _cancellation.IsCancellationRequested ? "stopping after this batch" : Latest is { } progress ? Figures(progress, narrow) : "");
        return _terminal.Progress().Progress()
            .AutoClear(true)
            .Columns(narrow ? [epoch, figures] : [epoch, bar, figures])
            .Start(context =>
            {
                var task = context.AddTask("training", maxValue: 1);
                return training(progress =>
                {
                    Latest = progress;
                    task.Value = progress.Done;
                });
            });
    }

    /// <summary>Written by the training, read by the thread that redraws.</summary>
    private TrainingProgress? Latest
    {
        get
        {
            lock (_terminal.Live)
                return _latest;
        }

        set
        {
            lock (_terminal.Live)
                _latest = value;
        }
    }

    /// <summary>By epochs where their number ends the training, by steps where that or the time does.</summary>
    private static string EpochOf(TrainingProgress progress) => progress.StepsPlanned is { } planned && planned == (long)progress.Epochs * progress.StepsPerEpoch
        ? $"epoch {progress.Epoch.ToString(CultureInfo.InvariantCulture).PadLeft(progress.Epochs.ToString(CultureInfo.InvariantCulture).Length)}/{progress.Epochs}"
        : string.Create(CultureInfo.InvariantCulture, $"epoch {progress.Epoch}, step {progress.StepsDone}{(progress.StepsPlanned is { } steps ? $"/{steps}" : "")}");

    private static string Figures(TrainingProgress progress, bool narrow = false) => string.Create(
        CultureInfo.InvariantCulture,
        $"loss {progress.Loss:0.0000}  {(progress.ValidationLoss is { } loss ? $"validation {loss:0.0000}  " : "")}"
            + $"{(narrow ? "" : string.Create(CultureInfo.InvariantCulture, $"{progress.SequencesPerSecond:N0} sequences/s  "))}{Duration(progress.TimeLeft)} left");

    /// <summary>"0:07", "12:34", "3:05:07".</summary>
    private static string Duration(TimeSpan time) =>
        time.ToString(time.TotalHours >= 1 ? (time.TotalDays >= 1 ? @"d\.h\:mm\:ss" : @"h\:mm\:ss") : @"m\:ss", CultureInfo.InvariantCulture);

    private sealed class TextColumn(Func<string> text) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(text());
    }
}
