namespace Elman.Tests.Reference;

/// <summary>
/// The twins give PyTorch's numbers: in double precision from the same float32 inputs, so that nothing but one final rounding
/// of the fixtures remains.
/// </summary>
public class ReferenceTests
{
    private const double Tolerance = 2e-7;

    [Theory]
    [MemberData(nameof(Fixture.Names), "cells", MemberType = typeof(Fixture))]
    public void A_cell_steps_and_steps_back_as_in_PyTorch(string name)
    {
        FixtureCase torch = Fixture.Load("cells")[name];
        int batch = torch.Count("batch"), inputs = torch.Count("input"), hidden = torch.Count("hidden");
        ReferenceCell cell = ReferenceCell.Named(torch.Text("cell")!);
        CellWeights weights = CellWeights.From(torch.DoubleParameters, inputs, hidden), gradient = weights.Zeros();
        string[] before = ["h0", "c0"], after = ["hn", "cn"];
        for (int row = 0; row < batch; row++)
        {
            double[] x = Row(torch.Inputs["x"], row);
            double[][] state = [.. before.Take(cell.States).Select(each => Row(torch.Inputs[each], row))];
            double[][] upstream = [.. after.Take(cell.States).Select(each => Row(torch.Upstream[each], row))];
            double[][] next = cell.Forward(weights, x, state);
            (double[] dx, double[][] dState) = cell.Backward(weights, x, state, upstream, gradient);
            Near.Equal(Row(torch.Gradients["x"], row), dx, Tolerance, $"gradient of x of row {row}");
            for (int s = 0; s < cell.States; s++)
            {
                Near.Equal(Row(torch.Outputs[after[s]], row), next[s], Tolerance, $"{after[s]} of row {row}");
                Near.Equal(Row(torch.Gradients[before[s]], row), dState[s], Tolerance, $"gradient of {before[s]} of row {row}");
            }
        }
        Near.Equal(torch.Gradients["weight_ih"].Values, gradient.InputHidden, Tolerance, "gradient of weight_ih");
        Near.Equal(torch.Gradients["weight_hh"].Values, gradient.HiddenHidden, Tolerance, "gradient of weight_hh");
        if (!torch.Flag("bias")) return;
        Near.Equal(torch.Gradients["bias_ih"].Values, gradient.InputBias, Tolerance, "gradient of bias_ih");
        Near.Equal(torch.Gradients["bias_hh"].Values, gradient.HiddenBias, Tolerance, "gradient of bias_hh");
    }

    [Theory]
    [MemberData(nameof(Fixture.Names), "layers", MemberType = typeof(Fixture))]
    public void Layers_agree_with_PyTorch(string name) => Agree(Fixture.Load("layers")[name]);

    [Theory]
    [MemberData(nameof(Fixture.Names), "ragged", MemberType = typeof(Fixture))]
    public void Ragged_layers_agree_with_packed_sequences(string name) => Agree(Fixture.Load("ragged")[name]);

    [Theory]
    [MemberData(nameof(Fixture.Names), "gru-reset-before", MemberType = typeof(Fixture))]
    public void The_original_GRU_agrees(string name) => Agree(Fixture.Load("gru-reset-before")[name]);

    [Theory]
    [InlineData("scratch")]
    [InlineData("scratch-state")]
    public void The_article_s_network_is_an_Elman_layer_and_a_product(string name)
    {
        FixtureCase torch = Fixture.Load("article")[name];
        Dictionary<string, double[]> parameters = new()
        {
            ["weight_ih_l0"] = ReferenceMaths.Transpose(torch.Parameters["w_input"].Doubles, 10),
            ["weight_hh_l0"] = ReferenceMaths.Transpose(torch.Parameters["w_hidden"].Doubles, 20),
        };
        ReferenceRecurrent net = new(new ReferenceElman(), 10, 20, layers: 1, Direction.Forward, parameters);
        ReferenceRun run = net.Forward(torch.Inputs["x"].Doubles, 5, 3, h0: torch.Inputs.GetValueOrDefault("h0")?.Doubles);
        Near.Equal(torch.Outputs["h"].Values, run.H, Tolerance, "h");
        double[] y = ReferenceMaths.MatMul(run.Y, torch.Parameters["w_output"].Doubles, 20);
        Near.Equal(torch.Outputs["y"].Values, y, Tolerance, "y");
    }

