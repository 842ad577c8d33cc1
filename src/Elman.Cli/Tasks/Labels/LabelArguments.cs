using System.CommandLine;

namespace Elman.Cli;

/// <summary>Options of evaluate and predict that the tasks share that give labels.</summary>
internal sealed class LabelArguments
{
    private readonly Option<string?> _metrics = new("--metrics") { Description = "Where the scores go as JSON.", HelpName = "report.json" };
    private readonly Option<string?> _report = new("--report") { Description = "Where a page with the scores and the worst examples goes.", HelpName = "report.html" };
    private readonly Option<int> _top = Checked.WholeNumber("--top", "Labels to write, the most probable first.", 1, 1000, 1);
    private readonly Option<bool> _probabilities = new("--probabilities") { Description = "Write the probability of every label." };
    private readonly Option<double> _threshold = Checked.RealNumber("--threshold", "From which probability on a label is given, where a sequence may have several; else a label below it is left empty.", 0, 1, 0);

    /// <summary>The options of evaluate.</summary>
    public IReadOnlyList<Option> OfEvaluate => [_metrics, _report];

    /// <summary>Where the scores go as JSON.</summary>
    public Option Metrics => _metrics;

    /// <summary>The options of predict.</summary>
    public IReadOnlyList<Option> OfPredict => [_top, _probabilities, _threshold];

    public int Top(ParseResult given) => given.GetValue(_top);

    public bool Probabilities(ParseResult given) => given.GetValue(_probabilities);

    /// <summary>Null where it is not said.</summary>
    public double? Threshold(ParseResult given) => given.GetResult(_threshold) is { Implicit: false } ? given.GetValue(_threshold) : null;

    /// <summary>
    /// Writes a report where the command line wants it: to the terminal always, as JSON and as a page if they are asked for.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="report">The scores.</param>
    /// <param name="page">Makes the page; null where there is none.</param>
    public void Write(TaskCall call, TaskReport report, Func<HtmlPage>? page = null)
    {
        var (metrics, html) = (call.Given.GetValue(_metrics), call.Given.GetValue(_report));
        call.Terminal.Out.WriteLine(report.ToString());
        if (metrics is not null) AtomicFile.WriteText(metrics, report.ToJson() + "\n");
        if (html is not null && page is not null) AtomicFile.WriteText(html, page().ToString());
    }

    /// <summary>Refuses places that cannot be written, before the work.</summary>
    public void CheckPlaces(TaskCall call)
    {
        foreach (string? place in (string?[])[call.Given.GetValue(_metrics), call.Given.GetValue(_report)])
        {
            if (place is null) continue;
            OutputPlace.CheckApart(place, call.Model, call.Data);
            OutputPlace.Check(place);
        }
    }
}
