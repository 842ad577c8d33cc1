namespace Elman.Peers;

/// <summary>A model in training in Elman.</summary>
internal sealed class ElmanModel(Module net, double rate, Func<Tensor> loss) : IModelTraining
{
    private readonly Adam _adam = new(net.Parameters(), rate);

    public string Library => Libraries.Elman;

    public IReadOnlyList<Weight> Weights =>
        [.. net.Parameters().Select(parameter => new Weight(parameter.Name, parameter.Value.Shape.Extents.ToArray(), parameter.Value.Span.ToArray()))];

    public float Step()
    {
        using TensorScope scope = TensorScope.Begin();
        _adam.ZeroGradients();
        Tensor value = loss();
        value.Backward();
        GradientClipping.ByNorm(_adam.Parameters, ModelRows.ClipNorm);
        _adam.Step();
        return value.ToScalar();
    }

    public IReadOnlyDictionary<string, float[]> Gradients() =>
        net.Parameters().ToDictionary(parameter => parameter.Name, parameter => parameter.Value.Gradient!.Span.ToArray());

    public void Dispose()
    {
    }
}
