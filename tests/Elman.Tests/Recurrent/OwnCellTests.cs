using System.Diagnostics;
using System.Numerics;
using Elman.Tests.Kernels;
using Elman.Tests.Reference;

namespace Elman.Tests.Recurrent;

/// <summary>A cell that the library does not know gets everything that the built-in ones have, at their speed.</summary>
[Collection(nameof(ComputeThreads))]
public class OwnCellTests
{
    [Theory]
    [InlineData(1, Direction.Forward)]
    [InlineData(2, Direction.Forward)]
    [InlineData(2, Direction.Both)]
    public void MinGru_agrees_with_its_twin_and_with_finite_differences(int layers, Direction direction)
    {
        RecurrentCase given = new("mingru", 2, 3, 3, 4) { Layers = layers, Direction = direction, Ragged = true, InitialState = true, Seed = 5 };
        RecurrentLayer layer = given.Layer();
        Dictionary<string, double[]> parameters = layer.Parameters().ToDictionary(parameter => parameter.Name, parameter => Doubles(parameter.Value));
        Dictionary<string, double[]> all = new(parameters);
        // The twins take recurrent weights of every cell; this one does not look at them.
        foreach (string name in parameters.Keys.Where(name => name.StartsWith("weight_ih", StringComparison.Ordinal)))
            all[name.Replace("_ih", "_hh", StringComparison.Ordinal)] = new double[2 * 3 * 3];
        ReferenceRecurrent twin = new(new ReferenceMinGru(), given.Inputs, given.Hidden, layers, direction, all);
        double[] x = Array.ConvertAll(Doubles(given.Input()), value => double.IsNaN(value) ? 0 : value), h0 = Doubles(given.Initial(layer)!.Hidden);
        double[] slopeY = Doubles(given.OutputSlope()), slopeH = Doubles(given.StateSlope(0));
        ReferenceRun Forward() => twin.Forward(x, given.Batch, given.Length, given.Lengths(), h0);
        double Loss()
        {
            ReferenceRun run = Forward();
            return run.Y.Zip(slopeY, (y, slope) => y * slope).Sum() + run.H.Zip(slopeH, (h, slope) => h * slope).Sum();
        }

        RecurrentResult result = RecurrentResult.Differentiate(given, layer);

        Near.Equal(Forward().Y, result["y"], what: "y");
        Near.Equal(Forward().H, result["final 0"], what: "final h");
        Near.Equal(FiniteDifference.Gradient(x, Loss), result["gradient of x"], what: "gradient of x");
        Near.Equal(FiniteDifference.Gradient(h0, Loss), result["gradient of initial 0"], what: "gradient of h0");
        foreach ((string name, double[] values) in parameters)
            Near.Equal(FiniteDifference.Gradient(values, Loss), result["gradient of " + name], what: "gradient of " + name);
    }

    [Fact]
    public void MinGru_has_no_recurrent_parameters() =>
        Assert.Equal(
            ["weight_ih_l0", "bias_ih_l0", "weight_ih_l0_reverse", "bias_ih_l0_reverse"],
            new Recurrent<MinGruUnit>(3, 4, new RandomStream(1), new RecurrentOptions { Direction = Direction.Both }).Parameters().Select(parameter => parameter.Name));

    [Fact]
    public void MinGru_learns_to_remember_the_first_of_ten_inputs()
    {
        RandomStream random = new(1);
        Sequential model = new(new Recurrent<MinGruUnit>(2, 16, random), new Recurrent<MinGruUnit>(16, 16, random), new Linear(16, 1, random));
        Adam adam = new(model.Parameters(), learningRate: 0.01);
        double first = 0, last = 0;
        for (int step = 0; step < 300; step++)
        {
            Tensor x = Tensor.Zeros(32, 10, 2), target = Tensor.Zeros(32, 1);
            Span<float> values = x.WritableSpan(), wanted = target.WritableSpan();
            for (int row = 0; row < 32; row++)
            {
                for (int time = 0; time < 10; time++) values[row * 20 + time * 2] = random.NextUniform(-1, 1);
                values[row * 20 + 1] = 1;
                wanted[row] = values[row * 20];
            }
            model.ZeroGradients();
            Tensor loss = Loss.MeanSquaredError(model.Forward(x).Select(1, 9), target);
            loss.Backward();
            adam.Step();
            if (step == 0) first = loss.ToScalar();
            last = loss.ToScalar();
        }
        Assert.True(last < 0.05 * first, $"the loss went from {first} to {last}");
    }

    [Fact]
    public void The_LSTM_written_outside_the_library_has_the_bits_of_the_one_inside()
    {
        foreach (int hidden in (int[])[5, 2 * Vector<float>.Count])
        {
            RecurrentCase given = new("lstm", 3, hidden, 9, 12) { Layers = 2, Direction = Direction.Both, Ragged = true, InitialState = true };
            RecurrentCase own = given with { Cell = "own-lstm" };
            RecurrentResult.Differentiate(own, own.Layer()).HasTheBitsOf(RecurrentResult.Differentiate(given, given.Layer()), "own LSTM");
        }
    }

