namespace Elman.Tests.Reference;

/// <summary>The twins' backward passes against differences of their forward passes, on what PyTorch cannot do as well.</summary>
public class ReferenceGradientTests
{
    private const int N = 4, L = 4, I = 2, H = 3, K = 2, D = 2;

    private static readonly int[] Lengths = [2, 0, 4, 1];

    [Theory]
    [InlineData("rnn_tanh")]
    [InlineData("rnn_relu")]
    [InlineData("lstm")]
    [InlineData("gru")]
    [InlineData("gru_reset_before")]
    public void Gradients_equal_finite_differences(string kind)
    {
        ReferenceCell cell = ReferenceCell.Named(kind);
        Random random = new(7);
        Dictionary<string, double[]> parameters = Parameters(cell.Gates, random);
        double[] x = Draw(random, N * L * I), h0 = Draw(random, K * D * N * H), dY = Draw(random, N * L * D * H);
        double[] dH = Draw(random, h0.Length), dC = Draw(random, h0.Length);
        double[]? c0 = cell.States == 2 ? Draw(random, h0.Length) : null;
        ReferenceRecurrent net = new(cell, I, H, K, Direction.Both, parameters)
        {
            Mask = (layer, row, t, unit) => 0.5 * ((layer + row + t + unit) % 3),
        };
        double Loss()
        {
            ReferenceRun run = net.Forward(x, N, L, Lengths, h0, c0);
            return Dot(run.Y, dY) + Dot(run.H, dH) + (c0 is null ? 0 : Dot(run.C, dC));
        }

        ReferenceGradients gradients = net.Backward(net.Forward(x, N, L, Lengths, h0, c0), dY, dH, dC);

        void Check(double[] at, double[] gradient, string of) =>
            Near.Equal(FiniteDifference.Gradient(at, Loss), gradient, 1e-8, of);
        Check(x, gradients.X, "x");
        Check(h0, gradients.States[0], "h0");
        if (c0 is not null) Check(c0, gradients.States[1], "c0");
        foreach ((string name, double[] values) in parameters)
            Check(values, gradients.Parameters[name], name);
    }

    [Fact]
    public void An_empty_row_keeps_its_state_and_no_row_feels_its_mates_or_its_padding()
    {
        ReferenceLstm cell = new();
        Random random = new(11);
        ReferenceRecurrent net = new(cell, I, H, K, Direction.Both, Parameters(cell.Gates, random));
        double[] x = Draw(random, N * L * I), h0 = Draw(random, K * D * N * H), c0 = Draw(random, K * D * N * H);
        ReferenceRun run = net.Forward(x, N, L, Lengths, h0, c0);
        for (int row = 0; row < N; row++)
        {
            int valid = Lengths[row], width = D * H;
            double[] OfRow(double[] states) => [.. states.Chunk(H).Where((_, place) => place % N == row).SelectMany(each => each)];
            double[] alone = x[(row * L * I)..((row * L + valid) * I)];
            ReferenceRun single = net.Forward(alone, 1, valid, null, OfRow(h0), OfRow(c0));
            Assert.Equal(single.Y, run.Y[(row * L * width)..((row * L + valid) * width)]);
            Assert.All(run.Y[((row * L + valid) * width)..((row + 1) * L * width)], value => Assert.Equal(0, value));
            Assert.Equal(single.H, OfRow(run.H));
            Assert.Equal(single.C, OfRow(run.C));
            Assert.Equal(valid == 0, single.H.SequenceEqual(OfRow(h0)));
        }
    }

    private static Dictionary<string, double[]> Parameters(int gates, Random random)
    {
        Dictionary<string, double[]> parameters = [];
        for (int layer = 0; layer < K; layer++)
            foreach (string tail in (string[])[$"_l{layer}", $"_l{layer}_reverse"])
            {
                parameters["weight_ih" + tail] = Draw(random, gates * H * (layer == 0 ? I : D * H));
                parameters["weight_hh" + tail] = Draw(random, gates * H * H);
                parameters["bias_ih" + tail] = Draw(random, gates * H);
                parameters["bias_hh" + tail] = Draw(random, gates * H);
            }
        return parameters;
    }

    private static double[] Draw(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => 1.6 * random.NextDouble() - 0.8)];

    private static double Dot(double[] a, double[] b) => a.Zip(b, (left, right) => left * right).Sum();
}
