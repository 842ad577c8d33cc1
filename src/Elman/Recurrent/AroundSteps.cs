using System.Numerics.Tensors;
using Elman.Kernels;

namespace Elman;

/// <summary>What happens to the states of one direction around each step: decay before it, a mask on the h that the recurrent products see, zoneout after the unit, and the trace of
/// all that.</summary>
internal sealed class AroundSteps
{
    private readonly UnitSizes _sizes;
    private readonly SequenceLayout _layout;
    private readonly Zoneout _zoneout;
    private readonly DropoutKey[] _keys;
    private readonly Memory<float> _mask, _kept, _gradient;
    private readonly Tensor? _decay;
    private readonly PassTrace? _trace;

    /// <param name="layer">Of the call.</param>
    /// <param name="direction">Of the layer.</param>
    /// <param name="gates">Names of the unit's gates.</param>
    /// <exception cref="ArgumentException">States shall decay whose parts differ in width.</exception>
    public AroundSteps(UnitSizes sizes, SequenceLayout layout, in RunOptions options, int layer, int direction, IReadOnlyList<string> gates, bool keeps, Workspace workspace)
    {
        if (options.Decay is not null && sizes.Projects) throw new ArgumentException("states that decay have a factor for each unit, so h cannot be projected to another width");
        (_sizes, _layout, _zoneout, _decay) = (sizes, layout, options.Zoneout, options.Decay);
        if (options.Trace is { } trace)
            _trace = new PassTrace(trace, sizes, gates, $"_l{options.First.Layer + layer}{(options.First.Direction + direction == 1 ? "_reverse" : "")}", layout);
        (int masks, int kept, int gradient) = Rows(options.Extras, layout.Batch, keeps);
        _mask = workspace.Rent(masks, sizes.Padded);
        _kept = workspace.Rent(kept, sizes.StateRow);
        _gradient = workspace.Rent(gradient, sizes.StateRow);
        _keys = new DropoutKey[sizes.States];
        for (int part = 0; part < _keys.Length; part++) _keys[part] = options.For(MaskKind.Zoneout, layer, direction + 2 * part);
        if (masks > 0) DrawMask(options.For(MaskKind.Recurrent, layer, direction), options.Recurrent);
        _kept.Span.Clear();
        if (_zoneout is { IsOn: true, Trains: false })
            for (int row = 0; row < layout.Batch; row++)
                for (int part = 0; part < sizes.States; part++) KeptOf(row, part).Fill(_zoneout.Of(part));
    }

    /// <summary>Bytes that it rents if steps are kept.</summary>
    public static long Bytes(UnitSizes sizes, StepExtras extras, int rows)
    {
        (int masks, int kept, int gradient) = Rows(extras, rows, keeps: true);
        return Workspace.Bytes(masks, sizes.Padded) + Workspace.Bytes(kept, sizes.StateRow) + Workspace.Bytes(gradient, sizes.StateRow);
    }

    /// <summary>The masks on h of some rows, [rows, H padded]; empty without them.</summary>
    public Span<float> Mask(int first, int rows) => _mask.IsEmpty ? default : _mask.Span.Slice(first * _sizes.Padded, rows * _sizes.Padded);

