using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;

namespace Elman.Bench;

/// <summary>The same work with ordinary values and with values that are denormal or decay to that: the ratio of each pair is to be 1.</summary>
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class DenormalBenchmarks
{
    private const float Denormal = 1e-40f;
    private const int Parameters = 100_000;

    private Case _ordinary = null!, _small = null!;

    [Params("rnn", "lstm", "gru")]
    public string Cell { get; set; } = "lstm";

    [GlobalSetup]
    public void Setup()
    {
        Compute.Threads = 1;
        (_ordinary, _small) = (new Case(Cell, 1), new Case(Cell, Denormal));
    }

    [Benchmark(Baseline = true), BenchmarkCategory("weights")]
    public void OrdinaryWeights() => Case.Infer(_ordinary.Layer, _ordinary.Input);

    [Benchmark, BenchmarkCategory("weights")]
    public void DenormalWeights() => Case.Infer(_small.Layer, _ordinary.Input);

    [Benchmark(Baseline = true), BenchmarkCategory("inputs")]
    public void OrdinaryInputs() => Case.Infer(_ordinary.Layer, _ordinary.Input);

    [Benchmark, BenchmarkCategory("inputs")]
    public void DenormalInputs() => Case.Infer(_ordinary.Layer, _small.Input);

    /// <summary>Forward and backward, as the next.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("backward")]
    public void LossOnAllSteps() => _ordinary.Train(last: false);

    /// <summary>The gradient decays on its way back.</summary>
    [Benchmark, BenchmarkCategory("backward")]
    public void LossOnTheLastStep() => _ordinary.Train(last: true);

    [Benchmark(Baseline = true), BenchmarkCategory("stream")]
    public float StreamOfOrdinaryValues() => _ordinary.Step(1);

    [Benchmark, BenchmarkCategory("stream")]
    public float StreamOfDenormalInputs() => _ordinary.Step(Denormal);

    [Benchmark(Baseline = true), BenchmarkCategory("optimizer")]
    public void AdamOfOrdinaryGradients() => _ordinary.Adam.Step();

    [Benchmark, BenchmarkCategory("optimizer")]
    public void AdamOfDenormalGradients() => _small.Adam.Step();

    /// <summary>Everything that is computed with, its values multiplied by a factor.</summary>
    private sealed class Case
    {
        private readonly RecurrentStream _stream;
        private readonly float[] _step = new float[8];

        public Case(string cell, float factor)
        {
            Layer = Cells.Create(cell, 8, 64, new RandomStream(1));
            foreach ((_, Tensor value) in Layer.Parameters()) value.CopyFrom([.. value.Span.ToArray().Select(weight => weight * factor)]);
            Input = Tensor.Uniform(new RandomStream(2), -factor, factor, 32, 200, 8);
            _stream = Layer.OpenStream();
            Tensor parameter = Tensor.Uniform(new RandomStream(3), -1, 1, Parameters);
            parameter.RequiresGradient = true;
            Adam = new Adam([("p", parameter)]);
            (parameter * 1).Backward(Tensor.Uniform(new RandomStream(4), -factor, factor, Parameters));
        }

        public RecurrentLayer Layer { get; }

        public Tensor Input { get; }

        public Adam Adam { get; }

        public static void Infer(RecurrentLayer layer, Tensor input)
        {
            using TensorScope scope = TensorScope.Begin();
            using GradientPause pause = Tensor.NoGradient();
            layer.Forward(input);
        }

        public void Train(bool last)
        {
            using TensorScope scope = TensorScope.Begin();
            Layer.ZeroGradients();
            (Tensor output, State final) = Layer.Forward(Input, null);
            (last ? final.Hidden.Sum() : output.Sum()).Backward();
        }

        public float Step(float input)
        {
            _step.AsSpan().Fill(input);
            return _stream.Step(_step)[0];
        }
    }
}
