namespace Elman;

/// <summary>What a direction of a layer writes into a <see cref="RecurrentTrace"/>.</summary>
internal sealed class PassTrace
{
    private readonly UnitSizes _sizes;
    private readonly SequenceLayout _layout;
    private readonly Memory<float>[] _states, _gates;

    /// <param name="suffix">What the names of this direction's parameters end with.</param>
    public PassTrace(RecurrentTrace trace, UnitSizes sizes, IReadOnlyList<string> gates, string suffix, SequenceLayout layout)
    {
        (_sizes, _layout) = (sizes, layout);
        Memory<float> Add(string name, int size) => trace.Add(name + suffix, layout.Batch, layout.Length, size).Values;
        _states = [.. Enumerable.Range(0, sizes.States).Select(part => Add(StateName(part), sizes.PartSize(part)))];
        _gates = [.. Enumerable.Range(0, sizes.Gates).Select(gate => Add(gate < gates.Count ? gates[gate] : $"gate{gate}", sizes.Hidden))];
    }

    /// <summary>What a part of the state is called.</summary>
    public static string StateName(int part) => part switch { 0 => "h", 1 => "c", _ => $"state{part}" };

    /// <summary>Keeps what a step has come to.</summary>
    /// <param name="states">[rows, S·H padded]</param>
    /// <param name="gates">[rows, G·H padded], in the order of the units</param>
    public void Record(int time, int first, int rows, ReadOnlySpan<float> states, ReadOnlySpan<float> gates)
    {
        int hidden = _sizes.Hidden;
        for (int row = 0; row < rows; row++)
        {
            int place = _layout.Place(first + row, time) * hidden;
            for (int part = 0; part < _states.Length; part++)
            {
                int size = _sizes.PartSize(part);
                states.Slice(row * _sizes.StateRow + part * _sizes.Padded, size).CopyTo(_states[part].Span[(_layout.Place(first + row, time) * size)..]);
            }
            for (int gate = 0; gate < _gates.Length; gate++)
            {
                for (int unit = 0, width; unit < hidden; unit += width)
                {
                    width = _sizes.Order.WidthAt(unit);
                    gates.Slice(row * _sizes.GateRow + _sizes.Order.Place(unit, gate, _gates.Length), Math.Min(width, hidden - unit)).CopyTo(_gates[gate].Span[(place + unit)..]);
                }
            }
        }
    }
}
