using System.Diagnostics;

namespace Elman.Peers;

/// <summary>One run of the program.</summary>
internal static class Application
{
    private const string ModelsSection = "whole models", StreamsSection = "streams", PeakSection = "peak memory", LongSection = "long sequences", ColdSection = "cold start";

    /// <summary>Runs what the arguments ask for.</summary>
    /// <exception cref="DisagreementException">The libraries do not agree on a row.</exception>
    /// <exception cref="TorchMissingException">TorchSharp's native library does not load.</exception>
    public static void Run(Arguments arguments)
    {
        if (arguments.ShowHelp) Console.WriteLine(Arguments.Help);
        else if (arguments.Peak is { } peak) PeakMemory.RunChild(peak.Row, peak.Library, peak.Threads);
        else if (arguments.List) List(arguments);
        else Measure(arguments);
    }

    private static IEnumerable<LayerRow> Rows(Arguments arguments) => LayerRows.All.Where(row => arguments.Wants(row.Name, row.Group));

    /// <summary>Rows whose peak memory is measured: all, or in a quick run the largest of the ten and those that people train.</summary>
    private static IEnumerable<LayerRow> PeakRows(Arguments arguments) => LayerRows.All.Where(row =>
        !row.InferenceOnly && arguments.Wants(PeakSection, row.Name, row.Group) && (!arguments.Quick || row.Group == LayerRows.Everyday || row is { Group: LayerRows.Plan, N: 64 }));

    private static IEnumerable<ModelRow> Models(Arguments arguments) => ModelRows.All.Where(row => arguments.Wants(ModelsSection, row.Name));

    private static IEnumerable<StreamRow> Streams(Arguments arguments) => StreamRow.All.Where(row => arguments.Wants(StreamsSection, $"stream {row}"));

    private static void List(Arguments arguments)
    {
        foreach (LayerRow row in Rows(arguments)) Console.WriteLine($"{row.Group}: {row}");
        foreach (ModelRow row in Models(arguments)) Console.WriteLine($"{ModelsSection}: {row.Name}");
        foreach (StreamRow row in Streams(arguments)) Console.WriteLine($"{StreamsSection}: {row}");
        foreach (LayerRow row in PeakRows(arguments)) Console.WriteLine($"{PeakSection}: {row}");
        foreach (string section in (string[])[LongSection, ColdSection])
            if (arguments.Wants(section)) Console.WriteLine(section);
    }

    private static void Measure(Arguments arguments)
    {
        long start = Stopwatch.GetTimestamp();
        TorchLibrary.Start();
        Results results = new() { Threads = arguments.Threads };
        // What a run has measured is in the file before the next row begins: a run is long, and may not come to its end.
        void Keep() => Save(results, arguments, start, isWhole: false);
        ConsoleTable table = new(Console.Out);
        table.Write(results.Ceilings, results.Threads);
        LayerComparison.WarmUp(arguments.Threads.Max());
        foreach (LayerRow row in Rows(arguments))
        {
            results.Ceilings.TryAgain();
            foreach (LayerResult result in arguments.Threads.SelectMany(threads => LayerComparison.Run(row, threads, arguments.Effort)))
            {
                results.Layers.Add(result);
                table.Write(result, results.PartOfCeiling(result));
            }
            Keep();
        }
        Each(Models(arguments).SelectMany(row => arguments.Threads.Select(threads => ModelComparison.Run(row, threads, arguments.Effort))), results.Models, table.Write, Keep);
        Each(Streams(arguments).Select(row => StreamComparison.Run(row, arguments.Effort)), results.Streams, table.Write, Keep);
        Each(PeakRows(arguments).Select(row => PeakMemory.Run(row, arguments.Threads.Max(), arguments.Effort)), results.Peaks, table.Write, Keep);
        if (arguments.Wants(LongSection)) Each(LongSequences.Run(arguments.Effort), results.LongSequences, table.Write, Keep);
        if (arguments.Native is { } command && arguments.Wants(ColdSection)) table.Write((results.ColdStart = ColdStart.Run(command))!);
        Save(results, arguments, start, isWhole: true);
    }

    private static void Each<T>(IEnumerable<T> found, List<T> kept, Action<T> show, Action keep)
    {
        foreach (T result in found)
        {
            kept.Add(result);
            show(result);
            keep();
        }
    }

    private static void Save(Results results, Arguments arguments, long start, bool isWhole)
    {
        if (arguments.Filter is not null && arguments.Output is null) return;
        results.Duration = Stopwatch.GetElapsedTime(start);
        string folder = arguments.Output ?? Path.Combine(Repository(), "bench", "results"), name = ThisMachine.Slug;
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, $"{name}.svg"), RatioChart.Draw(results));
        if (results.LongSequences.Count > 0) File.WriteAllText(Path.Combine(folder, $"{name}-long.svg"), LongChart.Draw(results.LongSequences));
        File.WriteAllText(Path.Combine(folder, $"{name}.md"), new Report(results, arguments.Quick, isWhole).Write($"{name}.svg", $"{name}-long.svg"));
        if (isWhole) Console.WriteLine($"\n{results.Duration.TotalMinutes:F1} minutes; results: {Path.Combine(folder, name)}.md");
    }

    /// <summary>The folder above the program that holds the solution; the current one if there is none.</summary>
    private static string Repository()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Elman.slnx"))) return folder.FullName;
        return Environment.CurrentDirectory;
    }
}
