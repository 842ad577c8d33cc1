namespace Elman.Formats;

/// <summary>The arrays of a saved model, whatever the layout of the file. Each can be taken once.</summary>
internal interface IKerasArrays
{
    /// <summary>The arrays of a layer.</summary>
    /// <param name="layer">The layer; asked for in the model's order.</param>
    /// <param name="wanted">What it should have, in order.</param>
    /// <exception cref="ElmanException">An array is missing, or the layer has others.</exception>
    Tensor[] Take(KerasLayer layer, IReadOnlyList<KerasArray> wanted);

    /// <summary>Refuses arrays that nobody took.</summary>
    void Finish();
}

/// <summary>An array of a layer.</summary>
/// <param name="Name">Its name in Keras, such as <c>recurrent_kernel</c>.</param>
/// <param name="Place">Where a .keras archive has it, from the layer on, such as <c>cell/vars/1</c>.</param>
/// <param name="Within">What its full name in an HDF5 file contains; empty if that does not matter.</param>
internal sealed record KerasArray(string Name, string Place, string Within = "")
{
    /// <summary>Whether a name such as <c>bidirectional/forward_lstm/lstm_cell/kernel:0</c> means this array.</summary>
    public bool Fits(string fullName)
    {
        string path = fullName.EndsWith(":0", StringComparison.Ordinal) ? fullName[..^2] : fullName;
        return path[(path.LastIndexOf('/') + 1)..] == Name && path.Contains(Within, StringComparison.Ordinal);
    }
}

/// <summary>Makes something of a saved model: of its layers, its arrays, and the version that saved it.</summary>
internal delegate T KerasUse<out T>(KerasLayer[] layers, IKerasArrays arrays, KerasVersion version);

/// <summary>Arrays that remember who took them.</summary>
internal sealed class KerasRecorder(IKerasArrays arrays) : IKerasArrays
{
    private readonly Dictionary<KerasLayer, Tensor[]> _taken = new(ReferenceEqualityComparer.Instance);

    public Tensor[] Take(KerasLayer layer, IReadOnlyList<KerasArray> wanted) => _taken[layer] = arrays.Take(layer, wanted);

    public void Finish() => arrays.Finish();

    /// <summary>The arrays of a layer, if it has any.</summary>
    public Tensor[] Of(KerasLayer layer) => _taken.GetValueOrDefault(layer, []);
}
