namespace Elman.Peers;

/// <summary>A row in Elman.</summary>
internal sealed class ElmanLayer : ILayerContender
{
    private readonly RecurrentLayer _layer;
    private readonly Tensor _input, _slope;
    private readonly int[]? _lengths;

    public ElmanLayer(LayerProblem problem, int threads, bool bfloat16 = false)
    {
        Compute.Threads = threads;
        LayerRow row = problem.Row;
        _layer = problem.CreateLayer(new RandomStream(1));
        _layer.BFloat16Weights = bfloat16;
        Library = bfloat16 ? Libraries.BFloat16 : Libraries.Elman;
        _layer.Load(problem.Weights.ToDictionary(weight => weight.Name, weight => Tensor.From(weight.Values, weight.Shape)));
        _input = Tensor.From(problem.Input, row.N, row.L, row.I);
        _input.RequiresGradient = true;
        _slope = Tensor.From(problem.Slope, row.N, row.L, row.Directions * row.H);
        _lengths = row.Ragged ? problem.Lengths : null;
    }

    public string Library { get; }

    public bool Trains => !_layer.BFloat16Weights;

    public void Infer()
    {
        using TensorScope scope = TensorScope.Begin();
        using GradientPause pause = Tensor.NoGradient();
        _layer.Forward(_input, _lengths);
    }

    public void Train()
    {
        using TensorScope scope = TensorScope.Begin();
        _layer.ZeroGradients();
        _input.ZeroGradient();
        _layer.Forward(_input, _lengths).Backward(_slope);
    }

    public float[] Output()
    {
        using TensorScope scope = TensorScope.Begin();
        using GradientPause pause = Tensor.NoGradient();
        return _layer.Forward(_input, _lengths).Span.ToArray();
    }

    public IReadOnlyDictionary<string, float[]> Gradients()
    {
        Train();
        Dictionary<string, float[]> gradients = _layer.Parameters().ToDictionary(parameter => parameter.Name, parameter => parameter.Value.Gradient!.Span.ToArray());
        gradients.Add("input", _input.Gradient!.Span.ToArray());
        return gradients;
    }

    public void Dispose()
    {
    }
}