    /// <summary>
    /// Compares the shortest of many interleaved runs, in processor time of this thread, on which other programs have little influence. The pauses let the JIT
    /// finish. The bound is generous: an interface call or a missed inlining per unit would cost several times as much.
    /// </summary>
    [Fact]
    public void The_LSTM_written_outside_the_library_is_no_slower_than_the_one_inside()
    {
        Assert.SkipWhen(IsDebugBuild, "speed is a matter of the Release build");
        RecurrentCase given = new("lstm", 32, 32, 16, 20);
        RecurrentLayer inside = given.Layer(), outside = (given with { Cell = "own-lstm" }).Layer();
        (double own, double builtIn) = ComputeThreads.Use(1, () =>
        {
            (double Own, double BuiltIn) shortest = (double.PositiveInfinity, double.PositiveInfinity);
            // The shortest of few calls may have been disturbed by a neighbour: then more are made.
            for (int i = 0; i < 200 || (i < 1000 && shortest.Own >= 1.3 * shortest.BuiltIn); i++)
            {
                shortest = (Math.Min(shortest.Own, Time(given, outside, 3)), Math.Min(shortest.BuiltIn, Time(given, inside, 3)));
                if (i % 10 == 0) Thread.Sleep(20);
            }
            return shortest;
        });
        Assert.True(own < 1.3 * builtIn, $"the cell written outside takes {own / builtIn:F2} times as long");
    }

    /// <summary>Units beyond H compute with zeros; |g| as g·(g/|g|) makes NaN of them, which must not leak into any gradient.</summary>
    [Fact]
    public void What_a_cell_makes_of_the_units_beyond_H_reaches_nothing()
    {
        RecurrentResult Differentiate<TUnit>()
            where TUnit : struct, IRecurrentUnit
        {
            Cells.Register<TUnit>();
            RecurrentCase given = new(TUnit.Name, 3, Vector<float>.Count + 3, 5, 6) { Layers = 2, Direction = Direction.Both };
            return RecurrentResult.Differentiate(given, given.Layer());
        }
        RecurrentResult expected = Differentiate<AbsoluteUnit<Clean>>();
        Assert.All(expected["gradient of weight_ih_l0"], value => Assert.True(float.IsFinite(value)));
        Differentiate<AbsoluteUnit<Poisonous>>().HasTheBitsOf(expected, "the cell that makes NaN of zeros");
    }

    [Fact]
    public void A_cell_whose_counts_contradict_each_other_is_refused_by_name()
    {
        Assert.Contains("'broken'", Assert.Throws<ArgumentException>(() => new Recurrent<BrokenUnit<NoGates>>(1, 1, new RandomStream(1))).Message);
        Assert.Contains("'broken'", Assert.Throws<ArgumentException>(() => new Recurrent<BrokenUnit<OnlyLateGates>>(1, 1, new RandomStream(1))).Message);
        Assert.Contains("'broken'", Assert.Throws<ArgumentException>(() => new Recurrent<BrokenUnit<ApartFromNothing>>(1, 1, new RandomStream(1))).Message);
    }

    [Fact]
    public void A_name_belongs_to_one_cell()
    {
        Cells.Register<MinGruUnit>();
        Cells.Register<MinGruUnit>();
        Assert.Contains("mingru", Cells.Names);
        Assert.Contains("'lstm'", Assert.Throws<ArgumentException>(Cells.Register<Impostor>).Message);
        Assert.IsType<Lstm>(Cells.Create("lstm", 1, 1, new RandomStream(1)));
        Assert.Contains("known are rnn, rnn-relu, lstm, gru, gru-original", Assert.Throws<ElmanException>(() => Cells.Create("ltsm", 1, 1, new RandomStream(1))).Message);
    }

    [Fact]
    public void The_page_about_a_cell_of_one_s_own_shows_code_that_is_compiled_here() => PageSnippets.AreCompiled(
        "docs/your-own-cell.md", 3,
        "tests/Elman.Tests/Recurrent/MinGruUnit.cs", "tests/Elman.Tests/Recurrent/OwnCellTests.cs", "tests/Elman.Tests/Recurrent/OwnCellExample.cs");

    private static double Time(RecurrentCase given, RecurrentLayer layer, int runs)
    {
        Tensor x = given.Input();
        double start = ThreadClock.Seconds;
        for (int i = 0; i < runs; i++) layer.Forward(x).Sum().Backward();
        return ThreadClock.Seconds - start;
    }

    private static bool IsDebugBuild => typeof(OwnLstmUnit).Assembly
        .GetCustomAttributes(typeof(DebuggableAttribute), false).OfType<DebuggableAttribute>().Any(attribute => attribute.IsJITOptimizerDisabled);

    private static double[] Doubles(Tensor values) => Array.ConvertAll(values.Span.ToArray(), value => (double)value);
}
