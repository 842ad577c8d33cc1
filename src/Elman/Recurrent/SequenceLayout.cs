using System.Numerics.Tensors;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// Where the valid steps of a ragged batch lie in the engine's buffers: rows sorted by length, longest first, in groups one after the other, and within a group time-major, so that
/// the steps of one time are neighbours, the active rows of a group are always its first ones, and nothing is stored for padding. No step of one group is between
/// those of another.
/// </summary>
internal sealed class SequenceLayout
{
    /// <summary>Steps of one block of a weight gradient's sum, at least.</summary>
    public const int ShortestBlock = 256;

    /// <summary>Steps of one block, at most.</summary>
    public const int LongestBlock = 2 * ShortestBlock - 1;

    /// <summary>Values whose copying is worth waking a thread for: about 10 µs of one core.</summary>
    private const int WorkOfThread = 1 << 15;

    /// <summary>The first packed step of every time of each group, [groups, L + 1], or nothing if all rows have L steps.</summary>
    private readonly int[] _first = [];

    /// <summary>The first row of each group, and N.</summary>
    private readonly int[] _rows;

    /// <param name="groups">Groups of about equal work.</param>
    /// <exception cref="ArgumentException">There are not N lengths, or one is not between 0 and L.</exception>
    public SequenceLayout(int batch, int length, ReadOnlySpan<int> lengths, int groups = 1)
    {
        Batch = batch;
        Length = length;
        Order = new int[batch];
        Lengths = new int[batch];
        for (int row = 0; row < batch; row++) Order[row] = row;
        Array.Fill(Lengths, length);
        if (!lengths.IsEmpty) Sort(lengths);
        _rows = new int[groups + 1];
        for (int group = 0; group <= groups; group++) _rows[group] = Boundary(0, batch, group, groups);
        if (!lengths.IsEmpty) _first = FindFirst();
    }

    /// <summary>N.</summary>
    public int Batch { get; }

    /// <summary>L.</summary>
    public int Length { get; }

    /// <summary>The batch row of each sorted row.</summary>
    public int[] Order { get; }

    /// <summary>The length of each sorted row, descending.</summary>
    public int[] Lengths { get; }

    /// <summary>Groups of rows.</summary>
    public int Groups => _rows.Length - 1;

    /// <summary>Valid steps of all rows.</summary>
    public int Total => First(Groups - 1, Length);

    /// <summary>Whether some of the N·L steps are padding.</summary>
    public bool IsRagged => Total < (long)Batch * Length;

    /// <summary>Whether the packed order is that of a batch-first tensor, so that nothing need be copied.</summary>
    public bool IsBatchFirst => Batch <= 1 || (Length == 1 && Total == Batch);

    /// <summary>The times at which the steps may be cut so that every block lies on one side: 0, …, L. Found when they are first asked for: a call without gradients never does.</summary>
    public int[] Cuts => field ??= FindCuts();

    /// <summary>The rows of a group.</summary>
    public (int Start, int End) Rows(int group) => (_rows[group], _rows[group + 1]);

    /// <summary>Whether any row of a group has a step from a time to another.</summary>
    public bool HasSteps(int group, int fromTime, int toTime) => First(group, toTime) > First(group, fromTime);

    /// <summary>Packed index of a group's first row at a time; of a sorted row of the group, it is that plus how many rows it comes after the first. Defined up to time L.</summary>
    public int First(int group, int time) => _first.Length == 0 ? _rows[group] * Length + time * (_rows[group + 1] - _rows[group]) : _first[group * (Length + 1) + time];

    /// <summary>Rows of a group if all rows have L steps, else 0.</summary>
    public int SteadyRows(int group) => _first.Length == 0 ? _rows[group + 1] - _rows[group] : 0;

    /// <summary>Rows of a group that have a valid step at a time: its first ones.</summary>
    public int Active(int group, int time) => First(group, time + 1) - First(group, time);

