using System.Text.Json;

namespace Elman.Formats.Tests.Keras;

/// <summary>A saved model with an input and what its layers' equations make of it; see generate.py beside the files.</summary>
internal sealed record KerasCase(string Path, Tensor Input, double[] Output, Shape OutputShape)
{
    public static KerasCase Of(string name)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Fixture("expected.json")));
        JsonElement own = json.RootElement.GetProperty(name), output = own.GetProperty("output");
        float[] input = [.. Values(own.GetProperty("input")).Select(value => (float)value)];
        return new(Fixture(name), Tensor.From(input, Extents(own.GetProperty("input"))), Values(output), new Shape(Extents(output)));
    }

    public static string Fixture(string file) => System.IO.Path.Combine(AppContext.BaseDirectory, "Fixtures", "keras", file);

    private static double[] Values(JsonElement json) => [.. json.GetProperty("values").EnumerateArray().Select(value => value.GetDouble())];

    private static int[] Extents(JsonElement json) => [.. json.GetProperty("shape").EnumerateArray().Select(value => value.GetInt32())];
}
