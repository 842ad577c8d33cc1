namespace Elman;

/// <summary>
/// Walks two operands in the row-major order of a common shape, one run along the innermost axis at a time. Neighbouring axes
/// over which both operands advance as over one are merged, so that equal shapes make a single run.
/// </summary>
internal ref struct StridedRuns
{
    private readonly Span<int> _extents, _leftStrides, _rightStrides, _index;
    private int _axes, _left, _right;

    /// <summary>Starts before the first run.</summary>
    /// <param name="shape">The common shape, of at least one element.</param>
    /// <param name="leftStrides">The left operand's stride of each axis, 0 where it is repeated.</param>
    /// <param name="rightStrides">The right operand's.</param>
    /// <param name="workspace"><see cref="WorkspaceSize"/> values.</param>
    public StridedRuns(Shape shape, ReadOnlySpan<int> leftStrides, ReadOnlySpan<int> rightStrides, Span<int> workspace)
    {
        int most = shape.Rank + 1;
        _extents = workspace[..most];
        _leftStrides = workspace.Slice(most, most);
        _rightStrides = workspace.Slice(2 * most, most);
        _index = workspace.Slice(3 * most, most);
        _index.Clear();
        for (int axis = shape.Rank - 1; axis >= 0; axis--) Add(shape[axis], leftStrides[axis], rightStrides[axis]);
        if (_axes == 0) Push(1, 0, 0);
        Runs = shape.Count / Length;
    }

    /// <summary>Number of runs.</summary>
    public int Runs { get; }

    /// <summary>Elements of a run.</summary>
    public readonly int Length => _extents[0];

    /// <summary>Step of the left operand within a run.</summary>
    public readonly int LeftStep => _leftStrides[0];

    /// <summary>Step of the right operand within a run.</summary>
    public readonly int RightStep => _rightStrides[0];

    /// <summary>Size of the workspace for a shape of this rank.</summary>
    public static int WorkspaceSize(int rank) => 4 * (rank + 1);

    /// <summary>Writes row-major strides; 0 for the axes of <paramref name="to"/> along which <paramref name="from"/> is repeated.</summary>
    public static void BroadcastStrides(Shape from, Shape to, Span<int> strides)
    {
        int stride = 1, missing = to.Rank - from.Rank;
        for (int axis = to.Rank - 1; axis >= 0; axis--)
        {
            int extent = axis < missing ? 1 : from[axis - missing];
            strides[axis] = extent == 1 ? 0 : stride;
            stride *= extent;
        }
    }

    /// <summary>Where the next run begins in both operands; to be called <see cref="Runs"/> times.</summary>
    public (int Left, int Right) Next()
    {
        (int, int) run = (_left, _right);
        for (int axis = 1; axis < _axes; axis++)
        {
            _left += _leftStrides[axis];
            _right += _rightStrides[axis];
            if (++_index[axis] < _extents[axis]) break;
            _left -= _leftStrides[axis] * _extents[axis];
            _right -= _rightStrides[axis] * _extents[axis];
            _index[axis] = 0;
        }
        return run;
    }

    private void Add(int extent, int left, int right)
    {
        if (extent == 1) return;
        int inner = _axes - 1;
        if (inner >= 0 && left == _leftStrides[inner] * _extents[inner] && right == _rightStrides[inner] * _extents[inner])
            _extents[inner] *= extent;
        else Push(extent, left, right);
    }

    private void Push(int extent, int left, int right)
    {
        _extents[_axes] = extent;
        _leftStrides[_axes] = left;
        _rightStrides[_axes++] = right;
    }
}
