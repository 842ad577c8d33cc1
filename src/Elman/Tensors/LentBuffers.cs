using System.Numerics;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// The buffers of the scopes that are open on one thread, and those that wait for the next. When the outermost scope ends, all go to whichever thread opens one next:
/// there are as many sets as threads that had a scope at once, and a full garbage collection lets go of those that nobody has needed since the one before.
/// </summary>
internal sealed class LentBuffers
{
    /// <summary>After so many outermost scopes, buffers that none of them needed are let go: the peak of one large computation is not kept.</summary>
    internal const int Sweep = 64;

    private static readonly IdlePool<LentBuffers> Idle = new();

    [ThreadStatic]
    private static LentBuffers? _current;

    /// <summary>Idle buffers of 2ⁿ values. <c>ArrayPool</c> drops all but a few of each size; a step may need hundreds.</summary>
    private readonly Stack<float[]>?[] _idle = new Stack<float[]>?[33];

    /// <summary>How many buffers of each size have lain idle all the time since the last sweep.</summary>
    private readonly int[] _unused = new int[33];

    private readonly List<float[]> _buffers = [];
    private readonly List<Tensor> _tensors = [];

    /// <summary>Where the buffers and tensors of each open scope begin, and the scope's number.</summary>
    private readonly List<(long Number, int Buffers, int Tensors)> _open = [];

    private long _numbers;
    private int _scopes;

    /// <summary>Those of the current thread, if a scope is open.</summary>
    public static LentBuffers? Current => _current;

    /// <summary>A set for the current thread, on which no scope is open.</summary>
    public static LentBuffers Take() => _current = Idle.Take(0) ?? new LentBuffers();

    /// <summary>Opens a scope.</summary>
    /// <returns>Its number.</returns>
    public long Begin()
    {
        _open.Add((++_numbers, _buffers.Count, _tensors.Count));
        return _numbers;
    }

    /// <summary>Ends a scope and those inside it; nothing if it has ended.</summary>
    public void End(long number)
    {
        int scope = _open.Count - 1;
        while (scope >= 0 && _open[scope].Number > number) scope--;
        if (scope < 0 || _open[scope].Number != number) return;
        (_, int buffers, int tensors) = _open[scope];
        for (int i = tensors; i < _tensors.Count; i++) _tensors[i].Release();
        for (int i = buffers; i < _buffers.Count; i++) Of(Class(_buffers[i].Length)).Push(_buffers[i]);
        _tensors.RemoveRange(tensors, _tensors.Count - tensors);
        _buffers.RemoveRange(buffers, _buffers.Count - buffers);
        _open.RemoveRange(scope, _open.Count - scope);
        if (scope > 0) return;
        if (++_scopes % Sweep == 0) LetGo();
        _current = null;
        Idle.Give(0, this);
    }

    /// <summary>Values for a tensor, undefined.</summary>
    public Memory<float> Rent(int count)
    {
        if (count == 0) return default;
        int size = (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)Math.Max(count, 16)), (uint)Array.MaxLength), @class = Class(size);
        Stack<float[]> idle = Of(@class);
        if (idle.TryPop(out float[]? buffer)) _unused[@class] = Math.Min(_unused[@class], idle.Count);
        else buffer = GC.AllocateUninitializedArray<float>(size);
        _buffers.Add(buffer);
        return buffer.AsMemory(0, count);
    }

    /// <summary>The tensor ends with the innermost scope.</summary>
    public void Own(Tensor tensor) => _tensors.Add(tensor);

    private static int Class(int size) => BitOperations.Log2((uint)size - 1) + 1;

    private Stack<float[]> Of(int @class) => _idle[@class] ??= [];

    private void LetGo()
    {
        for (int @class = 0; @class < _idle.Length; @class++)
        {
            if (_idle[@class] is not { } idle) continue;
            for (; _unused[@class] > 0; _unused[@class]--) idle.Pop();
            _unused[@class] = idle.Count;
        }
    }
}
