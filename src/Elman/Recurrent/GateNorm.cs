using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Elman;

/// <summary>
/// Layer normalisation (Ba, Kiros, Hinton 2016, equation 4) of neighbouring gates of one row, all their units together: y = x̂ ⊙ gain + shift with
/// x̂ = (x − mean) / √(variance + ε). Rows lie as [block of V units][gate][V]. Sums are in double precision, in an order that follows from the sizes alone.
/// </summary>
/// <param name="Hidden">H.</param>
/// <param name="Stored">Gates that a block has.</param>
/// <param name="First">The first of the gates that are normalised.</param>
/// <param name="Gates">How many they are.</param>
internal readonly record struct GateNorm(int Hidden, int Stored, int First, int Gates)
{
    /// <summary>ε, PyTorch's default.</summary>
    private const double Epsilon = 1e-5;

    private int Blocks => (Hidden + UnitSizes.Width - 1) / UnitSizes.Width;

    /// <summary>Replaces x by y, keeps x̂, and returns the factor 1 / √(variance + ε). Units beyond H become shift.</summary>
    public float Forward(Span<float> x, Span<float> normalized, ReadOnlySpan<float> gain, ReadOnlySpan<float> shift)
    {
        (Vector<double> low, Vector<double> high) = (Vector<double>.Zero, Vector<double>.Zero);
        for (int block = 0; block < Blocks; block++)
            for (int gate = 0; gate < Gates; gate++) Add(ref low, ref high, At(x, block, gate));
        Vector<float> mean = new((float)(Vector.Sum(low + high) / (Hidden * Gates)));
        (low, high) = (Vector<double>.Zero, Vector<double>.Zero);
        for (int block = 0; block < Blocks; block++)
        {
            for (int gate = 0; gate < Gates; gate++)
            {
                Vector<float> centred = Valid(block, At(x, block, gate) - mean);
                AddProduct(ref low, ref high, centred, centred);
                At(normalized, block, gate) = centred;
            }
        }
        float scale = (float)(1 / Math.Sqrt(Vector.Sum(low + high) / (Hidden * Gates) + Epsilon));
        for (int block = 0; block < Blocks; block++)
        {
            for (int gate = 0; gate < Gates; gate++)
            {
                Vector<float> value = At(normalized, block, gate) * scale;
                At(normalized, block, gate) = value;
                At(x, block, gate) = Vector.FusedMultiplyAdd(value, Load(gain, block, gate), Load(shift, block, gate));
            }
        }
        return scale;
    }

    /// <summary>Replaces the gradient of y by that of x, and x̂ by what the row adds to the gradient of the gain; that of the shift is the gradient of y.</summary>
    public void Backward(Span<float> gradient, Span<float> normalized, ReadOnlySpan<float> gain, float scale)
    {
        (Vector<double> low, Vector<double> high) = (Vector<double>.Zero, Vector<double>.Zero);
        (Vector<double> lowAlong, Vector<double> highAlong) = (low, high);
        for (int block = 0; block < Blocks; block++)
        {
            for (int gate = 0; gate < Gates; gate++)
            {
                Vector<float> slope = At(gradient, block, gate) * Load(gain, block, gate);
                Add(ref low, ref high, slope);
                AddProduct(ref lowAlong, ref highAlong, slope, At(normalized, block, gate));
            }
        }
        Vector<float> mean = new((float)(Vector.Sum(low + high) / (Hidden * Gates))), along = new((float)(Vector.Sum(lowAlong + highAlong) / (Hidden * Gates)));
        for (int block = 0; block < Blocks; block++)
        {
            for (int gate = 0; gate < Gates; gate++)
            {
                Vector<float> d = At(gradient, block, gate), value = At(normalized, block, gate);
                At(gradient, block, gate) = Valid(block, scale * (d * Load(gain, block, gate) - mean - value * along));
                At(normalized, block, gate) = d * value;
            }
        }
    }

    private static void Add(ref Vector<double> low, ref Vector<double> high, Vector<float> values)
    {
        Vector.Widen(values, out Vector<double> left, out Vector<double> right);
        low += left;
        high += right;
    }

    private static void AddProduct(ref Vector<double> low, ref Vector<double> high, Vector<float> a, Vector<float> b)
    {
        Vector.Widen(a, out Vector<double> leftA, out Vector<double> rightA);
        Vector.Widen(b, out Vector<double> leftB, out Vector<double> rightB);
        low += leftA * leftB;
        high += rightA * rightB;
    }

    /// <summary>Zeros in the units beyond H.</summary>
    private Vector<float> Valid(int block, Vector<float> values)
    {
        int units = Hidden - block * UnitSizes.Width;
        return units >= UnitSizes.Width ? values
            : Vector.ConditionalSelect(Vector.LessThan(Vector.ConvertToSingle(Vector<int>.Indices), new Vector<float>(units)), values, Vector<float>.Zero);
    }

    private int Place(int block, int gate) => (block * Stored + First + gate) * UnitSizes.Width;

    private ref Vector<float> At(Span<float> values, int block, int gate) => ref Unsafe.As<float, Vector<float>>(ref values.Slice(Place(block, gate), UnitSizes.Width)[0]);

    private Vector<float> Load(ReadOnlySpan<float> values, int block, int gate) => new(values[Place(block, gate)..]);
}
