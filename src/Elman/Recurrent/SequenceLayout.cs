using System.Numerics.Tensors;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// Where the valid steps of a ragged batch lie in the engine's buffers: rows sorted by length, longest first, and then time-major, so that
/// the steps of one time are neighbours, the active rows are always the first ones, and nothing is stored for padding.
/// </summary>
internal sealed class SequenceLayout
{
    /// <summary>Steps of one block of a weight gradient's sum, at least.</summary>
    public const int ShortestBlock = 256;

    /// <summary>Steps of one block, at most.</summary>
    public const int LongestBlock = 2 * ShortestBlock - 1;

    /// <summary>Values whose copying is worth waking a thread for: about 10 µs of one core.</summary>
    private const int WorkOfThread = 1 << 15;

    /// <summary>The first packed step of every time, or nothing if all rows have L steps.</summary>
    private readonly int[] _first = [];

    /// <exception cref="ArgumentException">There are not N lengths, or one is not between 0 and L.</exception>
    public SequenceLayout(int batch, int length, ReadOnlySpan<int> lengths)
    {
        Batch = batch;
        Length = length;
        Order = new int[batch];
        Lengths = new int[batch];
        for (int row = 0; row < batch; row++) Order[row] = row;
        Array.Fill(Lengths, length);
        if (!lengths.IsEmpty)
        {
            Sort(lengths);
            _first = new int[length + 1];
        }
        int active = batch;
        for (int time = 0; time < _first.Length - 1; time++)
        {
            while (active > 0 && Lengths[active - 1] <= time) active--;
            _first[time + 1] = _first[time] + active;
        }
        Cuts = FindCuts();
    }

    /// <summary>N.</summary>
    public int Batch { get; }

    /// <summary>L.</summary>
    public int Length { get; }

    /// <summary>The batch row of each sorted row.</summary>
    public int[] Order { get; }

    /// <summary>The length of each sorted row, descending.</summary>
    public int[] Lengths { get; }

    /// <summary>Valid steps of all rows.</summary>
    public int Total => First(Length);

    /// <summary>Whether the packed order is that of a batch-first tensor, so that nothing need be copied.</summary>
    public bool IsBatchFirst => Batch <= 1 || (Length == 1 && Total == Batch);

    /// <summary>The times at which the steps may be cut so that every block lies on one side: 0, …, L.</summary>
    public int[] Cuts { get; }

    /// <summary>Packed index of the first row at a time; of sorted row r, it is that plus r. Defined up to time L.</summary>
    public int First(int time) => _first.Length == 0 ? time * Batch : _first[time];

    /// <summary>Rows that have a valid step at a time: sorted rows 0 to this − 1.</summary>
    public int Active(int time) => First(time + 1) - First(time);

    /// <summary>Copies packed steps [Total, size] from a batch-first tensor [N, L, size].</summary>
    public void Gather(Memory<float> batchFirst, int size, Memory<float> packed) =>
        ForTimes(size, (Layout: this, batchFirst, size, packed), static (job, time) =>
        {
            (SequenceLayout layout, int size) = (job.Layout, job.size);
            ReadOnlySpan<float> source = job.batchFirst.Span;
            Span<float> target = job.packed.Span[(layout.First(time) * size)..];
            for (int row = 0, active = layout.Active(time); row < active; row++)
                source.Slice(layout.Place(row, time) * size, size).CopyTo(target[(row * size)..]);
        });

    /// <summary>Adds packed steps [Total, size] to a batch-first tensor [N, L, size]; padding is left as it is.</summary>
    public void ScatterAdd(Memory<float> packed, int size, Memory<float> batchFirst) =>
        ForTimes(size, (Layout: this, batchFirst, size, packed), static (job, time) =>
        {
            (SequenceLayout layout, int size) = (job.Layout, job.size);
            ReadOnlySpan<float> source = job.packed.Span[(layout.First(time) * size)..];
            for (int row = 0, active = layout.Active(time); row < active; row++)
            {
                Span<float> target = job.batchFirst.Span.Slice(layout.Place(row, time) * size, size);
                TensorPrimitives.Add(target, source.Slice(row * size, size), target);
            }
        });

