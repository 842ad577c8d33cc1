using System.Globalization;
using Elman.Kernels;

namespace Elman;

/// <summary>What a recurrent call is, as far as its memory depends on it.</summary>
/// <param name="Layout">The batch.</param>
/// <param name="First">The sizes of the first layer.</param>
/// <param name="Layers">K.</param>
/// <param name="Direction">Of every layer.</param>
/// <param name="InputGradient">Whether the gradient of the input is wanted.</param>
/// <param name="Extras">What happens to inputs and states besides the cell's equations.</param>
/// <param name="Parameters">Values of a layer's parameters, at most; not needed with one group of rows.</param>
internal readonly record struct RecurrentCall(SequenceLayout Layout, UnitSizes First, int Layers, Direction Direction, bool InputGradient, StepExtras Extras = default, int Parameters = 0)
{
    /// <summary>D.</summary>
    public int Directions => Direction.Count();

    /// <summary>D·H.</summary>
    public int OutputSize => Directions * First.Output;

    /// <summary>Whether the gradient of a layer's input takes the place of the input: not where it is the caller's tensor, nor where the other
    /// direction still needs it.</summary>
    public bool InPlace(int layer) => Directions == 1 && (layer > 0 || CopiesInput);

    /// <summary>Values of the scratch of one direction's backward pass.</summary>
    public int ScratchSize => First.LateGates > 0 || First.Normalized || Extras.MasksHidden ? Layout.Batch * First.Padded : 0;

    /// <summary>Whether the first layer reads a copy of the caller's tensor: in packed order, or masked.</summary>
    public bool CopiesInput => !Layout.IsBatchFirst || Extras.MasksInput;
}

/// <summary>
/// The ranges into which a call cuts time. The steps of one range are in memory at once: all steps, if they are kept for the backward pass and
/// the memory budget allows it; else as many as it allows, and the backward pass computes a range again from the states at its start; without a
/// gradient, a window that fits the cache. The results have the same bits.
/// </summary>
internal sealed class TimePlan
{
    /// <summary>Values in the input products of one window: 256 KB, so that it stays in the second-level cache beside a panel of weights; or a quarter of the size of W, if that is more, because
    /// each window reads W.</summary>
    private const int WindowSize = 1 << 16;

    /// <summary>Values of the packed factors of weight gradients that exist at once: 4 MB.</summary>
    private const int PackedFactors = 1 << 20;

    private readonly int[] _times;
    private readonly int _perRange;

    /// <param name="times">0, …, L: where ranges may begin and end.</param>
    /// <param name="perRange">How many of the stretches between them make a range.</param>
    private TimePlan(in RecurrentCall call, int[] times, int perRange, bool keeps, bool shared)
    {
        (_times, _perRange, Keeps, Shared) = (times, perRange, keeps, shared);
        int stretches = times.Length - 1;
        Ranges = (stretches + perRange - 1) / perRange;
        for (int i = 0; i < Ranges * call.Directions; i++)
        {
            (int from, int to) = Times(i / call.Directions, call.Direction.RunsBackwards(i));
            Steps = Math.Max(Steps, call.Layout.StepsBefore(call.Layout.Groups, from, to));
        }
        if (!keeps) return;
        int groups = call.Layout.Groups, factors = groups * PackedBlock(call);
        BlocksAtOnce = Math.Clamp(PackedFactors / factors, 1, Math.Max(1, Steps / (groups * SequenceLayout.ShortestBlock)));
        Rented = Sequences(call) + States(call) + Workspace.Bytes(groups - 1, call.Parameters) + StepBuffers.Bytes(call.First, call.Extras, Steps) * call.Directions * (shared ? 1 : call.Layers);
        Bytes = Rented + sizeof(float) * (long)BlocksAtOnce * factors;
    }

    /// <summary>Whether the steps of a range are kept for the backward pass.</summary>
    public bool Keeps { get; }

    /// <summary>Whether all layers use the same step buffers.</summary>
    public bool Shared { get; }

    /// <summary>Number of ranges, at least 1.</summary>
    public int Ranges { get; }

    /// <summary>Packed steps of the longest range.</summary>
    public int Steps { get; }

