using Elman.Tests.Kernels;

namespace Elman.Tests.Recurrent;

/// <summary>What a layer's backward pass does with the gradients that are there: it writes over those that were set to zero, without reading them, and adds to all others.</summary>
[Collection(nameof(ComputeThreads))]
public class GradientAccumulationTests
{
    public static TheoryData<string> AllCells => BitInvarianceTests.AllCells;

    [Theory]
    [MemberData(nameof(AllCells))]
    public void Gradients_set_to_zero_are_written_over_and_others_added_to(string cell)
    {
        foreach (Direction direction in Enum.GetValues<Direction>())
        {
            foreach (bool ragged in (bool[])[false, true])
            {
                Check(new(cell, 5, 11, 3, 40) { Layers = 2, Direction = direction, Ragged = ragged });
                RecurrentCase grouped = new(cell, 12, 35, 32, ragged ? 45 : 20) { Direction = direction, Ragged = ragged };
                Assert.Equal(2, grouped.RowGroups);
                Check(grouped);
            }
        }
    }

    [Fact]
    public void Also_in_several_ranges_of_time()
    {
        foreach (Direction direction in Enum.GetValues<Direction>())
        {
            RecurrentCase given = new("lstm", 3, 9, 2, 2000) { Direction = direction, Ragged = true };
            MemoryBudgetTests.Use(1_000_000, () =>
            {
                Check(given);
                return 0;
            });
        }
    }

    [Fact]
    public void Sequences_without_any_step_have_gradients_of_zero()
    {
        RecurrentLayer layer = new RecurrentCase("gru", 3, 5, 2, 4).Layer();
        Dictionary<string, Tensor> parameters = layer.Parameters().ToDictionary(each => each.Name, each => each.Value);
        Tensor x = Tensor.From(new float[24], 2, 4, 3);
        layer.Forward(x, null).Output.Sum().Backward();
        Spoil(parameters);
        layer.Forward(x, null, [0, 0]).Output.Sum().Backward();
        foreach ((string name, Tensor value) in parameters) Assert.All(value.Gradient!.Span.ToArray(), each => Assert.Equal(0, each));
    }

    private static void Check(RecurrentCase given)
    {
        RecurrentLayer layer = given.Layer();
        Dictionary<string, Tensor> values = layer.Parameters().ToDictionary(each => each.Name, each => each.Value);
        Tensor x = values["x"] = given.Input();
        x.RequiresGradient = true;
        Backward(given, layer, x);
        Dictionary<string, float[]> first = Gradients(values);
        Assert.All(first, each => Assert.All(each.Value, value => Assert.True(float.IsFinite(value), $"{each.Key} of {given}")));
        Spoil(values);
        Backward(given, layer, x);
        foreach ((string name, float[] gradient) in Gradients(values)) Bits.Equal(first[name], gradient, $"{name} after zero, {given}");
        Backward(given, layer, x);
        foreach ((string name, float[] gradient) in Gradients(values))
        {
            float largest = first[name].Max(Math.Abs);
            for (int i = 0; i < gradient.Length; i++) Assert.True(Math.Abs(gradient[i] - 2 * first[name][i]) <= 1e-5f * largest, $"{name}[{i}] is {gradient[i]} after two passes of {first[name][i]}, {given}");
        }
    }

    private static void Backward(RecurrentCase given, RecurrentLayer layer, Tensor x) => (layer.Forward(x, null, given.Lengths()).Output * given.OutputSlope()).Sum().Backward();

    /// <summary>Sets the gradients to zero, but leaves in their buffers what must not be read.</summary>
    private static void Spoil(Dictionary<string, Tensor> values)
    {
        foreach (Tensor value in values.Values)
        {
            value.Gradient?.WritableSpan().Fill(float.NaN);
            value.ZeroGradient();
        }
    }

    private static Dictionary<string, float[]> Gradients(Dictionary<string, Tensor> values) => values.ToDictionary(each => each.Key, each => each.Value.Gradient!.Span.ToArray());
}