    /// <summary>Calls <paramref name="body"/> for every time, on as many threads as <paramref name="work"/> values per step are worth.</summary>
    public void ForTimes<TJob>(int work, TJob job, Action<TJob, int> body)
    {
        int parts = (int)Math.Clamp((long)Total * work / WorkOfThread, 1, Compute.Threads);
        Workers.Run(parts, (Layout: this, parts, job, body), static (all, part) =>
        {
            for (int time = all.Layout.TimeOf(part, all.parts), end = all.Layout.TimeOf(part + 1, all.parts); time < end; time++) all.body(all.job, time);
        });
    }

    /// <summary>
    /// The packed steps of the blocks over which weight gradients are summed, from one of the <see cref="Cuts"/> to another. They follow from
    /// the lengths alone. Each has <see cref="ShortestBlock"/> to <see cref="LongestBlock"/> steps; only the last may have fewer.
    /// </summary>
    public IEnumerable<(int Start, int End)> Blocks(int fromTime, int toTime)
    {
        for (int i = Array.BinarySearch(Cuts, fromTime); Cuts[i] < toTime; i++)
        {
            int start = First(Cuts[i]), steps = First(Cuts[i + 1]) - start;
            // One time of a large batch makes several blocks.
            int blocks = steps == 0 ? 0 : Math.Max(1, steps / ShortestBlock);
            for (int block = 0; block < blocks; block++)
                yield return (start + (int)((long)steps * block / blocks), start + (int)((long)steps * (block + 1) / blocks));
        }
    }

    /// <summary>The sorted rows of one of several parts of about equal work: from the result's start to its end.</summary>
    public (int Start, int End) Part(int part, int parts) => (Boundary(part, parts), Boundary(part + 1, parts));

    /// <summary>The step of a sorted row among those of the batch-first tensor.</summary>
    internal int Place(int row, int time) => Order[row] * Length + time;

    /// <summary>Where one of several parts of about as many steps begins.</summary>
    private int TimeOf(int part, int parts)
    {
        if (part == parts) return Length;
        int step = (int)((long)Total * part / parts);
        if (_first.Length == 0) return Batch == 0 ? 0 : step / Batch;
        int found = Array.BinarySearch(_first, step);
        return found < 0 ? ~found : found;
    }

    private int[] FindCuts()
    {
        List<int> cuts = [0];
        for (int time = 1; time < Length; time++)
            if (First(time) - First(cuts[^1]) >= ShortestBlock) cuts.Add(time);
        return [.. cuts, Length];
    }

    private int Boundary(int part, int parts)
    {
        if (part == parts || Batch == 0) return Batch;
        if (Lengths[0] == Lengths[Batch - 1]) return (int)((long)Batch * part / parts);
        long wanted = (long)Total * part / parts, seen = 0;
        int row = 0;
        while (row < Batch && seen < wanted) seen += Lengths[row++];
        return row;
    }

    private void Sort(ReadOnlySpan<int> lengths)
    {
        if (lengths.Length != Batch) throw new ArgumentException($"{lengths.Length} lengths given for a batch of {Batch} sequences");
        for (int row = 0; row < Batch; row++)
        {
            if ((uint)lengths[row] > (uint)Length) throw new ArgumentException($"length {lengths[row]} of sequence {row} is not between 0 and {Length}");
            Lengths[row] = lengths[row];
        }
        // Longest first; equal lengths keep their order, so that the layout is a function of the lengths alone.
        int[] given = Lengths.AsSpan().ToArray();
        Array.Sort(Order, (a, b) => given[a] != given[b] ? given[b].CompareTo(given[a]) : a.CompareTo(b));
        for (int row = 0; row < Batch; row++) Lengths[row] = given[Order[row]];
    }
}

/// <summary>A sequence of values for every row: packed, or in a batch-first tensor of the caller, which then needs no copy.</summary>
/// <param name="Values">[Total, size] packed, or [N, L, size].</param>
internal readonly record struct SequenceValues(SequenceLayout Layout, Memory<float> Values, int Size, bool BatchFirst)
{
    /// <summary>Where the values of a sorted row at a time begin.</summary>
    public int Offset(int time, int row) => (BatchFirst ? Layout.Place(row, time) : Layout.First(time) + row) * Size;
}
