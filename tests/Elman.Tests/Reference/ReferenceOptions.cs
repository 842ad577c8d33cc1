namespace Elman.Tests.Reference;

/// <summary>The options of a cell's equations, in double precision and by their definitions.</summary>
public sealed record ReferenceOptions(RecurrentOptions Given, bool Reverse)
{
    public double GateClip => Given.GateClip ?? double.PositiveInfinity;

    public double CellClip => Given.CellClip ?? double.PositiveInfinity;

    /// <summary>The activation of that place, without any bound; the cell's usual one if none are given.</summary>
    public Func<double, double> Activation(int place, Func<double, double> usual)
    {
        IReadOnlyList<Activation>? given = Reverse ? Given.ReverseActivations ?? Given.Activations : Given.Activations;
        return given is null ? usual : Function(given[place]);
    }

    /// <summary>The activation of that place, its argument bounded.</summary>
    public Func<double, double> Gate(int place, Func<double, double> usual)
    {
        Func<double, double> function = Activation(place, usual);
        return x => function(Math.Clamp(x, -GateClip, GateClip));
    }

    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    /// <summary>ONNX's definitions.</summary>
    private static Func<double, double> Function(Activation activation)
    {
        double a = activation.Alpha, b = activation.Beta;
        return activation.Name switch
        {
            "Identity" => x => x,
            "Sigmoid" => Sigmoid,
            "Tanh" => Math.Tanh,
            "Relu" => x => Math.Max(x, 0),
            "Affine" => x => a * x + b,
            "LeakyRelu" => x => x < 0 ? a * x : x,
            "ThresholdedRelu" => x => x > a ? x : 0,
            "ScaledTanh" => x => a * Math.Tanh(b * x),
            "HardSigmoid" => x => Math.Max(0, Math.Min(1, a * x + b)),
            "Elu" => x => x < 0 ? a * (Math.Exp(x) - 1) : x,
            "Softsign" => x => x / (1 + Math.Abs(x)),
            "Softplus" => x => Math.Log(1 + Math.Exp(x)),
            _ => throw new ArgumentException($"There is no reference for '{activation}'.", nameof(activation)),
        };
    }
}
