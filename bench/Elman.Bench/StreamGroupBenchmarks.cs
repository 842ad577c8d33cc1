using BenchmarkDotNet.Attributes;

namespace Elman.Bench;

/// <summary>A step of many streams of an LSTM with 64 inputs, one after the other and together; and what it costs to write a stream's state to bytes and back.</summary>
[MemoryDiagnoser]
public class StreamGroupBenchmarks
{
    private StreamGroup _group = null!;
    private RecurrentStream[] _streams = null!;
    private float[] _inputs = null!, _outputs = null!;
    private byte[] _bytes = null!;

    [Params(64, 256, 512, 1024)]
    public int Hidden { get; set; } = 64;

    [Params(1, 16, 64)]
    public int Streams { get; set; } = 16;

    [GlobalSetup]
    public void Setup()
    {
        Compute.Threads = 1;
        RandomStream random = new(1);
        Lstm model = new(64, Hidden, random);
        _group = new StreamGroup(model);
        _streams = [.. Enumerable.Range(0, Streams).Select(_ => model.OpenStream())];
        _inputs = new float[Streams * model.InputSize];
        foreach (ref float value in _inputs.AsSpan()) value = random.NextUniform(-1, 1);
        _outputs = new float[Streams * model.OutputSize];
        _bytes = _streams[0].ToBytes();
    }

    [Benchmark(Baseline = true)]
    public void OneByOne()
    {
        for (int i = 0; i < _streams.Length; i++) _streams[i].Step(_inputs.AsSpan(i * 64, 64));
    }

    [Benchmark]
    public void Together() => _group.Step(_streams, _inputs, _outputs);

    /// <summary>Of one stream.</summary>
    [Benchmark]
    public int Write() => _streams[0].WriteBytes(_bytes);

    /// <summary>Of one stream.</summary>
    [Benchmark]
    public void Restore() => _streams[0].Restore(_bytes);
}
