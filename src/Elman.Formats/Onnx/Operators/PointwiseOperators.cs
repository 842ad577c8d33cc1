using System.Numerics.Tensors;
using Elman.Kernels;

namespace Elman.Formats;

/// <summary>Operators on each element alone, and arithmetic of values that broadcast.</summary>
internal static class PointwiseOperators
{
    private delegate void Map(ReadOnlySpan<float> x, Span<float> y);

    public static IEnumerable<Operator> All =>
    [
        Unary("Sigmoid", VectorMath.Sigmoid),
        Unary("Tanh", VectorMath.Tanh),
        Unary("Relu", (x, y) => TensorPrimitives.Max(x, 0, y)),
        Unary("Exp", VectorMath.Exp),
        Unary("Log", x => (float)Math.Log(x)),
        Unary("Sqrt", TensorPrimitives.Sqrt),
        Unary("Reciprocal", TensorPrimitives.Reciprocal),
        Unary("Floor", TensorPrimitives.Floor),
        Unary("Ceil", TensorPrimitives.Ceiling),
        Unary("Round", x => MathF.Round(x, MidpointRounding.ToEven)),
        Unary("Erf", x => (float)Erf(x), since: 9),
        Unary("Softplus", x => (float)(Math.Max(x, 0) + double.LogP1(Math.Exp(-Math.Abs((double)x))))),
        Unary("Softsign", x => x / (1 + MathF.Abs(x))),
        Unary("HardSwish", x => x * Math.Clamp((x / 6) + 0.5f, 0, 1), since: 14),
        Activation("Elu", node => Elu(node.Float("alpha", 1))),
        Activation("Selu", node => Selu(node.Float("alpha", 1.67326319f), node.Float("gamma", 1.05070102f))),
        Activation("LeakyRelu", node => Leaky(node.Float("alpha", 0.01f))),
        Activation("ThresholdedRelu", node => Thresholded(node.Float("alpha", 1)), since: 10),
        Activation("HardSigmoid", node => HardSigmoid(node.Float("alpha", 0.2f), node.Float("beta", 0.5f))),
        Activation("Gelu", node => Gelu(node), since: 20),
        Operator.Of("PRelu", 2..2, _ => x => Arithmetic<Addition>(x, Positive(x[0]), Arithmetic<Multiplication>(x, Negative(x[0]), x[1], null), null)),
        Operator.Of("Neg", 1..1, _ => x => Signed(x[0], static (v, r) => TensorPrimitives.Negate(v, r), static v => -v)),
        Operator.Of("Abs", 1..1, _ => x => Signed(x[0], static (v, r) => TensorPrimitives.Abs(v, r), static v => v < 0 ? -v : v)),
        Operator.Of("Sign", 1..1, _ => x => Signed(x[0], static (v, r) => Each(v, r, static e => MathF.Sign(e)), static v => Math.Sign(v)), since: 9),
        Operator.Of("Identity", 1..1, _ => x => x[0]),
        Operator.Of("Clip", 1..3, Clip),
        new("Dropout", 7, 1, 3, 2, Folds: true, Dropout),
        Operator.Of("Add", 2..2, _ => x => Arithmetic<Addition>(x, x[0], x[1], static (a, b) => a + b)),
        Operator.Of("Sub", 2..2, _ => x => Arithmetic<Subtraction>(x, x[0], x[1], static (a, b) => a - b)),
        Operator.Of("Mul", 2..2, _ => x => Arithmetic<Multiplication>(x, x[0], x[1], static (a, b) => a * b)),
        Operator.Of("Div", 2..2, _ => x => Arithmetic<Division>(x, x[0], x[1], Quotient)),
        Operator.Of("Mod", 2..2, Mod, since: 10),
        Operator.Of("Pow", 2..2, _ => Power),
        Variadic("Sum", static (x, a, b) => Arithmetic<Addition>(x, a, b, null)),
        Operator.Of("Mean", 1.., _ => Mean),
        Variadic("Max", static (x, a, b) => Extremum(x, a, b, MathF.Max, Math.Max)),
        Variadic("Min", static (x, a, b) => Extremum(x, a, b, MathF.Min, Math.Min)),
    ];