    /// <summary>Valid steps of the groups before one, from a time to another; of all groups for <see cref="Groups"/>.</summary>
    public int StepsBefore(int group, int fromTime, int toTime)
    {
        int steps = 0;
        for (int i = 0; i < group; i++) steps += First(i, toTime) - First(i, fromTime);
        return steps;
    }

    /// <summary>Copies packed steps [Total, size] from a batch-first tensor [N, L, size].</summary>
    public void Gather(Memory<float> batchFirst, int size, Memory<float> packed) =>
        ForTimes(size, (Layout: this, batchFirst, size, packed), static (job, group, time) =>
        {
            (SequenceLayout layout, int size) = (job.Layout, job.size);
            ReadOnlySpan<float> source = job.batchFirst.Span;
            Span<float> target = job.packed.Span[(layout.First(group, time) * size)..];
            for (int row = 0, first = layout._rows[group], active = layout.Active(group, time); row < active; row++)
                source.Slice(layout.Place(first + row, time) * size, size).CopyTo(target[(row * size)..]);
        });

    /// <summary>Copies packed steps [Total, size] to a batch-first tensor [N, L, size], or adds them; padding is left as it is.</summary>
    public void Scatter(Memory<float> packed, int size, Memory<float> batchFirst, bool adds) =>
        ForTimes(size, (Layout: this, batchFirst, size, packed, adds), static (job, group, time) =>
        {
            (SequenceLayout layout, int size) = (job.Layout, job.size);
            ReadOnlySpan<float> source = job.packed.Span[(layout.First(group, time) * size)..];
            for (int row = 0, first = layout._rows[group], active = layout.Active(group, time); row < active; row++)
            {
                Span<float> target = job.batchFirst.Span.Slice(layout.Place(first + row, time) * size, size);
                if (job.adds) TensorPrimitives.Add(target, source.Slice(row * size, size), target);
                else source.Slice(row * size, size).CopyTo(target);
            }
        });

    /// <summary>Calls <paramref name="body"/> for every group and time, on as many threads as <paramref name="work"/> values per step are worth.</summary>
    public void ForTimes<TJob>(int work, TJob job, Action<TJob, int, int> body)
    {
        int threads = (int)Math.Clamp((long)Total * work / WorkOfThread, 1, Compute.Threads), parts = Parts(threads);
        if (threads == 1)
            for (int part = 0; part < parts; part++) Of(this, part, parts, job, body);
        else
            Workers.RunChains(parts, 1, (Layout: this, parts, job, body), static (all, part, _) => Of(all.Layout, part, all.parts, all.job, all.body));

        static void Of(SequenceLayout layout, int part, int parts, TJob job, Action<TJob, int, int> body)
        {
            int group = layout.Group(part);
            (int from, int to) = layout.Steps(part, parts, 0, layout.Length);
            for (int time = layout.TimeOf(group, from), end = layout.TimeOf(group, to); time < end; time++) body(job, group, time);
        }
    }

    /// <summary>
    /// The packed steps of the blocks over which weight gradients are summed in a group, from one of the <see cref="Cuts"/> to another. They follow from
    /// the lengths and the groups alone. None has more than <see cref="LongestBlock"/> steps, and those of one group, but the last, have at least <see cref="ShortestBlock"/>.
    /// </summary>
    /// <param name="shift">What the packed index of a step is more than its place in the buffers.</param>
    public StepBlock[] Blocks(int group, int fromTime, int toTime, int shift)
    {
        int first = Array.BinarySearch(Cuts, fromTime), count = 0;
        for (int i = first; Cuts[i] < toTime; i++) count += BlocksBetween(group, i);
        StepBlock[] blocks = new StepBlock[count];
        for (int i = first, next = 0; Cuts[i] < toTime; i++)
        {
            int start = First(group, Cuts[i]), steps = First(group, Cuts[i + 1]) - start, between = BlocksBetween(group, i);
            for (int block = 0; block < between; block++)
            {
                int from = start + Cut(steps, block, between);
                blocks[next++] = new(from - shift, start + Cut(steps, block + 1, between) - shift, from);
            }
        }
        return blocks;
    }

