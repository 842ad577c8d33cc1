using DataType = Onnx.TensorProto.Types.DataType;

namespace Elman.Formats.Tests.Onnx;

/// <summary>Functions, places, and normalisations of which recurrent models have few.</summary>
public sealed partial class OperatorTests
{
    private static IEnumerable<OperatorCase> Others()
    {
        Tensor x = Random(1, 2, 3, 4), y = Random(2, 2, 3, 4), row = Random(4, 4);
        Tensor steps = Tensor.From([.. Enumerable.Range(0, 2 * 5 * 3).Select(i => (float)(i * 7 % 4))], 2, 5, 3);
        Tensor odd = Tensor.From([1, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0], 5);
        foreach (string type in (string[])["Tan", "Asin", "Acos", "Atan"]) yield return new(type, 7, "", [x]);
        foreach (string type in (string[])["Sinh", "Cosh", "Asinh", "Atanh"]) yield return new(type, 9, "", [x]);
        yield return new("Acosh", 22, "", [(x * x * 9) + 1]);
        yield return new("Atan", 22, "beyond", [x * 50]);
        yield return new("IsNaN", 9, "", [Held(odd)]) { OutputType = DataType.Bool };
        yield return new("IsNaN", 13, "none", [x]) { OutputType = DataType.Bool };
        yield return new("IsInf", 10, "", [Held(odd)]) { OutputType = DataType.Bool };
        yield return new("IsInf", 10, "above", [Held(odd)], ("detect_negative", 0)) { OutputType = DataType.Bool };
        yield return new("IsInf", 20, "below", [Held(odd)], ("detect_positive", 0)) { OutputType = DataType.Bool };
        yield return new("Mean", 8, "", [x, y, row]);
        yield return new("Mean", 13, "one", [x]);
        yield return new("Hardmax", 11, "", [steps]);
        yield return new("Hardmax", 13, "", [steps]);
        yield return new("Hardmax", 13, "axis 1", [steps], ("axis", 1));
        yield return new("InstanceNormalization", 7, "", [Random(3, 2, 3, 8), Random(4, 3), Random(5, 3)]);
        yield return new("InstanceNormalization", 22, "two axes", [Random(3, 2, 3, 4, 5), Random(4, 3), Random(5, 3)], ("epsilon", 0.01f));
        foreach (string type in (string[])["ArgMax", "ArgMin"])
        {
            yield return new(type, 11, "of equal values", [steps], ("axis", 1)) { OutputType = DataType.Int64 };
            yield return new(type, 13, "the last of equal values", [steps], ("axis", -2), ("keepdims", 0), ("select_last_index", 1)) { OutputType = DataType.Int64 };
        }
        yield return new("TopK", 9, "", [x], ("k", 2)) { Outputs = 2, Whole = 1 };
        yield return new("TopK", 10, "axis 1", [steps, Fixed(3)], ("axis", 1)) { Outputs = 2, Whole = 1 };
        yield return new("TopK", 11, "least", [steps, Fixed(4)], ("axis", 1), ("largest", 0)) { Outputs = 2, Whole = 1 };
        yield return new("TopK", 11, "whole numbers", [new long[] { 4, 1, 7, 4 }, Fixed(3)]) { Outputs = 2 };
        yield return new("Trilu", 14, "", [x]);
        yield return new("Trilu", 14, "lower, one more", [x, Whole(1)], ("upper", 0));
        yield return new("Trilu", 14, "upper, far out", [x, Whole(-7)]);
        yield return new("Trilu", 14, "lower, none", [x, Whole(-7)], ("upper", 0));
        yield return new("NonZero", 9, "", [steps]) { OutputType = DataType.Int64 };
        yield return new("NonZero", 13, "whole numbers", [new long[] { 0, 3, 0, -1 }]);
        bool[] condition = [true, false, true];
        yield return new("Compress", 9, "", [x, condition]);
        yield return new("Compress", 11, "axis", [x, condition], ("axis", -2));
        yield return new("Compress", 11, "whole numbers", [new long[] { 4, 5, 6, 7 }, condition], ("axis", 0));
        yield return new("GatherND", 11, "elements", [x, Indices([0, 1, 2, 1, -1, -4], 2, 3)]);
        yield return new("GatherND", 13, "slices", [x, Indices([0, 1, -1, 0, 1, 2], 3, 1, 2)]);
        yield return new("GatherND", 12, "common axes", [x, Indices([2, -1, 0, 1, 0, 2], 2, 3, 1)], ("batch_dims", 1));
        yield return new("GatherND", 13, "whole numbers", [new long[] { 4, 5, 6 }, Indices([2, 0], 2, 1)]);
        yield return new("ScatterND", 11, "elements", [x, Indices([0, 1, 2, 1, -1, -4], 2, 3), Random(6, 2)]);
        yield return new("ScatterND", 13, "slices", [x, Indices([0, 1, -1, 0], 2, 2), Random(7, 2, 4)]);
        yield return new("ScatterND", 13, "whole numbers", [new long[] { 4, 5, 6 }, Indices([2, 0], 2, 1), new long[] { 8, 9 }]);
        foreach (string reduction in (string[])["add", "mul", "min", "max"])
            yield return new("ScatterND", 18, reduction, [x, Indices([1, 0, 1], 3, 1), Random(8, 3, 3, 4)], ("reduction", reduction));
        Tensor square = Random(9, 3, 3), a = Random(10, 2, 3, 4), b = Random(11, 2, 4, 5), c = Random(12, 5, 3);
        foreach ((string equation, object?[] operands) in new (string, object?[])[]
        {
            ("ij->ji", [square]), ("ii->i", [square]), ("ii", [square]), ("bij->", [a]), ("ijk->ik", [a]), ("bij,bjk->bik", [a, b]), ("bij, bjk", [a, b]), ("bij,bjk,ki->b", [a, b, c]),
            ("i,j->ij", [row, Random(13, 3)]), ("i,i", [row, row]), ("...ij,...jk->...ik", [a, b]), ("...j,j->...", [a, row]), ("bij,kj->bki", [a, Random(14, 6, 4)]), ("bij,bij->ib", [a, x]),
        })
            yield return new("Einsum", 12, equation, operands, ("equation", equation));
    }

    /// <summary>Values that are always constant.</summary>
    private static Constant Held(Tensor value) => new(TensorCodec.Write("", value.Span, [.. value.Shape.Extents.ToArray().Select(extent => (long)extent)]));
}
