namespace Elman;

/// <summary>The schedules that have a name, for recipes and the command.</summary>
public static class Schedules
{
    private static readonly OrderedDictionary<string, Func<double, int, LearningRateSchedule>> Known = new()
    {
        ["constant"] = (rate, warmUp) => new ConstantRate(rate) { WarmUpSteps = warmUp },
        ["decay"] = (rate, warmUp) => new StableDecay(rate) { WarmUpSteps = warmUp },
        ["cosine"] = (rate, warmUp) => new StableDecay(rate, stableShare: 0.1) { WarmUpSteps = warmUp },
        ["plateau"] = (rate, warmUp) => new ReduceOnPlateau(rate, factor: 0.5, patience: 2) { WarmUpSteps = warmUp },
    };

    /// <summary>All names: <c>constant</c>; <c>decay</c>, falling in the last fifth of the steps; <c>cosine</c>, falling after the first tenth;
    /// <c>plateau</c>, halved after three epochs in a row without a better loss.</summary>
    public static IReadOnlyCollection<string> Names => Known.Keys;

    /// <summary>A new schedule.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="rate">The learning rate after the warm-up.</param>
    /// <param name="warmUpSteps">Steps in which the rate rises to that.</param>
    /// <exception cref="ElmanException">There is none of that name.</exception>
    public static LearningRateSchedule Create(string name, double rate, int warmUpSteps = 0) =>
        Known.TryGetValue(name, out Func<double, int, LearningRateSchedule>? make) ? make(rate, warmUpSteps)
            : throw new ElmanException($"there is no schedule '{name}'; known are {string.Join(", ", Names)}");
}
