namespace Elman.Tests.Reference;

/// <summary>
/// Stacked, bidirectional layers over rows of different lengths, in double precision: each row is computed by itself, step by
/// step, so there is no batch, no padding and no order of rows to get wrong. A row of length zero gives no output and keeps its
/// initial state. The backward direction starts at each row's last valid step; outputs are aligned in time.
/// </summary>
/// <param name="cell">The cell.</param>
/// <param name="inputs">I of the first layer.</param>
/// <param name="hidden">H.</param>
/// <param name="layers">K.</param>
/// <param name="direction">One direction, or both, concatenated.</param>
/// <param name="parameters">PyTorch's names (<c>weight_hh_l1_reverse</c>); biases may be absent.</param>
public sealed class ReferenceRecurrent(
    ReferenceCell cell, int inputs, int hidden, int layers, Direction direction, IReadOnlyDictionary<string, double[]> parameters)
{
    private readonly int _directions = direction == Direction.Both ? 2 : 1, _output = cell.Size(0, hidden);

    /// <summary>
    /// A factor on each output of a layer on its way into the next, by (layer, row, time, unit in [0, D·H)): dropout's mask,
    /// already divided by the probability of keeping. Null: none.
    /// </summary>
    public Func<int, int, int, int, double>? Mask { get; init; }

    /// <summary>The cell of the second direction, if it is another one.</summary>
    public ReferenceCell? Second { get; init; }

    /// <summary>Runs the sequences.</summary>
    /// <param name="x">Inputs, [N, L, I].</param>
    /// <param name="batch">N.</param>
    /// <param name="length">L.</param>
    /// <param name="lengths">Valid steps of each row, or null when all are.</param>
    /// <param name="h0">Initial h, [K·D, N, H], or null for zeros.</param>
    /// <param name="c0">Initial c, [K·D, N, H], or null for zeros.</param>
    public ReferenceRun Forward(
        double[] x, int batch, int length, int[]? lengths = null, double[]? h0 = null, double[]? c0 = null)
    {
        int width = _directions * _output;
        ReferenceRun run = new(new double[batch * length * width], NewStates(batch));
        for (int row = 0; row < batch; row++)
        {
            run.Trace.Add([]);
            int valid = lengths?[row] ?? length;
            double[][] sequence = Rows(x, row * length, valid, inputs);
            for (int layer = 0; layer < layers; layer++)
            {
                double[][] outputs = Rows(new double[valid * width], 0, valid, width);
                for (int pass = 0; pass < _directions; pass++)
                {
                    int place = (layer * _directions + pass) * batch + row;
                    double[][] state = [.. new[] { h0, c0 }.Take(cell.States).Select((initial, part) => StateOf(initial, part, place))];
                    state = RunDirection(run, row, layer, pass, sequence, state, outputs);
                    for (int s = 0; s < cell.States; s++)
                        state[s].CopyTo(run.States[s], place * cell.Size(s, hidden));
                }
                sequence = outputs;
                Multiply(sequence, layer, row);
            }
            for (int t = 0; t < valid; t++)
                sequence[t].CopyTo(run.Y, (row * length + t) * width);
        }
        return run;
    }

    /// <summary>Backpropagation through time.</summary>
    /// <param name="run">The forward pass.</param>
    /// <param name="dY">The gradient of the outputs, [N, L, D·H]; not read past a row's length.</param>
    /// <param name="dH">The gradient of the final h, [K·D, N, H], or null for zeros.</param>
    /// <param name="dC">The gradient of the final c, [K·D, N, H], or null for zeros.</param>
    public ReferenceGradients Backward(ReferenceRun run, double[] dY, double[]? dH = null, double[]? dC = null)
    {
        int batch = run.Trace.Count, width = _directions * _output, length = dY.Length / (batch * width);
        Dictionary<string, double[]> gradients = parameters.ToDictionary(pair => pair.Key, pair => new double[pair.Value.Length]);
        ReferenceGradients result = new(new double[batch * length * inputs], NewStates(batch), gradients);
        for (int row = 0; row < batch; row++)
        {
            int valid = run.Trace[row][0].Length;
            double[][] dOutputs = Rows(dY, row * length, valid, width);
            for (int layer = layers - 1; layer >= 0; layer--)
            {
                Multiply(dOutputs, layer, row);
                int size = layer == 0 ? inputs : width;
                double[][] dInputs = Rows(new double[valid * size], 0, valid, size);
                for (int pass = 0; pass < _directions; pass++)
                {
                    int place = (layer * _directions + pass) * batch + row;
                    double[][] dState = [.. new[] { dH, dC }.Take(cell.States).Select((final, part) => StateOf(final, part, place))];
                    dState = RunDirectionBackward(run.Trace[row], gradients, layer, pass, dOutputs, dState, dInputs);
                    for (int s = 0; s < cell.States; s++)
                        dState[s].CopyTo(result.States[s], place * cell.Size(s, hidden));
                }
                dOutputs = dInputs;
            }
            for (int t = 0; t < valid; t++)
                dOutputs[t].CopyTo(result.X, (row * length + t) * inputs);
        }
        return result;
    }

    private double[][] RunDirection(
        ReferenceRun run, int row, int layer, int pass, double[][] sequence, double[][] state, double[][] outputs)
    {
        CellWeights weights = WeightsOf(parameters, layer, pass);
        int valid = sequence.Length;
        var trace = new (double[] X, double[][] State)[valid];
        for (int step = 0; step < valid; step++)
        {
            int t = TimeOf(pass, step, valid);
            trace[step] = (sequence[t], state);
            state = CellOf(pass).Forward(weights, sequence[t], state);
            state[0].CopyTo(outputs[t], pass * _output);
        }
        run.Trace[row].Add(trace);
        return state;
    }

    private double[][] RunDirectionBackward(
        List<(double[] X, double[][] State)[]> traces, Dictionary<string, double[]> gradients, int layer, int pass,
        double[][] dOutputs, double[][] dState, double[][] dInputs)
    {
        CellWeights weights = WeightsOf(parameters, layer, pass), gradient = WeightsOf(gradients, layer, pass);
        int valid = dOutputs.Length;
        for (int step = valid - 1; step >= 0; step--)
        {
            int t = TimeOf(pass, step, valid);
            for (int j = 0; j < _output; j++)
                dState[0][j] += dOutputs[t][pass * _output + j];
            (double[] x, double[][] state) = traces[layer * _directions + pass][step];
            (double[] dx, dState) = CellOf(pass).Backward(weights, x, state, dState, gradient);
            for (int i = 0; i < dx.Length; i++)
                dInputs[t][i] += dx[i];
        }
        return dState;
    }

    private ReferenceCell CellOf(int pass) => pass == 1 && Second is not null ? Second : cell;

    private int TimeOf(int pass, int step, int valid) => direction == Direction.Reverse || pass == 1 ? valid - 1 - step : step;

    /// <summary>The mask is its own backward.</summary>
    private void Multiply(double[][] sequence, int layer, int row)
    {
        if (Mask is null || layer == layers - 1) return;
        for (int t = 0; t < sequence.Length; t++)
            for (int unit = 0; unit < sequence[t].Length; unit++)
                sequence[t][unit] *= Mask(layer, row, t, unit);
    }

    private CellWeights WeightsOf(IReadOnlyDictionary<string, double[]> from, int layer, int pass) =>
        CellWeights.From(from, layer == 0 ? inputs : _directions * _output, hidden,
            $"_l{layer}" + (pass == 1 ? "_reverse" : ""));

    private double[][] NewStates(int batch) =>
        [.. Enumerable.Range(0, cell.States).Select(state => new double[layers * _directions * batch * cell.Size(state, hidden)])];

    /// <summary>A state of one direction and row, or zeros.</summary>
    private double[] StateOf(double[]? states, int part, int place)
    {
        int size = cell.Size(part, hidden);
        return states is null ? new double[size] : states[(place * size)..((place + 1) * size)];
    }

    /// <summary>Copies of <paramref name="count"/> rows, the first of which is <paramref name="first"/>.</summary>
    private static double[][] Rows(double[] matrix, int first, int count, int width) =>
        [.. Enumerable.Range(first, count).Select(row => matrix[(row * width)..((row + 1) * width)])];
}
