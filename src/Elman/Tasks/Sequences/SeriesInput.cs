using System.Globalization;
using System.Text.Json;

namespace Elman;

/// <summary>
/// Sequences of values: each feature is brought to mean 0 and deviation 1 by the training's statistics, a missing value stands at the mean,
/// and a feature that had missing values
/// gets a second one that says where. Several time steps may become one of the encoder's (<see cref="Stride"/>); convolutions may stand
/// before it.
/// </summary>
internal sealed class SeriesInput : SequenceInput
{
    public const string KindName = "series";

    /// <summary>Values farther from the mean, in deviations, count as this far: one outlier shall not drown a net.</summary>
    private const float Farthest = 10;

    /// <summary>About so many steps the encoder sees where nobody says it: more cost time and gradients, and add little.</summary>
    private const int UsualSteps = 128;

    private const int MostFeatures = 1 << 20, MostFilters = 1 << 16, MostStride = 1 << 16, KernelSize = 9;

    private readonly Scaler[] _scalers;
    private readonly bool[] _marked;

    private SeriesInput(Scaler[] scalers, bool[] marked, int stride, int filters, int convolutions)
    {
        (_scalers, _marked, Stride, Filters, Convolutions) = (scalers, marked, stride, filters, convolutions);
        Width = scalers.Length + marked.Count(one => one);
    }

    /// <summary>Time steps that become one of the encoder's.</summary>
    public int Stride { get; }

    /// <summary>Filters of each convolution before the encoder; 0 for none.</summary>
    public int Filters { get; }

    /// <summary>Convolutions before the encoder.</summary>
    public int Convolutions { get; }

    /// <summary>I of the sequences.</summary>
    public int Features => _scalers.Length;

    /// <summary>Values of a time step, with the marks of what is missing.</summary>
    private int Width { get; }

    /// <summary>Values that the front reads of one of the encoder's steps.</summary>
    public int StepWidth => Width * Stride;

    public override string Kind => KindName;

    public override int StepSize => Filters > 0 ? Filters : StepWidth;

    public static SeriesInput Of(IReadOnlyList<Sequence> training, SequenceInputOptions options, Action<string>? remark)
    {
        int features = training[0].Features, longest = training.Max(sequence => sequence.Length);
        double[][][] columns = [.. Enumerable.Range(0, features).Select(feature => training.Select(sequence => Column(sequence, feature)).ToArray())];
        Scaler[] scalers = [.. columns.Select(column => Scaler.Fit(ScalerKind.Standard, column.Select(part => (ReadOnlyMemory<double>)part)))];
        bool[] marked = [.. columns.Select(column => column.Any(part => part.Any(double.IsNaN)))];
        int stride = options.Stride ?? Math.Max(1, (longest + UsualSteps - 1) / UsualSteps);
        if (options.Stride is null && stride > 1) remark?.Invoke($"the longest sequence has {longest:N0} rows: {stride} rows become one step of the net (--stride)");
        int constant = scalers.Count(scaler => scaler.IsConstant);
        if (constant > 0) remark?.Invoke($"{Names.Count(constant, "feature")} of {features} never change{(constant == 1 ? "s" : "")}: nothing can be learned from {(constant == 1 ? "it" : "them")}");
        return new SeriesInput(scalers, marked, stride, options.Filters, options.Convolutions);
    }

    public static SeriesInput Read(StrictFields fields)
    {
        Scaler[] scalers = fields.List("scalers", (json, _) => Scaler.Read(json));
        bool[] marked = fields.List("marked", (json, _) => json.GetBoolean());
        int stride = fields.Whole("stride", 1, MostStride), filters = fields.Whole("filters", 0, MostFilters), convolutions = fields.Whole("convolutions", 1, 16);
        if (scalers.Length is 0 or > MostFeatures || marked.Length != scalers.Length || (long)stride * 2 * scalers.Length > int.MaxValue)
            throw JsonFields.Damaged($"{fields.Where}: {scalers.Length} scalers and {marked.Length} marks");
        return new SeriesInput(scalers, marked, stride, filters, convolutions);
    }

    public override int LengthOf(Sequence sequence) => (sequence.Length + Stride - 1) / Stride;

    public override Module Front(RandomStream random)
    {
        List<(string Name, Module Module)> layers = [];
        for (int layer = 0; Filters > 0 && layer < Convolutions; layer++)
        {
            layers.Add(($"conv{layer}", new Conv1d(layer == 0 ? StepWidth : Filters, Filters, KernelSize, random)));
            layers.Add(($"norm{layer}", new LayerNorm(Filters)));
            layers.Add(($"relu{layer}", new Activate(Activation.Relu)));
        }
        return Sequential.Named([.. layers]);
    }

    public override (Tensor Steps, int[] Lengths) Forward(Module front, IReadOnlyList<Sequence> batch)
    {
        int[] lengths = [.. batch.Select(LengthOf)];
        int steps = Math.Max(1, lengths.Max()), width = StepWidth;
        Tensor input = Tensor.Zeros(batch.Count, steps, width);
        Span<float> values = input.Writable();
        for (int row = 0; row < batch.Count; row++) Fill(batch[row].Values, values.Slice(row * steps * width, steps * width));
        return (front.Forward(input, lengths), lengths);
    }

    public override void Check(Sequence sequence)
    {
        if (sequence.Text is not null) throw new ElmanException("the model reads time steps of values, a text came; give it sequences like those that it was trained on");
        if (sequence.Features != Features)
            throw new ElmanException(string.Create(CultureInfo.InvariantCulture, $"the model reads {Features} values a time step, a sequence has {sequence.Features}; give it the columns that it was trained on"));
    }

    /// <summary>Scales time steps.</summary>
    /// <param name="source">[L, I]</param>
    /// <param name="destination">[L, width]; steps that the source lacks stay as they are.</param>
    public void Fill(ReadOnlySpan<float> source, Span<float> destination)
    {
        int features = Features;
        for (int t = 0; t < source.Length / features; t++)
        {
            int mark = t * Width + features;
            for (int feature = 0; feature < features; feature++)
            {
                float value = source[t * features + feature];
                bool missing = float.IsNaN(value);
                Scaler scaler = _scalers[feature];
                destination[t * Width + feature] = missing ? 0 : Math.Clamp((float)((value - scaler.Offset) / scaler.Scale), -Farthest, Farthest);
                if (_marked[feature]) destination[mark++] = missing ? 1 : 0;
            }
        }
    }

    protected override void WriteFields(Utf8JsonWriter json)
    {
        json.WriteStartArray("scalers");
        foreach (Scaler scaler in _scalers) scaler.WriteTo(json);
        json.WriteEndArray();
        json.WriteStartArray("marked");
        foreach (bool one in _marked) json.WriteBooleanValue(one);
        json.WriteEndArray();
        json.WriteNumber("stride", Stride);
        json.WriteNumber("filters", Filters);
        json.WriteNumber("convolutions", Convolutions);
    }

    private static double[] Column(Sequence sequence, int feature)
    {
        double[] values = new double[sequence.Length];
        for (int t = 0; t < values.Length; t++) values[t] = sequence.Values[t * sequence.Features + feature];
        return values;
    }
}
