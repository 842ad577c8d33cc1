using Elman.Tests.Kernels;

namespace Elman.Tests.Recurrent;

public class RecurrentOptionsTests
{
    [Fact]
    public void Parameters_bear_PyTorch_s_names_and_shapes_in_PyTorch_s_order()
    {
        Lstm layer = new(3, 5, new RandomStream(1), new RecurrentOptions { Layers = 2, Direction = Direction.Both });
        Assert.Equal(
            [
                "weight_ih_l0 [20, 3]", "weight_hh_l0 [20, 5]", "bias_ih_l0 [20]", "bias_hh_l0 [20]",
                "weight_ih_l0_reverse [20, 3]", "weight_hh_l0_reverse [20, 5]", "bias_ih_l0_reverse [20]", "bias_hh_l0_reverse [20]",
                "weight_ih_l1 [20, 10]", "weight_hh_l1 [20, 5]", "bias_ih_l1 [20]", "bias_hh_l1 [20]",
                "weight_ih_l1_reverse [20, 10]", "weight_hh_l1_reverse [20, 5]", "bias_ih_l1_reverse [20]", "bias_hh_l1_reverse [20]",
            ],
            layer.Parameters().Select(parameter => $"{parameter.Name} {parameter.Value.Shape}"));
    }

    [Fact]
    public void Without_bias_there_are_only_weights() =>
        Assert.Equal(["weight_ih_l0", "weight_hh_l0"], new Gru(3, 5, new RandomStream(1), new RecurrentOptions { Bias = false }).Parameters().Select(parameter => parameter.Name));

    [Fact]
    public void First_values_are_uniform_within_one_over_the_root_of_H()
    {
        foreach ((_, Tensor value) in new Lstm(40, 25, new RandomStream(1)).Parameters())
        {
            float[] values = value.Span.ToArray();
            Assert.All(values, each => Assert.InRange(each, -0.2f, 0.2f));
            Assert.InRange(values.Max(), 0.18f, 0.2f);
            Assert.InRange(values.Min(), -0.2f, -0.18f);
            Assert.Equal(0, values.Average(), 0.04f);
        }
    }

    [Fact]
    public void The_seed_decides_the_first_values()
    {
        static float[] Values(ulong seed) => [.. new Gru(3, 5, new RandomStream(seed)).Parameters().SelectMany(parameter => parameter.Value.Span.ToArray())];
        Assert.Equal(Values(1), Values(1));
        Assert.NotEqual(Values(1), Values(2));
    }

    [Fact]
    public void The_forget_bias_is_that_of_both_biases_together_and_of_no_other_gate()
    {
        RecurrentOptions options = new() { ForgetBias = 1.5f, Layers = 2, Direction = Direction.Both };
        Dictionary<string, float[]> values = new Lstm(3, 4, new RandomStream(1), options).Parameters().ToDictionary(parameter => parameter.Name, parameter => parameter.Value.Span.ToArray());
        foreach (string end in (string[])["_l0", "_l0_reverse", "_l1", "_l1_reverse"])
        {
            float[] sum = [.. values["bias_ih" + end].Zip(values["bias_hh" + end], (a, b) => a + b)];
            Assert.All(sum[4..8], value => Assert.Equal(1.5f, value));
            Assert.DoesNotContain(1.5f, sum[..4]);
            Assert.DoesNotContain(1.5f, sum[8..]);
        }
    }

