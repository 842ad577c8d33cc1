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

    /// <summary>Reads a file whose content says what it is: <c>.ts</c> of aeon and sktime, or <c>.arff</c> of Weka.</summary>
    /// <param name="path">The file.</param>
    /// <param name="labelled">Whether each sequence must have its label; otherwise the label of one without is the empty text.</param>
    /// <exception cref="ElmanException">There is no such file, or it is of neither kind, or damaged: the message says where.</exception>
    public static LabelledSequences Read(string path, bool labelled = true) => InputFile.Read(path, stream =>
        Path.GetExtension(path).Equals(".arff", StringComparison.OrdinalIgnoreCase) ? ArffReader.Read(path, new StreamReader(stream), labelled) : TsReader.Read(path, new StreamReader(stream), labelled));

    /// <summary>Reads a <c>.ts</c> file of aeon and sktime.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ElmanException">There is no such file, or it is damaged: the message says the line.</exception>
    public static LabelledSequences ReadTs(string path) => InputFile.Read(path, stream => ReadTs(path, new StreamReader(stream)));

    /// <summary>Reads what a <c>.ts</c> file holds.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="reader">The text.</param>
    /// <exception cref="ElmanException">It is damaged: the message says the line.</exception>
    public static LabelledSequences ReadTs(string name, TextReader reader) => TsReader.Read(name, reader);

    /// <summary>Reads an <c>.arff</c> file of Weka as the UCR and UEA archives publish it: a sequence a row, the class last.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ElmanException">There is no such file, or it is damaged: the message says the line.</exception>
    public static LabelledSequences ReadArff(string path) => InputFile.Read(path, stream => ReadArff(path, new StreamReader(stream)));

    /// <summary>Reads what an <c>.arff</c> file holds.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="reader">The text.</param>
    /// <exception cref="ElmanException">It is damaged: the message says the line.</exception>
    public static LabelledSequences ReadArff(string name, TextReader reader) => ArffReader.Read(name, reader);
}
