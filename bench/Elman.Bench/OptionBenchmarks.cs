using BenchmarkDotNet.Attributes;

namespace Elman.Bench;

/// <summary>What each option of a cell costs: a layer over a batch, in inference and in training, on one thread, and a step of a stream.</summary>
public class OptionBenchmarks
{
    private static readonly Dictionary<string, RecurrentOptions> Settings = new()
    {
        ["plain"] = new(),
        ["peepholes"] = new() { Peepholes = true },
        ["coupled gates"] = new() { CoupledGates = true },
        ["cell clip"] = new() { CellClip = 3 },
        ["gate clip"] = new() { GateClip = 3 },
        ["activations"] = new() { Activations = [Activation.HardSigmoid(), Activation.HardSigmoid(), Activation.Softsign, Activation.HardSigmoid(), Activation.Softsign] },
        ["projection to H / 2"] = new() { ProjectionSize = -1 },
        ["layer norm"] = new() { LayerNorm = true },
        ["zoneout"] = new() { Zoneout = 0.1f },
        ["recurrent dropout"] = new() { RecurrentDropout = 0.1f },
        ["weight dropout"] = new() { WeightDropout = 0.1f },
    };

    private Lstm _layer = null!;
    private Tensor _input = null!, _seed = null!;
    private RecurrentStream _stream = null!;
    private long _step;

    public static IEnumerable<string> Options => Settings.Keys;

    [ParamsSource(nameof(Options))]
    public string Option { get; set; } = "plain";

    [GlobalSetup]
    public void Setup()
    {
        Compute.Threads = 1;
        RandomStream random = new(1);
        _layer = Layer(64, 128);
        _input = Tensor.Uniform(random, -1, 1, 32, 50, 64);
        _input.RequiresGradient = true;
        _seed = Tensor.Uniform(random, -1, 1, 32, 50, _layer.OutputSize);
        _stream = Layer(1, 32).OpenStream();

        Lstm Layer(int inputs, int hidden)
        {
            RecurrentOptions options = Settings[Option];
            return new Lstm(inputs, hidden, random, options.ProjectionSize < 0 ? options with { ProjectionSize = hidden / 2 } : options);
        }
    }

    /// <summary>32 × 50, 64 → 128.</summary>
    [Benchmark]
    public float Infer()
    {
        using TensorScope scope = TensorScope.Begin();
        using GradientPause pause = Tensor.NoGradient();
        _layer.Evaluate();
        return _layer.Forward(_input).Span[0];
    }

    /// <summary>The same, forward and backward to input and weights.</summary>
    [Benchmark]
    public void Train()
    {
        using TensorScope scope = TensorScope.Begin();
        _layer.Train(1, _step++);
        _layer.ZeroGradients();
        _input.ZeroGradient();
        _layer.Forward(_input).Backward(_seed);
    }

    /// <summary>1 → 32.</summary>
    [Benchmark]
    public float Step() => _stream.Step([0.5f])[0];
}
