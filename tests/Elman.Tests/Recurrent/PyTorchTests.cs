using Elman.Tests.Reference;

namespace Elman.Tests.Recurrent;

/// <summary>Cells and layers against PyTorch's outputs, final states and gradients; the fixtures' README names the cases.</summary>
public class PyTorchTests
{
    [Theory]
    [MemberData(nameof(Fixture.Names), "layers", MemberType = typeof(Fixture))]
    public void Layers_give_PyTorchs_numbers(string name) => CheckLayer(Fixture.Load("layers")[name]);

    [Theory]
    [MemberData(nameof(Fixture.Names), "ragged", MemberType = typeof(Fixture))]
    public void Ragged_batches_give_PyTorchs_numbers(string name) => CheckLayer(Fixture.Load("ragged")[name]);

    [Theory]
    [MemberData(nameof(Fixture.Names), "gru-reset-before", MemberType = typeof(Fixture))]
    public void The_reset_before_the_product_gives_the_papers_numbers(string name) => CheckLayer(Fixture.Load("gru-reset-before")[name]);

    [Theory]
    [MemberData(nameof(Fixture.Names), "projection", MemberType = typeof(Fixture))]
    public void Projected_layers_give_PyTorchs_numbers(string name) => CheckLayer(Fixture.Load("projection")[name]);

    [Theory]
    [MemberData(nameof(Fixture.Names), "normalised", MemberType = typeof(Fixture))]
    public void Normalised_layers_give_the_numbers_of_PyTorchs_operations(string name) => CheckLayer(Fixture.Load("normalised")[name]);

    [Theory]
    [MemberData(nameof(Fixture.Names), "cells", MemberType = typeof(Fixture))]
    public void Single_steps_give_PyTorchs_numbers(string name)
    {
        FixtureCase expected = Fixture.Load("cells")[name];
        RandomStream random = new(1);
        int inputs = expected.Count("input"), hidden = expected.Count("hidden");
        bool bias = expected.Flag("bias");
        switch (expected.Text("cell"))
        {
            case "rnn_tanh": CheckCell(new RnnCell(inputs, hidden, random, bias), expected); break;
            case "rnn_relu": CheckCell(new RecurrentCell<ReluRnnUnit>(inputs, hidden, random, bias), expected); break;
            case "lstm": CheckCell(new LstmCell(inputs, hidden, random, bias), expected); break;
            case "gru": CheckCell(new GruCell(inputs, hidden, random, bias), expected); break;
            case { } other: Assert.Fail($"unknown cell {other}"); break;
        }
    }

    private static void CheckLayer(FixtureCase expected)
    {
        RecurrentLayer layer = Cells.Create(CellName(expected.Text("cell")), expected.Count("input"), expected.Count("hidden"), new RandomStream(1), new RecurrentOptions
        {
            Layers = expected.Count("layers"),
            Direction = expected.Count("directions") == 2 ? Direction.Both : Direction.Forward,
            Bias = expected.Flag("bias"),
            ProjectionSize = expected.Text("proj_size") is null ? 0 : expected.Count("proj_size"),
            LayerNorm = expected.Text("layer_norm") is not null,
        });
        Load(layer, expected);
        Tensor x = Input(expected, "x")!;
        Tensor? h0 = Input(expected, "h0"), c0 = Input(expected, "c0");
        State? initial = h0 is null ? null : c0 is null ? new State(h0) : new State(h0, c0);
        int[] lengths = expected.Inputs.TryGetValue("lengths", out FixtureTensor? given) ? given.Integers : [];

        (Tensor y, State final) = layer.Forward(x, initial, lengths);

        Near.Equal(expected.Outputs["y"].Values, y.Span, what: "y");
        Near.Equal(expected.Outputs["hn"].Values, final.Hidden.Span, what: "hn");
        Tensor loss = (y * Upstream(expected, "y")).Sum() + (final.Hidden * Upstream(expected, "hn")).Sum();
        if (expected.Outputs.TryGetValue("cn", out FixtureTensor? cn))
        {
            Near.Equal(cn.Values, final.Cell.Span, what: "cn");
            loss += (final.Cell * Upstream(expected, "cn")).Sum();
        }
        loss.Backward();
        CheckGradients(layer, expected, ("x", x), ("h0", h0), ("c0", c0));
    }

    private static void CheckCell<TUnit>(RecurrentCell<TUnit> cell, FixtureCase expected)
        where TUnit : struct, IRecurrentUnit
    {
        Load(cell, expected);
        Tensor x = Input(expected, "x")!, h0 = Input(expected, "h0")!;
        Tensor? c0 = Input(expected, "c0");
        Tensor[] next = c0 is null ? cell.Step(x, h0) : cell.Step(x, h0, c0);
        Near.Equal(expected.Outputs["hn"].Values, next[0].Span, what: "hn");
        Tensor loss = (next[0] * Upstream(expected, "hn")).Sum();
        if (c0 is not null)
        {
            Near.Equal(expected.Outputs["cn"].Values, next[1].Span, what: "cn");
            loss += (next[1] * Upstream(expected, "cn")).Sum();
        }
        loss.Backward();
        CheckGradients(cell, expected, ("x", x), ("h0", h0), ("c0", c0));
    }

    private static void CheckGradients(Module module, FixtureCase expected, params ReadOnlySpan<(string Name, Tensor? Value)> inputs)
    {
        foreach ((string name, Tensor? value) in inputs)
            if (value is not null) Near.Equal(expected.Gradients[name].Values, value.Gradient!.Span, what: "gradient of " + name);
        foreach ((string name, Tensor value) in module.Parameters())
            Near.Equal(expected.Gradients[name].Values, value.Gradient!.Span, what: "gradient of " + name);
    }

    private static void Load(Module module, FixtureCase expected) =>
        module.Load(expected.Parameters.ToDictionary(pair => pair.Key, pair => Tensor.From(pair.Value.Values, pair.Value.Shape)));

    private static Tensor? Input(FixtureCase expected, string name)
    {
        if (!expected.Inputs.TryGetValue(name, out FixtureTensor? value)) return null;
        Tensor tensor = Tensor.From(value.Values, value.Shape);
        tensor.RequiresGradient = true;
        return tensor;
    }

    private static Tensor Upstream(FixtureCase expected, string name) => Tensor.From(expected.Upstream[name].Values, expected.Upstream[name].Shape);

    private static string CellName(string? name) => name switch
    {
        "rnn_tanh" => "rnn",
        "rnn_relu" => "rnn-relu",
        "gru_reset_before" => "gru-original",
        _ => name!,
    };
}