    /// <summary>Blocks of steps of each group whose factors a weight gradient packs at once.</summary>
    public int BlocksAtOnce { get; }

    /// <summary>Bytes that a recorded call rents at most, from its <see cref="Workspace"/>.</summary>
    public long Rented { get; }

    /// <summary>Bytes that a recorded call holds at most: what it rents, and the packed factors.</summary>
    public long Bytes { get; }

    /// <summary>Windows without anything kept.</summary>
    public static TimePlan Windows(in RecurrentCall call)
    {
        int length = call.Layout.Length, window = (int)Math.Clamp(Math.Max(WindowSize, (long)call.First.GateRow * call.First.Inputs / 4) / Math.Max(1, (long)call.Layout.Batch * call.First.GateRow), 1, Math.Max(1, length));
        int[] times = new int[Math.Max(1, (length + window - 1) / window) + 1];
        for (int i = 1; i < times.Length; i++) times[i] = Math.Min(length, i * window);
        return new(call, times, 1, keeps: false, shared: true);
    }

    /// <summary>The longest ranges of kept steps whose call holds no more than the budget.</summary>
    /// <exception cref="ElmanException">The shortest need more.</exception>
    public static TimePlan Kept(in RecurrentCall call, long? budget)
    {
        int[] times = call.Layout.Cuts;
        TimePlan plan = new(call, times, times.Length - 1, keeps: true, shared: false);
        if (budget is not { } most || plan.Bytes <= most) return plan;
        long least = plan.Bytes;
        for (int perRange = times.Length - 1; perRange > 0; perRange--)
        {
            plan = new(call, times, perRange, keeps: true, shared: true);
            if (plan.Bytes <= most) return plan;
            least = Math.Min(least, plan.Bytes);
        }
        throw new ElmanException(string.Create(CultureInfo.InvariantCulture,
            $"the memory budget is {most:N0} bytes, but a recurrent network on {call.Layout.Total:N0} time steps needs at least {least:N0}; raise it, or use smaller batches or shorter sequences"));
    }

    /// <summary>The times of a range. Ranges are counted in the order of the forward pass; the first may be shorter than the others, because the
    /// last one is still in memory when the backward pass begins.</summary>
    public (int From, int To) Times(int range, bool backwards)
    {
        int stretches = _times.Length - 1, to = stretches - (Ranges - 1 - range) * _perRange, from = Math.Max(0, to - _perRange);
        return backwards ? (_times[stretches - to], _times[stretches - from]) : (_times[from], _times[to]);
    }

    /// <summary>The layers' inputs, unless they are the caller's own tensor, and what their gradients need besides.</summary>
    private static long Sequences(in RecurrentCall call)
    {
        int total = call.Layout.Total;
        long input = Workspace.Bytes(total, call.First.Inputs), output = Workspace.Bytes(total, call.OutputSize), sum = (call.Layers - 1) * output;
        if (call.CopiesInput) sum += input;
        if (call.InputGradient && !call.InPlace(0)) sum += input;
        if (call.Layers > 1 && !call.InPlace(1)) sum += output;
        return sum;
    }

    /// <summary>The states at the ends of all ranges and the gradient of one, per layer and direction; the scratch of the backward pass.</summary>
    private long States(in RecurrentCall call)
    {
        int rows = call.Layout.Batch;
        long each = Workspace.Bytes((Ranges + 1) * rows, call.First.StateRow) + Workspace.Bytes(rows, call.First.StateRow) + AroundSteps.Bytes(call.First, call.Extras, rows);
        return call.Layers * call.Directions * each + Workspace.Bytes(call.Directions, call.ScratchSize);
    }

    /// <summary>Values of the packed factors of one block for all weights of a layer.</summary>
    private static int PackedBlock(in RecurrentCall call)
    {
        int inputs = Math.Max(call.First.Inputs, call.Layers > 1 ? call.OutputSize : 0), recurrent = call.First.LateGates > 0 ? 2 : call.First.Recurs ? 1 : 0;
        return call.Directions * (WeightGradient.PackedSize(inputs) + (recurrent + (call.First.Projects ? 1 : 0)) * WeightGradient.PackedSize(call.First.Hidden));
    }
}
