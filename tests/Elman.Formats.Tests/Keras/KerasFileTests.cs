namespace Elman.Formats.Tests.Keras;

public class KerasFileTests
{
    public static TheoryData<string> Models =>
    [
        "lstm.keras", "grus.keras", "directions.keras", "merges.keras", "words.keras", "masked.keras", "functions.keras", "backwards.keras", "words2.keras", "masked2.keras", "keras2.keras",
        "functional2.h5", "sequential2.h5", "sequential3.h5",
    ];

    [Theory]
    [MemberData(nameof(Models))]
    public void A_model_computes_what_the_equations_of_its_layers_say(string name)
    {
        KerasCase expected = KerasCase.Of(name);
        Tensor output = KerasFile.Read(expected.Path).Forward(expected.Input);
        Assert.Equal(expected.OutputShape, output.Shape);
        for (int i = 0; i < output.Count; i++) Assert.Equal(expected.Output[i], output.Span[i], 2e-6);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Every_row_is_computed_alone(string name)
    {
        KerasCase expected = KerasCase.Of(name);
        Sequential model = KerasFile.Read(expected.Path);
        int width = expected.Output.Length / expected.OutputShape[0];
        for (int row = 0; row < expected.OutputShape[0]; row++)
        {
            ReadOnlySpan<float> output = model.Forward(expected.Input.Slice(0, row..(row + 1))).Span;
            for (int i = 0; i < width; i++) Assert.Equal(expected.Output[(row * width) + i], output[i], 2e-6);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void What_Keras_computes_is_told_in_double_precision(string name)
    {
        KerasCase expected = KerasCase.Of(name);
        int[] lengths = [.. Enumerable.Repeat(expected.Input.Shape[1], expected.Input.Shape[0])];
        ProbeOutput output = Assert.Single(KerasFile.Original(expected.Path, new ReadOptions())(Probe.Of(expected.Input, lengths)));
        Assert.Equal(expected.Output.Length, output.Values.Length);
        for (int i = 0; i < expected.Output.Length; i++) Assert.Equal(expected.Output[i], output.Values[i], 1e-12);
    }

    [Fact]
    public void A_causal_model_runs_as_a_stream()
    {
        KerasCase expected = KerasCase.Of("lstm.keras");
        RecurrentStream stream = KerasFile.Read(expected.Path).OpenStream();
        for (int time = 0; time < expected.Input.Shape[1]; time++)
        {
            ReadOnlySpan<float> output = stream.Step(expected.Input.Select(0, 0).Select(0, time).Span);
            for (int i = 0; i < output.Length; i++) Assert.Equal(expected.Output[(time * output.Length) + i], output[i], 2e-6);
        }
    }

    [Fact]
    public void The_layers_are_those_of_the_library()
    {
        Assert.Equal(
            ["lstm 3 → 4, input dropout 0.1", "dropout 0.3", "linear 4 → 2", "softmax"],
            KerasFile.Read(KerasCase.Fixture("lstm.keras")).Children.Select(child => child.Module.Description));
        Assert.Equal(
            ["gru 3 → 4, input dropout 0.1", "gru-original 4 → 5, input dropout 0.1", "last step", "layer norm 5, epsilon 0.001", "linear 5 → 1", "activation Sigmoid"],
            KerasFile.Read(KerasCase.Fixture("grus.keras")).Children.Select(child => child.Module.Description));
    }
}