    /// <summary>
    /// erf x: by its Taylor series near zero, by the continued fraction of erfc beyond (Abramowitz and Stegun 7.1.6 and 7.1.14); to 1e-13.
    /// </summary>
    public static double Erf(double x)
    {
        double size = Math.Abs(x);
        if (double.IsNaN(x) || size > 6) return double.IsNaN(x) ? x : Math.Sign(x);
        if (size < 2.5)
        {
            double term = x, sum = x;
            for (int n = 1; n < 80 && Math.Abs(term) > 1e-17 * Math.Abs(sum); n++) sum += term *= 2 * x * x / ((2 * n) + 1);
            return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
        }
        double fraction = size;
        for (int n = 60; n > 0; n--) fraction = size + (n / 2.0 / fraction);
        return Math.Sign(x) * (1 - (Math.Exp(-x * x) / Math.Sqrt(Math.PI) / fraction));
    }

    private static Operator Unary(string name, Map map) => Operator.Of(name, 1..1, _ => x => Mapped(x[0], map));

    /// <summary>An operator that is a function of each element.</summary>
    public static Operator Unary(string name, Func<float, float> function, int since = 7) => Activation(name, _ => function, since);

    private static Operator Activation(string name, Func<OnnxNode, Func<float, float>> bind, int since = 7) => Operator.Of(name, 1..1, node =>
    {
        Func<float, float> function = bind(node);
        return x => Mapped(x[0], (from, to) => Each(from, to, function));
    }, since);

    private static Operator Variadic(string name, Func<Arguments, OnnxValue, OnnxValue, OnnxValue> combine) => Operator.Of(name, 1.., _ => x =>
    {
        OnnxValue result = x[0];
        for (int i = 1; i < x.Count; i++) result = combine(x, result, x[i]);
        return result;
    });

    private static OnnxValue Mean(Arguments x)
    {
        OnnxValue sum = x[0];
        for (int i = 1; i < x.Count; i++) sum = Arithmetic<Addition>(x, sum, x[i], null);
        return Mapped(sum, (from, to) => TensorPrimitives.Divide(from, x.Count, to));
    }

    private static void Each(ReadOnlySpan<float> x, Span<float> y, Func<float, float> function)
    {
        for (int i = 0; i < x.Length; i++) y[i] = function(x[i]);
    }

    private static OnnxValue Mapped(OnnxValue x, Map map)
    {
        Tensor result = Tensor.Allocate(x.Shape);
        map(x.Floats.Span, result.Writable());
        return new OnnxValue(result);
    }

    private static OnnxValue Signed(OnnxValue x, Map map, Func<long, long> function) =>
        x.IsFloat ? Mapped(x, map) : new OnnxValue(Array.ConvertAll(x.Integers, value => function(value)), x.Shape);

    private static OnnxValue Arithmetic<TOperation>(Arguments x, OnnxValue a, OnnxValue b, Func<long, long, long>? integers)
        where TOperation : struct, IBinaryOperation
    {
        x.Allow(Broadcast.Common(TOperation.Name, a.Shape, b.Shape));
        return integers is null || a.IsFloat ? new OnnxValue(Broadcast.Apply<TOperation>(a.Floats, b.Floats)) : Paired.Integers(x, a, b, integers);
    }

    private static long Quotient(long a, long b) => b switch
    {
        0 => throw new ArgumentException("a whole number is divided by zero"),
        -1 => unchecked(-a),
        _ => a / b,
    };

    private static Func<Arguments, OnnxValue> Mod(OnnxNode node)
    {
        // As C's fmod with the sign of the dividend, or as Python's % with that of the divisor.
        bool dividend = node.Flag("fmod", false);
        return x => x[0].IsFloat
            ? Paired.Floats(x, x[0], x[1], dividend ? static (a, b) => a % b : static (a, b) => a - (b * MathF.Floor(a / b)))
            : Paired.Integers(x, x[0], x[1], (a, b) => Remainder(a, b, dividend));
    }

