using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Elman.Kernels;

/// <summary>
/// The right operand of a matrix product, [steps, columns], in the order in which <see cref="MatrixProduct"/> reads it: panels of two
/// vectors of columns, each panel step after step, [panel][step][2·V]. Columns beyond the last are zero. The buffer is aligned to a
/// cache line and is kept when the matrix is packed again.
/// </summary>
internal sealed class PackedMatrix
{
    private float[] _buffer = [], _bfloat16 = [];
    private int _first, _firstBFloat16;

    /// <summary>Steps that a panel has in the buffer: more than <see cref="Steps"/> if this is a part of another matrix.</summary>
    public int PanelSteps { get; private set; }

    /// <summary>Columns of a panel.</summary>
    public static int PanelWidth => 2 * Vector<float>.Count;

    /// <summary>So many columns, rounded up to whole panels.</summary>
    public static int WholePanels(int columns) => (columns + PanelWidth - 1) / PanelWidth * PanelWidth;

    /// <summary>Length of the sums: rows of the matrix.</summary>
    public int Steps { get; private set; }

    /// <summary>Columns of the matrix.</summary>
    public int Columns { get; private set; }

    /// <summary>Panels, the last one perhaps partly filled.</summary>
    public int Panels { get; private set; }

    /// <summary>Packs element (step, column) from <c>source[step·stepStride + column·columnStride]</c>, flushed (<see cref="Denormals"/>).</summary>
    public PackedMatrix Pack(ReadOnlySpan<float> source, int steps, int columns, int stepStride, int columnStride)
    {
        Reserve(steps, columns);
        if (steps == 0 || columns == 0) return this;
        if (columnStride == 1)
        {
            SetPanels(0, source, columns, stepStride);
        }
        else
        {
            ClearEdge(0, columns);
            for (int first = 0; first < columns; first += PanelWidth)
                SetColumns(first, source[(first * columnStride)..], Math.Min(PanelWidth, columns - first), stepStride, columnStride);
        }
        Flush();
        return this;
    }

    /// <summary>Flushes what <see cref="SetStep"/> and <see cref="SetColumns"/> have filled in, if this is no part of another matrix (<see cref="Denormals"/>).</summary>
    public void Flush() => Denormals.Flush(_buffer.AsSpan(_first, Steps * Panels * PanelWidth));

    /// <summary>Makes room for a matrix of this size, filled with zeros; then <see cref="SetStep"/> or <see cref="SetColumns"/> fill it.</summary>
    /// <exception cref="OverflowException">It is larger than an array can be.</exception>
    public void Resize(int steps, int columns)
    {
        Reserve(steps, columns);
        _buffer.AsSpan(_first, steps * Panels * PanelWidth).Clear();
    }

    /// <summary>Makes room for a matrix of this size, of any values; then <see cref="SetPanels"/> fills it.</summary>
    /// <exception cref="OverflowException">It is larger than an array can be.</exception>
    public void Reserve(int steps, int columns)
    {
        PanelSteps = Steps = steps;
        Columns = columns;
        Panels = (columns + PanelWidth - 1) / PanelWidth;
        IsBFloat16 = false;
        int needed = checked(steps * Panels * PanelWidth);
        if (_buffer.Length - AlignedArray.Slack < needed) (_buffer, _first) = Aligned(needed);
    }

    /// <summary>Makes this matrix some steps of another one, whose buffers both use until either is packed or resized.</summary>
    public void Share(PackedMatrix whole, int firstStep, int steps)
    {
        (_buffer, _first, PanelSteps, Columns, Panels, Steps) = (whole._buffer, whole._first + firstStep * PanelWidth, whole.PanelSteps, whole.Columns, whole.Panels, steps);
        IsBFloat16 = whole.IsBFloat16;
        if (firstStep % 2 == 0)
        {
            (_bfloat16, _firstBFloat16, BFloat16PanelSize) = (whole._bfloat16, whole._firstBFloat16 + firstStep / 2 * PanelWidth, whole.BFloat16PanelSize);
            return;
        }
        // Its first step is the second of a word there: it needs words of its own.
        if (_bfloat16 == whole._bfloat16) _bfloat16 = [];
        if (IsBFloat16) RoundToBFloat16();
    }

    /// <summary>Fills the panels from <paramref name="firstPanel"/> on with so many columns, from <c>source[step·stepStride + column]</c>, and the rest of the last of these panels with zeros.</summary>
    public void SetPanels(int firstPanel, ReadOnlySpan<float> source, int columns, int stepStride)
    {
        ClearEdge(firstPanel, columns);
        for (int step = 0; step < Steps; step++) SetStep(step, source.Slice(step * stepStride, columns), firstPanel);
    }

