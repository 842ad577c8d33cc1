using System.Numerics;
using Elman.Tests.Kernels;

namespace Elman.Tests.Recurrent;

/// <summary>
/// <see cref="Compute.MemoryBudget"/> bounds what a call holds and changes no bit. That the bound holds is checked by each of the runs: the
/// engine's workspace lends no more than the plan allows.
/// </summary>
[Collection(nameof(ComputeThreads))]
public class MemoryBudgetTests
{
    private static readonly int V = Vector<float>.Count;

    public static TheoryData<string> AllCells => BitInvarianceTests.AllCells;

    [Theory]
    [MemberData(nameof(AllCells))]
    public void Any_budget_gives_the_same_outputs_and_gradients(string cell)
    {
        foreach (Direction direction in Enum.GetValues<Direction>())
        {
            foreach (bool ragged in (bool[])[false, true])
                Check(new(cell, 5, V + 3, 7, 330) { Layers = 2, Direction = direction, Ragged = ragged, InitialState = true, Dropout = 0.25f });
            Check(new(cell, 6, V - 1, 1, 1500) { Layers = 3, Direction = direction, InitialState = true });
            Check(new(cell, 3, V, 1, 900) { Direction = direction, Ragged = true });
            Check(new(cell, 3, 2, 600, 3) { Direction = direction, Ragged = true });
        }
    }

    [Fact]
    public void A_budget_that_is_too_small_says_what_is_needed()
    {
        RecurrentCase given = new("lstm", 3, 8, 2, 1000);
        RecurrentLayer layer = given.Layer();
        ElmanException error = Assert.Throws<ElmanException>(() => Use(100_000, () => RecurrentResult.Differentiate(given, layer)));
        Assert.StartsWith("the memory budget is 100,000 bytes, but a recurrent network on 2,000 time steps needs at least ", error.Message, StringComparison.Ordinal);
        long least = long.Parse(error.Message.Split("at least ")[1].Split(';')[0].Replace(",", "", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture);
        Assert.Throws<ElmanException>(() => Use(least - 1, () => RecurrentResult.Differentiate(given, layer)));
        Use(least, () => RecurrentResult.Differentiate(given, layer)).HasTheBitsOf(RecurrentResult.Differentiate(given, layer), "the least budget");
        Use(1, () => RecurrentResult.Infer(given, layer));
    }

    [Fact]
    public void Two_hundred_thousand_steps_of_128_units_fit_256_MB()
    {
        SequenceLayout layout = new(1, 200_000, []);
        foreach (string cell in (string[])["rnn", "lstm", "gru", "gru-original"])
        {
            UnitSizes sizes = CellVariants.Sizes(cell, 128, 128);
            TimePlan plan = TimePlan.Kept(new(layout, sizes, Layers: 1, Direction.Forward, InputGradient: true), 256_000_000);
            Assert.InRange(plan.Bytes, 0, 256_000_000);
            // The more is in memory, the less has to be computed again.
            Assert.InRange(plan.Ranges, 1, 8);
        }
    }

    [Fact]
    public void The_budget_is_positive_or_absent()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Compute.MemoryBudget = 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => Compute.MemoryBudget = -1);
        Assert.Null(Compute.MemoryBudget);
        Assert.Equal(5_000_000_000, Use(5_000_000_000, () => Compute.MemoryBudget));
    }

    /// <summary>Runs a case under budgets from all that it wants down to the least.</summary>
    internal static void Check(RecurrentCase given)
    {
        RecurrentLayer layer = given.Layer();
        if (given.Dropout > 0) layer.Train(seed: 4, step: 2);
        RecurrentResult expected = RecurrentResult.Differentiate(given, layer);
        RecurrentCall call = new(new SequenceLayout(given.Batch, given.Length, given.Lengths(), given.RowGroups), CellVariants.Sizes(given.Cell, given.Inputs, given.Hidden),
            given.Layers, given.Direction, InputGradient: true, Parameters: Enumerable.Range(0, given.Layers).Max(k => layer.Parameters().Where(parameter => parameter.Name.Contains($"_l{k}", StringComparison.Ordinal)).Sum(parameter => parameter.Value.Count)));
        HashSet<int> ranges = [];
        for (long budget = TimePlan.Kept(call, null).Bytes; Plan(call, budget) is { } plan; budget = (plan.Bytes - 1) * 9 / 10)
        {
            ranges.Add(plan.Ranges);
            int threads = ranges.Count % 2 == 0 ? 1 : 3;
            ComputeThreads.Use(threads, () => Use(budget, () => RecurrentResult.Differentiate(given, layer)))
                .HasTheBitsOf(expected, $"{budget} bytes, {plan.Ranges} ranges, {threads} threads, {given}");
        }
        Assert.True(ranges.Count > 1 || call.Layout.Cuts.Length == 2, $"{given} was never cut");
    }

    private static TimePlan? Plan(in RecurrentCall call, long budget)
    {
        try
        {
            return TimePlan.Kept(call, budget);
        }
        catch (ElmanException)
        {
            return null;
        }
    }

    /// <summary>Computes under a budget, then takes it away.</summary>
    internal static T Use<T>(long budget, Func<T> compute)
    {
        Compute.MemoryBudget = budget;
        try
        {
            return compute();
        }
        finally
        {
            Compute.MemoryBudget = null;
        }
    }
}
