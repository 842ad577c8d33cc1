namespace Elman.Formats;

/// <summary>
/// RNN, LSTM and GRU on the recurrent engine. With constant weights the layer is made once, at load; otherwise for every run. A run arranges the whole
/// sequence as [N, L, I] before and as [L, D, N, H] after, never a step, and not at all where its neighbours undo that.
/// </summary>
internal static class RecurrentOperators
{
    private const int Lengths = 4, InitialHidden = 5, InitialCell = 6, Peepholes = 7;

    public static IEnumerable<Operator> All =>
    [
        new("RNN", 7, 3, 6, 2, Folds: false, Bind),
        new("GRU", 7, 3, 6, 2, Folds: false, Bind),
        new("LSTM", 7, 3, 8, 3, Folds: false, Bind),
    ];

    private static Evaluate Bind(OnnxNode node)
    {
        RecurrentNode settings = RecurrentNode.Of(node);
        if (node.Opset < 14) node.Ignore("output_sequence");
        RecurrentLayer? layer = null;
        if (Known(node, 1) && Known(node, 2) && Known(node, 3) && Known(node, Peepholes))
        {
            layer = settings.Layer(node.Constant(1)!.Floats, node.Constant(2)!.Floats, node.Constant(3)?.Floats, node.Constant(Peepholes)?.Floats);
            node.Modules.Add(layer);
            node.Own(1, 2, 3, Peepholes);
        }
        (bool wantsOutput, bool wantsHidden, bool wantsCell) = (node.HasOutput(0), node.HasOutput(1), node.HasOutput(2));
        return x =>
        {
            RecurrentLayer network = layer ?? settings.Layer(x[1].Floats, x[2].Floats, x.Optional(3)?.Floats, x.Optional(Peepholes)?.Floats);
            (Tensor output, State final) = Run(network, settings, x);
            return
            [
                wantsOutput ? Output(output, settings, network.HiddenSize) : null,
                wantsHidden ? StateOut(final.Hidden, settings) : null,
                wantsCell ? StateOut(final.Cell, settings) : null,
            ];
        };
    }

    private static bool Known(OnnxNode node, int input) => !node.HasInput(input) || node.Constant(input) is not null;

    private static (Tensor Output, State Final) Run(RecurrentLayer network, RecurrentNode settings, Arguments x)
    {
        if (x[0].Shape.Rank != 3) throw new ArgumentException($"expects a sequence of three axes, got {x[0].Shape}");
        Tensor input = settings.BatchFirst ? x[0].Floats : x[0].Permute([1, 0, 2]).Floats;
        int batch = input.Shape[0], steps = input.Shape[1];
        int[] lengths = [];
        if (x.Optional(Lengths) is { } given)
        {
            if (given.Shape != new Shape(batch)) throw new ArgumentException($"sequence_lens has shape {given.Shape}, it should be [{batch}]");
            lengths = Array.ConvertAll(given.Integers, length => length >= 0 && length <= steps ? (int)length : throw new ArgumentException($"the length {length} in sequence_lens is not between 0 and {steps}"));
        }
        return network.Forward(input, Initial(network, settings, x, batch), lengths);
    }

    /// <summary>The initial states; zeros where one is left out.</summary>
    private static State? Initial(RecurrentLayer network, RecurrentNode settings, Arguments x, int batch)
    {
        OnnxValue? hidden = x.Optional(InitialHidden), cell = x.Optional(InitialCell);
        if (hidden is null && cell is null) return null;
        Tensor h = StateIn(hidden, network, settings, batch);
        return settings.Operator == "LSTM" ? new State(h, StateIn(cell, network, settings, batch)) : new State(h);
    }

    private static Tensor StateIn(OnnxValue? value, RecurrentLayer network, RecurrentNode settings, int batch)
    {
        (int directions, int hidden) = (settings.Directions, network.HiddenSize);
        if (value is null) return Tensor.Zeros(directions, batch, hidden);
        Shape expected = settings.BatchFirst ? new Shape(batch, directions, hidden) : new Shape(directions, batch, hidden);
        if (value.Shape != expected) throw new ArgumentException($"an initial state has shape {value.Shape}, it should be {expected}");
        return settings.BatchFirst ? value.Permute([1, 0, 2]).Floats : value.Floats;
    }

    /// <summary>[D, N, H], or [N, D, H] with the batch first.</summary>
    private static OnnxValue StateOut(Tensor state, RecurrentNode settings) => settings.BatchFirst ? new OnnxValue(state).Permute([1, 0, 2]) : new OnnxValue(state);

    /// <summary>[N, L, D·H] as [L, D, N, H], or as [N, L, D, H] with the batch first.</summary>
    private static OnnxValue Output(Tensor output, RecurrentNode settings, int hidden)
    {
        OnnxValue apart = new OnnxValue(output).Reshape(new Shape(output.Shape[0], output.Shape[1], settings.Directions, hidden));
        return settings.BatchFirst ? apart : apart.Permute([1, 2, 0, 3]);
    }
}
