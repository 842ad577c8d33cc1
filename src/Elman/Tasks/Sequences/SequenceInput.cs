using System.Text.Json;

namespace Elman;

/// <summary>How sequences become what a net reads; fitted to the training's sequences, and kept with the model.</summary>
internal abstract class SequenceInput
{
    private const string Where = "input";

    /// <summary>What the model file calls it.</summary>
    public abstract string Kind { get; }

    /// <summary>The layers before the encoder, with fresh random weights.</summary>
    public abstract Module Front(RandomStream random);

    /// <summary>Values of a time step that the encoder reads.</summary>
    public abstract int StepSize { get; }

    /// <summary>Time steps of a sequence for the encoder.</summary>
    public abstract int LengthOf(Sequence sequence);

    /// <summary>Runs the front: [N, L, <see cref="StepSize"/>] and the lengths.</summary>
    public abstract (Tensor Steps, int[] Lengths) Forward(Module front, IReadOnlyList<Sequence> batch);

    /// <summary>Refuses a sequence that is not of the kind that the model was trained on.</summary>
    /// <exception cref="ElmanException">It is a text instead of values, or has other features.</exception>
    public abstract void Check(Sequence sequence);

    /// <summary>Looks at the sequences of a training.</summary>
    /// <param name="training">The sequences: all texts, or all of the same features.</param>
    /// <param name="options">What is asked for.</param>
    /// <param name="remark">Told what was inferred.</param>
    public static SequenceInput Fit(IReadOnlyList<Sequence> training, SequenceInputOptions options, Action<string>? remark) =>
        training.Count == 0 ? throw new ElmanException("there are no sequences to train on; give at least one")
            : training[0].Text is null ? SeriesInput.Of(training, options, remark) : TextInput.Of(training, options);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="ElmanException">It is damaged.</exception>
    public static SequenceInput Read(JsonElement json)
    {
        StrictFields fields = new(json, Where);
        SequenceInput input = fields.Text("kind") switch
        {
            SeriesInput.KindName => SeriesInput.Read(fields),
            TextInput.KindName => TextInput.Read(fields),
            var other => throw JsonFields.Damaged($"{Where}: unknown kind {Names.Quote(other)}"),
        };
        fields.Finish();
        return input;
    }

    /// <summary>Writes it as one JSON object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("kind", Kind);
        WriteFields(json);
        json.WriteEndObject();
    }

    protected abstract void WriteFields(Utf8JsonWriter json);
}