    [Fact]
    public void A_forget_bias_needs_a_forget_gate_with_a_bias()
    {
        Assert.Contains("gru has no forget gate", Assert.Throws<ArgumentException>(() => new Gru(3, 4, new RandomStream(1), new RecurrentOptions { ForgetBias = 1 })).Message);
        Assert.Contains("lstm without bias", Assert.Throws<ArgumentException>(() => new Lstm(3, 4, new RandomStream(1), new RecurrentOptions { ForgetBias = 1, Bias = false })).Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    public void Orthogonal_recurrent_weights_are_orthogonal_gate_by_gate(int hidden)
    {
        Lstm layer = new(3, hidden, new RandomStream(1), new RecurrentOptions { Orthogonal = true, Layers = 2 });
        foreach ((string name, Tensor value) in layer.Parameters().Where(parameter => parameter.Name.StartsWith("weight_hh", StringComparison.Ordinal)))
        {
            float[][] gates = [.. value.Span.ToArray().Chunk(hidden * hidden)];
            Assert.Equal(4, gates.Length);
            if (hidden > 1) Assert.NotEqual(gates[0], gates[1]);
            foreach (float[] gate in gates)
            {
                for (int i = 0; i < hidden; i++)
                {
                    for (int j = 0; j < hidden; j++)
                    {
                        double product = Enumerable.Range(0, hidden).Sum(row => (double)gate[row * hidden + i] * gate[row * hidden + j]);
                        Assert.Equal(i == j ? 1 : 0, product, 1e-6);
                    }
                }
            }
        }
    }

    [Fact]
    public void A_cell_without_recurrent_weights_cannot_have_orthogonal_ones() =>
        Assert.Contains("mingru has no recurrent weights",
            Assert.Throws<ArgumentException>(() => new Recurrent<MinGruUnit>(3, 4, new RandomStream(1), new RecurrentOptions { Orthogonal = true })).Message);

    [Fact]
    public void A_frozen_parameter_gets_no_gradient_and_changes_no_other()
    {
        Gru Layer() => new(3, 5, new RandomStream(1), new RecurrentOptions { Layers = 2, Direction = Direction.Both });
        Gru free = Layer(), frozen = Layer();
        foreach ((string name, Tensor value) in frozen.Parameters()) value.RequiresGradient = name.Contains("hh", StringComparison.Ordinal);
        Tensor x = Tensor.From(Kernel.Values(2 * 4 * 3), 2, 4, 3);
        foreach (Gru layer in (Gru[])[free, frozen]) layer.Forward(x).Sum().Backward();
        foreach ((string name, Tensor value) in frozen.Parameters())
        {
            if (!value.RequiresGradient) Assert.Null(value.Gradient);
            else Bits.Equal(free.Parameters().Single(parameter => parameter.Name == name).Value.Gradient!.Span, value.Gradient!.Span, name);
        }
    }

    [Theory]
    [InlineData("lstm")]
    [InlineData("gru-original")]
    public void A_reverse_layer_is_a_forward_layer_on_reversed_sequences_with_the_same_parameters(string cell)
    {
        RecurrentOptions options = new() { Layers = 2 };
        RecurrentLayer forward = Cells.Create(cell, 3, 5, new RandomStream(1), options), reverse = Cells.Create(cell, 3, 5, new RandomStream(2), options with { Direction = Direction.Reverse });
        reverse.Load(forward.Parameters().ToDictionary(parameter => parameter.Name, parameter => parameter.Value));
        float[] x = Kernel.Values(2 * 4 * 3);
        int[] lengths = [4, 3];
        (Tensor y, State final) = forward.Forward(Tensor.From(Reversed(x, 3), 2, 4, 3), null, lengths);
        (Tensor reversed, State first) = reverse.Forward(Tensor.From(x, 2, 4, 3), null, lengths);
        Bits.Equal(Reversed(y.Span.ToArray(), 5), reversed.Span, "y");
        Bits.Equal(final.Hidden.Span, first.Hidden.Span, "final");

        // The valid steps of each of the sequences in reverse order.
        float[] Reversed(float[] values, int size)
        {
            float[] result = [.. values];
            for (int row = 0; row < 2; row++)
                for (int time = 0; time < lengths[row]; time++)
                    values.AsSpan((row * 4 + time) * size, size).CopyTo(result.AsSpan((row * 4 + lengths[row] - 1 - time) * size));
            return result;
        }
    }

    [Fact]
    public void Gradients_of_several_passes_add_up_until_they_are_zeroed()
    {
        Lstm layer = new(3, 5, new RandomStream(1), new RecurrentOptions { Direction = Direction.Both });
        Tensor x = Tensor.From(Kernel.Values(2 * 4 * 3), 2, 4, 3);
        float[] Gradients() => [.. layer.Parameters().SelectMany(parameter => parameter.Value.Gradient!.Span.ToArray())];
        layer.Forward(x).Sum().Backward();
        float[] once = Gradients();
        layer.Forward(x).Sum().Backward();
        Assert.Equal(once.Select(value => 2 * value), Gradients());
        layer.ZeroGradients();
        layer.Forward(x).Sum().Backward();
        Assert.Equal(once, Gradients());
    }

    [Fact]
    public void A_learnt_initial_state_stands_in_when_none_is_given_and_gets_its_gradient()
    {
        RecurrentOptions options = new() { LearnInitialState = true, Layers = 2, Direction = Direction.Both };
        Lstm layer = new(3, 5, new RandomStream(1), options);
        Tensor h = layer.Parameters().Single(parameter => parameter.Name == "initial_h").Value, c = layer.Parameters().Single(parameter => parameter.Name == "initial_c").Value;
        Assert.Equal(new Shape(4, 1, 5), h.Shape);
        Assert.All(h.Span.ToArray(), value => Assert.Equal(0, value));
        h.CopyFrom(Kernel.Values(20, 3));
        c.CopyFrom(Kernel.Values(20, 4));
        Tensor x = Tensor.From(Kernel.Values(3 * 4 * 3), 3, 4, 3);
        State spelledOut = new(Repeat(h, 3), Repeat(c, 3));
        foreach (Tensor part in spelledOut.Parts) part.RequiresGradient = true;

        (Tensor y, State final) = layer.Forward(x, null, [4, 0, 2]);
        (y.Sum() + final.Cell.Sum()).Backward();
        (Tensor expected, State expectedFinal) = layer.Forward(x, spelledOut, [4, 0, 2]);
        float[] learntH = h.Gradient!.Span.ToArray(), learntC = c.Gradient!.Span.ToArray();
        (expected.Sum() + expectedFinal.Cell.Sum()).Backward();

        Bits.Equal(expected.Span, y.Span, "y");
        Bits.Equal(expectedFinal.Cell.Span, final.Cell.Span, "final c");
        Reference.Near.Equal(SumOfRows(spelledOut.Hidden.Gradient!, 3), learntH, what: "gradient of initial_h");
        Reference.Near.Equal(SumOfRows(spelledOut.Cell.Gradient!, 3), learntC, what: "gradient of initial_c");
        Assert.Contains(learntH, value => value != 0);
        // The second pass was given its states: the learnt ones have no part in it.
        Assert.Equal(learntH, h.Gradient.Span.ToArray());
    }

    [Fact]
    public void A_stream_begins_with_the_learnt_initial_state()
    {
        Lstm layer = new(3, 5, new RandomStream(1), new RecurrentOptions { LearnInitialState = true, Layers = 2 });
        ulong seed = 5;
        foreach ((string name, Tensor value) in layer.Parameters())
            if (name.StartsWith("initial", StringComparison.Ordinal)) value.CopyFrom(Kernel.Values(value.Count, seed++));
        Tensor x = Tensor.From(Kernel.Values(2 * 3), 1, 2, 3), y = layer.Forward(x);
        RecurrentStream stream = layer.OpenStream();
        Bits.Equal(y.Span[..5], stream.Step(x.Span[..3]));
        Bits.Equal(y.Span[5..], stream.Step(x.Span[3..]));
        stream.Reset();
        Bits.Equal(y.Span[..5], stream.Step(x.Span[..3]), "after a reset");
    }

    [Fact]
    public void Final_states_lie_layer_by_layer_and_in_each_direction_by_direction()
    {
        Gru layer = new(3, 5, new RandomStream(1), new RecurrentOptions { Layers = 2, Direction = Direction.Both });
        (Tensor y, State final) = layer.Forward(Tensor.From(Kernel.Values(2 * 6 * 3), 2, 6, 3), null, [6, 4]);
        for (int row = 0; row < 2; row++)
        {
            int last = row == 0 ? 5 : 3;
            for (int unit = 0; unit < 5; unit++)
            {
                Assert.Equal(y[row, last, unit], final.Hidden[2, row, unit]);
                Assert.Equal(y[row, 0, 5 + unit], final.Hidden[3, row, unit]);
            }
        }
    }

    [Fact]
    public void Dropout_is_for_training_and_for_outputs_between_layers()
    {
        static Tensor Run(RecurrentLayer layer) => layer.Forward(Tensor.From(Kernel.Values(2 * 3 * 3), 2, 3, 3));
        RecurrentLayer Layer(int layers, float dropout) => new Rnn(3, 5, new RandomStream(1), new RecurrentOptions { Layers = layers, Dropout = dropout });
        RecurrentLayer two = Layer(2, 0.5f), one = Layer(1, 0.5f);
        Bits.Equal(Run(Layer(2, 0)).Span, Run(two).Span, "in evaluation");
        two.Train(seed: 3);
        one.Train(seed: 3);
        Assert.NotEqual(Run(Layer(2, 0)).Span.ToArray(), Run(two).Span.ToArray());
        Bits.Equal(Run(Layer(1, 0)).Span, Run(one).Span, "a single layer");
        two.Evaluate();
        Bits.Equal(Run(Layer(2, 0)).Span, Run(two).Span, "in evaluation again");
    }

    /// <summary>[K·D, 1, H] → [K·D, rows, H].</summary>
    private static Tensor Repeat(Tensor part, int rows) =>
        Tensor.From([.. part.Span.ToArray().Chunk(part.Shape[2]).SelectMany(values => Enumerable.Repeat(values, rows).SelectMany(each => each))], part.Shape[0], rows, part.Shape[2]);

    /// <summary>[K·D, rows, H] → [K·D, 1, H].</summary>
    private static double[] SumOfRows(Tensor part, int rows) =>
        [.. part.Span.ToArray().Chunk(rows * part.Shape[2]).SelectMany(layer => Enumerable.Range(0, part.Shape[2]).Select(unit => layer.Where((_, i) => i % part.Shape[2] == unit).Sum(value => (double)value)))];
}
