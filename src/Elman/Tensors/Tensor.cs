using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Elman;

/// <summary>
/// A dense row-major array of float32 with a shape, and the record of how it was computed, from which
/// <see cref="Backward"/> derives gradients.
/// </summary>
public sealed partial class Tensor
{
    private Memory<float> _values;
    private readonly bool _scoped;
    private int _version;

    /// <summary>The version of values that several tensors share, or that the caller may write to; an object of its own, so that none keeps the record of another alive.</summary>
    private SharedValues? _shared;

    private Tensor(Memory<float> values, Shape shape, bool scoped = false)
    {
        // Every computation begins with a tensor.
        InstructionSet.Demand();
        _values = values;
        _scoped = scoped;
        Shape = shape;
    }

    /// <summary>The extents of every axis.</summary>
    public Shape Shape { get; }

    /// <summary>Number of axes.</summary>
    public int Rank => Shape.Rank;

    /// <summary>Number of elements.</summary>
    public int Count => Shape.Count;

    /// <summary>
    /// Grows whenever the values may have changed, through this tensor, another that shares them (<see cref="Detach"/>, <see cref="Reshape"/>) or a span that
    /// <see cref="WritableSpan"/> gave; what is derived from a tensor (packed weights) is rebuilt then.
    /// </summary>
    public int Version
    {
        // A stream asks for it at every step: beside the sums of a small cell a call counts.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _shared is null ? _version : SharedVersion();
    }

    private int SharedVersion() => _shared!.Version(_values.Span);

    /// <summary>The values in row-major order.</summary>
    /// <exception cref="ObjectDisposedException">The tensor belonged to a <see cref="TensorScope"/> that has ended.</exception>
    public ReadOnlySpan<float> Span => Values.Span;

    /// <summary>
    /// The values in row-major order, to be changed; not recorded for gradients. The span may be kept and written to later: from now on the values are compared with what they
    /// were, whenever something that was derived from them is used. That is a pass over them each time, which <see cref="CopyFrom"/> does not cost.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The tensor belonged to a <see cref="TensorScope"/> that has ended.</exception>
    public Span<float> WritableSpan()
    {
        Span<float> values = Writable();
        Share().Lend(values);
        return values;
    }

    /// <summary>One element.</summary>
    /// <exception cref="ArgumentException">The number of indices is not the rank.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index lies outside its axis.</exception>
    public float this[params ReadOnlySpan<int> index]
    {
        get
        {
            if (index.Length != Rank) throw new ArgumentException($"{index.Length} indices given for shape {Shape} of rank {Rank}");
            int offset = 0;
            for (int axis = 0; axis < index.Length; axis++)
            {
                if ((uint)index[axis] >= (uint)Shape[axis])
                    throw new ArgumentOutOfRangeException(nameof(index), $"index {index[axis]} is outside axis {axis} of shape {Shape}");
                offset = offset * Shape[axis] + index[axis];
            }
            return Span[offset];
        }
    }

    /// <summary>The value of a tensor of one element.</summary>
    /// <exception cref="InvalidOperationException">The tensor has another number of elements.</exception>
    public float ToScalar() => Count == 1 ? Span[0] : throw new InvalidOperationException($"ToScalar needs one element, shape {Shape} has {Count}");

    /// <summary>A tensor of zeros.</summary>
    public static Tensor Zeros(params ReadOnlySpan<int> shape) => Full(0, shape);

    /// <summary>A tensor of ones.</summary>
    public static Tensor Ones(params ReadOnlySpan<int> shape) => Full(1, shape);

    /// <summary>A tensor whose elements all have one value.</summary>
    public static Tensor Full(float value, params ReadOnlySpan<int> shape)
    {
        Tensor result = Allocate(new Shape(shape));
        result._values.Span.Fill(value);
        return result;
    }

    /// <summary>A scalar, of rank 0.</summary>
    public static Tensor Scalar(float value) => Full(value);

