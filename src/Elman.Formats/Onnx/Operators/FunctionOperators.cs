namespace Elman.Formats;

/// <summary>Functions of trigonometry, and questions about each element.</summary>
internal static class FunctionOperators
{
    public static IEnumerable<Operator> All =>
    [
        PointwiseOperators.Unary("Sin", static x => (float)Math.Sin(x)),
        PointwiseOperators.Unary("Cos", static x => (float)Math.Cos(x)),
        PointwiseOperators.Unary("Tan", static x => (float)Math.Tan(x)),
        PointwiseOperators.Unary("Asin", static x => (float)Math.Asin(x)),
        PointwiseOperators.Unary("Acos", static x => (float)Math.Acos(x)),
        PointwiseOperators.Unary("Atan", static x => (float)Math.Atan(x)),
        PointwiseOperators.Unary("Sinh", static x => (float)Math.Sinh(x), since: 9),
        PointwiseOperators.Unary("Cosh", static x => (float)Math.Cosh(x), since: 9),
        PointwiseOperators.Unary("Asinh", static x => (float)Math.Asinh(x), since: 9),
        PointwiseOperators.Unary("Acosh", static x => (float)Math.Acosh(x), since: 9),
        PointwiseOperators.Unary("Atanh", static x => (float)Math.Atanh(x), since: 9),
        Operator.Of("IsNaN", 1..1, _ => x => Asked(x[0], float.IsNaN), since: 9),
        Operator.Of("IsInf", 1..1, IsInf, since: 10),
    ];

    private static Func<Arguments, OnnxValue> IsInf(OnnxNode node)
    {
        bool below = node.Flag("detect_negative", true), above = node.Flag("detect_positive", true);
        return x => Asked(x[0], value => (above && float.IsPositiveInfinity(value)) || (below && float.IsNegativeInfinity(value)));
    }

    private static OnnxValue Asked(OnnxValue x, Func<float, bool> holds) => new(Array.ConvertAll(x.Floats.Span.ToArray(), value => holds(value) ? 1L : 0), x.Shape);
}
