using System.Globalization;

namespace Elman.Tests.Reference;

/// <summary>One computation of a fixture file: inputs, parameters, outputs and gradients; see Fixtures/README.md.</summary>
public sealed class FixtureCase(string name, IReadOnlyDictionary<string, string> metadata)
{
    /// <summary>The name of the case.</summary>
    public string Name => name;

    /// <summary>Inputs, e.g. <c>x</c>, <c>h0</c>, <c>lengths</c>.</summary>
    public IReadOnlyDictionary<string, FixtureTensor> Inputs => Groups["in"];

    /// <summary>Parameters by PyTorch's names, in PyTorch's order.</summary>
    public IReadOnlyDictionary<string, FixtureTensor> Parameters => Groups["param"];

    /// <summary>Outputs, e.g. <c>y</c>, <c>hn</c>, <c>loss</c>.</summary>
    public IReadOnlyDictionary<string, FixtureTensor> Outputs => Groups["out"];

    /// <summary>The gradient that reaches each output.</summary>
    public IReadOnlyDictionary<string, FixtureTensor> Upstream => Groups["up"];

    /// <summary>The expected gradient of each floating input and parameter.</summary>
    public IReadOnlyDictionary<string, FixtureTensor> Gradients => Groups["grad"];

    internal Dictionary<string, OrderedDictionary<string, FixtureTensor>> Groups { get; } = new()
    {
        ["in"] = [],
        ["param"] = [],
        ["out"] = [],
        ["up"] = [],
        ["grad"] = [],
    };

    /// <summary>The parameters in double precision, as <see cref="ReferenceRecurrent"/> takes them.</summary>
    public Dictionary<string, double[]> DoubleParameters => Parameters.ToDictionary(pair => pair.Key, pair => pair.Value.Doubles);

    /// <summary>An option's text, or null when the case does not state it.</summary>
    public string? Text(string option) => metadata.GetValueOrDefault($"{name}/{option}");

    /// <summary>An integer option, e.g. <c>hidden</c>.</summary>
    public int Count(string option) => int.Parse(Required(option), CultureInfo.InvariantCulture);

    /// <summary>A real option, e.g. <c>lr</c>, or <paramref name="otherwise"/> when the case does not state it.</summary>
    public double Number(string option, double? otherwise = null) =>
        Text(option) is null && otherwise is { } value ? value : double.Parse(Required(option), CultureInfo.InvariantCulture);

    /// <summary>A yes-or-no option, e.g. <c>bias</c>; false when the case does not state it.</summary>
    public bool Flag(string option) => Text(option) == "true";

    private string Required(string option) =>
        Text(option) ?? throw new KeyNotFoundException($"The fixture case '{name}' states no option '{option}'.");
}
