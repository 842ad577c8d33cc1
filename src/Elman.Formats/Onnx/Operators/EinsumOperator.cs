using System.Text;

namespace Elman.Formats;

/// <summary>
/// Einsum: sums of products over named axes. Operand by operand: what only it has is summed at once, what both sides have is a batch or is summed by a product of
/// matrices.
/// </summary>
internal static class EinsumOperator
{
    public static IEnumerable<Operator> All => [Operator.Of("Einsum", 1.., Bind, since: 12, folds: false)];

    private static Func<Arguments, OnnxValue> Bind(OnnxNode node)
    {
        string equation = node.Text("equation", "").Replace(" ", "", StringComparison.Ordinal);
        string[] sides = equation.Split("->");
        string[] terms = sides[0].Split(',');
        if (sides.Length > 2 || !terms.Concat(sides[1..]).All(IsTerm))
            throw node.Refuse($"the equation {SafeTensorsHeader.Quote(equation)} is not covered; letters and '...' are, as in 'bij,bjk->bik'");
        if (terms.Length != node.Inputs.Count) throw node.Refuse($"the equation {SafeTensorsHeader.Quote(equation)} has {terms.Length} operands for {node.Inputs.Count} inputs");
        string result = sides.Length == 2 ? sides[1] : Implied(sides[0]);
        bool known = result.Replace("...", "", StringComparison.Ordinal).All(letter => terms.Any(term => term.Contains(letter, StringComparison.Ordinal)));
        if (!known || result.Replace("...", "", StringComparison.Ordinal) is var named && named.Distinct().Count() != named.Length)
            throw node.Refuse($"the equation {SafeTensorsHeader.Quote(equation)} gives an axis twice, or one that no operand has");
        return x =>
        {
            // The axes that '...' stands for get digits, counted from the last.
            int hidden = Enumerable.Range(0, terms.Length).Max(i => Hidden(terms[i], x[i].Shape));
            Term[] operands = [.. terms.Select((term, i) => Diagonal(x[i], Spelt(term, Hidden(term, x[i].Shape)), terms[i]))];
            return new OnnxValue(Contract(x, operands, Spelt(result, hidden)));
        };
    }

    /// <summary>Letters, and '...' once at most.</summary>
    private static bool IsTerm(string term)
    {
        int dots = term.IndexOf("...", StringComparison.Ordinal);
        return (dots < 0 ? term : term.Remove(dots, 3)).All(char.IsAsciiLetter);
    }

    /// <summary>Without an arrow: what '...' stands for, then the letters that stand there once, in the order of the alphabet.</summary>
    private static string Implied(string operands)
    {
        string letters = string.Concat(operands.Where(char.IsAsciiLetter).GroupBy(letter => letter).Where(group => group.Count() == 1).Select(group => group.Key).Order());
        return operands.Contains("...", StringComparison.Ordinal) ? $"...{letters}" : letters;
    }

    private static int Hidden(string term, Shape shape)
    {
        int letters = term.Count(char.IsAsciiLetter), hidden = shape.Rank - letters;
        return hidden == 0 || (hidden > 0 && term.Contains("...", StringComparison.Ordinal)) ? hidden : throw new ArgumentException($"the operand '{term}' has {letters} axes, its value has shape {shape}");
    }

    private static string Spelt(string term, int hidden)
    {
        StringBuilder digits = new();
        for (int axis = hidden - 1; axis >= 0; axis--) digits.Append((char)('0' + axis));
        return term.Replace("...", digits.ToString(), StringComparison.Ordinal);
    }

    /// <summary>An operand, in which every letter stands once: of one that stands twice the diagonal is taken.</summary>
    private static Term Diagonal(OnnxValue value, string axes, string term)
    {
        string once = string.Concat(axes.Distinct());
        if (once.Length == axes.Length) return new Term(value.Floats, axes);
        Span<int> extents = stackalloc int[once.Length], strides = stackalloc int[once.Length];
        extents.Fill(-1);
        for (int axis = 0; axis < axes.Length; axis++)
        {
            int place = once.IndexOf(axes[axis], StringComparison.Ordinal), extent = value.Shape[axis];
            if (extents[place] >= 0 && extents[place] != extent) throw new ArgumentException($"the operand '{term}' has a diagonal over extents {extents[place]} and {extent}");
            extents[place] = extent;
            strides[place] += value.Shape.Product(axis + 1, value.Shape.Rank);
        }
        return new Term(value.Strided(new Shape(extents), 0, strides).Floats, once);
    }

