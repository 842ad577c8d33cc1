using Elman.Tests.Kernels;
using Elman.Tests.Reference;

namespace Elman.Tests.Recurrent;

/// <summary>The gradients of weights are sums over all steps: they stay accurate when there are many.</summary>
public class LongSequenceTests
{
    /// <summary>
    /// Terms of one sign let the rounding of a plain sum grow: at this length one chain over all steps is wrong by 3e-6 of the largest element
    /// and more, sums of blocks by a tenth of that.
    /// </summary>
    private const double Tolerance = 1e-6;

    [Theory]
    [InlineData("rnn", false)]
    [InlineData("rnn", true)]
    [InlineData("lstm", false)]
    [InlineData("gru", true)]
    public void A_long_sum_keeps_its_accuracy(string cell, bool bidirectional)
    {
        RecurrentCase given = new(cell, 2, 3, 1, 40_000) { Direction = bidirectional ? Direction.Both : Direction.Forward };
        RecurrentLayer layer = given.Layer();
        Tensor x = Tensor.From(Array.ConvertAll(Kernel.Values(given.Length * given.Inputs), Math.Abs), 1, given.Length, given.Inputs);
        layer.Forward(x).Sum().Backward();

        ReferenceRecurrent twin = new(ReferenceCell.Named(cell == "rnn" ? "rnn_tanh" : cell), given.Inputs, given.Hidden, 1, given.Direction,
            layer.Parameters().ToDictionary(parameter => parameter.Name, parameter => Doubles(parameter.Value.Span)));
        double[] slope = new double[given.Length * given.OutputSize];
        Array.Fill(slope, 1);
        ReferenceGradients expected = twin.Backward(twin.Forward(Doubles(x.Span), 1, given.Length), slope);
        foreach ((string name, Tensor value) in layer.Parameters()) Near.Equal(expected.Parameters[name], value.Gradient!.Span, Tolerance, name);
    }

    private static double[] Doubles(ReadOnlySpan<float> values) => Array.ConvertAll(values.ToArray(), value => (double)value);
}
