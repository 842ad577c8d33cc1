using System.Numerics;
using Elman.Tests.Kernels;
using Elman.Tests.Reference;

namespace Elman.Tests.Recurrent;

/// <summary>Irregular times and missing observations: GRU-D, and its decays before other cells.</summary>
[Collection(nameof(ComputeThreads))]
public class DecayRecurrentTests
{
    private const int Inputs = 2, Batch = 3, Length = 5;

    private static readonly int[] Ragged = [4, 0, 5];

    [Fact]
    public void GruD_and_its_gradients_are_those_of_the_paper() => Check(new GruD(Inputs, 4, new RandomStream(3)), "gru-original", 4);

    [Fact]
    public void Other_cells_decay_too()
    {
        Check(new DecayRecurrent<LstmUnit>(Inputs, Vector<float>.Count + 1, new RandomStream(4)), "lstm", Vector<float>.Count + 1);
        Check(new DecayRecurrent<GruUnit>(Inputs, 3, new RandomStream(5)), "gru", 3);
        Check(new DecayRecurrent<RnnUnit>(Inputs, 3, new RandomStream(6)), "rnn", 3);
    }

    [Fact]
    public void A_stream_has_the_bits_of_the_sequence()
    {
        foreach (int hidden in (int[])[4, 2 * Vector<float>.Count])
        {
            GruD layer = Trained(new GruD(Inputs, hidden, new RandomStream(3)));
            Tensor x = Packed(Values(), Observed(), Elapsed());
            float[] expected = layer.Forward(x).Span.ToArray();
            for (int row = 0; row < Batch; row++)
            {
                RecurrentStream stream = layer.OpenStream();
                for (int time = 0; time < Length; time++)
                    Bits.Equal(expected.AsSpan((row * Length + time) * hidden, hidden), stream.Step(x.Span.Slice((row * Length + time) * 5, 5)), $"row {row}, step {time}");
            }
        }
    }

    [Fact]
    public void A_sequence_may_be_cut_anywhere()
    {
        GruD layer = Trained(new GruD(Inputs, 4, new RandomStream(3)));
        (Tensor whole, State end) = layer.Forward(Values(), Observed(), Elapsed());
        for (int cut = 0; cut <= Length; cut++)
        {
            (Tensor first, State middle) = layer.Forward(Values().Slice(1, ..cut), Observed().Slice(1, ..cut), Elapsed().Slice(1, ..cut));
            (Tensor second, State last) = layer.Forward(Values().Slice(1, cut..), Observed().Slice(1, cut..), Elapsed().Slice(1, cut..), middle);
            Bits.Equal(whole.Span, Tensor.Concat(1, first, second).Span, $"cut at {cut}");
            for (int part = 0; part < 3; part++) Bits.Equal(end.Parts[part].Span, last.Parts[part].Span, $"part {part}, cut at {cut}");
        }
    }

    [Fact]
    public void Threads_and_memory_budgets_change_no_bit()
    {
        DecayRecurrent<LstmUnit> layer = Trained(new DecayRecurrent<LstmUnit>(8, 67, new RandomStream(3)));
        Tensor x = Tensor.From(Kernel.Values(24 * 60 * 8, 3), 24, 60, 8), mask = Tensor.From([.. Kernel.Values(24 * 60 * 8, 4).Select(value => value > 0 ? 1f : 0f)], 24, 60, 8);
        float[] Run()
        {
            layer.ZeroGradients();
            (Tensor y, State final) = layer.Forward(x, mask, null);
            (y.Sum() + final.Hidden.Sum()).Backward();
            return [.. y.Span, .. final.Hidden.Span, .. layer.Parameters().Where(parameter => parameter.Value.RequiresGradient).SelectMany(parameter => parameter.Value.Gradient!.Span.ToArray())];
        }
        float[] expected = ComputeThreads.Use(1, Run);
        Bits.Equal(expected, ComputeThreads.Use(3, Run), "3 threads");
        ElmanException error = Assert.Throws<ElmanException>(() => MemoryBudgetTests.Use(1, Run));
        string digits = error.Message[(error.Message.IndexOf("needs at least ", StringComparison.Ordinal) + 15)..error.Message.IndexOf("; raise it", StringComparison.Ordinal)];
        long least = long.Parse(digits, System.Globalization.NumberStyles.AllowThousands, System.Globalization.CultureInfo.InvariantCulture);
        Bits.Equal(expected, MemoryBudgetTests.Use(least, Run), "the least budget");
    }