    private static long Remainder(long a, long b, bool dividend)
    {
        if (b is 0 or -1) return b == 0 ? throw new ArgumentException("a whole number is divided by zero") : 0;
        long rest = a % b;
        return !dividend && rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    }

    private static OnnxValue Power(Arguments x)
    {
        if (!x[0].IsFloat) return Paired.Integers(x, x[0], Cast.ToIntegers(x[1]), static (a, b) => (long)Math.Pow(a, b));
        OnnxValue exponent = Cast.ToFloats(x[1]);
        // The squares of layer normalisations that an exporter has taken apart.
        if (exponent.Shape.Count == 1 && exponent.Floats.Span[0] == 2 && exponent.Shape.Rank <= x[0].Shape.Rank) return Arithmetic<Multiplication>(x, x[0], x[0], null);
        return Paired.Floats(x, x[0], exponent, MathF.Pow);
    }

    private static OnnxValue Extremum(Arguments x, OnnxValue a, OnnxValue b, Func<float, float, float> floats, Func<long, long, long> integers) =>
        a.IsFloat ? Paired.Floats(x, a, b, floats) : Paired.Integers(x, a, b, integers);

    private static Func<Arguments, OnnxValue> Clip(OnnxNode node)
    {
        if (node.Opset < 11)
        {
            if (node.HasInput(1) || node.HasInput(2)) throw node.Refuse("bounds are inputs from opset 11 on, and attributes before");
            (float low, float high) = (node.Float("min", float.MinValue), node.Float("max", float.MaxValue));
            return x => Mapped(x[0], (from, to) => Each(from, to, value => MathF.Min(MathF.Max(value, low), high)));
        }
        return x =>
        {
            OnnxValue result = x[0];
            if (x.Optional(1) is { } low) result = Extremum(x, result, low, MathF.Max, Math.Max);
            return x.Optional(2) is { } high ? Extremum(x, result, high, MathF.Min, Math.Min) : result;
        };
    }

    /// <summary>Inference drops nothing. The mask, if it is asked for, says so.</summary>
    private static Evaluate Dropout(OnnxNode node)
    {
        node.Ignore("ratio");
        node.Ignore("seed");
        if (node.HasInput(2) && node.Constant(2)?.ToInteger() != 0) throw node.Refuse("training mode is not covered");
        return x => [x[0], new OnnxValue(Enumerable.Repeat(1L, x[0].Shape.Count).ToArray(), x[0].Shape)];
    }

    private static OnnxValue Positive(OnnxValue x) => Mapped(x, (from, to) => TensorPrimitives.Max(from, 0, to));

    private static OnnxValue Negative(OnnxValue x) => Mapped(x, (from, to) => TensorPrimitives.Min(from, 0, to));

    private static Func<float, float> Elu(float alpha) => x => x > 0 ? x : (float)(alpha * double.ExpM1(x));

    private static Func<float, float> Selu(float alpha, float gamma) => x => gamma * (x > 0 ? x : (float)(alpha * double.ExpM1(x)));

    private static Func<float, float> Leaky(float alpha) => x => x >= 0 ? x : alpha * x;

    private static Func<float, float> Thresholded(float alpha) => x => x > alpha ? x : 0;

    private static Func<float, float> HardSigmoid(float alpha, float beta) => x => Math.Clamp((alpha * x) + beta, 0, 1);

    private static Func<float, float> Gelu(OnnxNode node) => node.Text("approximate", "none") switch
    {
        "none" => x => (float)(x * 0.5 * (1 + Erf(x / Math.Sqrt(2)))),
        "tanh" => x => (float)(x * 0.5 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))))),
        string other => throw node.Refuse($"the attribute 'approximate' is {SafeTensorsHeader.Quote(other)}, it should be 'none' or 'tanh'"),
    };
}
