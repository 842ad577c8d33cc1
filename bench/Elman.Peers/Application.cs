namespace Elman.Peers;

/// <summary>One run of the program.</summary>
internal static class Application
{
    /// <summary>Runs what the arguments ask for.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="DisagreementException">The libraries do not agree on a row.</exception>
    /// <exception cref="TorchMissingException">TorchSharp's native library does not load.</exception>
    public static int Run(Arguments arguments)
    {
        LayerRow[] rows = [.. LayerRows.All.Where(row => arguments.Wants(row.Name, row.Group))];
        if (arguments.ShowHelp) Console.WriteLine(Arguments.Help);
        else if (arguments.List) foreach (LayerRow row in rows) Console.WriteLine($"{row.Group}: {row}");
        else Measure(arguments, rows);
        return 0;
    }

    private static void Measure(Arguments arguments, LayerRow[] rows)
    {
        TorchLibrary.Start();
        LayerComparison.WarmUp(arguments.Threads.Max());
        LayerTable table = new(Console.Out);
        foreach (LayerRow row in rows)
            foreach (int threads in arguments.Threads)
                foreach (LayerResult result in LayerComparison.Run(row, threads, arguments.Effort)) table.Write(result);
    }
}
