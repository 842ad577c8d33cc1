using Onnx;

namespace Elman.Formats;

/// <summary>Operators that make values of nothing, or of a shape.</summary>
internal static class ConstantOperators
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("Constant", 0..0, Constant),
        Operator.Of("ConstantOfShape", 1..1, ConstantOfShape, since: 9),
        Operator.Of("Range", 3..3, _ => Range, since: 11),
    ];

    private static Func<Arguments, OnnxValue> Constant(OnnxNode node)
    {
        OnnxValue value;
        if (node.TensorProto("value") is { } tensor) value = TensorCodec.Read(tensor, $"{node.Place}: value");
        else if (node.HasAttribute("value_float")) value = new OnnxValue(Tensor.Scalar(node.Float("value_float", 0)));
        else if (node.Floats("value_floats") is { } floats) value = new OnnxValue(Tensor.From(floats, floats.Length));
        else if (node.HasAttribute("value_int")) value = new OnnxValue([node.Integer("value_int", 0)], new Shape());
        else if (node.Integers("value_ints") is { } integers) value = OnnxValue.Of(integers);
        else throw node.Refuse("there is no value of floating-point or whole numbers");
        return _ => value;
    }

    private static Func<Arguments, OnnxValue> ConstantOfShape(OnnxNode node)
    {
        TensorProto? proto = node.TensorProto("value");
        OnnxValue value = proto is null ? new OnnxValue(Tensor.Scalar(0)) : TensorCodec.Read(proto, $"{node.Place}: value");
        if (value.Shape.Count != 1) throw node.Refuse($"the value should be one number, its shape is {value.Shape}");
        OnnxValue scalar = value.Reshape(new Shape());
        return x => scalar.Expand(x.Allow(OnnxValue.ShapeOf(x[0].Integers)));
    }

    /// <summary>start, start + delta, … below the limit.</summary>
    private static OnnxValue Range(Arguments x)
    {
        double start = x[0].IsFloat ? x[0].ToFloat() : x[0].ToInteger(), end = x[1].IsFloat ? x[1].ToFloat() : x[1].ToInteger();
        double delta = x[2].IsFloat ? x[2].ToFloat() : x[2].ToInteger(), steps = Math.Max(0, Math.Ceiling((end - start) / delta));
        if (!double.IsFinite(steps) || steps > int.MaxValue) throw new ArgumentException($"a range has {steps} numbers");
        Shape shape = x.Allow(new Shape((int)steps));
        double[] values = [.. Enumerable.Range(0, shape.Count).Select(i => start + (i * delta))];
        return x[0].IsFloat ? new OnnxValue(Tensor.From(Array.ConvertAll(values, value => (float)value), shape.Count)) : OnnxValue.Of(Array.ConvertAll(values, value => (long)value));
    }
}
