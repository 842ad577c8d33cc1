using System.Globalization;

namespace Elman.Peers;

/// <summary>Results on the console, a line each, as they come.</summary>
internal sealed class LayerTable(TextWriter output)
{
    private bool _begun;

    public void Write(LayerResult result)
    {
        if (!_begun) output.WriteLine($"{"row",-48}{"work",-10}{"threads",7}{"Elman ms",12}{"libtorch",10}{"ONNX R.",10}{"GFLOP/s",9}");
        _begun = true;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{result.Row.Name,-48}{(result.Training ? "training" : "inference"),-10}{result.Threads,7}{result.Elman.Median * 1e3,12:G4}{Ratio(Libraries.Torch),10}{Ratio(Libraries.Onnx),10}{result.GigaflopsPerSecond,9:F1}"));

        string Ratio(string peer) => result.Ratio(peer) is { } ratio ? string.Create(CultureInfo.InvariantCulture, $"{ratio:F2} ×") : "";
    }
}
