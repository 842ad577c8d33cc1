using System.Collections;

namespace Elman;

/// <summary>Sequences, each with the label that it should get: a class, or a number written in digits.</summary>
public sealed class LabelledSequences : IReadOnlyList<Example<Sequence, string>>
{
    private readonly IReadOnlyList<Example<Sequence, string>> _examples;

    /// <param name="examples">The sequences and their labels: all texts, or all of the same features.</param>
    /// <exception cref="ArgumentException">They are not of one kind.</exception>
    public LabelledSequences(IReadOnlyList<Example<Sequence, string>> examples)
    {
        ArgumentNullException.ThrowIfNull(examples);
        for (int i = 1; i < examples.Count; i++)
        {
            if (examples[i].Input.Features != examples[0].Input.Features)
                throw new ArgumentException($"sequence {i} has {examples[i].Input.Features} features, the first {examples[0].Input.Features}; a text has none", nameof(examples));
        }
        _examples = examples;
    }

    /// <inheritdoc/>
    public int Count => _examples.Count;

    /// <inheritdoc/>
    public Example<Sequence, string> this[int index] => _examples[index];

    /// <inheritdoc/>
    public IEnumerator<Example<Sequence, string>> GetEnumerator() => _examples.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