    [Fact]
    public void Without_gaps_it_is_the_cell_itself()
    {
        GruD layer = new(Inputs, 4, new RandomStream(3));
        layer.Parameters().Single(parameter => parameter.Name == "state_decay.weight").Value.WritableSpan().Clear();
        RecurrentLayer plain = Cells.Create("gru-original", 2 * Inputs, 4, new RandomStream(1));
        plain.Load(layer.Parameters().Where(parameter => parameter.Name.EndsWith("_l0", StringComparison.Ordinal)).ToDictionary(parameter => parameter.Name, parameter => parameter.Value));
        Tensor x = Tensor.From(Kernel.Values(Batch * Length * Inputs, 9), Batch, Length, Inputs);
        Bits.Equal(plain.Forward(Tensor.Concat(2, x, Tensor.Ones(Batch, Length, Inputs))).Span, layer.Forward(x, null, null).Output.Span, "y");
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        GruD layer = new(2, 4, new RandomStream(3));
        Tensor x = Tensor.Zeros(1, 3, 2);
        Says("gru-original with decay 2 → 4 expects values [N, L, 2], got [1, 3, 5]", () => layer.Forward(Tensor.Zeros(1, 3, 5), null, null));
        Says("gru-original with decay 2 → 4 expects input [N, L, 5] (values, which of them were observed, elapsed time), got [1, 3, 2]", () => layer.Forward(x));
        Says("which values were observed is expected as [1, 3, 2], got [1, 3, 1]", () => layer.Forward(x, Tensor.Zeros(1, 3, 1), null));
        Says("elapsed times are expected as [1, 3], got [1, 3, 2]", () => layer.Forward(x, null, x));
        Says("whether a value was observed is 0.5, neither 0 nor 1", () => layer.Forward(x, Tensor.Full(0.5f, 1, 3, 2), null));
        Says("an elapsed time is -1, not a number from 0 on", () => layer.Forward(x, null, Tensor.Full(-1, 1, 3)));
        RecurrentOptions options = new() { ProjectionSize = 2 };
        RecurrentEngine engine = UnitChoice.For<LstmUnit>(options);
        engine.Add(RecurrentInitialization.Weights((_, value) => value, "lstm", engine.Sizes(2, 4), "_l0", new RandomStream(1), options), isSecond: false);
        Says("states that decay have a factor for each unit, so h cannot be projected to another width",
            () => engine.Apply(.., Direction.Forward, x, [], [], new RunOptions { Decay = Tensor.Ones(1, 3, 4) }));
        Says("gru-original with decay 2 → 4 carries 3 states, the initial state has 1 parts", () => layer.Forward(x, null, null, new State(Tensor.Zeros(1, 1, 4))));

        static void Says(string message, Func<object> action) => Assert.Equal(message, Assert.Throws<ArgumentException>(action).Message);
    }

