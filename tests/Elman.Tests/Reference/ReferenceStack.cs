namespace Elman.Tests.Reference;

/// <summary>
/// Stacked layers with all that can lie between and inside them, in double precision and forward only: each row by itself, step by step, every mask a
/// number that multiplies. Gradients are finite differences.
/// </summary>
/// <param name="cell">The cell.</param>
/// <param name="inputs">I.</param>
/// <param name="hidden">H of every layer.</param>
/// <param name="options">Direction, merge, residual connections.</param>
/// <param name="parameters">PyTorch's names; biases may be absent.</param>
internal sealed class ReferenceStack(ReferenceCell cell, int inputs, int[] hidden, RecurrentOptions options, IReadOnlyDictionary<string, double[]> parameters)
{
    private readonly int _directions = options.Direction == Direction.Both ? 2 : 1;

    private int Stacks => options.Merge == Merge.None ? 2 : 1;

    private bool Uniform => hidden.All(size => size == hidden[0]);

    /// <summary>The factor on an output on its way into the next layer, by (layer, stack, row, time, unit).</summary>
    public Func<int, int, int, int, int, double> Between { get; init; } = (_, _, _, _, _) => 1;

    /// <summary>The factor on an input of a layer, by (layer, stack, row, unit).</summary>
    public Func<int, int, int, int, double> OnInput { get; init; } = (_, _, _, _) => 1;

    /// <summary>The factor on h on its way into the recurrent products, by (layer, direction, row, unit).</summary>
    public Func<int, int, int, int, double> OnHidden { get; init; } = (_, _, _, _) => 1;

    /// <summary>The factor on a recurrent weight, by (layer, direction, row of the weight, column).</summary>
    public Func<int, int, int, int, double> OnWeight { get; init; } = (_, _, _, _) => 1;

    /// <summary>How much of a state is kept, by (layer, direction, row, time, state, unit).</summary>
    public Func<int, int, int, int, int, int, double> Keeps { get; init; } = (_, _, _, _, _, _) => 0;

    /// <summary>Told of every step: (layer, direction, row, time, weights, input, states before, states after).</summary>
    public Action<int, int, int, int, CellWeights, double[], double[][], double[][]>? Seen { get; init; }

    /// <summary>Runs the rows.</summary>
    /// <param name="x">[N, L, I]</param>
    /// <param name="initial">As <see cref="State.Parts"/>, or none for zeros.</param>
    /// <returns>The output of the network, or of both directions if they stay apart, [N, L, F]; the final states as <see cref="State.Parts"/>.</returns>
    public (double[][] Outputs, double[][] Final) Forward(double[] x, int batch, int length, int[] lengths, double[][] initial)
    {
        double[][] outputs = [.. Enumerable.Range(0, Stacks).Select(_ => new double[batch * length * OutputsOf(hidden.Length - 1)])];
        double[][] final = [.. Enumerable.Range(0, Uniform ? cell.States : cell.States * hidden.Length)
            .Select(part => new double[(Uniform ? hidden.Length : 1) * _directions * batch * SizeOf(part)])];
        for (int row = 0; row < batch; row++)
        {
            int valid = lengths.Length == 0 ? length : lengths[row];
            double[][] rows = [.. Enumerable.Range(0, valid).Select(time => x[((row * length + time) * inputs)..((row * length + time + 1) * inputs)])];
            double[][][] stacks = [.. Enumerable.Repeat(rows, Stacks)];
            for (int layer = 0; layer < hidden.Length; layer++)
                for (int stack = 0; stack < Stacks; stack++) stacks[stack] = RunLayer(layer, stack, row, batch, stacks[stack], initial, final);
            for (int stack = 0; stack < Stacks; stack++)
                for (int time = 0; time < valid; time++) stacks[stack][time].CopyTo(outputs[stack], (row * length + time) * stacks[stack][time].Length);
        }
        return (outputs, final);
    }

