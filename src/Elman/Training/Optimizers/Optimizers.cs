namespace Elman;

/// <summary>The optimizers that have a name, for recipes and the command.</summary>
public static class Optimizers
{
    private const double Momentum = 0.9;

    private static readonly OrderedDictionary<string, Func<IEnumerable<(string Name, Tensor Value)>, double, double, Optimizer>> Known = new()
    {
        ["adam"] = (parameters, rate, decay) => new Adam(parameters, rate, weightDecay: decay),
        ["adamw"] = (parameters, rate, decay) => new AdamW(parameters, rate, weightDecay: decay),
        ["rmsprop"] = (parameters, rate, decay) => new RmsProp(parameters, rate, weightDecay: decay),
        ["sgd"] = (parameters, rate, decay) => new Sgd(parameters, rate, Momentum, weightDecay: decay),
    };

    /// <summary>All names; <c>sgd</c> has a momentum of 0.9.</summary>
    public static IReadOnlyCollection<string> Names => Known.Keys;

    /// <summary>A new optimizer.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="parameters">Names and tensors, for example <see cref="Module.Parameters"/>.</param>
    /// <param name="learningRate">The initial learning rate.</param>
    /// <param name="weightDecay">λ; <c>adamw</c> takes it from the weights, the others add it to the gradient.</param>
    /// <exception cref="ElmanException">There is none of that name.</exception>
    public static Optimizer Create(string name, IEnumerable<(string Name, Tensor Value)> parameters, double learningRate, double weightDecay = 0) =>
        Known.TryGetValue(name, out Func<IEnumerable<(string Name, Tensor Value)>, double, double, Optimizer>? make) ? make(parameters, learningRate, weightDecay)
            : throw new ElmanException($"there is no optimizer '{name}'; known are {string.Join(", ", Names)}");
}
