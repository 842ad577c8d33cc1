using Elman.Kernels;
using Elman.Tests.Kernels;
using Elman.Tests.Reference;

namespace Elman.Tests.Recurrent;

/// <summary>Compares a case with the double-precision twin: outputs, final states, and the gradients of inputs, initial states and parameters.</summary>
internal static class ReferenceComparison
{
    /// <summary>
    /// float32 carries 6e-8 per operation; sums over some ten steps, tanh and sigmoid (3e-7) and two or three layers stay below it
    /// with a factor of about five to spare.
    /// </summary>
    private const double Tolerance = 1e-5;

    /// <summary>
    /// The tolerance is for cells whose gradients move at most so many times more than inputs and parameters, and grows beyond it: normalised products (no other cells, which reach 12) can come so near to a
    /// division by zero that no computation in single precision keeps five digits.
    /// </summary>
    private const double UsualAmplification = 20;

    /// <summary>The terms of a sum are of this order or larger, and that is what a sum that cancels is held to.</summary>
    private const double TermScale = 0.2;

    public static void Check(RecurrentCase given)
    {
        RecurrentLayer layer = given.Layer();
        ReferenceCell cell = CellVariants.Twin(given.Cell, given.Hidden, reverse: false);
        if (given.Dropout > 0) layer.Train(given.Seed, step: 3);
        ReferenceRecurrent Twin(Func<double[], double[]> move) => new(cell, given.Inputs, given.Hidden, given.Layers, given.Direction,
            layer.Parameters().ToDictionary(parameter => parameter.Name, parameter => move(Doubles(parameter.Value.Span))))
        {
            Second = CellVariants.Twin(given.Cell, given.Hidden, reverse: true),
            Mask = given.Dropout > 0 ? Mask(given, layer.DropoutKey!.Value) : null,
        };
        ReferenceRecurrent twin = Twin(values => values);
        double[] x = Doubles(given.Input().Span);
        State? initial = given.Initial(layer);
        (ReferenceRun run, ReferenceGradients gradients) = Run(twin, given, initial, x);
        if (given.Cell == "rnn-relu" && IsNearKink(twin, given, initial, x, gradients)) return;

        RecurrentResult result = RecurrentResult.Differentiate(given, layer);
        double tolerance = Tolerance * Math.Max(1, Amplification(move => Run(Twin(move), given, initial, move(x)).Gradients, gradients, given) / UsualAmplification);
        void AreNear(double[] expected, float[] actual, string what, int terms = 1) => ReferenceComparison.AreNear(expected, actual, what, tolerance, terms);

        AreNear(run.Y, result["y"], "y");
        AreNear(gradients.X, result["gradient of x"], "gradient of x");
        for (int part = 0; part < cell.States; part++)
        {
            AreNear(run.States[part], result[$"final {part}"], $"final {part}");
            if (initial is not null) AreNear(gradients.States[part], result[$"gradient of initial {part}"], $"gradient of initial {part}");
        }
        // A parameter's gradient has a term for every step of every row: a sum of random signs grows with the root of their number.
        int terms = Math.Max(1, given.Batch * given.Length);
        foreach ((string name, double[] expected) in gradients.Parameters) AreNear(expected, result["gradient of " + name], "gradient of " + name, terms);
    }

    private static void AreNear(double[] expected, float[] actual, string what, double tolerance, int terms)
    {
        double largest = Largest(expected);
        Near.Equal(expected, actual, largest == 0 ? tolerance : tolerance * Math.Max(1, TermScale * Math.Sqrt(terms) / largest), what);
    }

    /// <summary>
    /// How many times more the input's gradient moves than the inputs and parameters, when each of their values moves a little up or down, as rounding does it: relative, in the twin, at most among several
    /// such moves. Those of the parameters stand for the rounding of each product.
    /// </summary>
    private static double Amplification(Func<Func<double[], double[]>, ReferenceGradients> run, ReferenceGradients gradients, RecurrentCase given)
    {
        const double distance = 1e-6;
        double largest = Largest(gradients.X);
        if (largest == 0) return 0;
        Random random = new((int)given.Seed);
        double[] Move(double[] values) => Array.ConvertAll(values, value => value * (1 + (random.Next(2) == 0 ? distance : -distance)));
        return Enumerable.Range(0, 4).Max(_ => Largest(run(Move).X.Zip(gradients.X, (a, b) => a - b)) / largest / distance);
    }

    private static double Largest(IEnumerable<double> values) => values.Select(Math.Abs).DefaultIfEmpty().Max();

    private static (ReferenceRun Run, ReferenceGradients Gradients) Run(ReferenceRecurrent twin, RecurrentCase given, State? initial, double[] x)
    {
        double[]? h = initial is null ? null : Doubles(initial.Hidden.Span), c = initial?.Parts.Count > 1 ? Doubles(initial.Cell.Span) : null;
        ReferenceRun run = twin.Forward(x, given.Batch, given.Length, given.Ragged ? given.Lengths() : null, h, c);
        double[]? slopeC = run.States.Length > 1 ? Doubles(given.StateSlope(1).Span) : null;
        return (run, twin.Backward(run, Doubles(given.OutputSlope().Span), Doubles(given.StateSlope(0).Span), slopeC));
    }

    /// <summary>Whether some rectifier's argument is so near 0 that rounding could choose the other branch: then gradients jump.</summary>
    private static bool IsNearKink(ReferenceRecurrent twin, RecurrentCase given, State? initial, double[] x, ReferenceGradients gradients)
    {
        foreach (double factor in (double[])[1 - 1e-5, 1 + 1e-5])
        {
            ReferenceGradients moved = Run(twin, given, initial, Array.ConvertAll(x, value => value * factor)).Gradients;
            double largest = Largest(gradients.X);
            if (moved.X.Zip(gradients.X).Any(pair => Math.Abs(pair.First - pair.Second) > 1e-4 * largest)) return true;
        }
        return false;
    }

    /// <summary>The masks are keyed by layer, by batch row and time, and by unit.</summary>
    private static Func<int, int, int, int, double> Mask(RecurrentCase given, DropoutKey key)
    {
        Dictionary<(int, int, int), float[]> masks = [];
        return (layer, row, time, unit) =>
        {
            if (!masks.TryGetValue((layer, row, time), out float[]? mask))
            {
                masks[(layer, row, time)] = mask = new float[given.OutputSize];
                Array.Fill(mask, 1);
                (key with { Layer = key.Layer * 64 + layer + 1 }).Apply(mask, row, time, given.Dropout);
            }
            return mask[unit];
        };
    }

    internal static string ReferenceName(string cell) => cell switch
    {
        "rnn" => "rnn_tanh",
        "rnn-relu" => "rnn_relu",
        "gru-original" => "gru_reset_before",
        _ => cell,
    };

    private static double[] Doubles(ReadOnlySpan<float> values) => Array.ConvertAll(values.ToArray(), value => (double)value);
}