    /// <summary>Fills one step (row) from its columns in order, which begin with those of <paramref name="firstPanel"/>.</summary>
    public void SetStep(int step, ReadOnlySpan<float> values, int firstPanel = 0)
    {
        nint width = PanelWidth, left = values.Length, panelSize = PanelSteps * width;
        ref float source = ref MemoryMarshal.GetReference(values), target = ref Panel(firstPanel, step);
        for (; left >= width; left -= width, source = ref Unsafe.Add(ref source, width), target = ref Unsafe.Add(ref target, panelSize))
        {
            if (WideVector.IsSupported) WideVector.Store(WideVector.Load(ref source, 0), ref target, 0);
            else UsualVector.Copy(ref source, ref target, width);
        }
        if (left > 0) UsualVector.Copy(ref source, ref target, left);
    }

    /// <summary>
    /// Fills <paramref name="valid"/> columns from <paramref name="first"/> on, which one panel has, with all steps from <c>source[step·stepStride + column·columnStride]</c>. A line of the panel is
    /// written at once: column after column took up to twice as long (docs/performance.md).
    /// </summary>
    public void SetColumns(int first, ReadOnlySpan<float> source, int valid, int stepStride, int columnStride)
    {
        if (Steps == 0 || valid == 0) return;
        nint width = PanelWidth, column = columnStride;
        // The one check for all: of the last value.
        _ = source[(Steps - 1) * stepStride + (valid - 1) * columnStride];
        ref float from = ref MemoryMarshal.GetReference(source), to = ref Unsafe.Add(ref Panel(first / PanelWidth), first % PanelWidth);
        for (int step = 0; step < Steps; step++, from = ref Unsafe.Add(ref from, stepStride), to = ref Unsafe.Add(ref to, width))
            for (nint i = 0; i < valid; i++) Unsafe.Add(ref to, i) = Unsafe.Add(ref from, i * column);
    }

    /// <summary>Zeros the last of the panels that so many columns take, if they do not fill it.</summary>
    private void ClearEdge(int firstPanel, int columns)
    {
        if (columns % PanelWidth != 0) _buffer.AsSpan(_first + (firstPanel + columns / PanelWidth) * PanelSteps * PanelWidth, Steps * PanelWidth).Clear();
    }

    /// <summary>The first value of a panel at one step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref float Panel(int panel, int step = 0) =>
        ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_buffer), _first + ((nint)panel * PanelSteps + step) * PanelWidth);

    /// <summary>Whether a single row reads the values as bfloat16.</summary>
    public bool IsBFloat16 { get; private set; }

    /// <summary>
    /// Rounds all values to bfloat16, to the nearest and ties to even, and lays them down a second time in two bytes each, for single rows, which are bound
    /// by memory: [panel][two steps][2·V], a word with the earlier step in its lower half and the later one in its upper half. Products of several rows read the rounded values
    /// in single precision, and so give the same bits.
    /// </summary>
    public void RoundToBFloat16()
    {
        int pairs = (Steps + 1) / 2, needed = pairs * Panels * PanelWidth;
        BFloat16PanelSize = pairs * PanelWidth;
        if (_bfloat16.Length - AlignedArray.Slack < needed) (_bfloat16, _firstBFloat16) = Aligned(needed);
        for (int panel = 0; panel < Panels; panel++)
        {
            Span<float> values = MemoryMarshal.CreateSpan(ref Panel(panel), Steps * PanelWidth), words = _bfloat16.AsSpan(_firstBFloat16 + panel * BFloat16PanelSize, BFloat16PanelSize);
            foreach (ref float value in values) value = Round(value);
            for (int i = 0; i < words.Length; i++)
            {
                int earlier = i / PanelWidth * 2 * PanelWidth + i % PanelWidth, later = earlier + PanelWidth;
                uint upper = later < values.Length ? BitConverter.SingleToUInt32Bits(values[later]) & 0xFFFF0000 : 0;
                words[i] = BitConverter.UInt32BitsToSingle(upper | (BitConverter.SingleToUInt32Bits(values[earlier]) >> 16));
            }
        }
        IsBFloat16 = true;
    }

    /// <summary>The first word of <see cref="RoundToBFloat16"/>.</summary>
    public ref float BFloat16Words => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_bfloat16), _firstBFloat16);

    /// <summary>Words from one panel to the next.</summary>
    public int BFloat16PanelSize { get; private set; }

    private static float Round(float value)
    {
        if (!float.IsFinite(value)) return value;
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000);
    }

    private static (float[] Buffer, int First) Aligned(int count)
    {
        ArraySegment<float> aligned = AlignedArray.Allocate(count);
        return (aligned.Array!, aligned.Offset);
    }
}
