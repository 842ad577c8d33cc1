using System.Globalization;

namespace Elman.Peers;

/// <summary>The most memory that training a row held beyond weights and inputs, each library in a process of its own.</summary>
internal sealed record PeakResult(LayerRow Row, long Elman, long Torch)
{
    /// <summary>Less than this is the noise of pages and allocators.</summary>
    private const long Noise = 1_000_000;

    public double Ratio => (double)Math.Max(Elman, Noise) / Math.Max(Torch, Noise);
}

/// <summary>Measures peak memory in child processes of this program.</summary>
internal static class PeakMemory
{
    /// <summary>The option that makes this program such a child: it takes the row's name, the library and the threads.</summary>
    public const string ChildOption = "--peak";

    private const int Steps = 3;

    public static PeakResult Run(LayerRow row, int threads, Effort effort) => new(row, Median(row, Libraries.Elman, threads, effort.Processes), Median(row, Libraries.Torch, threads, effort.Processes));

    /// <summary>
    /// The child: trains a small row, so that all code is loaded, makes weights and inputs, and prints by how many bytes the resident memory
    /// rose over that at its highest while it took a few training steps.
    /// </summary>
    public static void RunChild(LayerRow row, string library, int threads)
    {
        LayerRow small = row with { N = Math.Min(row.N, 2), L = Math.Min(row.L, 3), I = 8, H = 8 };
        if (library == Libraries.Torch) TorchLibrary.Start();
        using (ILayerContender warmUp = Create(library, small, threads)) warmUp.Train();
        using ILayerContender contender = Create(library, row, threads);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        // Sets the highest mark back to what is resident now (proc(5), clear_refs).
        File.WriteAllText("/proc/self/clear_refs", "5");
        long before = StatusBytes("VmRSS");
        for (int step = 0; step < Steps; step++) contender.Train();
        Console.WriteLine(StatusBytes("VmHWM") - before);
    }

    private static long Median(LayerRow row, string library, int threads, int children) => Enumerable.Range(0, children).Select(_ => InChild(row, library, threads)).Order().ElementAt(children / 2);

    private static ILayerContender Create(string library, LayerRow row, int threads)
    {
        LayerProblem problem = new(row);
        return library == Libraries.Elman ? new ElmanLayer(problem, threads) : new TorchLayer(problem, threads);
    }

    private static long InChild(LayerRow row, string library, int threads) =>
        long.Parse(ChildProcess.Output(Environment.ProcessPath!, [ChildOption, row.Name, library, threads.ToString(CultureInfo.InvariantCulture)]), CultureInfo.InvariantCulture);

    private static long StatusBytes(string name) =>
        File.ReadLines("/proc/self/status").First(line => line.StartsWith(name + ":", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries) is [.., string kilobytes, _]
            ? long.Parse(kilobytes.Split('\t')[^1], CultureInfo.InvariantCulture) << 10 : 0;
}
