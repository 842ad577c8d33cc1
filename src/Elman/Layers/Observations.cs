using System.Globalization;

namespace Elman;

/// <summary>What was seen of each variable up to each step of a batch, and how long ago. Padding is zero, whatever the caller's tensors hold there.</summary>
internal sealed class Observations
{
    /// <param name="begins">Whether the sequences begin here, so that no time has passed before the first step unless it is given.</param>
    /// <exception cref="ArgumentException">A shape does not fit, a mask is neither 0 nor 1, or a time is negative.</exception>
    public Observations(Tensor values, Tensor? observed, Tensor? elapsed, bool begins, Tensor initialLast, Tensor initialGaps, SequenceLayout layout)
    {
        int batch = values.Shape[0], length = values.Shape[1], size = values.Shape[2];
        if (observed is not null && observed.Shape != values.Shape) throw new ArgumentException($"which values were observed is expected as {values.Shape}, got {observed.Shape}");
        if (elapsed is not null && elapsed.Shape != new Shape(batch, length)) throw new ArgumentException($"elapsed times are expected as [{batch}, {length}], got {elapsed.Shape}");
        Mask = Tensor.Zeros(values.Shape.Extents);
        Gaps = Tensor.Zeros(values.Shape.Extents);
        Last = Tensor.Zeros(values.Shape.Extents);
        FinalLast = Tensor.From(initialLast.Span, 1, batch, size);
        FinalGaps = Tensor.From(initialGaps.Span, 1, batch, size);
        // Where each value of Last, and then each of FinalLast, comes from: an element of values, or −1 − an element of the initial ones.
        int[] sources = new int[values.Count + (batch * size)];
        Span<float> mask = Mask.Writable(), gaps = Gaps.Writable(), last = Last.Writable(), finalLast = FinalLast.Writable(), finalGaps = FinalGaps.Writable();
        for (int sorted = 0; sorted < batch; sorted++)
        {
            int row = layout.Order[sorted];
            for (int i = 0; i < size; i++)
            {
                int source = -1 - ((row * size) + i);
                ref float value = ref finalLast[(row * size) + i], gap = ref finalGaps[(row * size) + i];
                for (int time = 0; time < layout.Lengths[sorted]; time++)
                {
                    int at = (((row * length) + time) * size) + i;
                    gap += elapsed is null ? (begins && time == 0 ? 0 : 1) : Checked(elapsed.Span[(row * length) + time]);
                    bool seen = IsObserved(observed, at);
                    if (seen) (source, value) = (at, values.Span[at]);
                    (sources[at], last[at], gaps[at], mask[at]) = (source, value, gap, seen ? 1 : 0);
                    if (seen) gap = 0;
                }
                sources[values.Count + (row * size) + i] = source;
            }
        }
        RecordGradients(values, initialLast, sources, layout);
    }

    /// <summary>m [N, L, I]</summary>
    public Tensor Mask { get; }

    /// <summary>δ [N, L, I]: the time since the last observation before each step.</summary>
    public Tensor Gaps { get; }

    /// <summary>x where it was observed, else x' [N, L, I].</summary>
    public Tensor Last { get; }

    /// <summary>The last observation of each variable [1, N, I].</summary>
    public Tensor FinalLast { get; }

    /// <summary>The time since then, up to the last step [1, N, I].</summary>
    public Tensor FinalGaps { get; }

    private static float Checked(float elapsed) => elapsed >= 0 && float.IsFinite(elapsed) ? elapsed
        : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"an elapsed time is {elapsed}, not a number from 0 on"));

    private static bool IsObserved(Tensor? observed, int at) => observed is null || observed.Span[at] switch
    {
        0 => false,
        1 => true,
        float other => throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"whether a value was observed is {other}, neither 0 nor 1")),
    };

    private void RecordGradients(Tensor values, Tensor initialLast, int[] sources, SequenceLayout layout) => Tensor.Record([Last, FinalLast], [values, initialLast], () =>
    {
        Span<float> before = initialLast.NeedsGradient ? initialLast.GradientSpan() : default, x = values.NeedsGradient ? values.GradientSpan() : default;
        int size = values.Shape[2], length = values.Shape[1];
        for (int sorted = 0; sorted < layout.Batch; sorted++)
        {
            int row = layout.Order[sorted], start = row * length * size;
            Add(Last, start, layout.Lengths[sorted] * size, start, before, x);
            Add(FinalLast, row * size, size, values.Count + (row * size), before, x);
        }

        void Add(Tensor result, int first, int count, int firstSource, Span<float> before, Span<float> x)
        {
            if (result.Gradient is not { } slope) return;
            for (int i = 0; i < count; i++)
            {
                int source = sources[firstSource + i];
                Span<float> target = source < 0 ? before : x;
                if (!target.IsEmpty) target[source < 0 ? -1 - source : source] += slope.Span[first + i];
            }
        }
    });
}
