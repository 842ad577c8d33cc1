namespace Elman.Tests.Reference;

/// <summary>The weights of one direction of one layer, or gradients of the same shapes. Gates lie one below the other.</summary>
/// <param name="Inputs">I.</param>
/// <param name="Hidden">H.</param>
/// <param name="InputHidden">W, [G·H, I].</param>
/// <param name="HiddenHidden">U, [G·H, H].</param>
/// <param name="InputBias">b, [G·H], or null.</param>
/// <param name="HiddenBias">a, [G·H], or null.</param>
/// <param name="Peepholes">p, [3·H] or [2·H], or null.</param>
/// <param name="Projection">[P, H], or null.</param>
/// <param name="InputGain">[G·H], or null without normalisation.</param>
/// <param name="HiddenGain">[G·H], or null.</param>
/// <param name="CellGain">[H], or null.</param>
/// <param name="CellBias">[H], or null.</param>
public sealed record CellWeights(
    int Inputs, int Hidden, double[] InputHidden, double[] HiddenHidden, double[]? InputBias, double[]? HiddenBias,
    double[]? Peepholes = null, double[]? Projection = null,
    double[]? InputGain = null, double[]? HiddenGain = null, double[]? CellGain = null, double[]? CellBias = null)
{
    /// <summary>
    /// Takes <c>weight_ih</c>, <c>weight_hh</c> and, if there, <c>bias_ih</c> and <c>bias_hh</c>, each followed by
    /// <paramref name="tail"/>.
    /// </summary>
    /// <param name="parameters">Parameters by PyTorch's names.</param>
    /// <param name="inputs">I.</param>
    /// <param name="hidden">H.</param>
    /// <param name="tail">E.g. <c>_l0_reverse</c>; empty for a single cell.</param>
    public static CellWeights From(IReadOnlyDictionary<string, double[]> parameters, int inputs, int hidden, string tail = "") =>
        new(inputs, hidden, parameters["weight_ih" + tail], parameters["weight_hh" + tail],
            parameters.GetValueOrDefault("bias_ih" + tail), parameters.GetValueOrDefault("bias_hh" + tail),
            parameters.GetValueOrDefault("weight_ph" + tail), parameters.GetValueOrDefault("weight_hr" + tail),
            parameters.GetValueOrDefault("weight_ln_ih" + tail), parameters.GetValueOrDefault("weight_ln_hh" + tail),
            parameters.GetValueOrDefault("weight_ln_c" + tail), parameters.GetValueOrDefault("bias_ln_c" + tail));

    /// <summary>All of them that are there.</summary>
    public IEnumerable<double[]> Arrays => new[] { InputHidden, HiddenHidden, InputBias, HiddenBias, Peepholes, Projection, InputGain, HiddenGain, CellGain, CellBias }.OfType<double[]>();

    /// <summary>Zeros of the same shapes, to add gradients to.</summary>
    public CellWeights Zeros() => this with
    {
        InputHidden = new double[InputHidden.Length],
        HiddenHidden = new double[HiddenHidden.Length],
        InputBias = InputBias is null ? null : new double[InputBias.Length],
        HiddenBias = HiddenBias is null ? null : new double[HiddenBias.Length],
        Peepholes = Peepholes is null ? null : new double[Peepholes.Length],
        Projection = Projection is null ? null : new double[Projection.Length],
        InputGain = InputGain is null ? null : new double[InputGain.Length],
        HiddenGain = HiddenGain is null ? null : new double[HiddenGain.Length],
        CellGain = CellGain is null ? null : new double[CellGain.Length],
        CellBias = CellBias is null ? null : new double[CellBias.Length],
    };

    /// <summary>W x of some gates, normalised over all their units if there are gains, plus b: [gates · H].</summary>
    public double[] GatesFromInput(int firstGate, int gates, double[] x) => Products(InputHidden, InputBias, InputGain, firstGate, gates, x);

    /// <summary>U h of some gates, normalised over all their units if there are gains, plus a: [gates · H].</summary>
    public double[] GatesFromHidden(int firstGate, int gates, double[] h) => Products(HiddenHidden, HiddenBias, HiddenGain, firstGate, gates, h);

    /// <summary>(W x + b) of one unit of one gate.</summary>
    public double FromInput(int gate, int unit, double[] x) => Row(InputHidden, InputBias, gate * Hidden + unit, x);

    /// <summary>(U h + a) of one unit of one gate.</summary>
    public double FromHidden(int gate, int unit, double[] h) => Row(HiddenHidden, HiddenBias, gate * Hidden + unit, h);

    /// <summary>Passes d, the gradient of <see cref="FromInput"/>, on to W, b and x.</summary>
    public void FromInputBackward(int gate, int unit, double d, double[] x, CellWeights gradient, double[] dx) =>
        RowBackward(InputHidden, gradient.InputHidden, gradient.InputBias, gate * Hidden + unit, d, x, dx);

    /// <summary>Passes d, the gradient of <see cref="FromHidden"/>, on to U, a and h.</summary>
    public void FromHiddenBackward(int gate, int unit, double d, double[] h, CellWeights gradient, double[] dh) =>
        RowBackward(HiddenHidden, gradient.HiddenHidden, gradient.HiddenBias, gate * Hidden + unit, d, h, dh);

    private double[] Products(double[] matrix, double[]? bias, double[]? gain, int firstGate, int gates, double[] vector)
    {
        int first = firstGate * Hidden, count = gates * Hidden;
        double[] products = [.. Enumerable.Range(first, count).Select(row => Row(matrix, null, row, vector))];
        if (gain is not null) products = ReferenceMaths.LayerNorm(products, count, gain[first..(first + count)]);
        return [.. products.Select((value, i) => value + (bias?[first + i] ?? 0))];
    }

    private static double Row(double[] matrix, double[]? bias, int row, double[] vector)
    {
        double sum = bias?[row] ?? 0;
        for (int k = 0; k < vector.Length; k++)
            sum += matrix[row * vector.Length + k] * vector[k];
        return sum;
    }

    private static void RowBackward(
        double[] matrix, double[] dMatrix, double[]? dBias, int row, double d, double[] vector, double[] dVector)
    {
        if (dBias is not null) dBias[row] += d;
        for (int k = 0; k < vector.Length; k++)
        {
            dMatrix[row * vector.Length + k] += d * vector[k];
            dVector[k] += d * matrix[row * vector.Length + k];
        }
    }
}
