namespace Elman;

/// <summary>
/// Where the states of the layers lie among the parts of a <see cref="State"/>: in S parts [K·D, N, H] if the layers are of one width, else in K·S
/// parts [D, N, H of the layer], layer by layer.
/// </summary>
internal sealed class StateLayout(StackShape shape, int states)
{
    private readonly bool _uniform = shape.IsUniform;

    private readonly int _directions = shape.Direction.Count();

    /// <summary>Parts of a state.</summary>
    public int Count => _uniform ? states : shape.Layers * states;

    /// <summary>The shape of a part for a batch of N.</summary>
    public Shape ShapeOf(int index, int batch) =>
        _uniform ? new(shape.Layers * _directions, batch, shape.StateOf(0, index)) : new(_directions, batch, shape.StateOf(index / states, index % states));

    /// <summary>What the parameter is called that a part begins as, if that is learnt.</summary>
    public string NameOf(int index)
    {
        string name = (index % states) switch { 0 => "initial_h", 1 => "initial_c", int other => $"initial_{other}" };
        return _uniform ? name : $"{name}_l{index / states}";
    }

    /// <summary>The part that holds a state of a layer, and where its D directions begin on the first axis.</summary>
    public (int Index, int First) Place(int layer, int state) => _uniform ? (state, layer * _directions) : (layer * states + state, 0);

    /// <summary>Each layer's own states, layer by layer: K·S of [D, N, H of the layer].</summary>
    public Tensor[] Split(Tensor[] parts) => !_uniform || parts.Length == 0 ? parts :
        [.. Enumerable.Range(0, shape.Layers).SelectMany(layer => parts.Select(part => part.Slice(0, (layer * _directions)..((layer + 1) * _directions))))];

    /// <summary>The parts that <see cref="Split"/> took apart.</summary>
    public Tensor[] Join(Tensor[] layers) => !_uniform ? layers :
        [.. Enumerable.Range(0, states).Select(state => Tensor.Concat(0, [.. Enumerable.Range(0, shape.Layers).Select(layer => layers[layer * states + state])]))];
}
