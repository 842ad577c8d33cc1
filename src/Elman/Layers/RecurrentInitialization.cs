namespace Elman;

/// <summary>First values of recurrent parameters.</summary>
internal static class RecurrentInitialization
{
    /// <summary>The parameters of one direction of one layer, or of a single cell, each added under its name with a suffix.</summary>
    /// <exception cref="ArgumentException">An option does not apply to the cell.</exception>
    public static DirectionWeights Weights(Func<string, Tensor, Tensor> add, string name, UnitSizes sizes, string suffix, RandomStream random, RecurrentOptions options)
    {
        ArgumentNullException.ThrowIfNull(random);
        int hidden = sizes.Hidden, rows = sizes.Gates * hidden;
        Tensor weightIh = add("weight_ih" + suffix, Uniform(hidden, random, rows, sizes.Inputs));
        Tensor? weightHh = null, biasIh = null, biasHh = null;
        if (sizes.Recurs)
        {
            weightHh = add("weight_hh" + suffix, Uniform(hidden, random, rows, sizes.Output));
            if (options.Orthogonal && sizes.Projects) throw new ArgumentException("orthogonal recurrent weights are asked for, but with a projection they are not square");
            if (options.Orthogonal) Orthogonalize(weightHh, hidden, random);
        }
        else if (options.Orthogonal)
        {
            throw new ArgumentException($"orthogonal recurrent weights are asked for, but {name} has no recurrent weights");
        }
        if (options.Bias)
        {
            biasIh = add("bias_ih" + suffix, Uniform(hidden, random, rows));
            if (sizes.Recurs) biasHh = add("bias_hh" + suffix, Uniform(hidden, random, rows));
        }
        if (options.ForgetBias is { } forget)
        {
            if (sizes.ForgetGate < 0 || biasIh is null) throw new ArgumentException($"a forget bias is set, but {name}{(biasIh is null ? " without bias" : "")} has no forget gate with a bias");
            biasIh.Writable().Slice(sizes.ForgetGate * hidden, hidden).Fill(forget);
            biasHh?.Writable().Slice(sizes.ForgetGate * hidden, hidden).Clear();
        }
        Tensor? Optional(bool exists, string parameter, Func<Tensor> first) => exists ? add(parameter + suffix, first()) : null;
        bool cell = sizes.Normalized && sizes.States > 1;
        OptionalWeights? optional = !sizes.Projects && !options.Peepholes && !sizes.Normalized ? null : new()
        {
            Projection = Optional(sizes.Projects, "weight_hr", () => Uniform(hidden, random, sizes.Output, hidden)),
            Peepholes = Optional(options.Peepholes, "weight_ph", () => Uniform(hidden, random, sizes.Coefficients * hidden)),
            InputGain = Optional(sizes.Normalized, "weight_ln_ih", () => Tensor.Ones(rows)),
            RecurrentGain = Optional(sizes.Normalized, "weight_ln_hh", () => Tensor.Ones(rows)),
            CellGain = Optional(cell, "weight_ln_c", () => Tensor.Ones(hidden)),
            CellShift = Optional(cell && options.Bias, "bias_ln_c", () => Tensor.Zeros(hidden)),
        };
        return new DirectionWeights(sizes, weightIh, weightHh, biasIh, biasHh, optional);
    }

    /// <summary>PyTorch's rule for all recurrent parameters: uniform in ±1/√H.</summary>
    public static Tensor Uniform(int hidden, RandomStream random, params ReadOnlySpan<int> shape)
    {
        Tensor result = Tensor.Zeros(shape);
        float bound = 1 / MathF.Sqrt(hidden);
        foreach (ref float value in result.Writable()) value = random.NextUniform(-bound, bound);
        return result;
    }

    /// <summary>
    /// Replaces each [H, H] block of a weight [G·H, H] by a random orthogonal matrix: Gram-Schmidt, twice for accuracy, on normal rows;
    /// a row that lies almost in the others' plane is drawn anew.
    /// </summary>
    public static void Orthogonalize(Tensor weight, int hidden, RandomStream random)
    {
        Span<float> values = weight.Writable();
        for (int first = 0; first < values.Length; first += hidden * hidden)
        {
            double[][] rows = new double[hidden][];
            for (int i = 0; i < hidden; i++)
            {
                double[] row = new double[hidden];
                double norm;
                do
                {
                    for (int j = 0; j < hidden; j++) row[j] = random.NextNormal();
                    for (int pass = 0; pass < 2; pass++)
                        for (int other = 0; other < i; other++) Subtract(row, rows[other], Dot(row, rows[other]));
                    norm = Math.Sqrt(Dot(row, row));
                }
                while (norm < 1e-3);
                for (int j = 0; j < hidden; j++) values[first + (i * hidden) + j] = (float)(row[j] /= norm);
                rows[i] = row;
            }
        }
    }

    private static double Dot(double[] a, double[] b) => System.Numerics.Tensors.TensorPrimitives.Dot<double>(a, b);

    private static void Subtract(double[] row, double[] other, double factor) =>
        System.Numerics.Tensors.TensorPrimitives.MultiplyAdd<double>(other, -factor, row, row);
}
