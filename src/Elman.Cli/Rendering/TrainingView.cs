using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Elman.Cli;

/// <summary>
/// Shows on standard error how a training goes: one line that is redrawn in place where somebody looks on, about twenty plain lines
/// where the output goes to a file.
/// </summary>
internal sealed class TrainingView
{
    private const int PlainLines = 20, NarrowWidth = 80;

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

    private T RunPlain<T>(Func<Action<TrainingProgress>, T> training)
    {
        using var registration = _cancellation.Register(() => _terminal.Remark("stopping after this batch; Ctrl-C again stops at once"));
        return training(progress =>
        {
            if (!progress.EpochDone || progress.Epoch * PlainLines < _linesDue * progress.Epochs)
                return;
            _linesDue = (progress.Epoch * PlainLines / progress.Epochs) + 1;
            _terminal.Error.WriteLine($"{EpochOf(progress)}  {Figures(progress)}");
        });
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
                    task.Value = (progress.Epoch - 1 + ((double)progress.Step / Math.Max(1, progress.StepsPerEpoch))) / Math.Max(1, progress.Epochs);
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

    private static string EpochOf(TrainingProgress progress) =>
        $"epoch {progress.Epoch.ToString(CultureInfo.InvariantCulture).PadLeft(progress.Epochs.ToString(CultureInfo.InvariantCulture).Length)}/{progress.Epochs}";

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