    /// <summary>The least number of parts, each of one group, for so many threads.</summary>
    public int Parts(int threads) => (threads + Groups - 1) / Groups * Groups;

    /// <summary>The group of a part: neighbouring parts are of different groups, so that of two threads, each of which takes every second part, each keeps to its own.</summary>
    public int Group(int part) => part % Groups;

    /// <summary>The sorted rows of one of several parts of about equal work, as many of each group: from the result's start to its end.</summary>
    public (int Start, int End) Part(int part, int parts)
    {
        (int start, int end) = Rows(Group(part));
        return (Boundary(start, end, part / Groups, parts / Groups), Boundary(start, end, part / Groups + 1, parts / Groups));
    }

    /// <summary>The packed steps of one of several parts of those from a time to another, as many of each group.</summary>
    public (int Start, int End) Steps(int part, int parts, int fromTime, int toTime)
    {
        int start = First(Group(part), fromTime), steps = First(Group(part), toTime) - start;
        return (start + Cut(steps, part / Groups, parts / Groups), start + Cut(steps, part / Groups + 1, parts / Groups));
    }

    /// <summary>The step of a sorted row among those of the batch-first tensor.</summary>
    internal int Place(int row, int time) => Order[row] * Length + time;

    /// <summary>The time of a group's packed step.</summary>
    private int TimeOf(int group, int step)
    {
        int rows = _rows[group + 1] - _rows[group], first = group * (Length + 1);
        if (_first.Length == 0) return rows == 0 ? 0 : (step - First(group, 0)) / rows;
        int found = Array.BinarySearch(_first, first, Length + 1, step);
        return (found < 0 ? ~found : found) - first;
    }

    /// <summary>Blocks of a group between a cut and the next: several, if one time has many steps.</summary>
    private int BlocksBetween(int group, int cut)
    {
        int steps = First(group, Cuts[cut + 1]) - First(group, Cuts[cut]);
        return steps == 0 ? 0 : Math.Max(1, steps / ShortestBlock);
    }

    private int[] FindFirst()
    {
        int[] first = new int[Groups * (Length + 1)];
        for (int group = 0, step = 0; group < Groups; group++)
        {
            for (int time = 0, active = _rows[group + 1] - _rows[group]; time <= Length; time++)
            {
                first[group * (Length + 1) + time] = step;
                while (active > 0 && Lengths[_rows[group] + active - 1] <= time) active--;
                step += active;
            }
        }
        return first;
    }

    private int[] FindCuts()
    {
        List<int> cuts = [0];
        for (int time = 1; time < Length; time++)
            if (StepsBefore(Groups, cuts[^1], time) >= ShortestBlock * Groups) cuts.Add(time);
        return [.. cuts, Length];
    }

    /// <summary>Where one of several parts of about equal work of some rows begins.</summary>
    private int Boundary(int start, int end, int part, int parts)
    {
        if (part == parts || start == end) return end;
        if (Lengths[start] == Lengths[end - 1]) return start + Cut(end - start, part, parts);
        long total = 0, seen = 0;
        for (int row = start; row < end; row++) total += Lengths[row];
        long wanted = total * part / parts;
        while (start < end && seen < wanted) seen += Lengths[start++];
        return start;
    }

    /// <summary>Where one of several parts of so many things begins.</summary>
    public static int Cut(int count, int part, int parts) => (int)((long)count * part / parts);

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
    /// <summary>Where the values of a sorted row at a time begin, which is packed as <paramref name="step"/>.</summary>
    public int Offset(int time, int row, int step) => (BatchFirst ? Layout.Place(row, time) : step) * Size;
}
