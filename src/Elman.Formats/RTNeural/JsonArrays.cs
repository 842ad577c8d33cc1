using System.Text.Json;

namespace Elman.Formats;

/// <summary>Nested arrays of numbers as tensors.</summary>
internal static class JsonArrays
{
    /// <summary>The deepest nesting that any layer has.</summary>
    private const int MostAxes = 4;

    /// <summary>Reads an array whose parts have equal shapes; as many values as the document holds, at most.</summary>
    /// <param name="json">The outermost array.</param>
    /// <param name="what">What errors call it.</param>
    /// <exception cref="ElmanException">It is no such array.</exception>
    public static Tensor Read(JsonElement json, string what)
    {
        List<int> shape = [];
        for (JsonElement inner = json; inner.ValueKind == JsonValueKind.Array; inner = inner[0])
        {
            shape.Add(inner.GetArrayLength());
            if (shape.Count > MostAxes) throw new ElmanException($"{what}: arrays are nested more than {MostAxes} deep");
            if (shape[^1] == 0) break;
        }
        if (shape.Count == 0) throw new ElmanException($"{what}: expected an array of numbers");
        List<float> values = [];
        Append(values, json, [.. shape], 0, what);
        return Tensor.From(values.ToArray(), [.. shape]);
    }

    private static void Append(List<float> values, JsonElement json, int[] shape, int axis, string what)
    {
        if (axis == shape.Length)
        {
            if (json.ValueKind != JsonValueKind.Number) throw new ElmanException($"{what}: expected a number at element {values.Count}");
            if (!json.TryGetSingle(out float value) || !float.IsFinite(value))
                throw new ElmanException($"{what}: element {values.Count} is not a finite number in single precision; weights must be finite");
            values.Add(value);
            return;
        }
        if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() != shape[axis])
            throw new ElmanException($"{what}: the parts of the array have different shapes, after element {values.Count}");
        foreach (JsonElement part in json.EnumerateArray()) Append(values, part, shape, axis + 1, what);
    }

    /// <summary>Writes a tensor as nested arrays.</summary>
    public static void Write(Utf8JsonWriter json, Tensor tensor) => Write(json, tensor.Shape.Extents, tensor.Span);

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<int> shape, ReadOnlySpan<float> values)
    {
        json.WriteStartArray();
        int inner = values.Length / shape[0];
        for (int i = 0; i < shape[0]; i++)
        {
            if (shape.Length == 1) json.WriteNumberValue(values[i]);
            else Write(json, shape[1..], values.Slice(i * inner, inner));
        }
        json.WriteEndArray();
    }
}
