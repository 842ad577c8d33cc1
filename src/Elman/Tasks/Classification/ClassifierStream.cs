namespace Elman;

/// <summary>
/// A sequence that is still coming in, labelled after every step: the scores are what the classifier gives
/// for what came so far, to the bit, and a step costs the same whether it is the tenth or the millionth. One thread at a time uses it.
/// </summary>
/// <example><code>
/// ClassifierStream stream = model.OpenStream(sure: 0.95);
/// foreach (float[] row in rows)
/// {
///     stream.Push(row);
///     if (stream.Decision is { } early) return early.Label;
/// }
/// return stream.Prediction!.Label;
/// </code></example>
public sealed class ClassifierStream
{
    private readonly SequenceClassifier _model;
    private readonly SequenceStream _steps;
    private readonly double _sure;
    private readonly long _least;

    internal ClassifierStream(SequenceClassifier model, SequenceStream steps, double sure, long least) => (_model, _steps, _sure, _least) = (model, steps, sure, least);

    /// <summary>Time steps, or tokens, that came so far.</summary>
    public long StepCount => _steps.StepCount;

    /// <summary>What the classifier says of all that came so far; null before the first step.</summary>
    public ClassPrediction? Prediction { get; private set; }

    /// <summary>
    /// The first prediction whose confidence reached what the stream was asked to be sure of; null as long as there is none. It stays, whatever comes
    /// later.
    /// </summary>
    public ClassPrediction? Decision { get; private set; }

    /// <summary>How many steps had come when the decision fell; 0 as long as there is none.</summary>
    public long DecidedAt { get; private set; }

    /// <summary>Takes a time step.</summary>
    /// <param name="values">[I] as the model's sequences have them; NaN for a missing one.</param>
    /// <returns>What the classifier says of all that came so far.</returns>
    /// <exception cref="ElmanException">The model reads texts, or a step of another size.</exception>
    public ClassPrediction Push(params ReadOnlySpan<float> values) => Say(_steps.Push(values));

    /// <summary>Takes a token of a text: a word, a character or a byte, as <see cref="Tokens"/> cuts them.</summary>
    /// <returns>What the classifier says of all that came so far.</returns>
    /// <exception cref="ElmanException">The model reads time steps of values.</exception>
    public ClassPrediction Push(string token) => Say(_steps.Push(token));

    private ClassPrediction Say(Tensor scores)
    {
        Prediction = _model.Said(scores.Span);
        if (Decision is null && StepCount >= _least && Prediction.Confidence >= _sure) (Decision, DecidedAt) = (Prediction, StepCount);
        return Prediction;
    }
}
