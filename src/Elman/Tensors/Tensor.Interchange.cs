using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Elman;

// To and from System.Numerics.Tensors, which has no scalars: they become [1] there.
public sealed partial class Tensor
{
    /// <summary>The values as a read-only tensor span. No copy.</summary>
    public ReadOnlyTensorSpan<float> AsReadOnlyTensorSpan() => new(Span, Lengths());

    /// <summary>The values as a tensor span, to be changed as through <see cref="WritableSpan"/>. No copy.</summary>
    public TensorSpan<float> AsTensorSpan() => new(WritableSpan(), Lengths());

    /// <summary>
    /// The values as a tensor of System.Numerics.Tensors. It shares them, unless this tensor belongs to a <see cref="TensorScope"/>
    /// or wraps memory that is not an array: then it is a copy. What is written there is seen here, as with <see cref="WritableSpan"/>.
    /// </summary>
    public Tensor<float> ToNumerics()
    {
        if (_scoped || !MemoryMarshal.TryGetArray<float>(Values, out ArraySegment<float> segment)) return System.Numerics.Tensors.Tensor.Create(Span.ToArray(), Lengths());
        Share().Lend(segment);
        return System.Numerics.Tensors.Tensor.Create(segment.Array!, segment.Offset, Lengths(), []);
    }

    /// <summary>A tensor with a copy of <paramref name="values"/>, whatever their strides.</summary>
    /// <exception cref="ArgumentException">There are more than <see cref="int.MaxValue"/> values.</exception>
    public static Tensor From(in ReadOnlyTensorSpan<float> values)
    {
        Tensor result = Allocate(ShapeOf(values));
        if (result.Count > 0) values.FlattenTo(result.Writable());
        return result;
    }

    /// <summary>A tensor over the memory of <paramref name="values"/>, which must be dense and row-major. No copy: both see each other's changes.</summary>
    /// <exception cref="ArgumentException">The values are strided, or more than <see cref="int.MaxValue"/>; <c>From</c> copies the former.</exception>
    public static Tensor Wrap(Tensor<float> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        Shape shape = ShapeOf(values);
        nint stride = 1;
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
        {
            if (shape[axis] > 1 && values.Strides[axis] != stride)
            {
                throw new ArgumentException(
                    $"Wrap: a tensor of shape {shape} and strides [{string.Join(", ", values.Strides.ToArray())}] is not dense; copy it with From");
            }
            stride *= shape[axis];
        }
        return new Tensor(shape.Count == 0 ? default : new NumericsMemory(values).Memory, shape) { IsForeign = true };
    }

    private nint[] Lengths() => Rank == 0 ? [1] : [.. Shape.Extents.ToArray()];

    private static Shape ShapeOf(in ReadOnlyTensorSpan<float> values)
    {
        if (values.FlattenedLength > int.MaxValue)
            throw new ArgumentException($"a tensor of {values.FlattenedLength} elements is too large, {int.MaxValue} are the limit");
        if (values.Rank == 0) return new Shape(0);
        int[] extents = new int[values.Rank];
        for (int axis = 0; axis < extents.Length; axis++) extents[axis] = (int)values.Lengths[axis];
        return new Shape(extents);
    }

    /// <summary>A dense tensor's values as <see cref="Memory{T}"/>.</summary>
    private sealed class NumericsMemory(Tensor<float> tensor) : MemoryManager<float>
    {
        public override Span<float> GetSpan() => MemoryMarshal.CreateSpan(ref tensor.GetPinnableReference(), (int)tensor.FlattenedLength);

        /// <summary>Never needed: this memory stays inside the library, which pins nothing.</summary>
        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin() => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
        }
    }
}