    [Theory]
    [InlineData("bidirectional-aligned")]
    [InlineData("bidirectional-article")]
    public void The_article_s_two_directions_differ_from_a_layer_s_in_order_only(string name)
    {
        FixtureCase torch = Fixture.Load("article")[name];
        Dictionary<string, double[]> given = torch.DoubleParameters, parameters = [];
        foreach (string each in (string[])["weight_ih", "weight_hh", "bias_ih", "bias_hh"])
        {
            parameters[each + "_l0"] = given["cell_forward." + each];
            parameters[each + "_l0_reverse"] = given["cell_backward." + each];
        }
        ReferenceRecurrent net = new(new ReferenceElman(), 10, 20, layers: 1, Direction.Both, parameters);
        ReferenceRun run = net.Forward(torch.Inputs["x"].Doubles, 5, 3, h0: torch.Inputs["h0"].Doubles);
        Near.Equal(torch.Outputs["hn"].Values, run.H, Tolerance, "hn");
        double[][] halves = [.. run.Y.Chunk(20)];
        double[] Projected(string linear, double[] h) =>
            ReferenceMaths.Linear(h, given[linear + ".weight"], given[linear + ".bias"], 20);
        for (int row = 0; row < 5; row++)
            for (int j = 0; j < 3; j++)
            {
                int backward = name == "bidirectional-article" ? 2 - j : j;
                double[] expected = torch.Outputs["y"].Doubles[((row * 3 + j) * 40)..((row * 3 + j + 1) * 40)];
                double[] ahead = Projected("linear_forward", halves[(row * 3 + j) * 2]);
                double[] back = Projected("linear_backward", halves[(row * 3 + backward) * 2 + 1]);
                Near.Equal(expected, [.. ahead, .. back], Tolerance, $"y of row {row}, step {j}");
            }
    }

    private static void Agree(FixtureCase torch)
    {
        int directions = torch.Count("directions"), length = torch.Count("length");
        ReferenceRecurrent net = new(
            ReferenceCell.Named(torch.Text("cell")!), torch.Count("input"), torch.Count("hidden"), torch.Count("layers"),
            directions == 2 ? Direction.Both : Direction.Forward, torch.DoubleParameters);
        ReferenceRun run = net.Forward(
            torch.Inputs["x"].Doubles, torch.Count("batch"), length, torch.Inputs.GetValueOrDefault("lengths")?.Integers,
            torch.Inputs.GetValueOrDefault("h0")?.Doubles, torch.Inputs.GetValueOrDefault("c0")?.Doubles);
        ReferenceGradients gradients = net.Backward(
            run, torch.Upstream["y"].Doubles, torch.Upstream["hn"].Doubles, torch.Upstream.GetValueOrDefault("cn")?.Doubles);

        Near.Equal(torch.Outputs["y"].Values, run.Y, Tolerance, "y");
        Near.Equal(torch.Outputs["hn"].Values, run.H, Tolerance, "hn");
        if (torch.Outputs.TryGetValue("cn", out FixtureTensor? cn)) Near.Equal(cn.Values, run.C, Tolerance, "cn");
        foreach ((string of, FixtureTensor expected) in torch.Gradients)
        {
            double[] actual = of switch
            {
                "x" => gradients.X,
                "h0" => gradients.States[0],
                "c0" => gradients.States[1],
                _ => gradients.Parameters[of],
            };
            Near.Equal(expected.Values, actual, Tolerance, $"gradient of {of}");
        }
    }

    private static double[] Row(FixtureTensor matrix, int row) =>
        matrix.Doubles[(row * matrix.Shape[1])..((row + 1) * matrix.Shape[1])];
}
