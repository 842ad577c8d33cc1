namespace Elman;

/// <summary>Windows side by side.</summary>
/// <param name="Input">[N, context + P, I]; see <see cref="ForecastNet.Forward"/>.</param>
/// <param name="Target">What is to be forecast, scaled [N, P]; NaN where it is missing.</param>
/// <param name="Weights">0 where it is missing, else 1 [N, P].</param>
internal sealed record ForecastBatch(Tensor Input, Tensor Target, Tensor Weights)
{
    /// <summary>Gathers windows for training.</summary>
    public static ForecastBatch Gather(ForecastLayout layout, ForecasterOptions options, IReadOnlyList<SeriesInputs> series, IReadOnlyList<Window> windows)
    {
        Tensor input = Inputs(layout, options, series, windows);
        Tensor target = Tensor.Zeros(windows.Count, options.Horizon), weights = Tensor.Ones(windows.Count, options.Horizon);
        Span<float> values = target.WritableSpan(), weight = weights.WritableSpan();
        for (int i = 0; i < windows.Count; i++)
            series[windows[i].Series].WriteTargets(windows[i].Start, values.Slice(i * options.Horizon, options.Horizon));
        for (int i = 0; i < values.Length; i++)
            if (float.IsNaN(values[i])) weight[i] = 0;
        return new ForecastBatch(input, target, weights);
    }

    /// <summary>Gathers the inputs of windows, whose horizon may lie past their series' end.</summary>
    public static Tensor Inputs(ForecastLayout layout, ForecasterOptions options, IReadOnlyList<SeriesInputs> series, IReadOnlyList<Window> windows)
    {
        int length = options.Context + options.Horizon, size = length * layout.Features;
        Tensor input = Tensor.Zeros(windows.Count, length, layout.Features);
        Span<float> rows = input.WritableSpan();
        for (int i = 0; i < windows.Count; i++) series[windows[i].Series].WriteWindow(windows[i].Start, rows.Slice(i * size, size));
        return input;
    }
}
