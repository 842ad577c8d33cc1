using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Elman;

/// <summary>
/// Layer normalisation (Ba, Kiros, Hinton 2016, equation 4) of neighbouring gates of one row, all their units together: y = x̂ ⊙ gain + shift with
/// x̂ = (x − mean) / √(variance + ε). Rows lie in the <see cref="UnitOrder"/>. Sums are in double precision, in an order that follows from the sizes alone:
/// every V units after the V before them, and of these gate after gate.
/// </summary>
/// <param name="Hidden">H.</param>
/// <param name="Stored">Gates that a block has.</param>
/// <param name="First">The first of the gates that are normalised.</param>
/// <param name="Gates">How many they are.</param>
internal readonly record struct GateNorm(int Hidden, int Stored, int First, int Gates)
{
    /// <summary>ε, PyTorch's default.</summary>
    private const double Epsilon = 1e-5;

    private UnitOrder Order => new(Hidden);

    /// <summary>Replaces x by y, keeps x̂, and returns the factor 1 / √(variance + ε). Units beyond H become shift.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float Forward(Span<float> x, Span<float> normalized, ReadOnlySpan<float> gain, ReadOnlySpan<float> shift)
    {
        int padded = Order.Padded, gates = Gates;
        ref Vector<float> values = ref Vectors(x), kept = ref Vectors(normalized), gains = ref Vectors(gain), shifts = ref Vectors(shift);
        (Vector<double> low, Vector<double> high) = (Vector<double>.Zero, Vector<double>.Zero);
        for (int unit = 0; unit < padded; unit += UnitOrder.Width)
        {
            (int at, int toNext) = VectorOf(unit);
            for (int gate = 0; gate < gates; gate++, at += toNext) Add(ref low, ref high, Unsafe.Add(ref values, at));
        }
        Vector<float> mean = new((float)(Vector.Sum(low + high) / (Hidden * gates)));
        (low, high) = (Vector<double>.Zero, Vector<double>.Zero);
        for (int unit = 0; unit < padded; unit += UnitOrder.Width)
        {
            (int at, int toNext) = VectorOf(unit);
            for (int gate = 0; gate < gates; gate++, at += toNext)
            {
                Vector<float> centred = Valid(unit, Unsafe.Add(ref values, at) - mean);
                AddProduct(ref low, ref high, centred, centred);
                Unsafe.Add(ref kept, at) = centred;
            }
        }
        float scale = (float)(1 / Math.Sqrt(Vector.Sum(low + high) / (Hidden * gates) + Epsilon));
        for (int unit = 0; unit < padded; unit += UnitOrder.Width)
        {
            (int at, int toNext) = VectorOf(unit);
            for (int gate = 0; gate < gates; gate++, at += toNext)
            {
                Vector<float> value = Unsafe.Add(ref kept, at) * scale;
                Unsafe.Add(ref kept, at) = value;
                Unsafe.Add(ref values, at) = Vector.FusedMultiplyAdd(value, Unsafe.Add(ref gains, at), Unsafe.Add(ref shifts, at));
            }
        }
        return scale;
    }

    /// <summary>Replaces the gradient of y by that of x, and x̂ by what the row adds to the gradient of the gain; that of the shift is the gradient of y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Backward(Span<float> gradient, Span<float> normalized, ReadOnlySpan<float> gain, float scale)
    {
        int padded = Order.Padded, gates = Gates;
        ref Vector<float> slopes = ref Vectors(gradient), kept = ref Vectors(normalized), gains = ref Vectors(gain);
        (Vector<double> low, Vector<double> high) = (Vector<double>.Zero, Vector<double>.Zero);
        (Vector<double> lowAlong, Vector<double> highAlong) = (low, high);
        for (int unit = 0; unit < padded; unit += UnitOrder.Width)
        {
            (int at, int toNext) = VectorOf(unit);
            for (int gate = 0; gate < gates; gate++, at += toNext)
            {
                Vector<float> slope = Unsafe.Add(ref slopes, at) * Unsafe.Add(ref gains, at);
                Add(ref low, ref high, slope);
                AddProduct(ref lowAlong, ref highAlong, slope, Unsafe.Add(ref kept, at));
            }
        }
        Vector<float> mean = new((float)(Vector.Sum(low + high) / (Hidden * gates))), along = new((float)(Vector.Sum(lowAlong + highAlong) / (Hidden * gates)));
        for (int unit = 0; unit < padded; unit += UnitOrder.Width)
        {
            (int at, int toNext) = VectorOf(unit);
            for (int gate = 0; gate < gates; gate++, at += toNext)
            {
                Vector<float> d = Unsafe.Add(ref slopes, at), value = Unsafe.Add(ref kept, at);
                Unsafe.Add(ref slopes, at) = Valid(unit, scale * (d * Unsafe.Add(ref gains, at) - mean - value * along));
                Unsafe.Add(ref kept, at) = d * value;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref Vector<double> low, ref Vector<double> high, Vector<float> values)
    {
        Vector.Widen(values, out Vector<double> left, out Vector<double> right);
        low += left;
        high += right;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddProduct(ref Vector<double> low, ref Vector<double> high, Vector<float> a, Vector<float> b)
    {
        Vector.Widen(a, out Vector<double> leftA, out Vector<double> rightA);
        Vector.Widen(b, out Vector<double> leftB, out Vector<double> rightB);
        low += leftA * leftB;
        high += rightA * rightB;
    }

    /// <summary>Zeros in the units beyond H.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector<float> Valid(int unit, Vector<float> values)
    {
        int left = Hidden - unit;
        return left >= UnitOrder.Width ? values
            : Vector.ConditionalSelect(Vector.LessThan(Vector.ConvertToSingle(Vector<int>.Indices), new Vector<float>(left)), values, Vector<float>.Zero);
    }

    /// <summary>Where the first gate of V units is, and how much further the next, in vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private (int First, int ToNext) VectorOf(int unit) => (Order.Place(unit, First, Stored) / UnitOrder.Width, Order.WidthAt(unit) / UnitOrder.Width);

    /// <summary>A row's vectors, which are checked to be there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Vector<float> Vectors(ReadOnlySpan<float> values) =>
        ref Unsafe.As<float, Vector<float>>(ref MemoryMarshal.GetReference(values[..(Stored * Order.Padded)]));
}
