using System.Collections.Frozen;

namespace Elman.Formats;

/// <summary>Computes a node's outputs; one that the node does not have may be null.</summary>
internal delegate OnnxValue?[] Evaluate(Arguments inputs);

/// <summary>The inputs of one evaluation of a node.</summary>
/// <param name="Values">A value for each input; null for one that is left out.</param>
/// <param name="Limit">How many elements a result may have: what a file computes at load must stay in proportion to its size.</param>
internal readonly record struct Arguments(OnnxValue?[] Values, long Limit)
{
    public int Count => Values.Length;

    /// <summary>An input that the operator demands, so that its presence was checked at load.</summary>
    public OnnxValue this[int index] => Values[index]!;

    public OnnxValue? Optional(int index) => index < Values.Length ? Values[index] : null;

    /// <summary>To be called before a result that may be larger than its operands is allocated.</summary>
    /// <exception cref="OutOfProportionException">It has more elements than the limit.</exception>
    public Shape Allow(Shape shape)
    {
        if (shape.Count > Limit) throw new OutOfProportionException($"a result of shape {shape} has more than {Limit} elements");
        AllocationLimit.Require(shape);
        return shape;
    }
}

/// <summary>What is computed at load would be larger than the file justifies; it is left to the runs.</summary>
internal sealed class OutOfProportionException(string message) : ArgumentException(message);

/// <summary>An operator that a graph may hold.</summary>
/// <param name="Name">ONNX's name.</param>
/// <param name="Since">The first operator set, from 7 on, that has it in a form that is read.</param>
/// <param name="MinInputs">Inputs that must be there.</param>
/// <param name="MaxInputs">Inputs that may be there.</param>
/// <param name="MaxOutputs">Outputs that may be there.</param>
/// <param name="Folds">Whether it is computed at load where all inputs are constant.</param>
/// <param name="Bind">Reads the attributes at load and hands back what computes the node.</param>
internal sealed record Operator(string Name, int Since, int MinInputs, int MaxInputs, int MaxOutputs, bool Folds, Func<OnnxNode, Evaluate> Bind)
{
    private static readonly FrozenDictionary<string, Operator> Table = new[]
    {
        PointwiseOperators.All, FunctionOperators.All, ComparisonOperators.All, ShapingOperators.All, SelectionOperators.All, PlaceOperators.All,
        ConstantOperators.All, ReductionOperators.All, ExtremumOperators.All,
        NormalizationOperators.All, ProductOperators.All, EinsumOperator.All, ConvolutionOperators.All, PoolingOperators.All, RecurrentOperators.All, LoopOperators.All, ControlOperators.All,
    }.SelectMany(group => group).ToFrozenDictionary(entry => entry.Name);

    /// <summary>All operators, by name.</summary>
    public static IEnumerable<Operator> All => Table.Values.OrderBy(entry => entry.Name, StringComparer.Ordinal);

    /// <summary>The operator of that name, or null.</summary>
    public static Operator? Find(string name) => Table.GetValueOrDefault(name);

    /// <summary>An operator with one output.</summary>
    public static Operator Of(string name, Range inputs, Func<OnnxNode, Func<Arguments, OnnxValue>> bind, int since = 7, bool folds = true) =>
        new(name, since, inputs.Start.Value, inputs.End.IsFromEnd ? int.MaxValue : inputs.End.Value, 1, folds, node =>
        {
            Func<Arguments, OnnxValue> compute = bind(node);
            return arguments => [compute(arguments)];
        });
}
