using Elman.Kernels;
using Elman.Tests.Kernels;
using Elman.Tests.Reference;

namespace Elman.Tests.Recurrent;

/// <summary>
/// A layer with any options against <see cref="ReferenceStack"/>: outputs and final states, and the gradients of inputs, initial states and parameters
/// against finite differences of the twin.
/// </summary>
internal sealed class StackComparison(string cell, int inputs, int hidden, RecurrentOptions options, uint seed = 1)
{
    /// <summary>As in <see cref="ReferenceComparison"/>.</summary>
    private const double Tolerance = 1e-5;

    private const int Batch = 3, Length = 4;

    private static readonly int[] Ragged = [3, 0, 4];

    private readonly int[] _sizes = options.HiddenSizes is { } sizes ? [.. sizes] : [.. Enumerable.Repeat(hidden, options.Layers)];

    /// <summary>Whether the layer is compared as it trains, its masks those of seed and step 3.</summary>
    public bool Trains { get; init; }

    public RecurrentLayer Layer() => CellVariants.Create(cell, inputs, hidden, new RandomStream(seed, 1), options);

    /// <summary>Fails unless the layer and its twin agree.</summary>
    public void Check()
    {
        RecurrentLayer layer = Layer();
        if (Trains) layer.Train(seed, step: 3);
        Tensor x = Drawn(2, Batch, Length, inputs);
        x.RequiresGradient = true;
        (Tensor[] outputs, State final) = Run(layer, x, null);
        State initial = new([.. final.Parts.Select((part, i) => Drawn(10 + (uint)i, part.Shape.Extents))]);
        foreach (Tensor part in initial.Parts) part.RequiresGradient = true;
        (outputs, final) = Run(layer, x, initial);
        Tensor[] results = [.. outputs, .. final.Parts], slopes = [.. results.Select((result, i) => Drawn(20 + (uint)i, result.Shape.Extents))];
        layer.ZeroGradients();
        results.Zip(slopes, (result, slope) => (result * slope).Sum()).Aggregate((a, b) => a + b).Backward();

        Dictionary<string, double[]> parameters = layer.Parameters().ToDictionary(parameter => parameter.Name, parameter => Doubles(parameter.Value));
        ReferenceStack twin = Twin(layer, parameters);
        double[] values = Doubles(x);
        double[][] states = [.. initial.Parts.Select(Doubles)], weights = [.. slopes.Select(Doubles)];
        double[][] Twins()
        {
            (double[][] y, double[][] last) = twin.Forward(values, Batch, Length, Ragged, states);
            return [.. y, .. last];
        }
        double Loss() => Twins().Zip(weights, (result, slope) => result.Zip(slope, (a, b) => a * b).Sum()).Sum();

        double[] Slope(double[] at)
        {
            double[] slope = FiniteDifference.Gradient(at, Loss, 1e-6);
            // Where a rectifier's argument is next to 0 there is no slope to compare with: it changes with the step.
            if (cell == "rnn-relu" && slope.Zip(FiniteDifference.Gradient(at, Loss, 4e-7), (a, b) => Math.Abs(a - b)).Max() > 1e-6) return [];
            return slope;
        }

        double[][] expected = Twins();
        for (int i = 0; i < results.Length; i++) Near.Equal(expected[i], results[i].Span, Tolerance, $"result {i} of {this}");
        AreNear(Slope(values), x, "x");
        for (int i = 0; i < states.Length; i++) AreNear(Slope(states[i]), initial.Parts[i], $"initial {i}");
        foreach ((string name, Tensor value) in layer.Parameters())
            if (!name.StartsWith("initial_", StringComparison.Ordinal)) AreNear(Slope(parameters[name]), value, name);
    }

    private void AreNear(double[] slope, Tensor of, string name)
    {
        if (slope.Length > 0 || of.Count == 0) Near.Equal(slope, of.Gradient!.Span, Tolerance, $"gradient of {name} of {this}");
    }

    public override string ToString() => $"{cell} {inputs} → [{string.Join(", ", _sizes)}], {options}, seed {seed}";

    /// <summary>The outputs, one or two, and the final states.</summary>
    public static (Tensor[] Outputs, State Final) Run(RecurrentLayer layer, Tensor x, State? initial)
    {
        if (layer.Options.Merge == Merge.None)
        {
            (Tensor forward, Tensor reverse, State apart) = layer.ForwardDirections(x, initial, Ragged);
            return ([forward, reverse], apart);
        }
        (Tensor y, State final) = layer.Forward(x, initial, Ragged);
        return ([y], final);
    }

    private ReferenceStack Twin(RecurrentLayer layer, Dictionary<string, double[]> parameters)
    {
        DropoutKey key = layer.DropoutKey ?? default;
        DropoutKey After(int number, int stack) => stack == 0 ? key with { Layer = key.Layer * 64 + number + 1 } : key.For(MaskKind.Between, number, stack);
        return new(CellVariants.Twin(cell, hidden, reverse: false), inputs, _sizes, options, parameters)
        {
            Between = (number, stack, row, time, unit) => Masked(After(number, stack), row, time, unit, options.Dropout),
            OnInput = (number, stack, row, unit) => Masked(key.For(MaskKind.Input, number, stack), row, 0, unit, options.InputDropout),
            OnHidden = (number, direction, row, unit) => Masked(key.For(MaskKind.Recurrent, number, direction), row, 0, unit, options.RecurrentDropout),
            OnWeight = (number, direction, row, column) => Masked(key.For(MaskKind.Weight, number, direction), row, 0, column, options.WeightDropout),
            Keeps = (number, direction, row, time, state, unit) => state > 0 && options.CellZoneout is { } cells
                ? Kept(key.For(MaskKind.Zoneout, number, direction + 2 * state), row, time, unit, cells)
                : Kept(key.For(MaskKind.Zoneout, number, direction + 2 * state), row, time, unit, options.Zoneout),
        };
    }

    private double Masked(DropoutKey key, int row, int time, int unit, float probability) => Trains && probability > 0 ? Mask(key, row, time, unit, probability) : 1;

    /// <summary>What dropout would drop is kept.</summary>
    private double Kept(DropoutKey key, int row, int time, int unit, float probability) =>
        !Trains ? probability : probability > 0 && Mask(key, row, time, unit, probability) == 0 ? 1 : 0;

    /// <summary>One number of a mask.</summary>
    private static double Mask(DropoutKey key, int row, int time, int unit, float probability)
    {
        float[] mask = new float[unit + 1];
        Array.Fill(mask, 1);
        key.Apply(mask, row, time, probability);
        return mask[unit];
    }

    private static double[] Doubles(Tensor tensor) => Array.ConvertAll(tensor.Span.ToArray(), value => (double)value);

    private Tensor Drawn(uint purpose, params ReadOnlySpan<int> shape)
    {
        Shape all = new(shape);
        return Tensor.From(Kernel.Values(all.Count, seed ^ (purpose << 20)), shape);
    }
}
