using System.Numerics;

namespace Elman.Peers;

/// <summary>
/// The least time that a piece of work can take, from what this machine was measured to do: the longest of
/// <list type="bullet">
/// <item>multiply-adds on registers, and the cell's functions on registers;</item>
/// <item>where no other sequence shares their reading, reading the weights from where they live: the multiply-adds of all inputs, and then W_hh in every step; a single step
/// reads W_ih too;</item>
/// <item>one step after the other: the sum over h in its fixed order, each addition waiting for the one before, and the functions of one unit.</item>
/// </list>
/// </summary>
internal sealed class Limits(Ceilings ceilings)
{
    private readonly CellFunctions _functions = new();

    /// <summary>Seconds of one inference or one training step of a row.</summary>
    /// <param name="bytesPerWeight">4, or 2 for bfloat16.</param>
    public double Seconds(LayerRow row, bool training, int threads, int bytesPerWeight = 4)
    {
        double products = row.Operations * (training ? 3 : 1) / ceilings.Operations(threads);
        double reading = row.N == 1 && !training ? Reading(row, threads, bytesPerWeight) : 0;
        double functions = (double)row.ValidSteps * row.Layers * row.Directions * ((row.H + Vector<float>.Count - 1) / Vector<float>.Count) * _functions.Apart(row.Cell) / threads;
        double chain = row.Lengths.Max() * (row.H * ceilings.MultiplyAddLatency + _functions.Chained(row.Cell));
        return Math.Max(Math.Max(products + functions, reading), chain);
    }

    /// <summary>Seconds of a single sequence that does nothing but multiply its inputs and read the weights over and over.</summary>
    private double Reading(LayerRow row, int threads, int bytesPerWeight)
    {
        double seconds = (double)row.L * WorkingSet(row) * bytesPerWeight / 4 / ceilings.Bandwidth(WorkingSet(row) * bytesPerWeight / 4 / threads, threads);
        return row.L == 1 ? seconds : seconds + row.InputOperations / ceilings.Operations(threads);
    }

    /// <summary>The same of a model's training step: of its recurrent layers alone, which read no gradient of the model's input.</summary>
    public double Seconds(ModelRow model, int threads)
    {
        LayerRow row = model.Layers;
        double unwanted = model.LearnsInput ? 0 : 2.0 * row.ValidSteps * row.Directions * row.Gates * row.H * row.I / ceilings.Operations(threads);
        return Seconds(row, training: true, threads) - unwanted;
    }

    /// <summary>Measures what the limits of a row are made of, so that <see cref="TryAgain"/> tries it from now on.</summary>
    public void Prepare(LayerRow row, int threads)
    {
        foreach (int bytesPerWeight in Results.IsMemoryBound(row) ? (int[])[4, 2] : [4]) Seconds(row, training: false, threads, bytesPerWeight);
    }

    /// <summary>One more try of everything that the limits asked for so far are made of.</summary>
    public void TryAgain()
    {
        ceilings.TryAgain();
        _functions.TryAgain();
    }

    /// <summary>Bytes of weights that one sequence has to read.</summary>
    public static long Bytes(LayerRow row) => row.L * row.RecurrentBytes + row.InputBytes;

    /// <summary>The weights that it reads over and over.</summary>
    public static long WorkingSet(LayerRow row) => row.L == 1 ? row.RecurrentBytes + row.InputBytes : row.RecurrentBytes;
}
