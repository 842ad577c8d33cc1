using System.Numerics;
using Elman.Tests.Kernels;

namespace Elman.Tests.Recurrent;

/// <summary>The options of the cells' equations against twins that say only how they go forward, and whose gradients are finite differences.</summary>
public class CellOptionsTests
{
    private static readonly int V = Vector<float>.Count;

    public static TheoryData<string> Variants => [.. CellVariants.Names];

    [Theory]
    [MemberData(nameof(Variants))]
    public void Outputs_states_and_gradients_are_the_twin_s(string variant)
    {
        foreach (RecurrentCase given in (RecurrentCase[])
        [
            new(variant, 3, 4, 3, 5) { InitialState = true },
            new(variant, 2, V + 1, 2, 3) { Bias = false },
            new(variant, 2, 3, 4, 4) { Layers = 2, Direction = Direction.Both, Ragged = true, InitialState = true },
            new(variant, 2, V, 2, 3) { Direction = Direction.Reverse, Ragged = true, InitialState = true },
            new(variant, 1, 1, 1, 6),
            // Two inputs: the normalised products of a single one depend on it by its sign and ε only, so that its gradient is what a cancellation leaves.
            new(variant, 2, V + V / 2 + 1, 1, 2),
        ])
        {
            ReferenceComparison.Check(given);
            ReferenceComparison.Check(given with { Seed = 2 });
        }
    }

    /// <summary>Forward only, or the twin would need the activations of both directions.</summary>
    [Theory]
    [MemberData(nameof(Variants))]
    public void Masks_zoneout_and_residual_connections_work_as_with_any_other_equations(string variant)
    {
        RecurrentOptions all = new() { Layers = 2, InputDropout = 0.2f, RecurrentDropout = 0.3f, WeightDropout = 0.2f, Zoneout = 0.25f };
        new StackComparison(variant, 3, 4, all) { Trains = true }.Check();
        if (CellVariants.ProjectionOf(variant, V + 1) > 0) new StackComparison(variant, 2, V + 1, all with { Layers = 1, Direction = Direction.Reverse }, seed: 2) { Trains = true }.Check();
        new StackComparison(variant, 3, 5, new() { Layers = 2, Residual = true, Zoneout = 0.1f }, seed: 3).Check();
    }

    [Theory]
    [InlineData("rnn")]
    [InlineData("rnn-relu")]
    [InlineData("lstm")]
    [InlineData("gru")]
    [InlineData("gru-original")]
    public void A_bound_that_nothing_reaches_changes_no_output(string cell)
    {
        RecurrentOptions options = new() { Layers = 2, Direction = Direction.Both };
        Tensor x = Tensor.From(Kernel.Values(4 * 6 * 3), 4, 6, 3);
        Tensor y = Cells.Create(cell, 3, V + 2, new RandomStream(1), options).Forward(x, [6, 2, 0, 5]);
        Tensor bounded = Cells.Create(cell, 3, V + 2, new RandomStream(1), options with { GateClip = 1e30f }).Forward(x, [6, 2, 0, 5]);
        Bits.Equal(y.Span, bounded.Span);
    }

    [Fact]
    public void The_simple_cell_with_a_rectifier_is_the_one_that_is_built_in()
    {
        Tensor x = Tensor.From(Kernel.Values(2 * 5 * 3), 2, 5, 3);
        Bits.Equal(Cells.Create("rnn-relu", 3, 7, new RandomStream(1)).Forward(x).Span,
            new Rnn(3, 7, new RandomStream(1), new RecurrentOptions { Activations = [Activation.Relu] }).Forward(x).Span);
    }

    [Fact]
    public void Coupled_gates_have_three_rows_of_weights_for_each_unit() =>
        Assert.Equal(
            ["weight_ih_l0 [12, 3]", "weight_hh_l0 [12, 4]", "bias_ih_l0 [12]", "bias_hh_l0 [12]"],
            new Lstm(3, 4, new RandomStream(1), new RecurrentOptions { CoupledGates = true }).Parameters().Select(parameter => $"{parameter.Name} {parameter.Value.Shape}"));

    [Fact]
    public void Peepholes_are_one_more_parameter()
    {
        static string Shapes(bool coupled) => string.Join(", ", new Lstm(3, 4, new RandomStream(1), new RecurrentOptions { Peepholes = true, CoupledGates = coupled, Direction = Direction.Both })
            .Parameters().Where(parameter => parameter.Name.StartsWith("weight_ph", StringComparison.Ordinal)).Select(parameter => $"{parameter.Name} {parameter.Value.Shape}"));
        Assert.Equal("weight_ph_l0 [12], weight_ph_l0_reverse [12]", Shapes(coupled: false));
        Assert.Equal("weight_ph_l0 [8], weight_ph_l0_reverse [8]", Shapes(coupled: true));
    }

