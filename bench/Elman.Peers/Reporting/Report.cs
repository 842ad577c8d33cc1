using System.Text;

namespace Elman.Peers;

/// <summary>The results file, in Markdown.</summary>
/// <param name="quick">Whether few samples were taken.</param>
/// <param name="isWhole">Whether the run has ended. Until then the file has what is measured so far, and nothing that must be measured for it.</param>
internal sealed class Report(Results results, bool quick, bool isWhole)
{
    private readonly StringBuilder _text = new();

    public string Write(string ratioChart, string longChart)
    {
        Line($"# Elman and its peers: {ThisMachine.Processor}, {Environment.ProcessorCount} cores");
        Line();
        Line("One run, all libraries in turn (A B C A B C …) on the same weights and inputs, each in its own memory layout, after their numbers had been found to agree: outputs within 1e-4, "
            + "gradients within 1e-4 of the largest magnitude in each tensor. Medians; ± is the interquartile range in percent of the median. Ratios say how many times faster Elman is.");
        if (quick) Line("\nThis was a quick run, of few samples: a first orientation.");
        if (!isWhole) Line("\n**This run did not come to its end; the file has what it had measured.**");
        Line();
        Table(["", ""], [.. ThisMachine.Facts.Select(fact => new[] { fact.Name, fact.Value }), ["duration", $"{results.Duration.TotalMinutes:F1} minutes"]]);
        if (isWhole) WriteTargets();
        Line($"![How many times faster Elman is than its peers]({ratioChart})\n");
        if (isWhole) WriteCeilings();
        WriteLayers();
        WriteModels();
        WriteStreams();
        WriteMemory();
        WriteLongSequences(longChart);
        return _text.ToString();
    }

    private void WriteTargets()
    {
        IReadOnlyList<Target> targets = Targets.Of(results);
        Line("## Targets\n");
        Table(["work", "wanted", "met", "number of checks that meet it", "worst"], [.. targets.Select(target => new[]
        {
            target.Work, target.Wanted, target.Checks.Count == 0 ? "–" : target.Met ? "yes" : "no",
            target.Checks.Count == 0 ? "" : $"{target.Checks.Count(check => check.Met)} of {target.Checks.Count}",
            string.Join("; ", new[] { target.Worst is { } worst ? $"{worst.What}: {Measured(worst)}" : "", target.Remark }.Where(part => part.Length > 0)),
        })]);
        Line("<details><summary>Everything that falls short, by how much, and what the limit is</summary>\n");
        Line("The limit is the least time that the work can have taken: the median of programs that do what it cannot do without and nothing else, run in turn with the libraries and so beside the same neighbours: "
            + "all multiply-adds with operands from the first-level cache, and then the cell's functions on registers; or, if longer, for a single sequence, the multiply-adds of its inputs and then reading W_hh at every step from where it lives, after which several threads wait for each other, or by one thread if that is sooner; "
            + "or the chain of steps, each with the sum over h, in its fixed order, and the functions of one unit. `needs` is the part of that speed that the target takes: above 100 % it is out of reach. Of two threads over one there is a comparison and no such bound: what two calls of half the batch reach that share nothing and run at the same time, each on one thread.\n");
        foreach (Target target in targets.Where(target => target.Checks.Count > 0 && !target.Met))
        {
            Line($"**{target.Work}**\n");
            Table(["", "measured", "wanted", "part", "of the limit", "needs"], [.. target.Checks.Where(check => !check.Met).OrderBy(check => check.Part)
                .Select(check => new[] { check.What, Measured(check), $"{Text.Number(check.Wanted)} {check.Unit}", $"{100 * check.Part:F0} %", Percent(check.PartOfLimit), Percent(check.NeededOfLimit) })]);
        }
        Line("</details>\n");

        static string Percent(double? part) => part is { } known ? $"{100 * known:F0} %" : "–";
        static string Measured(Check check) => $"{Text.Number(check.Measured)} {check.Unit}";
    }

