namespace Elman.Formats;

/// <summary>Matrix products. A constant right operand becomes a <see cref="Linear"/>, packed once.</summary>
internal static class ProductOperators
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("MatMul", 2..2, MatMul, folds: false),
        Operator.Of("Gemm", 2..3, Gemm, folds: false),
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
}
