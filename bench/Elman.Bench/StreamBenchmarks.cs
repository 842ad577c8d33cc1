using BenchmarkDotNet.Attributes;

namespace Elman.Bench;

/// <summary>One step of a stream.</summary>
[MemoryDiagnoser]
public class StreamBenchmarks
{
    private RecurrentStream _stream = null!;
    private float[] _input = null!;

    [Params("lstm", "gru")]
    public string Cell { get; set; } = "lstm";

    [Params("1->8", "1->16", "1->32", "1->40", "1->64", "64->128")]
    public string Size { get; set; } = "1->8";

    [GlobalSetup]
    public void Setup()
    {
        int[] sizes = Array.ConvertAll(Size.Split("->"), int.Parse);
        RandomStream random = new(1);
        _stream = Cells.Create(Cell, sizes[0], sizes[1], random).OpenStream();
        _input = new float[sizes[0]];
        foreach (ref float value in _input.AsSpan()) value = random.NextUniform(-1, 1);
    }

    [Benchmark]
    public float Step() => _stream.Step(_input)[0];
}