    private void WriteCeilings()
    {
        Line("## Ceilings\n");
        Line("Fused multiply-adds on registers, two operations each, bytes read from working sets of so much memory for each thread, and two threads that wait for each other; the best of several tries.\n");
        Ceilings ceilings = results.Ceilings;
        (string Name, long Bytes)[] sets =
        [
            ("half of L1", ThisMachine.CacheBytes(1) / 2), ("half of L2", ThisMachine.CacheBytes(2) / 2), ("an eighth of L3", ThisMachine.CacheBytes(3) / 8),
            ("half of L3", ThisMachine.CacheBytes(3) / 2), ThisMachine.BeyondCaches(results.Threads.Max()),
        ];
        List<string[]> rows = [["multiply-adds", .. results.Threads.Select(threads => $"{ceilings.Operations(threads) / 1e9:F1} GFLOP/s")]];
        foreach ((string name, long bytes) in sets.Where(set => set.Bytes > 0))
            rows.Add([$"read, {name}, {Text.Bytes(bytes)}", .. results.Threads.Select(threads => $"{ceilings.Bandwidth(bytes, threads) / 1e9:F1} GB/s")]);
        if (results.Threads.Contains(2)) rows.Add(["a meeting of two threads", .. results.Threads.Select(threads => threads == 2 ? Text.Time(ceilings.Meeting) : "–")]);
        Table(["", .. results.Threads.Select(Text.Threads)], rows);
    }

    private void WriteLayers()
    {
        foreach (bool training in (bool[])[false, true])
        {
            Line(training ? "## Training\n" : "## Inference\n");
            Line((training ? "Forward, backward, gradients of all weights and of the input." : "One forward pass.")
                + " N × L, I → H. A ratio in bold misses its target; the limit is that of what falls short, above; the last column is the largest difference that the check found.\n");
            foreach (var group in results.Layers.Where(result => result.Training == training).GroupBy(result => result.Row.Group))
            {
                Line($"### {group.Key}\n");
                string[] peers = training ? [Libraries.Torch] : [Libraries.Torch, Libraries.Onnx];
                Table(["row", "threads", "Elman", "±", "minimum", .. peers.SelectMany(peer => (string[])[peer, "±", "ratio"]), "GFLOP/s", "of ceiling", "of limit", .. training ? (string[])["bytes allocated"] : [], "difference"],
                    [.. group.Select(result => (string[])[
                        result.Row.Name, $"{result.Threads}", Text.Time(result.Elman.Median), Text.Spread(result.Elman), Text.Time(result.Elman.Minimum),
                        .. peers.SelectMany(peer => PeerCells(result, peer)),
                        $"{result.OperationsPerSecond / 1e9:F1}", $"{100 * results.PartOfCeiling(result):F0} %", $"{100 * result.PartOfLimit:F0} %", .. training ? (string[])[Text.Bytes(result.AllocatedBytes)] : [], $"{result.Disagreement:G1}"])]);
            }
        }
        if (isWhole) WriteMemoryBound();
    }

    private static string[] PeerCells(LayerResult result, string peer)
    {
        Timing timing = result.Timings[peer];
        double ratio = result.Ratio(peer)!.Value;
        string shown = $"{Text.Number(ratio)} ×";
        return [Text.Time(timing.Median), Text.Spread(timing), ratio >= Targets.WantedRatio(result, peer) ? shown : $"**{shown}**"];
    }

    private void WriteMemoryBound()
    {
        LayerResult[] bound = [.. results.Layers.Where(result => !result.Training && Results.IsMemoryBound(result.Row))];
        if (bound.Length == 0) return;
        Line("### Where memory is the limit\n");
        Line("Inference at N = 1 with weights larger than L2. Bytes that have to be read, W_hh in every step and W_ih once, beside the bandwidth that the same threads were measured to have in a working set of that size. "
            + "Last, the same with weights rounded to bfloat16: how many times faster, and the largest difference in an output, which lies between −1 and 1.\n");
        Table(["row", "threads", "weights", "GB/s", "ceiling GB/s", "of ceiling", "bfloat16", "difference"], [.. bound.Select(result =>
        {
            (double measured, double ceiling) = results.Bandwidth(result);
            return new[] { result.Row.Name, $"{result.Threads}", Text.Bytes(result.Row.RecurrentBytes + result.Row.InputBytes), $"{measured / 1e9:F1}", $"{ceiling / 1e9:F1}", $"{100 * measured / ceiling:F0} %",
                $"{Text.Number(result.Elman.Median / result.Rounded!.Timing.Median)} ×", $"{result.Rounded.Error:G1}" };
        })]);
    }

