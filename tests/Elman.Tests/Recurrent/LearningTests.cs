namespace Elman.Tests.Recurrent;

/// <summary>Networks that learn what only a memory can. Seeds are fixed, so on one kind of processor these tests pass always or never.</summary>
public class LearningTests
{
    /// <summary>
    /// The adding problem (Hochreiter and Schmidhuber 1997, section 5.4, as Arjovsky, Shah, Bengio 2016 pose it): of 100 uniform numbers two are marked, one
    /// in each half; their sum is wanted at the end. Whoever ignores the marks and answers 1 has an error of 0.167. The forget bias grows with the
    /// logarithm of the time to be bridged (Tallec and Ollivier 2018), which shortens the plateau there.
    /// </summary>
    [Fact]
    public void An_LSTM_adds_two_numbers_over_100_steps()
    {
        const int steps = 100, batch = 20, most = 5000;
        RandomStream random = new(2);
        Sequential model = new(new Lstm(2, 24, random, new RecurrentOptions { ForgetBias = 3 }), new Last(), new Linear(24, 1, random));
        Adam adam = new(model.Parameters(), learningRate: 5e-3);
        (Tensor x, Tensor sum) check = Adding(steps, 200, new RandomStream(12));
        double error = double.PositiveInfinity;
        int step = 0;
        for (; step < most && error > 7e-4; step++)
        {
            using (TensorScope.Begin())
            {
                (Tensor x, Tensor sum) = Adding(steps, batch, random);
                model.ZeroGradients();
                Loss.MeanSquaredError(model.Forward(x), sum).Backward();
                GradientClipping.ByNorm(adam.Parameters, 0.1);
                adam.Step();
            }
            if (step % 100 == 99) error = Error(model, check.x, check.sum);
        }
        (Tensor fresh, Tensor expected) = Adding(steps, 1000, new RandomStream(13));
        error = Error(model, fresh, expected);
        Assert.True(error < 1e-3, $"the error is {error:G3} after {step} steps");
    }

    [Theory]
    [InlineData("rnn")]
    [InlineData("gru")]
    [InlineData("gru-original")]
    [InlineData("lstm")]
    public void A_sequence_is_learnt_by_heart(string cell)
    {
        // Each letter is followed by different ones, so that the letter alone does not tell what comes next.
        const string text = "in the beginning was the word, and the word was with";
        char[] letters = [.. text.Distinct().Order()];
        RandomStream random = new(4);
        Sequential model = new(new Embedding(letters.Length, 12, random), Cells.Create(cell, 12, 32, random), new Linear(32, letters.Length, random));
        int[] codes = [.. text.Select(letter => Array.IndexOf(letters, letter))];
        Tensor x = Tensor.From([.. codes[..^1].Select(each => (float)each)], 1, codes.Length - 1);
        Adam adam = new(model.Parameters(), learningRate: 0.01);
        for (int step = 0; step < 300; step++)
        {
            model.ZeroGradients();
            Loss.CrossEntropy(model.Forward(x), codes.AsSpan(1)).Backward();
            GradientClipping.ByNorm(adam.Parameters, 1);
            adam.Step();
        }
        // Told only the first letter, a stream says the rest.
        RecurrentStream stream = model.OpenStream();
        int code = codes[0];
        string said = $"{letters[code]}";
        while (said.Length < text.Length)
        {
            ReadOnlySpan<float> scores = stream.Step(code);
            code = scores.IndexOf(System.Numerics.Tensors.TensorPrimitives.Max(scores));
            said += letters[code];
        }
        Assert.Equal(text, said);
    }

    /// <summary>Numbers and marks [N, L, 2], and the sums of the marked numbers [N, 1].</summary>
    private static (Tensor X, Tensor Sum) Adding(int steps, int batch, RandomStream random)
    {
        Tensor x = Tensor.Zeros(batch, steps, 2), sum = Tensor.Zeros(batch, 1);
        Span<float> values = x.WritableSpan(), sums = sum.WritableSpan();
        for (int row = 0; row < batch; row++)
        {
            Span<float> sequence = values.Slice(row * steps * 2, steps * 2);
            for (int step = 0; step < steps; step++) sequence[step * 2] = random.NextUniform();
            foreach (int marked in (int[])[random.NextInt(steps / 2), steps / 2 + random.NextInt(steps / 2)])
            {
                sequence[marked * 2 + 1] = 1;
                sums[row] += sequence[marked * 2];
            }
        }
        return (x, sum);
    }

    private static double Error(Module model, Tensor x, Tensor sum)
    {
        using (Tensor.NoGradient()) return Loss.MeanSquaredError(model.Forward(x), sum).ToScalar();
    }

    /// <summary>[N, L, H] → [N, H] at the last step.</summary>
    private sealed class Last : Module
    {
        public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => input.Select(1, ^1);
    }
}
