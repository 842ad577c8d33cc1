using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Elman.Peers;

// Inside the namespace, where it comes before Elman's own.
using Tensor = TorchSharp.torch.Tensor;

/// <summary>A model in training in TorchSharp: its parts under the names that Elman gives them, and the loss that they compute.</summary>
internal sealed class TorchModel : IModelTraining
{
    private readonly IReadOnlyDictionary<string, nn.Module> _parts;
    private readonly Parameter[] _parameters;
    private readonly optim.Optimizer _adam;
    private readonly Func<Tensor> _loss;

    public TorchModel(IReadOnlyDictionary<string, nn.Module> parts, IReadOnlyList<Weight> weights, double rate, Func<Tensor> loss)
    {
        (_parts, _loss) = (parts, loss);
        foreach ((string name, nn.Module part) in parts)
            TorchLayer.LoadWeights(part, [.. weights.Where(weight => weight.Name.StartsWith(name + ".", StringComparison.Ordinal)).Select(weight => weight with { Name = weight.Name[(name.Length + 1)..] })]);
        _parameters = [.. parts.Values.SelectMany(part => part.parameters())];
        _adam = optim.Adam(_parameters, rate);
    }

    public string Library => Libraries.Torch;

    public float Step()
    {
        using var scope = NewDisposeScope();
        _adam.zero_grad();
        Tensor value = _loss();
        value.backward();
        nn.utils.clip_grad_norm_(_parameters, ModelRows.ClipNorm);
        _adam.step();
        return value.item<float>();
    }

    public IReadOnlyDictionary<string, float[]> Gradients() =>
        _parts.SelectMany(part => part.Value.named_parameters().Select(named => (Name: $"{part.Key}.{named.name}", Values: named.parameter.grad!.data<float>().ToArray())))
            .ToDictionary(gradient => gradient.Name, gradient => gradient.Values);

    public void Dispose()
    {
        _adam.Dispose();
        foreach (nn.Module part in _parts.Values) part.Dispose();
    }
}