    /// <summary>A tensor with a copy of <paramref name="values"/> in row-major order.</summary>
    /// <exception cref="ArgumentException">The number of values is not that of the shape.</exception>
    public static Tensor From(ReadOnlySpan<float> values, params ReadOnlySpan<int> shape)
    {
        Shape checkedShape = Fitting(values.Length, shape);
        Tensor result = Allocate(checkedShape);
        values.CopyTo(result._values.Span);
        return result;
    }

    /// <summary>
    /// A tensor over <paramref name="values"/> itself, without a copy: both see each other's changes. Those made past the tensor do not raise its
    /// <see cref="Version"/>, so make none between a computation and its <see cref="Backward"/>; a layer of which it becomes a parameter takes a copy.
    /// </summary>
    /// <exception cref="ArgumentException">The number of values is not that of the shape.</exception>
    public static Tensor Wrap(Memory<float> values, params ReadOnlySpan<int> shape) => new(values, Fitting(values.Length, shape)) { IsForeign = true };

    /// <summary>The same values, apart from any record: gradients do not flow through it. No copy.</summary>
    public Tensor Detach() => View(Shape);

    /// <summary>A copy of the values, apart from any record and from any <see cref="TensorScope"/>.</summary>
    public Tensor Clone() => new(Span.ToArray(), Shape);

    /// <summary>Copies <paramref name="source"/> over the values.</summary>
    /// <exception cref="ArgumentException">The number of values differs.</exception>
    public void CopyFrom(ReadOnlySpan<float> source)
    {
        if (source.Length != Count) throw new ArgumentException($"{source.Length} values do not fill shape {Shape} of {Count}");
        source.CopyTo(Writable());
    }

    /// <summary>Shape and values, long tensors shortened.</summary>
    public override string ToString()
    {
        ReadOnlySpan<float> shown = Span[..Math.Min(Count, 8)];
        string values = string.Join(", ", shown.ToArray().Select(value => value.ToString(CultureInfo.InvariantCulture)));
        return $"Tensor {Shape} {{ {values}{(Count > 8 ? ", …" : "")} }}";
    }

    /// <summary>Whether the values go back to a <see cref="TensorScope"/> at its end.</summary>
    internal bool IsScoped => _scoped;

    /// <summary>Whether the memory is the caller's, who may write to it without the tensor's knowledge.</summary>
    internal bool IsForeign { get; private init; }

    /// <summary>The values, to be changed by the library, which keeps no such span.</summary>
    internal Span<float> Writable()
    {
        if (_shared is null) _version++;
        else _shared.Changed();
        return Values.Span;
    }

    internal Memory<float> Values
    {
        get
        {
            if (_scoped && _values.IsEmpty && Count > 0) ThrowReleased();
            return _values;
        }
    }

    /// <summary>A tensor with undefined values, from the open <see cref="TensorScope"/> if there is one.</summary>
    internal static Tensor Allocate(Shape shape)
    {
        AllocationLimit.Count(shape);
        if (LentBuffers.Current is not { } scope) return new Tensor(new float[shape.Count], shape);
        Tensor result = new(scope.Rent(shape.Count), shape, scoped: true);
        scope.Own(result);
        return result;
    }

    /// <summary>The same values under another shape of as many elements, apart from any record. No copy.</summary>
    internal Tensor View(Shape shape)
    {
        Tensor result = new(Values, shape, _scoped) { _shared = Share(), IsForeign = IsForeign };
        if (_scoped) LentBuffers.Current?.Own(result);
        return result;
    }

    /// <summary>Lets go of a scope's buffer; later use is an error that says so.</summary>
    internal void Release()
    {
        _values = default;
        _gradient = null;
        Source = null;
    }

    private SharedValues Share()
    {
        if (_shared is null) Interlocked.CompareExchange(ref _shared, new SharedValues(_version), null);
        return _shared!;
    }

    private static Shape Fitting(int count, ReadOnlySpan<int> extents)
    {
        Shape shape = new(extents);
        return shape.Count == count ? shape : throw new ArgumentException($"{count} values do not fill shape {shape} of {shape.Count}");
    }

    [DoesNotReturn]
    private void ThrowReleased() => throw new ObjectDisposedException(
        nameof(Tensor), $"this tensor of shape {Shape} belonged to a TensorScope that has ended; Clone it before the scope ends to keep it");
}