    private static void Check<TUnit>(DecayRecurrent<TUnit> layer, string cell, int hidden)
        where TUnit : struct, IRecurrentUnit
    {
        Trained(layer);
        ReferenceCell twin = ReferenceCell.Named(ReferenceComparison.ReferenceName(cell));
        Tensor values = Values(), observed = Observed(), elapsed = Elapsed();
        for (int row = 0; row < Batch; row++)
        {
            // Nothing may read padding.
            values.WritableSpan()[((row * Length + Ragged[row]) * Inputs)..((row + 1) * Length * Inputs)].Fill(float.NaN);
            observed.WritableSpan()[((row * Length + Ragged[row]) * Inputs)..((row + 1) * Length * Inputs)].Fill(float.NaN);
            elapsed.WritableSpan()[(row * Length + Ragged[row])..((row + 1) * Length)].Fill(float.NaN);
        }
        Tensor[] parts = [.. Enumerable.Range(0, TUnit.States + 2).Select(part => Tensor.From([.. Kernel.Values(Batch * (part < TUnit.States ? hidden : Inputs), 30 + (uint)part).Select(MathF.Abs)],
            1, Batch, part < TUnit.States ? hidden : Inputs))];
        values.RequiresGradient = true;
        foreach (Tensor part in parts[..^1]) part.RequiresGradient = true;
        (Tensor y, State final) = layer.Forward(values, observed, elapsed, new State(parts), Ragged);
        Tensor[] results = [y, .. final.Parts], slopes = [.. results.Select((result, i) => Tensor.From(Kernel.Values(result.Count, 40 + (uint)i), result.Shape.Extents))];
        results.Zip(slopes, (result, slope) => (result * slope).Sum()).Aggregate((a, b) => a + b).Backward();

        Dictionary<string, double[]> parameters = layer.Parameters().ToDictionary(parameter => parameter.Name, parameter => Doubles(parameter.Value));
        double[] x = Doubles(values);
        double[][] states = [.. parts.Select(Doubles)];
        double[][] Twins()
        {
            double[][] all = [.. results.Select(result => new double[result.Count])];
            for (int row = 0; row < Batch; row++)
            {
                int valid = Ragged[row];
                double[][] own = [.. states.Select(part => part[(row * part.Length / Batch)..((row + 1) * part.Length / Batch)])];
                double[][] h = new ReferenceDecay(twin, Inputs, hidden, parameters).Forward(
                    [.. Enumerable.Range(0, valid).Select(time => x[((row * Length + time) * Inputs)..((row * Length + time + 1) * Inputs)])],
                    [.. Enumerable.Range(0, valid).Select(time => Enumerable.Range(0, Inputs).Select(i => observed[row, time, i] == 1).ToArray())],
                    [.. Enumerable.Range(0, valid).Select(time => (double)elapsed[row, time])], own);
                for (int time = 0; time < valid; time++) h[time].CopyTo(all[0], (row * Length + time) * hidden);
                for (int part = 0; part < own.Length; part++) own[part].CopyTo(all[part + 1], row * own[part].Length);
            }
            return all;
        }
        double Loss() => Twins().Zip(slopes, (result, slope) => result.Zip(Doubles(slope), (a, b) => a * b).Sum()).Sum();

        double[][] expected = Twins();
        for (int i = 0; i < results.Length; i++) Near.Equal(expected[i], results[i].Span, 1e-5, $"result {i} of {cell}");
        for (int part = 0; part < parts.Length - 1; part++) Near.Equal(FiniteDifference.Gradient(states[part], Loss), parts[part].Gradient!.Span, 1e-5, $"gradient of initial {part} of {cell}");
        double[] slopeX = FiniteDifference.Gradient(x, Loss);
        Near.Equal(slopeX, values.Gradient!.Span, 1e-5, $"gradient of x of {cell}");
        foreach ((string name, Tensor value) in layer.Parameters())
            if (name != "mean") Near.Equal(FiniteDifference.Gradient(parameters[name], Loss), value.Gradient!.Span, 1e-5, $"gradient of {name} of {cell}");
    }

    /// <summary>Decays that are neither all in nor all out of the rectifiers' range, and means.</summary>
    private static T Trained<T>(T layer)
        where T : Module
    {
        foreach ((string name, Tensor value) in layer.Parameters())
            if (name is "input_decay_bias" or "state_decay.bias" or "mean") value.CopyFrom(Kernel.Values(value.Count, 50 + (uint)name.Length));
        return layer;
    }

    /// <summary>[N, L, I]; what was not observed is no number.</summary>
    private static Tensor Values()
    {
        Tensor values = Tensor.From(Kernel.Values(Batch * Length * Inputs, 20), Batch, Length, Inputs);
        Span<float> span = values.WritableSpan();
        for (int i = 0; i < span.Length; i++)
            if (Observed().Span[i] == 0) span[i] = float.NaN;
        return values;
    }

    private static Tensor Observed() => Tensor.From([.. Kernel.Values(Batch * Length * Inputs, 21).Select(value => value > 0 ? 1f : 0f)], Batch, Length, Inputs);

    private static Tensor Elapsed() => Tensor.From([.. Kernel.Values(Batch * Length, 22).Select(MathF.Abs)], Batch, Length);

    private static Tensor Packed(Tensor values, Tensor observed, Tensor elapsed) => Tensor.Concat(2, values, observed, elapsed.Reshape(Batch, Length, 1));

    private static double[] Doubles(Tensor tensor) => Array.ConvertAll(tensor.Span.ToArray(), value => (double)value);
}