    /// <summary>Before a step: lets states decay.</summary>
    /// <param name="states">[rows, S·H padded]</param>
    /// <param name="undecayed">Where they are kept as they were, if the backward pass needs them.</param>
    public void Before(int time, int first, int rows, Span<float> states, Span<float> undecayed)
    {
        if (_decay is null) return;
        if (!undecayed.IsEmpty) states.CopyTo(undecayed);
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> factor = _decay.Span.Slice(_layout.Place(first + row, time) * _sizes.Hidden, _sizes.Hidden);
            for (int part = 0; part < _sizes.States; part++)
            {
                Denormals.Multiply(states.Slice(row * _sizes.StateRow + part * _sizes.Padded, _sizes.Hidden), factor);
            }
        }
    }

    /// <summary>After a step: lets units keep their previous states.</summary>
    /// <param name="previous">[rows, S·H padded]</param>
    /// <param name="gates">[rows, G·H padded]</param>
    public void After(int time, int first, int rows, ReadOnlySpan<float> previous, Span<float> next, ReadOnlySpan<float> gates)
    {
        if (_zoneout.IsOn) Zoneout.Mix(Kept(time, first, rows), previous, next);
        _trace?.Record(time, first, rows, next, gates);
    }

    /// <summary>Before a step's derivative: takes the part of the gradient away that goes past the unit.</summary>
    public void BeforeBackward(int time, int first, int rows, Span<float> gradient)
    {
        if (!_zoneout.IsOn) return;
        ReadOnlySpan<float> kept = Kept(time, first, rows);
        Span<float> past = _gradient.Span.Slice(first * _sizes.StateRow, kept.Length);
        gradient = gradient[..kept.Length];
        Denormals.Flush(gradient);
        for (int i = 0; i < kept.Length; i++)
        {
            past[i] = kept[i] * gradient[i];
            gradient[i] *= 1 - kept[i];
        }
    }

    /// <summary>After a step's derivative: adds what went past the unit, and goes back through the decay.</summary>
    /// <param name="undecayed">The states as <see cref="Before"/> found them.</param>
    /// <param name="decayGradient">The gradient of the factors, [N, L, H], added to; empty if it is not wanted.</param>
    public void AfterBackward(int time, int first, int rows, ReadOnlySpan<float> undecayed, Span<float> gradient, Span<float> decayGradient)
    {
        if (_zoneout.IsOn)
        {
            Span<float> all = gradient[..(rows * _sizes.StateRow)];
            TensorPrimitives.Add(all, _gradient.Span.Slice(first * _sizes.StateRow, all.Length), all);
        }
        if (_decay is null) return;
        for (int row = 0; row < rows; row++)
        {
            int place = _layout.Place(first + row, time) * _sizes.Hidden;
            ReadOnlySpan<float> factor = _decay.Span.Slice(place, _sizes.Hidden);
            for (int part = 0; part < _sizes.States; part++)
            {
                int at = row * _sizes.StateRow + part * _sizes.Padded;
                Span<float> slope = gradient.Slice(at, _sizes.Hidden);
                if (!decayGradient.IsEmpty)
                {
                    Span<float> target = decayGradient.Slice(place, _sizes.Hidden);
                    for (int unit = 0; unit < target.Length; unit++) target[unit] += slope[unit] * undecayed[at + unit];
                }
                Denormals.Multiply(slope, factor);
            }
        }
    }

    /// <summary>How much of each previous state is kept at a time, [rows, S·H padded].</summary>
    private ReadOnlySpan<float> Kept(int time, int first, int rows)
    {
        if (_zoneout.Trains)
            for (int row = first; row < first + rows; row++)
                for (int part = 0; part < _sizes.States; part++) _keys[part].Draw(KeptOf(row, part), _layout.Order[row], time, _zoneout.Of(part));
        return _kept.Span.Slice(first * _sizes.StateRow, rows * _sizes.StateRow);
    }

    private Span<float> KeptOf(int row, int part) => _kept.Span.Slice(row * _sizes.StateRow + part * _sizes.Padded, _sizes.PartSize(part));

    private void DrawMask(DropoutKey key, float probability)
    {
        _mask.Span.Clear();
        for (int row = 0; row < _layout.Batch; row++)
        {
            Span<float> mask = _mask.Span.Slice(row * _sizes.Padded, _sizes.Output);
            mask.Fill(1);
            key.Apply(mask, _layout.Order[row], 0, probability);
        }
    }

    private static (int Masks, int Kept, int Gradient) Rows(StepExtras extras, int rows, bool keeps) =>
        (extras.MasksHidden ? rows : 0, extras.Zones ? rows : 0, extras.Zones && keeps ? rows : 0);
}
