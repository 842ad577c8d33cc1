using Elman.Tests.Kernels;

namespace Elman.Tests.Recurrent;

/// <summary>Batches whose rows are cut into groups (<see cref="WorkShares.RowGroups"/>), each summed by itself: what small batches are tested for elsewhere.</summary>
[Collection(nameof(ComputeThreads))]
public class RowGroupTests
{
    public static TheoryData<string> AllCells => BitInvarianceTests.AllCells;

    public static TheoryData<string> BuiltIn => ReferenceComparisonTests.AllCells;

    [Theory]
    [MemberData(nameof(BuiltIn))]
    public void Outputs_states_and_gradients_are_the_twin_s(string cell)
    {
        foreach (Direction direction in Enum.GetValues<Direction>())
            foreach (bool ragged in (bool[])[false, true])
                ReferenceComparison.Check(Groups(2, new(cell, 7, 30, 40, 60) { Layers = 2, Direction = direction, Ragged = ragged, InitialState = true, Dropout = 0.3f }));
        ReferenceComparison.Check(Groups(4, new(cell, 7, 32, 140, 24) { Ragged = true }));
    }

    [Theory]
    [MemberData(nameof(AllCells))]
    public void Any_number_of_threads_and_any_budget_gives_the_same_outputs_and_gradients(string cell)
    {
        foreach (Direction direction in (Direction[])[Direction.Forward, Direction.Both])
        {
            foreach (bool ragged in (bool[])[false, true])
            {
                RecurrentCase given = Groups(2, new(cell, 12, 35, 32, ragged ? 90 : 40) { Layers = 2, Direction = direction, Ragged = ragged, InitialState = true });
                RecurrentLayer layer = given.Layer();
                RecurrentResult one = ComputeThreads.Use(1, () => RecurrentResult.Differentiate(given, layer));
                foreach (int threads in (int[])[2, 3, 8])
                    ComputeThreads.Use(threads, () => RecurrentResult.Differentiate(given, layer)).HasTheBitsOf(one, $"{threads} threads, {given}");
                if (direction == Direction.Both) MemoryBudgetTests.Check(given);
            }
        }
    }

    [Fact]
    public void Several_slices_of_time_give_the_gradients_of_all_times_at_once()
    {
        foreach (Direction direction in Enum.GetValues<Direction>())
        {
            // Gates of more than a megabyte in each group. Eight threads have no groups for all, and go through time before they sum.
            RecurrentCase given = Groups(2, new("lstm", 4, 100, 32, 60) { Direction = direction, InitialState = true });
            RecurrentLayer layer = given.Layer();
            RecurrentResult whole = ComputeThreads.Use(8, () => RecurrentResult.Differentiate(given, layer));
            foreach (int threads in (int[])[1, 2])
                ComputeThreads.Use(threads, () => RecurrentResult.Differentiate(given, layer)).HasTheBitsOf(whole, $"{threads} threads, {given}");
        }
    }

    private static RecurrentCase Groups(int groups, RecurrentCase given)
    {
        Assert.Equal(groups, given.RowGroups);
        return given;
    }
}
