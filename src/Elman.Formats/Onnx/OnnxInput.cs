using Onnx;

namespace Elman.Formats;

/// <summary>What a graph expects under a name.</summary>
/// <param name="Name">The name.</param>
/// <param name="IsInteger">Whether it is of whole numbers, or of booleans as 0 and 1.</param>
/// <param name="Shape">The extent of every axis, a number, or the name of one that is free, empty if it has none; null if the file says nothing of the shape.</param>
public sealed record OnnxInput(string Name, bool IsInteger, IReadOnlyList<string>? Shape)
{
    internal static OnnxInput Of(ValueInfoProto info, string where)
    {
        if (info.Type?.TensorType is not { } type) throw new ElmanException($"{where}: it is no tensor; other inputs are not covered");
        if (!TensorCodec.IsFloat(type.ElemType) && !TensorCodec.IsInteger(type.ElemType))
            throw new ElmanException($"{where}: elements of {TensorCodec.NameOf(type.ElemType)} are not covered");
        string[]? shape = type.Shape?.Dim.Select(extent => extent.HasDimValue ? FormattableString.Invariant($"{extent.DimValue}") : extent.DimParam).ToArray();
        if (shape?.Length > OnnxValue.MaxRank) throw new ElmanException($"{where}: it has {shape.Length} axes, {OnnxValue.MaxRank} are the limit");
        return new OnnxInput(info.Name, TensorCodec.IsInteger(type.ElemType), shape);
    }

    /// <summary>A tensor as a value of the graph.</summary>
    /// <exception cref="ArgumentException">Its shape or its elements are not those of the input.</exception>
    internal OnnxValue Convert(Tensor tensor)
    {
        ReadOnlySpan<int> extents = tensor.Shape.Extents;
        bool fits = Shape is null || Shape.Count == extents.Length;
        for (int axis = 0; fits && axis < Shape?.Count; axis++)
            fits = !int.TryParse(Shape[axis], System.Globalization.CultureInfo.InvariantCulture, out int extent) || extent == extents[axis];
        if (!fits) throw new ArgumentException($"the input '{Name}' has shape [{string.Join(", ", Shape!.Select(extent => extent.Length == 0 ? "?" : extent))}], got {tensor.Shape}");
        if (!IsInteger) return new OnnxValue(tensor);
        long[] integers = new long[tensor.Count];
        for (int i = 0; i < integers.Length; i++)
        {
            float value = tensor.Span[i];
            integers[i] = MathF.Abs(value) < 9e18f && value == (long)value ? (long)value
                : throw new ArgumentException(FormattableString.Invariant($"the input '{Name}' is of whole numbers, got {value} at element {i}"));
        }
        return new OnnxValue(integers, tensor.Shape);
    }
}
