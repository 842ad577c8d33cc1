namespace Elman;

/// <summary>
/// What a recurrent network carries from one time step to the next, as a value: it can be kept, passed in again, copied and
/// serialised. Each part is [K·D, N, H]; an LSTM has two parts (hidden, cell), the others one; a projected h is narrower, [K·D, N, P]. If the layers differ in width, the parts of one layer
/// stand after those of the other, each [D, N, H of the layer]: h and c of the first layer, h and c of the second, …. So do the parts of the layers of a <see cref="Sequential"/>.
/// </summary>
public sealed class State
{
    private readonly Tensor[] _parts;

    /// <summary>A state from its parts, hidden state first.</summary>
    /// <exception cref="ArgumentException">No part is given, a part is not of rank 3, or not for as many sequences as the first.</exception>
    public State(params ReadOnlySpan<Tensor> parts)
    {
        if (parts.Length == 0) throw new ArgumentException("a state needs at least its hidden part");
        foreach (Tensor part in parts)
        {
            if (part.Rank != 3 || parts[0].Rank != 3 || part.Shape[1] != parts[0].Shape[1])
                throw new ArgumentException($"parts of a state are [K·D, N, H] with one N; got {parts[0].Shape} and {part.Shape}");
        }
        _parts = parts.ToArray();
    }

    /// <summary>The parts, hidden state first.</summary>
    public IReadOnlyList<Tensor> Parts => _parts;

    /// <summary>The hidden state h [K·D, N, H]; that of the first layer if the layers differ in width.</summary>
    public Tensor Hidden => _parts[0];

    /// <summary>The cell state c [K·D, N, H] of an LSTM; that of the first layer if the layers differ in width.</summary>
    /// <exception cref="InvalidOperationException">The state has no such part.</exception>
    public Tensor Cell => _parts.Length > 1 ? _parts[1] : throw new InvalidOperationException("this state has a hidden part only");

    /// <summary>The same values without their record: the cut of truncated backpropagation through time (Williams and Peng 1990).</summary>
    public State Detach() => new(Array.ConvertAll(_parts, part => part.Detach()));

    /// <summary>A copy that outlives any <see cref="TensorScope"/>.</summary>
    public State Clone() => new(Array.ConvertAll(_parts, part => part.Clone()));
}
