namespace Elman.Formats;

/// <summary>Comparisons, logic, choices by a condition, and changes of the element type.</summary>
internal static class ComparisonOperators
{
    public static IEnumerable<Operator> All =>
    [
        Compare("Equal", static (a, b) => a == b, static (a, b) => a == b),
        Compare("Greater", static (a, b) => a > b, static (a, b) => a > b),
        Compare("Less", static (a, b) => a < b, static (a, b) => a < b),
        Compare("GreaterOrEqual", static (a, b) => a >= b, static (a, b) => a >= b, since: 12),
        Compare("LessOrEqual", static (a, b) => a <= b, static (a, b) => a <= b, since: 12),
        Logic("And", static (a, b) => a & b),
        Logic("Or", static (a, b) => a | b),
        Logic("Xor", static (a, b) => a ^ b),
        Operator.Of("Not", 1..1, _ => x => new OnnxValue(Array.ConvertAll(x[0].Integers, value => value == 0 ? 1L : 0), x[0].Shape)),
        Operator.Of("Where", 3..3, _ => Where, since: 9),
        Operator.Of("Cast", 1..1, BindCast),
    ];

    private static Operator Compare(string name, Func<float, float, bool> floats, Func<long, long, bool> integers, int since = 7) => Operator.Of(name, 2..2, _ => x =>
    {
        Shape shape = x.Allow(Broadcast.Common(name, x[0].Shape, x[1].Shape));
        (OnnxValue left, OnnxValue right) = (x[0].Expand(shape), x[1].Expand(shape));
        long[] result = new long[shape.Count];
        if (left.IsFloat)
        {
            ReadOnlySpan<float> a = left.Floats.Span, b = right.Floats.Span;
            for (int i = 0; i < result.Length; i++) result[i] = floats(a[i], b[i]) ? 1 : 0;
        }
        else
        {
            ReadOnlySpan<long> a = left.Integers, b = right.Integers;
            for (int i = 0; i < result.Length; i++) result[i] = integers(a[i], b[i]) ? 1 : 0;
        }
        return new OnnxValue(result, shape);
    }, since);

    private static Operator Logic(string name, Func<long, long, long> function) => Operator.Of(name, 2..2, _ => x => Paired.Integers(x, x[0], x[1], function));

    private static OnnxValue Where(Arguments x)
    {
        Shape shape = x.Allow(Broadcast.Common("Where", Broadcast.Common("Where", x[0].Shape, x[1].Shape), x[2].Shape));
        long[] condition = x[0].Expand(shape).Integers;
        (OnnxValue yes, OnnxValue no) = (x[1].Expand(shape), x[2].Expand(shape));
        if (!yes.IsFloat)
        {
            (long[] a, long[] b) = (yes.Integers, no.Integers);
            return new OnnxValue([.. condition.Select((chosen, i) => chosen != 0 ? a[i] : b[i])], shape);
        }
        Tensor result = Tensor.Allocate(shape);
        ReadOnlySpan<float> left = yes.Floats.Span, right = no.Floats.Span;
        Span<float> to = result.Writable();
        for (int i = 0; i < to.Length; i++) to[i] = condition[i] != 0 ? left[i] : right[i];
        return new OnnxValue(result);
    }

    private static Func<Arguments, OnnxValue> BindCast(OnnxNode node)
    {
        node.Ignore("saturate");
        int type = (int)Math.Clamp(node.RequiredInteger("to"), 0, int.MaxValue);
        if (TensorCodec.IsFloat(type)) return x => Cast.ToFloats(x[0]);
        if (!TensorCodec.IsInteger(type)) throw node.Refuse($"a cast to {TensorCodec.NameOf(type)} is not covered");
        bool boolean = type == (int)Onnx.TensorProto.Types.DataType.Bool;
        return x => boolean ? Cast.ToBooleans(x[0]) : Cast.ToIntegers(x[0]);
    }
}

/// <summary>Between floating-point and whole numbers.</summary>
internal static class Cast
{
    public static OnnxValue ToFloats(OnnxValue x) => x.IsFloat ? x : new OnnxValue(Tensor.Wrap(Array.ConvertAll(x.Integers, value => (float)value), x.Shape.Extents));

    /// <summary>Towards zero.</summary>
    public static OnnxValue ToIntegers(OnnxValue x) => x.IsFloat ? new OnnxValue(Array.ConvertAll(x.Floats.Span.ToArray(), value => (long)value), x.Shape) : x;

    public static OnnxValue ToBooleans(OnnxValue x) => x.IsFloat
        ? new OnnxValue(Array.ConvertAll(x.Floats.Span.ToArray(), value => value != 0 ? 1L : 0), x.Shape)
        : new OnnxValue(Array.ConvertAll(x.Integers, value => value != 0 ? 1L : 0), x.Shape);
}

/// <summary>Functions of two elements, of values that broadcast.</summary>
internal static class Paired
{
    public static OnnxValue Floats(Arguments x, OnnxValue a, OnnxValue b, Func<float, float, float> function)
    {
        Shape shape = x.Allow(Broadcast.Common("", a.Shape, b.Shape));
        ReadOnlySpan<float> left = a.Expand(shape).Floats.Span, right = b.Expand(shape).Floats.Span;
        Tensor result = Tensor.Allocate(shape);
        Span<float> to = result.Writable();
        for (int i = 0; i < to.Length; i++) to[i] = function(left[i], right[i]);
        return new OnnxValue(result);
    }

    public static OnnxValue Integers(Arguments x, OnnxValue a, OnnxValue b, Func<long, long, long> function)
    {
        Shape shape = x.Allow(Broadcast.Common("", a.Shape, b.Shape));
        (long[] left, long[] right) = (a.Expand(shape).Integers, b.Expand(shape).Integers);
        long[] result = new long[shape.Count];
        for (int i = 0; i < result.Length; i++) result[i] = function(left[i], right[i]);
        return new OnnxValue(result, shape);
    }
}