    private static Tensor Contract(Arguments x, Term[] operands, string result)
    {
        Term left = Summed(operands[0], string.Concat(operands.Skip(1).Select(other => other.Axes)) + result);
        for (int i = 1; i < operands.Length; i++)
        {
            string later = string.Concat(operands.Skip(i + 1).Select(other => other.Axes)) + result;
            left = Multiplied(x, left, Summed(operands[i], left.Axes + later), later);
        }
        return new OnnxValue(left.Value).Permute([.. result.Select(letter => left.Axes.IndexOf(letter, StringComparison.Ordinal))]).Floats;
    }

    /// <summary>Without the axes that nobody needs.</summary>
    private static Term Summed(Term term, string needed)
    {
        int[] gone = [.. Enumerable.Range(0, term.Axes.Length).Where(axis => !needed.Contains(term.Axes[axis], StringComparison.Ordinal))];
        if (gone.Length == 0) return term;
        string kept = string.Concat(term.Axes.Where(letter => needed.Contains(letter, StringComparison.Ordinal)));
        Tensor sum = term.Value.Sum(gone, keepAxes: true);
        return new Term(sum.Reshape([.. kept.Select(letter => sum.Shape[term.Axes.IndexOf(letter, StringComparison.Ordinal)])]), kept);
    }

    /// <summary>[batch.., rows.., inner..] times [batch.., inner.., columns..], each group of axes as one.</summary>
    private static Term Multiplied(Arguments x, Term left, Term right, string later)
    {
        string shared = string.Concat(left.Axes.Where(letter => right.Axes.Contains(letter, StringComparison.Ordinal)));
        string batch = string.Concat(shared.Where(letter => later.Contains(letter, StringComparison.Ordinal))), inner = string.Concat(shared.Except(batch));
        string rows = string.Concat(left.Axes.Except(shared)), columns = string.Concat(right.Axes.Except(shared));
        Dictionary<char, int> extents = [];
        foreach (Term term in (Term[])[left, right])
        {
            for (int axis = 0; axis < term.Axes.Length; axis++)
            {
                int extent = term.Value.Shape[axis], known = extents.GetValueOrDefault(term.Axes[axis], 1);
                if (known != 1 && extent != 1 && known != extent) throw new ArgumentException($"an axis of Einsum has the extents {known} and {extent}");
                extents[term.Axes[axis]] = known == 1 ? extent : known;
            }
        }
        int Product(string axes) => axes.Aggregate(1, (product, letter) => checked(product * extents[letter]));
        Tensor a = Arranged(x, left, batch + rows + inner, extents).Reshape(Product(batch), Product(rows), Product(inner));
        Tensor b = Arranged(x, right, batch + inner + columns, extents).Reshape(Product(batch), Product(inner), Product(columns));
        Shape product = x.Allow(new Shape(a.Shape[0], a.Shape[1], b.Shape[2]));
        string axes = batch + rows + columns;
        Tensor value = product.Count == 0 || a.Shape[2] == 0 ? Tensor.Zeros(product.Extents) : a.MatMul(b);
        return new Term(value.Reshape([.. axes.Select(letter => extents[letter])]), axes);
    }

    /// <summary>The axes in an order, repeated to their extents.</summary>
    private static Tensor Arranged(Arguments x, Term term, string order, Dictionary<char, int> extents)
    {
        OnnxValue value = new OnnxValue(term.Value).Permute([.. order.Select(letter => term.Axes.IndexOf(letter, StringComparison.Ordinal))]);
        return value.Expand(x.Allow(new Shape([.. order.Select(letter => extents[letter])]))).Floats;
    }

    /// <summary>A value whose axes have names of one letter.</summary>
    private readonly record struct Term(Tensor Value, string Axes);
}
