using BenchmarkDotNet.Attributes;

namespace Elman.Bench;

/// <summary>One layer over a whole batch: inference, and forward with backward to input and weights.</summary>
[MemoryDiagnoser]
public class LayerBenchmarks
{
    private RecurrentLayer _layer = null!;
    private Tensor _input = null!;
    private Tensor _seed = null!;

    public static IEnumerable<LayerSize> Sizes => LayerSize.Ten;

    [ParamsSource(nameof(Sizes))]
    public LayerSize Size { get; set; } = LayerSize.Ten[0];

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        Compute.Threads = Threads;
        RandomStream random = new(1);
        _layer = Cells.Create(Size.Cell, Size.I, Size.H, random);
        _input = Filled(random, Size.N, Size.L, Size.I);
        _input.RequiresGradient = true;
        _seed = Filled(random, Size.N, Size.L, Size.H);
    }

    [Benchmark]
    public float Infer()
    {
        using TensorScope scope = TensorScope.Begin();
        using GradientPause pause = Tensor.NoGradient();
        return _layer.Forward(_input).Span[0];
    }

    [Benchmark]
    public void Train()
    {
        using TensorScope scope = TensorScope.Begin();
        _layer.ZeroGradients();
        _input.ZeroGradient();
        _layer.Forward(_input).Backward(_seed);
    }

    private static Tensor Filled(RandomStream random, params ReadOnlySpan<int> shape)
    {
        Tensor tensor = Tensor.Zeros(shape);
        foreach (ref float value in tensor.WritableSpan()) value = random.NextUniform(-1, 1);
        return tensor;
    }
}
