using Elman.Tests.Kernels;

namespace Elman.Tests.Recurrent;

/// <summary>Everything that a call gave: outputs, final states and, if it was recorded, all gradients, by name.</summary>
internal sealed class RecurrentResult
{
    private readonly OrderedDictionary<string, float[]> _values = [];

    /// <summary>The numbers of that name: <c>y</c>, <c>final 0</c>, <c>gradient of x</c>, <c>gradient of weight_ih_l0</c>, ….</summary>
    public float[] this[string name] => _values[name];

    /// <summary>Runs a case, forward only.</summary>
    public static RecurrentResult Infer(RecurrentCase given, RecurrentLayer layer)
    {
        using (Tensor.NoGradient())
        {
            RecurrentResult result = new();
            (Tensor y, State final) = layer.Forward(given.Input(), given.Initial(layer), given.Lengths());
            result.Add(y, final);
            return result;
        }
    }

    /// <summary>Runs a case forward and, from the loss Σ slopes · (outputs, final states), backward.</summary>
    public static RecurrentResult Differentiate(RecurrentCase given, RecurrentLayer layer)
    {
        RecurrentResult result = new();
        Tensor x = given.Input();
        x.RequiresGradient = true;
        State? initial = given.Initial(layer);
        foreach (Tensor part in initial?.Parts ?? []) part.RequiresGradient = true;
        (Tensor y, State final) = layer.Forward(x, initial, given.Lengths());
        result.Add(y, final);
        layer.ZeroGradients();
        Tensor loss = (y * given.OutputSlope()).Sum();
        for (int part = 0; part < final.Parts.Count; part++) loss += (final.Parts[part] * given.StateSlope(part)).Sum();
        loss.Backward();
        result._values["gradient of x"] = x.Gradient!.Span.ToArray();
        for (int part = 0; part < initial?.Parts.Count; part++) result._values[$"gradient of initial {part}"] = initial.Parts[part].Gradient!.Span.ToArray();
        foreach ((string name, Tensor value) in layer.Parameters()) result._values["gradient of " + name] = value.Gradient!.Span.ToArray();
        return result;
    }

    /// <summary>Fails unless all numbers that both have are the same to the bit.</summary>
    public void HasTheBitsOf(RecurrentResult other, string what)
    {
        foreach ((string name, float[] values) in _values)
            if (other._values.TryGetValue(name, out float[]? expected)) Bits.Equal(expected, values, $"{what}: {name}");
    }

    private void Add(Tensor y, State final)
    {
        _values["y"] = y.Span.ToArray();
        for (int part = 0; part < final.Parts.Count; part++) _values[$"final {part}"] = final.Parts[part].Span.ToArray();
    }
}
