namespace Elman.Formats;

/// <summary>Matrix products. A constant right operand becomes a <see cref="Linear"/>, packed once.</summary>
internal static class ProductOperators
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("MatMul", 2..2, MatMul, folds: false),
        Operator.Of("Gemm", 2..3, Gemm, folds: false),
        Operator.Of("Conv", 2..3, Conv, folds: false),
    ];

    /// <summary>A linear layer of given weights.</summary>
    /// <param name="weight">[O, I]</param>
    /// <param name="bias">[O]</param>
    public static Linear Linear(Tensor weight, Tensor? bias)
    {
        Linear linear = new(weight.Shape[1], weight.Shape[0], new RandomStream(0), bias is not null);
        linear.Weight.CopyFrom(weight.Span);
        if (bias is not null) linear.Bias!.CopyFrom(bias.Span);
        return linear;
    }

    private static Func<Arguments, OnnxValue> MatMul(OnnxNode node)
    {
        if (node.Constant(1) is { IsFloat: true, Shape.Rank: 2, Shape.Count: > 0 } weight)
        {
            Linear linear = Linear(weight.Floats.Transpose(), null);
            node.Modules.Add(linear);
            node.Own(1);
            return x => new OnnxValue(linear.Forward(x[0].Floats));
        }
        return x => new OnnxValue(Product(x, x[0].Floats, x[1].Floats));
    }

    /// <summary>A product of any ranks: vectors become matrices of one row or column, axes before the last two broadcast.</summary>
    private static Tensor Product(Arguments x, Tensor a, Tensor b)
    {
        if (a.Rank == 0 || b.Rank == 0) throw new ArgumentException("a product with a scalar");
        Tensor left = a.Rank == 1 ? a.Reshape(1, a.Count) : a, right = b.Rank == 1 ? b.Reshape(b.Count, 1) : b;
        if (left.Shape[^1] != right.Shape[^2]) throw new ArgumentException($"shapes {a.Shape} and {b.Shape} do not fit: the last axis of the left must equal the last but one of the right");
        ReadOnlySpan<int> batches = Broadcast.Common("MatMul", new Shape(left.Shape.Extents[..^2]), new Shape(right.Shape.Extents[..^2])).Extents;
        Shape result = x.Allow(new Shape([.. batches, left.Shape[^2], right.Shape[^1]]));
        if (result.Count == 0 || left.Shape[^1] == 0) return Tensor.Zeros(Outer(result, a, b));
        // One matrix on either side serves all batches without a copy.
        if (left.Rank > 2 && right.Rank > 2 || right.Rank > 2 && left.Rank != 2)
        {
            left = new OnnxValue(left).Expand(new Shape([.. batches, left.Shape[^2], left.Shape[^1]])).Floats;
            right = new OnnxValue(right).Expand(new Shape([.. batches, right.Shape[^2], right.Shape[^1]])).Floats;
        }
        return left.MatMul(right).Reshape(Outer(result, a, b));
    }

    /// <summary>A product's shape without the axes that vectors were given.</summary>
    private static int[] Outer(Shape result, Tensor a, Tensor b)
    {
        List<int> extents = [.. result.Extents];
        if (b.Rank == 1) extents.RemoveAt(extents.Count - 1);
        if (a.Rank == 1) extents.RemoveAt(extents.Count - (b.Rank == 1 ? 1 : 2));
        return [.. extents];
    }

    /// <summary>alpha · A' B' + beta · C, with A' = Aᵀ if transA, B' = Bᵀ if transB.</summary>
    private static Func<Arguments, OnnxValue> Gemm(OnnxNode node)
    {
        float alpha = node.Float("alpha", 1), beta = node.Float("beta", 1);
        bool left = node.Flag("transA", false), right = node.Flag("transB", false);
        if (!node.HasInput(2) && node.Opset < 11) throw node.Refuse("the third input may be left out from opset 11 on");
        Func<Tensor, Tensor> factor = x => left ? x.Transpose() : x;
        if (node.Constant(1) is { IsFloat: true, Shape.Rank: 2, Shape.Count: > 0 } weight)
        {
            Tensor rows = right ? weight.Floats : weight.Floats.Transpose();
            int outputs = rows.Shape[0];
            OnnxValue? constant = node.Constant(2);
            // A bias that broadcasts over rows alone goes into the layer.
            Tensor? bias = constant is { IsFloat: true } && (constant.Shape == new Shape(outputs) || constant.Shape == new Shape(1, outputs)) ? constant.Floats * beta : null;
            Linear linear = Linear(alpha == 1 ? rows : rows * alpha, bias);
            node.Modules.Add(linear);
            bool adds = node.HasInput(2) && bias is null;
            node.Own(1);
            if (!adds) node.Own(2);
            return x =>
            {
                Tensor product = linear.Forward(factor(Matrix(x[0])));
                return new OnnxValue(adds ? product + Addend(x[2], product.Shape, beta) : product);
            };
        }
        return x =>
        {
            Tensor product = Product(x, factor(Matrix(x[0])), right ? Matrix(x[1]).Transpose() : Matrix(x[1]));
            if (alpha != 1) product *= alpha;
            return new OnnxValue(x.Optional(2) is { } addend ? product + Addend(addend, product.Shape, beta) : product);
        };
    }

    private static Tensor Addend(OnnxValue value, Shape product, float beta)
    {
        if (Broadcast.Common("Gemm", value.Shape, product) != product) throw new ArgumentException($"the third input of shape {value.Shape} does not broadcast to {product}");
        return beta == 1 ? value.Floats : value.Floats * beta;
    }

    private static Tensor Matrix(OnnxValue x) => x.Shape.Rank == 2 ? x.Floats : throw new ArgumentException($"expects a matrix, got shape {x.Shape}");

    /// <summary>
    /// Convolution over one axis: [N, C, L] with weights [M, C / groups, K] gives [N, M, L']. The values that each output sees are laid side by side, and a
    /// linear layer per group does the rest.
    /// </summary>
    private static Func<Arguments, OnnxValue> Conv(OnnxNode node)
    {
        if (node.Constant(1) is not { IsFloat: true, Shape.Rank: 3, Shape.Count: > 0 } weight)
            throw node.Refuse("a convolution is covered over one axis, with constant weights [M, C, K]");
        if (node.HasInput(2) && node.Constant(2) is null) throw node.Refuse("a convolution is covered with a constant bias");
        (int outputs, int channels, int width) = (weight.Shape[0], weight.Shape[1], weight.Shape[2]);
        int groups = Positive(node, "group", node.Integer("group", 1)), step = Positive(node, "strides", Single(node, "strides") ?? 1);
        int spread = Positive(node, "dilations", Single(node, "dilations") ?? 1);
        if ((Single(node, "kernel_shape") ?? width) != width) throw node.Refuse($"'kernel_shape' differs from that of the weights {weight.Shape}");
        if (outputs % groups != 0) throw node.Refuse($"{outputs} outputs do not divide into {groups} groups");
        if (node.Constant(2) is { } given && given.Shape != new Shape(outputs)) throw node.Refuse($"the bias has shape {given.Shape}, it should be [{outputs}]");
        long[] pads = node.Integers("pads") ?? [0, 0];
        string automatic = node.Text("auto_pad", "NOTSET");
        if (pads.Length != 2 || pads.Any(pad => pad is < 0 or > int.MaxValue / 4)) throw node.Refuse("'pads' should be two numbers that are not negative");
        if (automatic is not ("NOTSET" or "VALID" or "SAME_UPPER" or "SAME_LOWER")) throw node.Refuse($"auto_pad {SafeTensorsHeader.Quote(automatic)} is not covered");
        int share = outputs / groups;
        Linear[] layers = [.. Enumerable.Range(0, groups).Select(group => Linear(
            weight.Floats.Slice(0, (group * share)..((group + 1) * share)).Reshape(share, channels * width),
            node.Constant(2)?.Floats.Slice(0, (group * share)..((group + 1) * share))))];
        node.Modules.AddRange(layers);
        node.Own(1, 2);
        return x =>
        {
            Shape shape = x[0].Shape;
            if (shape.Rank != 3 || shape[1] != channels * groups) throw new ArgumentException($"expects [N, {channels * groups}, L], got {shape}");
            long reach = ((long)(width - 1) * spread) + 1, length = shape[2];
            (long before, long after) = automatic switch
            {
                "NOTSET" => (pads[0], pads[1]),
                "VALID" => (0, 0),
                _ => Same(length, reach, step, automatic == "SAME_UPPER"),
            };
            long steps = (length + before + after - reach) / step + 1;
            if (length + before + after < reach) throw new ArgumentException($"{length} steps, padded by {before} and {after}, are fewer than the {reach} that an output sees");
            Tensor[] parts = [.. layers.Select((layer, group) => layer.Forward(Windows(x, group * channels, channels, width, checked((int)steps), step, spread, before)))];
            Tensor rows = parts.Length == 1 ? parts[0] : Tensor.Concat(2, parts);
            return new OnnxValue(rows).Permute([0, 2, 1]);
        };
    }

    /// <summary>What each output step sees of a group's channels, zero in the padding: [N, L', C·K].</summary>
    private static Tensor Windows(Arguments x, int first, int channels, int width, int steps, int step, int spread, long before)
    {
        Shape shape = x[0].Shape;
        int length = shape[2];
        Tensor result = Tensor.Zeros(x.Allow(new Shape(shape[0], steps, channels * width)).Extents);
        ReadOnlySpan<float> from = x[0].Floats.Span;
        Span<float> to = result.Writable();
        for (int row = 0; row < shape[0]; row++)
        {
            for (int place = 0; place < steps; place++)
            {
                for (int channel = 0; channel < channels; channel++)
                {
                    ReadOnlySpan<float> line = from.Slice(((row * shape[1]) + first + channel) * length, length);
                    Span<float> window = to.Slice((((row * steps) + place) * channels + channel) * width, width);
                    for (int k = 0; k < width; k++)
                    {
                        long at = ((long)place * step) - before + ((long)k * spread);
                        if (at >= 0 && at < length) window[k] = line[(int)at];
                    }
                }
            }
        }
        return result;
    }

    /// <summary>The padding with which as many steps come out as go in, divided by the step; the odd one at the end or at the beginning.</summary>
    private static (long Before, long After) Same(long length, long reach, int step, bool upper)
    {
        long all = Math.Max(0, (((length + step - 1) / step - 1) * step) + reach - length), half = all / 2;
        return upper ? (half, all - half) : (all - half, half);
    }

    private static long? Single(OnnxNode node, string name) => node.Integers(name) is not { } values ? null
        : values is [long only] ? only : throw node.Refuse($"'{name}' should be one number: convolutions are covered over one axis");

    private static int Positive(OnnxNode node, string name, long value) => value is > 0 and <= int.MaxValue ? (int)value : throw node.Refuse($"'{name}' is {value}, it should be positive");
}
