using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Elman.Cli;

/// <summary>
/// Shows on standard error how the work goes: which part of it is running and where that stands. One line is redrawn in place where somebody looks on; where the
/// output goes to a file, a line comes every two seconds.
/// </summary>
internal sealed class TrainingView : IProgress<TrainingProgress>
{
    private const int NarrowWidth = 80;
    private static readonly TimeSpan FirstLine = TimeSpan.FromSeconds(1.5), FurtherLines = TimeSpan.FromSeconds(2);

    private readonly Terminal _terminal;
    private readonly IAnsiConsole? _console;
    private readonly List<string> _remarks = [];
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private string _phase = "reading";
    private TrainingProgress? _latest;
    private CancellationToken _cancellation;

    private TrainingView(Terminal terminal) => (_terminal, _console) = (terminal, terminal.LiveError ? terminal.Progress() : null);

    /// <summary>What was remarked so far.</summary>
    public IReadOnlyList<string> Remarks => _remarks;

    /// <summary>How long the work has taken.</summary>
    public TimeSpan Elapsed => _watch.Elapsed;

    /// <summary>Does some work, which tells the view where it stands.</summary>
    /// <param name="terminal">Where to show it.</param>
    /// <param name="work">The work.</param>
    /// <returns>What the work gives; null if it was stopped.</returns>
    public static T? Run<T>(Terminal terminal, Func<TrainingView, T?> work)
        where T : class
    {
        TrainingView view = new(terminal);
        try
        {
            return view._console is { } console ? view.RunLive(console, work) : view.RunPlain(work);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Once cancelled, the view says that the work is about to stop.</summary>
    public void Watch(CancellationToken cancellation)
    {
        _cancellation = cancellation;
        if (_console is null) cancellation.Register(() => Say("elman: stopping after this batch; Ctrl-C again stops at once"));
    }

    /// <summary>A part of the work begins.</summary>
    public void Phase(string name)
    {
        lock (_terminal.Live)
            (_phase, _latest) = (name, null);
    }

    /// <summary>Nets have done a step.</summary>
    public void Report(TrainingProgress progress)
    {
        lock (_terminal.Live)
            _latest = progress;
        // The last line of a part is the one that says how well it went.
        if (_console is null && progress.EpochDone && progress.Done >= 1) Say(Line());
    }

    /// <summary>A line that stays on the screen.</summary>
    public void Remark(string line)
    {
        _remarks.Add(line);
        if (_console is null) Say(Terminal.Line(line));
        else _console.WriteLine(Terminal.Line(line));
    }

    /// <summary>Several such lines.</summary>
    public void Remark(IEnumerable<string> lines)
    {
        foreach (string line in lines) Remark(line);
    }

    private T RunPlain<T>(Func<TrainingView, T> work)
    {
        using var timer = new Timer(_ => Say(Line()), null, FirstLine, FurtherLines);
        return work(this);
    }

    private void Say(string line)
    {
        lock (_terminal.Live)
            _terminal.Error.WriteLine(line);
    }

    private string Line()
    {
        var (phase, latest) = Now;
        return latest is { } progress ? $"{phase}: {EpochOf(progress)}  {Figures(progress)}"
            : string.Create(CultureInfo.InvariantCulture, $"{phase} ({_watch.Elapsed.TotalSeconds:0} s)");
    }

    private T RunLive<T>(IAnsiConsole console, Func<TrainingView, T> work)
    {
        bool narrow = _terminal.Width < NarrowWidth;
        var phase = new TextColumn(() => Now is var (name, latest) && latest is { } progress ? $"{name}: {EpochOf(progress)}" : name);
        var bar = new ProgressBarColumn { Width = Math.Clamp(_terminal.Width - 96, 8, 40), CompletedStyle = Color.Yellow, RemainingStyle = Color.Grey };
        var figures = new TextColumn(() => _cancellation.IsCancellationRequested ? "stopping after this batch" : Now.Latest is { } progress ? Figures(progress, narrow) : Duration(_watch.Elapsed));
        return console.Progress()
            .AutoClear(true)
            .Columns(narrow ? [phase, figures] : [phase, new Steps(bar, () => Now.Latest), figures])
            .Start(context =>
            {
                context.AddTask("training", maxValue: 1);
                return work(this);
            });
    }

    /// <summary>Written by the work, read by the thread that redraws.</summary>
    private (string Phase, TrainingProgress? Latest) Now
    {
        get
        {
            lock (_terminal.Live)
                return (_phase, _latest);
        }
    }

    /// <summary>By epochs where their number ends the training, by steps where that or the time does.</summary>
    private static string EpochOf(TrainingProgress progress) => progress.StepsPlanned is { } planned && planned == (long)progress.Epochs * progress.StepsPerEpoch
        ? $"epoch {progress.Epoch.ToString(CultureInfo.InvariantCulture).PadLeft(progress.Epochs.ToString(CultureInfo.InvariantCulture).Length)}/{progress.Epochs}"
        : string.Create(CultureInfo.InvariantCulture, $"step {progress.StepsDone}{(progress.StepsPlanned is { } steps ? $"/{steps}" : "")}");

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

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => Terminal.Cell(text());
    }

    /// <summary>A bar while nets are trained; other parts of the work do not know how far they are.</summary>
    private sealed class Steps(ProgressBarColumn bar, Func<TrainingProgress?> latest) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            if (latest() is not { } progress) return Terminal.Cell("");
            task.Value = Math.Min(progress.Done, 0.999);
            return bar.Render(options, task, deltaTime);
        }
    }
}