    [Fact]
    public void A_projection_narrows_h_and_what_sees_it()
    {
        Lstm layer = new(3, 5, new RandomStream(1), new RecurrentOptions { ProjectionSize = 2, Layers = 2, Direction = Direction.Both, Bias = false, LearnInitialState = true });
        Assert.Equal(
            [
                "weight_ih_l0 [20, 3]", "weight_hh_l0 [20, 2]", "weight_hr_l0 [2, 5]", "weight_ih_l0_reverse [20, 3]", "weight_hh_l0_reverse [20, 2]", "weight_hr_l0_reverse [2, 5]",
                "weight_ih_l1 [20, 4]", "weight_hh_l1 [20, 2]", "weight_hr_l1 [2, 5]", "weight_ih_l1_reverse [20, 4]", "weight_hh_l1_reverse [20, 2]", "weight_hr_l1_reverse [2, 5]",
                "initial_h [4, 1, 2]", "initial_c [4, 1, 5]",
            ],
            layer.Parameters().Select(parameter => $"{parameter.Name} {parameter.Value.Shape}"));
        (Tensor y, State final) = layer.Forward(Tensor.Zeros(7, 6, 3), null);
        Assert.Equal((new Shape(7, 6, 4), new Shape(4, 7, 2), new Shape(4, 7, 5)), (y.Shape, final.Hidden.Shape, final.Cell.Shape));
    }

    [Fact]
    public void Normalisation_adds_gains_and_shifts_that_begin_as_ones_and_zeros()
    {
        Lstm layer = new(3, 5, new RandomStream(1), new RecurrentOptions { LayerNorm = true });
        Assert.Equal(["weight_ln_ih_l0 [20]", "weight_ln_hh_l0 [20]", "weight_ln_c_l0 [5]", "bias_ln_c_l0 [5]"],
            layer.Parameters().Where(parameter => parameter.Name.Contains("_ln_", StringComparison.Ordinal)).Select(parameter => $"{parameter.Name} {parameter.Value.Shape}"));
        foreach ((string name, Tensor value) in layer.Parameters().Where(parameter => parameter.Name.Contains("_ln_", StringComparison.Ordinal)))
            Assert.All(value.Span.ToArray(), each => Assert.Equal(name.StartsWith("weight", StringComparison.Ordinal) ? 1 : 0, each));
        Assert.Equal(["weight_ih_l0", "weight_hh_l0", "weight_ln_ih_l0", "weight_ln_hh_l0"],
            new Gru(3, 5, new RandomStream(1), new RecurrentOptions { LayerNorm = true, Bias = false }).Parameters().Select(parameter => parameter.Name));
    }

    [Fact]
    public void Layers_with_other_equations_have_other_descriptions()
    {
        string[] descriptions = [.. CellVariants.Names.Select(name => CellVariants.Create(name, 3, 4, new RandomStream(1)).Description)];
        Assert.Equal(descriptions.Length, descriptions.Distinct().Count());
        Assert.Equal("lstm 3 → 4, coupled gates, cell clip 0.5", CellVariants.Create("lstm, coupled gates", 3, 4, new RandomStream(1)).Description);
        Assert.Equal("rnn 3 → 4, gate clip 1.5, activations Elu(0.7)", CellVariants.Create("rnn, any function", 3, 4, new RandomStream(1)).Description);
    }

    [Fact]
    public void An_option_that_does_not_apply_is_refused_by_name()
    {
        void Refused(string message, string cell, RecurrentOptions options) =>
            Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(() => Cells.Create(cell, 3, 4, new RandomStream(1), options)).Message, StringComparison.Ordinal);
        Refused("CoupledGates does not apply to the cell 'gru'", "gru", new() { CoupledGates = true });
        Refused("Peepholes does not apply to the cell 'gru-original'", "gru-original", new() { Peepholes = true });
        Refused("ProjectionSize does not apply to the cell 'gru'", "gru", new() { ProjectionSize = 2 });
        Refused("a projection to 4 values is not one of 4 units to fewer", "lstm", new() { ProjectionSize = 4 });
        Refused("a projection to -1 values", "lstm", new() { ProjectionSize = -1 });
        Refused("they are not square", "lstm", new() { ProjectionSize = 2, Orthogonal = true });
        Refused("CellClip does not apply to the cell 'rnn'", "rnn", new() { CellClip = 1 });
        Cells.Register<MinGruUnit>();
        Refused("Activations does not apply to the cell 'mingru'", "mingru", new() { Activations = [Activation.Tanh] });
        Refused("LayerNorm does not apply to the cell 'mingru'", "mingru", new() { LayerNorm = true });
        Refused("GateClip does not apply to the cell 'mingru'", "mingru", new() { GateClip = 1 });
        Refused("lstm has 5 activations (i, f, g, o, h), got 3", "lstm", new() { Activations = [Activation.Tanh, Activation.Tanh, Activation.Tanh] });
        Refused("lstm has 4 activations (i, g, o, h), got 5", "lstm", new() { CoupledGates = true, Activations = [default, default, default, default, default] });
        Refused("the layer has only one", "gru", new() { ReverseActivations = [default, default, default] });
        Refused("a clip of 0 is not a positive number", "gru", new() { GateClip = 0 });
        Refused("a clip of NaN is not a positive number", "lstm", new() { CellClip = float.NaN });
        Refused("has no forget gate with a bias", "lstm", new() { CoupledGates = true, ForgetBias = 1 });
    }
}
