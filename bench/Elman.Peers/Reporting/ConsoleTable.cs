namespace Elman.Peers;

/// <summary>Results on the console, a line each, as they come.</summary>
internal sealed class ConsoleTable(TextWriter output)
{
    private string _section = "";

    public void Write(LayerResult result, double partOfCeiling)
    {
        Section("Layers", $"{"",-48}{"",-10}{"threads",8}{"Elman",10}{"libtorch",11}{"ONNX R.",10}{"GFLOP/s",9}{"ceiling",9}");
        output.WriteLine($"{result.Row.Name,-48}{(result.Training ? "training" : "inference"),-10}{result.Threads,8}{Text.Time(result.Elman.Median),10}{Ratio(result.Ratio(Libraries.Torch)),11}"
            + $"{Ratio(result.Ratio(Libraries.Onnx)),10}{result.OperationsPerSecond / 1e9,9:F1}{100 * partOfCeiling,7:F0} %");
    }

    public void Write(ModelResult result)
    {
        Section("Training steps of whole models", "");
        output.WriteLine($"{result.Row.Name.Split(':')[0],-15}{Text.Threads(result.Threads),-10}{Text.Time(result.Elman.Median),10}   libtorch {Ratio(result.Ratio)}   {Text.Bytes(result.AllocatedBytes)} allocated");
    }

    public void Write(StreamResult result)
    {
        Section("Stream steps", "");
        output.WriteLine($"{result.Row,-15}{Text.Time(result.Elman.Median),10}   target {result.Row.TargetNanoseconds,5:F0} ns   libtorch {(result.Torch is { } torch ? Ratio(torch.Median / result.Elman.Median) : "wrong"),9}   ONNX R. {Ratio(result.Onnx.Median / result.Elman.Median),8}   {result.AllocatedBytes} bytes allocated");
    }

    public void Write(PeakResult result)
    {
        Section("Peak memory of training", "");
        output.WriteLine($"{result.Row.Name,-48}{Text.Bytes(result.Elman),10}   libtorch {Text.Bytes(result.Torch),10}   {Text.Number(result.Ratio)} of libtorch's");
    }

    public void Write(LongResult result)
    {
        Section("Long sequences", "");
        output.WriteLine($"{result.Length,8:N0} steps   {result.Mode,-18}{result.NanosecondsPerStep,8:F0} ns per step");
    }

    public void Write(Timing coldStart)
    {
        Section("Cold start", "");
        output.WriteLine($"{Text.Time(coldStart.Median)}, minimum {Text.Time(coldStart.Minimum)}");
    }

    public void Write(Ceilings ceilings, IReadOnlyList<int> threads)
    {
        Section("Ceilings", "");
        foreach (int count in threads) output.WriteLine($"{Text.Threads(count)}: {ceilings.Operations(count) / 1e9:F1} GFLOP/s of fused multiply-adds");
    }

    private void Section(string name, string headings)
    {
        if (_section == name) return;
        _section = name;
        output.WriteLine($"\n== {name} ==");
        if (headings.Length > 0) output.WriteLine(headings);
    }

    private static string Ratio(double? ratio) => ratio is { } value ? $"{Text.Number(value)} ×" : "";
}
