namespace Elman.Formats.PyTorch;

/// <summary>A tensor as PyTorch stores it: a view of a storage, which other tensors may share, by offset and strides.</summary>
internal sealed class TorchTensor
{
    public TorchStorage Storage { get; }

    private readonly long _offset;
    private readonly long[] _strides;

    /// <summary>A view.</summary>
    /// <exception cref="PickleException">It is of more elements than an array holds, or reaches past its storage.</exception>
    public TorchTensor(TorchStorage storage, long offset, long[] shape, long[] strides)
    {
        string shown = $"a tensor of shape [{string.Join(", ", shape)}] and strides [{string.Join(", ", strides)}]";
        if (shape.Length != strides.Length || shape.Length > 64 || shape.Any(extent => extent is < 0 or > int.MaxValue) || strides.Any(stride => stride < 0))
            throw new PickleException($"{shown} makes no sense");
        Int128 last = offset, count = 1;
        for (int axis = 0; axis < shape.Length; axis++)
        {
            last += (Int128)Math.Max(0, shape[axis] - 1) * strides[axis];
            count *= Math.Max(1, shape[axis]);
            if (count > Array.MaxLength / sizeof(double)) throw new PickleException($"{shown} is larger than an array can be");
        }
        bool empty = shape.Contains(0);
        if (offset < 0 || (!empty && last >= storage.Count)) throw new PickleException($"{shown} from element {offset} on reaches past its storage of {storage.Count} elements");
        (Storage, _offset, _strides) = (storage, offset, strides);
        Shape = new Shape(Array.ConvertAll(shape, extent => (int)extent));
    }

    /// <summary>The type of the elements.</summary>
    public TorchType Type => Storage.Type;

    public Shape Shape { get; }

    /// <summary>Whether the elements lie one after the other in row-major order.</summary>
    public bool IsContiguous
    {
        get
        {
            long stride = 1;
            for (int axis = Shape.Rank - 1; axis >= 0; stride *= Shape[axis--])
                if (Shape[axis] > 1 && _strides[axis] != stride) return false;
            return true;
        }
    }

    /// <summary>All elements in row-major order, exact.</summary>
    public double[] ToDoubles()
    {
        double[] values = new double[Shape.Count];
        ReadOnlySpan<byte> bytes = Storage.Bytes.Span;
        int[] index = new int[Shape.Rank];
        long place = _offset;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Type.Read(bytes.Slice((int)place * Type.Size, Type.Size));
            for (int axis = index.Length - 1; axis >= 0; axis--)
            {
                place += _strides[axis];
                if (++index[axis] < Shape[axis]) break;
                place -= _strides[axis] * index[axis];
                index[axis] = 0;
            }
        }
        return values;
    }
}
