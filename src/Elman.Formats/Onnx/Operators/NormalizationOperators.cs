namespace Elman.Formats;

/// <summary>Normalisations and distributions.</summary>
internal static class NormalizationOperators
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("Softmax", 1..1, node => Distribution(node, static (x, axis) => x.Softmax(axis)), folds: false),
        Operator.Of("LogSoftmax", 1..1, node => Distribution(node, static (x, axis) => x.LogSoftmax(axis)), folds: false),
        Operator.Of("Hardmax", 1..1, node => Distribution(node, Hardmax), folds: false),
        Operator.Of("InstanceNormalization", 3..3, InstanceNormalization, folds: false),
        Operator.Of("LayerNormalization", 2..3, LayerNormalization, since: 17, folds: false),
        Operator.Of("BatchNormalization", 5..5, BatchNormalization, folds: false),
    ];

    /// <summary>Along one axis from operator set 13 on; before that over all axes from one on, as if they were one.</summary>
    private static Func<Arguments, OnnxValue> Distribution(OnnxNode node, Func<Tensor, int, Tensor> function)
    {
        bool single = node.Opset >= 13;
        long named = node.Integer("axis", single ? -1 : 1);
        return x =>
        {
            Shape shape = x[0].Shape;
            if (shape.Count == 0) return x[0];
            int axis = x[0].Axis(named);
            if (single) return new OnnxValue(function(x[0].Floats, axis));
            OnnxValue rows = x[0].Reshape(new Shape(shape.Product(0, axis), shape.Product(axis, shape.Rank)));
            return new OnnxValue(function(rows.Floats, 1)).Reshape(shape);
        };
    }

    /// <summary>1 at the first of the largest values, 0 elsewhere.</summary>
    private static Tensor Hardmax(Tensor x, int axis)
    {
        long[] places = ExtremumOperators.Places(x, axis, least: false, last: false);
        Tensor result = Tensor.Zeros(x.Shape.Extents);
        int extent = x.Shape[axis], inner = x.Shape.Product(axis + 1, x.Rank);
        for (int i = 0; i < places.Length; i++) result.Writable()[(((i / inner * extent) + (int)places[i]) * inner) + (i % inner)] = 1;
        return result;
    }

    /// <summary>Every channel of every instance by its own mean and variance; then scale and bias per channel, which is axis 1.</summary>
    private static Func<Arguments, OnnxValue> InstanceNormalization(OnnxNode node)
    {
        float epsilon = node.Float("epsilon", 1e-5f);
        return x =>
        {
            Shape shape = x[0].Shape;
            if (shape.Rank < 3) throw new ArgumentException($"expects [N, C, D1, ..], got {shape}");
            for (int i = 1; i < 3; i++)
                if (x[i].Shape != new Shape(shape[1])) throw new ArgumentException($"input {i} has shape {x[i].Shape}, it should be [{shape[1]}], one for each channel of {shape}");
            if (shape.Count == 0) return x[0];
            int[] extents = [.. Enumerable.Repeat(1, shape.Rank - 1)];
            extents[0] = shape[1];
            Tensor rows = x[0].Reshape(new Shape(shape[0] * shape[1], shape.Product(2, shape.Rank))).Floats.LayerNorm(epsilon);
            return new OnnxValue((new OnnxValue(rows).Reshape(shape).Floats * x[1].Reshape(extents).Floats) + x[2].Reshape(extents).Floats);
        };
    }

    private static Func<Arguments, OnnxValue> LayerNormalization(OnnxNode node)
    {
        long named = node.Integer("axis", -1);
        float epsilon = node.Float("epsilon", 1e-5f);
        node.Ignore("stash_type");
        return x =>
        {
            Shape shape = x[0].Shape;
            if (shape.Count == 0) return x[0];
            int axis = x[0].Axis(named);
            OnnxValue rows = x[0].Reshape(new Shape(shape.Product(0, axis), shape.Product(axis, shape.Rank)));
            Tensor result = new OnnxValue(rows.Floats.LayerNorm(epsilon)).Reshape(shape).Floats * x[1].Floats;
            return new OnnxValue(x.Optional(2) is { } bias ? result + bias.Floats : result);
        };
    }

    /// <summary>With the mean and variance of training: (x − mean) / √(variance + ε) · scale + bias, per channel, which is axis 1.</summary>
    private static Func<Arguments, OnnxValue> BatchNormalization(OnnxNode node)
    {
        float epsilon = node.Float("epsilon", 1e-5f);
        node.Ignore("momentum");
        if (node.Opset >= 14 && node.Flag("training_mode", false)) throw node.Refuse("training mode is not covered");
        if (node.Opset < 9 && !node.Flag("spatial", true)) throw node.Refuse("statistics per place (spatial = 0) are not covered");
        return x =>
        {
            Shape shape = x[0].Shape;
            int channels = shape.Rank > 1 ? shape[1] : 1;
            for (int i = 1; i < 5; i++)
                if (x[i].Shape != new Shape(channels)) throw new ArgumentException($"input {i} has shape {x[i].Shape}, it should be [{channels}], one for each channel of {shape}");
            ReadOnlySpan<float> scale = x[1].Floats.Span, bias = x[2].Floats.Span, mean = x[3].Floats.Span, variance = x[4].Floats.Span;
            int[] extents = new int[shape.Rank];
            Array.Fill(extents, 1);
            if (shape.Rank > 1) extents[1] = channels;
            Tensor factor = Tensor.Zeros(extents), offset = Tensor.Zeros(extents);
            for (int channel = 0; channel < channels; channel++)
            {
                double slope = scale[channel] / Math.Sqrt((double)variance[channel] + epsilon);
                factor.Writable()[channel] = (float)slope;
                offset.Writable()[channel] = (float)(bias[channel] - (mean[channel] * slope));
            }
            return new OnnxValue((x[0].Floats * factor) + offset);
        };
    }
}
