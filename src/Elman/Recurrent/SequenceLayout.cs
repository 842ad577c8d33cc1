namespace Elman;

/// <summary>
/// Where the valid steps of a ragged batch lie in the engine's buffers: rows sorted by length, longest first, and then time-major, so that
/// the steps of one time are neighbours, the active rows are always the first ones, and nothing is stored for padding.
/// </summary>
internal sealed class SequenceLayout
{
    /// <summary>Steps of one block of a weight gradient's sum, at least.</summary>
    private const int ShortestBlock = 256;

    private readonly int[] _first;

    /// <exception cref="ArgumentException">There are not N lengths, or one is not between 0 and L.</exception>
    public SequenceLayout(int batch, int length, ReadOnlySpan<int> lengths)
    {
        Batch = batch;
        Length = length;
        Order = new int[batch];
        Lengths = new int[batch];
        _first = new int[length + 1];
        for (int row = 0; row < batch; row++) Order[row] = row;
        if (lengths.IsEmpty) Array.Fill(Lengths, length);
        else Sort(lengths);
        int active = batch;
        for (int time = 0; time < length; time++)
        {
            while (active > 0 && Lengths[active - 1] <= time) active--;
            _first[time + 1] = _first[time] + active;
        }
        Cuts = FindCuts();
    }

    /// <summary>Steps of one block of a weight gradient's sum, at most.</summary>
    public const int LongestBlock = 2 * ShortestBlock - 1;

    /// <summary>N.</summary>
    public int Batch { get; }

    /// <summary>L.</summary>
    public int Length { get; }

    /// <summary>The batch row of each sorted row.</summary>
    public int[] Order { get; }

    /// <summary>The length of each sorted row, descending.</summary>
    public int[] Lengths { get; }

    /// <summary>Valid steps of all rows.</summary>
    public int Total => _first[Length];

    /// <summary>The times at which the steps may be cut so that every block lies on one side: 0, …, L.</summary>
    public int[] Cuts { get; }

    /// <summary>Packed index of the first row at a time; of sorted row r, it is that plus r. Defined up to time L.</summary>
    public int First(int time) => _first[time];

    /// <summary>Rows that have a valid step at a time: sorted rows 0 to this − 1.</summary>
    public int Active(int time) => _first[time + 1] - _first[time];

    /// <summary>Copies packed steps [Total, size] from a batch-first tensor [N, L, size].</summary>
    public void Gather(ReadOnlySpan<float> batchFirst, int size, Span<float> packed)
    {
        for (int time = 0, at = 0; time < Length; time++)
            for (int row = 0, active = Active(time); row < active; row++, at += size)
                batchFirst.Slice((Order[row] * Length + time) * size, size).CopyTo(packed[at..]);
    }

    /// <summary>Copies packed steps [Total, size] into a batch-first tensor [N, L, size]; padding is left as it is.</summary>
    public void Scatter(ReadOnlySpan<float> packed, int size, Span<float> batchFirst)
    {
        for (int time = 0, at = 0; time < Length; time++)
            for (int row = 0, active = Active(time); row < active; row++, at += size)
                packed.Slice(at, size).CopyTo(batchFirst[((Order[row] * Length + time) * size)..]);
    }

    /// <summary>As <see cref="Scatter"/>, but adds.</summary>
    public void ScatterAdd(ReadOnlySpan<float> packed, int size, Span<float> batchFirst)
    {
        for (int time = 0, at = 0; time < Length; time++)
        {
            for (int row = 0, active = Active(time); row < active; row++, at += size)
            {
                Span<float> target = batchFirst.Slice((Order[row] * Length + time) * size, size);
                System.Numerics.Tensors.TensorPrimitives.Add(target, packed.Slice(at, size), target);
            }
        }
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
