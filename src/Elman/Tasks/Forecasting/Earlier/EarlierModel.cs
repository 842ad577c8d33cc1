using System.Collections.Immutable;

namespace Elman;

/// <summary>
/// The model of an Elman before 0.2: one net over windows of scaled rows, which gives all quantiles itself. Such files still forecast; for all else the model
/// must be trained anew.
/// </summary>
/// <param name="layout">The features of a row.</param>
/// <param name="options">Context, horizon and quantiles.</param>
/// <param name="kind">How the columns were scaled.</param>
/// <param name="scalers">The scalers of the columns of each group.</param>
/// <param name="net">The net.</param>
internal sealed class EarlierModel(
    EarlierLayout layout, ForecasterOptions options, ScalerKind kind, IReadOnlyDictionary<string, Scaler[]> scalers, ForecastNet net)
{
    private const int Batch = 256;

    /// <summary>The net.</summary>
    public ForecastNet Net => net;

    private int Context => options.Context!.Value;

    /// <summary>Says that the model cannot do something.</summary>
    public static ElmanException Refusal(string what) => new($"the model is of an Elman before 0.2, which {what}; train it anew");

    /// <summary>Forecasts of one series from some origins.</summary>
    /// <exception cref="ElmanException">The series is shorter than the context, or the horizon is longer than the model's.</exception>
    public IReadOnlyList<ForecastDistribution> Forecast(FormedSeries series, int[] origins, int horizon)
    {
        if (horizon > options.Horizon) throw Refusal($"forecasts {options.Horizon} rows and not {horizon}");
        if (origins.Min() < Context)
        {
            string of = series.Series.Group.Length == 0 ? "" : $" of group '{series.Series.Group}'";
            throw new ElmanException($"the model looks at {Context} rows, the series{of} has {origins.Min()}; give at least {Context}");
        }
        Column[] columns = layout.ColumnsOf(series.Series);
        List<ForecastDistribution> forecasts = [];
        foreach (int[] batch in origins.Chunk(Batch))
        {
            using TensorScope scope = TensorScope.Begin();
            using GradientPause pause = Tensor.NoGradient();
            int window = (Context + options.Horizon) * layout.Features, levels = options.Quantiles.Length;
            Tensor input = Tensor.Zeros(batch.Length, Context + options.Horizon, layout.Features);
            Scaler[] target = [.. batch.Select((origin, i) => Write(series, columns, origin - Context, input.Writable().Slice(i * window, window)))];
            ReadOnlySpan<float> output = net.Forward(input).Span;
            for (int i = 0; i < batch.Length; i++)
            {
                double[] values = new double[horizon * levels];
                target[i].Inverse(output.Slice(i * options.Horizon * levels, values.Length), values);
                forecasts.Add(new QuantileDistribution(options.Quantiles, values));
            }
        }
        return forecasts;
    }

    /// <summary>Writes a window: context rows whole, rows of the horizon with what is known of the future and zeros. Gives the scaler of the target.</summary>
    private Scaler Write(FormedSeries series, Column[] columns, int start, Span<float> rows)
    {
        // A group that training has not seen is scaled by the context of each window.
        Scaler[] own = scalers.GetValueOrDefault(series.Series.Group) ?? [.. columns.Select(column => Scaler.Fit(kind, column.Values.AsMemory(start, Context)))];
        int features = layout.Features, known = layout.Known;
        float[] scaled = new float[Context];
        for (int i = 0; i < columns.Length; i++)
        {
            own[i].Transform(MissingValues.CarryForward(columns[i].Values.AsSpan(0, start + Context)).AsSpan(start), scaled);
            for (int row = 0; row < Context; row++) rows[row * features + i] = float.IsNaN(scaled[row]) ? 0 : scaled[row];
        }
        Dictionary<string, Column> named = columns.ToDictionary(column => column.Name);
        for (int i = 0; i < layout.Masked.Count; i++)
        {
            double[] values = named[layout.Masked[i]].Values;
            for (int row = 0; row < Context; row++) rows[row * features + columns.Length + i] = double.IsNaN(values[start + row]) ? 1 : 0;
        }
        for (int row = 0; row < Context + options.Horizon && known > 0; row++)
            series.Calendar.AsSpan((start + row) * known, known).CopyTo(rows[((row + 1) * features - known)..]);
        return own[0];
    }
}