    private void WriteModels()
    {
        if (results.Models.Count == 0) return;
        Line("## Training steps of whole models\n");
        Line("Forward, loss, backward, norm of the gradients bounded by 1, one step of Adam; no dropout, whose masks would differ. The losses of five steps and the gradients of the first agreed.\n");
        Table(["model", "threads", "Elman", "±", "libtorch", "±", "ratio", "bytes allocated", "difference"], [.. results.Models.Select(model => new[]
        {
            model.Row.Name, $"{model.Threads}", Text.Time(model.Elman.Median), Text.Spread(model.Elman), Text.Time(model.Torch.Median), Text.Spread(model.Torch),
            model.Ratio >= Targets.TrainingRatio ? $"{Text.Number(model.Ratio)} ×" : $"**{Text.Number(model.Ratio)} ×**", Text.Bytes(model.AllocatedBytes), $"{model.Disagreement:G1}",
        })]);
    }

    private void WriteStreams()
    {
        if (results.Streams.Count == 0) return;
        double slower = StreamRow.ReferenceCore / results.Ceilings.Operations(1);
        Line("## One step of a stream\n");
        Line($"One thread. The targets are for a core of 97 GFLOP/s; the third column scales them by {slower:F2}, to this one's multiply-adds in its widest vectors, although waits (of one multiply-add for the one before, and for a cache) do not shorten with the width. ONNX Runtime and libtorch run a sequence of one step with states in and out.\n");
        Table(["stream", "target", "scaled", "Elman", "±", "met", "unscaled", "libtorch", "ONNX Runtime", "bytes allocated"], [.. results.Streams.Select(stream => new[]
        {
            stream.Row.ToString(), stream.Row.TargetNanoseconds is { } target ? $"{target:F0} ns" : "–", stream.Row.TargetNanoseconds is { } scaled ? $"{scaled * slower:F0} ns" : "–",
            Text.Time(stream.Elman.Median), Text.Spread(stream.Elman), Met(stream, slower), Met(stream, 1),
            stream.Torch is { } torch ? $"{Text.Time(torch.Median)}, {Text.Number(torch.Median / stream.Elman.Median)} ×" : $"other numbers, by {Text.Number(stream.TorchDifference)}", $"{Text.Time(stream.Onnx.Median)}, {Text.Number(stream.Onnx.Median / stream.Elman.Median)} ×", $"{stream.AllocatedBytes}",
        })]);
    }

    private static string Met(StreamResult stream, double scale) =>
        stream.Row.TargetNanoseconds is not { } target ? "–" : stream.Elman.Median * 1e9 <= target * scale ? "yes" : "no";

    private void WriteMemory()
    {
        if (results.Peaks.Count > 0)
        {
            Line("## Peak memory of training\n");
            Line($"What three training steps held at most beyond library, weights and inputs, on {Text.Threads(results.Threads.Max())}; each library in {(quick ? "a process of its own" : "processes of its own, the median of three")}.\n");
            Table(["row", "Elman", "libtorch", "Elman / libtorch"], [.. results.Peaks.Select(peak => new[] { peak.Row.Name, Text.Bytes(peak.Elman), Text.Bytes(peak.Torch), Text.Number(peak.Ratio) })]);
        }
        if (results.ColdStart is { } start)
        {
            Line("## Cold start\n");
            Line($"The native command, from the start of the process to its end: `elman predict` with a model of 2 layers of 64 units and 120 rows of CSV: median {Text.Time(start.Median)}, ± {Text.Spread(start)}, minimum {Text.Time(start.Minimum)}, {start.Samples} starts.\n");
        }
    }

    private void WriteLongSequences(string chart)
    {
        if (results.LongSequences.Count == 0) return;
        Line("## Long sequences\n");
        Line($"One sequence, lstm {LongSequences.Hidden} → {LongSequences.Hidden}, one thread: nanoseconds per step.\n");
        string[] modes = [.. results.LongSequences.Select(result => result.Mode).Distinct()];
        Table(["steps", .. modes], [.. results.LongSequences.GroupBy(result => result.Length).Select(group => (string[])[$"{group.Key:N0}", .. group.Select(result => $"{result.NanosecondsPerStep:F0}")])]);
        Line($"![Time per step by the length of the sequence]({chart})");
    }

    private void Table(IReadOnlyList<string> headings, IReadOnlyList<string[]> rows)
    {
        Line($"| {string.Join(" | ", headings)} |");
        Line($"|{string.Concat(headings.Select(_ => "---|"))}");
        foreach (string[] row in rows) Line($"| {string.Join(" | ", row)} |");
        Line();
    }

    private void Line(string text = "") => _text.Append(text).Append('\n');
}
