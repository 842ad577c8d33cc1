namespace Elman.Formats.Tests.Onnx;

/// <summary>
/// RNN, LSTM and GRU as the ONNX specification (opset 22) writes them, in double precision, one number after the other. The oracle where ONNX Runtime
/// refuses; where it does not, it is itself compared with it.
/// </summary>
internal sealed record OnnxTwin(string Operator)
{
    public string Direction { get; init; } = "forward";

    public bool BatchFirst { get; init; }

    public bool ResetAfter { get; init; }

    public bool InputForget { get; init; }

    public double Clip { get; init; } = double.PositiveInfinity;

    /// <summary>For each direction f, g, h of the operator's.</summary>
    public Func<double, double>[]? Activations { get; init; }

    private int Gates => Operator switch { "LSTM" => 4, "GRU" => 3, _ => 1 };

    /// <summary>Y, Y_h, Y_c.</summary>
    public Tensor[] Run(Tensor x, Tensor w, Tensor r, Tensor? b, int[]? lengths, Tensor? initialH, Tensor? initialC, Tensor? p)
    {
        int steps = x.Shape[BatchFirst ? 1 : 0], batch = x.Shape[BatchFirst ? 0 : 1], hidden = r.Shape[2], directions = w.Shape[0];
        Tensor y = BatchFirst ? Tensor.Zeros(batch, steps, directions, hidden) : Tensor.Zeros(steps, directions, batch, hidden);
        Tensor lastH = BatchFirst ? Tensor.Zeros(batch, directions, hidden) : Tensor.Zeros(directions, batch, hidden), lastC = lastH.Clone();
        for (int d = 0; d < directions; d++)
        {
            bool backwards = Direction == "reverse" || d == 1;
            for (int n = 0; n < batch; n++)
            {
                int at = BatchFirst ? (n * directions) + d : (d * batch) + n, length = lengths?[n] ?? steps;
                double[] h = Part(initialH, at, hidden), c = Part(initialC, at, hidden);
                for (int step = 0; step < length; step++)
                {
                    int t = backwards ? length - 1 - step : step;
                    double[] input = Part(x, BatchFirst ? (n * steps) + t : (t * batch) + n, x.Shape[2]);
                    (h, c) = Step(d, input, h, c, w, r, b, p);
                    int place = BatchFirst ? (((n * steps) + t) * directions) + d : (((t * directions) + d) * batch) + n;
                    Put(y, place, h);
                }
                Put(lastH, at, h);
                Put(lastC, at, c);
            }
        }
        return Operator == "LSTM" ? [y, lastH, lastC] : [y, lastH];
    }

    private (double[] H, double[] C) Step(int d, double[] x, double[] h, double[] c, Tensor w, Tensor r, Tensor? b, Tensor? p)
    {
        int hidden = h.Length;
        double In(int gate, int unit) => Dot(w, d, gate, unit, hidden, x) + Bias(b, d, gate, unit, hidden);
        double Back(int gate, int unit, double[] operand) => Dot(r, d, gate, unit, hidden, operand) + Bias(b, d, Gates + gate, unit, hidden);
        double Peep(int gate, int unit, double cell) => p is null ? 0 : p[d, (gate * hidden) + unit] * cell;
        double[] nextH = new double[hidden], nextC = new double[hidden];
        double[] reset = [.. Enumerable.Range(0, hidden).Select(unit => Operator == "GRU" ? Activate(d, 0, In(1, unit) + Back(1, unit, h)) * h[unit] : 0)];
        for (int k = 0; k < hidden; k++)
        {
            switch (Operator)
            {
                case "RNN":
                    nextH[k] = Activate(d, 0, In(0, k) + Back(0, k, h));
                    break;
                case "GRU":
                    double z = Activate(d, 0, In(0, k) + Back(0, k, h)), gate = Activate(d, 0, In(1, k) + Back(1, k, h));
                    double candidate = Activate(d, 1, In(2, k) + (ResetAfter ? gate * Back(2, k, h) : Back(2, k, reset)));
                    nextH[k] = ((1 - z) * candidate) + (z * h[k]);
                    break;
                default:
                    double i = Activate(d, 0, In(0, k) + Back(0, k, h) + Peep(0, k, c[k]));
                    double f = InputForget ? 1 - i : Activate(d, 0, In(2, k) + Back(2, k, h) + Peep(2, k, c[k]));
                    nextC[k] = (f * c[k]) + (i * Activate(d, 1, In(3, k) + Back(3, k, h)));
                    nextH[k] = Activate(d, 0, In(1, k) + Back(1, k, h) + Peep(1, k, nextC[k])) * Function(d, 2)(nextC[k]);
                    break;
            }
        }
        return (nextH, nextC);
    }

    private double Activate(int direction, int kind, double x) => Function(direction, kind)(Math.Clamp(x, -Clip, Clip));

    private Func<double, double> Function(int direction, int kind)
    {
        int kinds = Operator switch { "LSTM" => 3, "GRU" => 2, _ => 1 };
        if (Activations is not null) return Activations[(direction * kinds) + kind];
        return Operator != "RNN" && kind == 0 ? x => 1 / (1 + Math.Exp(-x)) : Math.Tanh;
    }

    private static double Dot(Tensor weights, int d, int gate, int unit, int hidden, double[] x)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++) sum += weights[d, (gate * hidden) + unit, i] * x[i];
        return sum;
    }

    private static double Bias(Tensor? b, int d, int gate, int unit, int hidden) => b?[d, (gate * hidden) + unit] ?? 0;

    private static double[] Part(Tensor? tensor, int place, int size) =>
        tensor is null ? new double[size] : Array.ConvertAll(tensor.Span.Slice(place * size, size).ToArray(), value => (double)value);

    private static void Put(Tensor tensor, int place, double[] values)
    {
        for (int i = 0; i < values.Length; i++) tensor.WritableSpan()[(place * values.Length) + i] = (float)values[i];
    }
}