    private double[][] RunLayer(int layer, int stack, int row, int batch, double[][] values, double[][] initial, double[][] final)
    {
        double[][][] each = [.. (Stacks == 2 ? [stack] : Enumerable.Range(0, _directions)).Select(direction => RunDirection(layer, direction, row, batch, values, initial, final))];
        double[][] result = new double[values.Length][];
        for (int time = 0; time < values.Length; time++)
        {
            double[] a = each[0][time], b = each[^1][time];
            result[time] = each.Length == 1 ? [.. a] : options.Merge switch
            {
                Merge.Concat => [.. a, .. b],
                Merge.Sum => [.. a.Zip(b, (p, q) => p + q)],
                Merge.Mean => [.. a.Zip(b, (p, q) => (p + q) / 2)],
                _ => [.. a.Zip(b, (p, q) => p * q)],
            };
            for (int unit = 0; unit < result[time].Length; unit++)
            {
                if (options.Residual && layer > 0) result[time][unit] += values[time][unit];
                if (layer < hidden.Length - 1) result[time][unit] *= Between(layer, stack, row, time, unit);
            }
        }
        return result;
    }

    /// <summary>One direction's h at every time.</summary>
    private double[][] RunDirection(int layer, int direction, int row, int batch, double[][] values, double[][] initial, double[][] final)
    {
        int size = hidden[layer], output = cell.Size(0, size);
        bool backwards = options.Direction == Direction.Reverse || direction == 1;
        values = [.. values.Select(value => value.Select((number, unit) => number * OnInput(layer, Stacks == 2 ? direction : 0, row, unit)).ToArray())];
        CellWeights weights = CellWeights.From(parameters, layer == 0 ? inputs : OutputsOf(layer - 1), size, $"_l{layer}{(direction == 1 ? "_reverse" : "")}");
        // A mask on h is one on the columns of what it is multiplied with.
        weights = weights with { HiddenHidden = [.. weights.HiddenHidden.Select((weight, i) => weight * OnWeight(layer, direction, i / output, i % output) * OnHidden(layer, direction, row, i % output))] };
        double[][] state = new double[cell.States][], outputs = new double[values.Length][];
        for (int s = 0; s < cell.States; s++)
        {
            (int part, int at) = PlaceOf(layer, direction, s, row, batch);
            state[s] = initial.Length == 0 ? new double[cell.Size(s, size)] : initial[part][at..(at + cell.Size(s, size))];
        }
        for (int step = 0; step < values.Length; step++)
        {
            int time = backwards ? values.Length - 1 - step : step;
            double[][] before = state;
            double[][] next = cell.Forward(weights, values[time], state);
            state = [.. next.Select((part, s) => part.Select((value, unit) =>
            {
                double kept = Keeps(layer, direction, row, time, s, unit);
                return kept * state[s][unit] + (1 - kept) * value;
            }).ToArray())];
            Seen?.Invoke(layer, direction, row, time, weights, values[time], before, state);
            outputs[time] = state[0];
        }
        for (int s = 0; s < cell.States; s++)
        {
            (int part, int at) = PlaceOf(layer, direction, s, row, batch);
            state[s].CopyTo(final[part], at);
        }
        return outputs;
    }

    private (int Part, int At) PlaceOf(int layer, int direction, int state, int row, int batch) => Uniform
        ? (state, ((layer * _directions + direction) * batch + row) * cell.Size(state, hidden[0]))
        : (layer * cell.States + state, (direction * batch + row) * cell.Size(state, hidden[layer]));

    private int OutputsOf(int layer) => options.Merge == Merge.Concat ? _directions * cell.Size(0, hidden[layer]) : cell.Size(0, hidden[layer]);

    /// <summary>The width of a part of the states.</summary>
    private int SizeOf(int part) => Uniform ? cell.Size(part, hidden[0]) : cell.Size(part % cell.States, hidden[part / cell.States]);
}
