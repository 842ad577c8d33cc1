using System.Collections.Immutable;
using System.Globalization;

namespace Elman.Cli;

/// <summary>A line for each rung that a trial has done.</summary>
internal sealed class TuneProgress(TrainingView view, ImmutableArray<int> rungs) : IProgress<RungResult>
{
    private double _best = double.PositiveInfinity;

    /// <summary>The rungs in words.</summary>
    public string Rungs => string.Join(", ", rungs[..^1]) + (rungs.Length > 1 ? " and " : "") + Names.Count(rungs[^1], "epoch");

    /// <summary>Shows a result; one call at a time.</summary>
    public void Report(RungResult result)
    {
        bool last = result.Rung == rungs.Length - 1;
        string note = "";
        if (last && result.Loss < _best)
        {
            _best = result.Loss;
            note = ", the best so far";
        }

        string loss = double.IsFinite(result.Loss) ? result.Loss.ToString("0.0000", CultureInfo.InvariantCulture) : "diverged";
        view.Remark(string.Create(CultureInfo.InvariantCulture,
            $"{result.At,6:0.0} s  trial {result.Trial,3}, {Names.Count(result.Budget, "epoch"),9}: loss {loss}{note}"));
    }
}
