using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// A model that is fed one time step after the other. What the steps have left behind is a value: it can be kept (<see cref="Snapshot"/>),
/// gone back to (<see cref="Restore(StreamSnapshot)"/>), duplicated (<see cref="Fork"/>) and written to bytes. Any number of streams
/// share one model, each used by one thread at a time; a warm <see cref="Step"/> allocates nothing. A stream takes the room of its state, of its output
/// where that is not part of the state, and 128 bytes.
/// </summary>
public sealed class RecurrentStream
{
    private readonly StreamPlan _plan;

    /// <summary>The state, and the output. From a cache line on: every step stores vectors there and reads them back at once, which takes longer across two lines.</summary>
    private readonly float[] _values;
    private OneAtATime _use;

    internal RecurrentStream(StreamPlan plan)
    {
        _plan = plan;
        _values = AlignedArray.Allocate(plan.Values).Array!;
        All.Clear();
        plan.Steps.InitializeState(State);
    }

    private RecurrentStream(RecurrentStream other)
    {
        _plan = other._plan;
        StepCount = other.StepCount;
        _values = AlignedArray.Allocate(_plan.Values).Array!;
        other.All.CopyTo(All);
    }

    /// <summary>Values per step that go in.</summary>
    public int InputSize => _plan.InputSize;

    /// <summary>Values per step that come out.</summary>
    public int OutputSize => _plan.OutputSize;

    /// <summary>Steps taken since the stream began; forks, snapshots and bytes carry it on.</summary>
    public long StepCount
    {
        get => _use.Count;
        internal set => _use.Count = value;
    }

    /// <summary>Takes one time step. Many streams step together in a <see cref="StreamGroup"/>.</summary>
    /// <param name="input">[<see cref="InputSize"/>]</param>
    /// <returns>[<see cref="OutputSize"/>], valid until the stream steps again or its state is replaced.</returns>
    /// <exception cref="ArgumentException">The input has another size.</exception>
    /// <exception cref="InvalidOperationException">Another thread is using the stream, in this method or another.</exception>
    public ReadOnlySpan<float> Step(params ReadOnlySpan<float> input)
    {
        StreamPlan plan = _plan;
        if (input.Length != plan.InputSize) throw OfAnotherSize(input.Length);
        if (!_use.TryEnter()) throw OneAtATime.InUse();
        try
        {
            Compute(plan, input);
        }
        catch
        {
            _use.Leave();
            throw;
        }
        _use.LeaveCounted();
        return MemoryMarshal.CreateSpan(ref Unsafe.Add(ref AlignedArray.Start(_values), plan.OutputAt), plan.OutputSize);
    }

    // Apart, because what lives across a try block lies in memory and not in registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Compute(StreamPlan plan, ReadOnlySpan<float> input)
    {
        float[] workspace = StepWorkspace.Take(plan.Workspace);
        ref float values = ref AlignedArray.Start(_values);
        Span<float> output = MemoryMarshal.CreateSpan(ref Unsafe.Add(ref values, plan.OutputAt), plan.OutputSize);
        plan.Steps.Step(input, output, MemoryMarshal.CreateSpan(ref values, plan.StateSize), MemoryMarshal.CreateSpan(ref AlignedArray.Start(workspace), plan.Workspace));
        StepWorkspace.Return(workspace);
    }

    // Apart, because a method that makes such a message clears room for it whenever it is called.
    private ArgumentException OfAnotherSize(int size) => new($"a step of this stream takes {InputSize} values, got {size}");

    /// <summary>Begins anew.</summary>
    public void Reset()
    {
        using OneAtATime.Turn turn = _use.Enter();
        _plan.Steps.InitializeState(State);
        StepCount = 0;
    }

    /// <summary>What the steps so far have left behind.</summary>
    public StreamSnapshot Snapshot()
    {
        using OneAtATime.Turn turn = _use.Enter();
        return new(_plan.Model, State.ToArray(), StepCount);
    }

    /// <summary>Goes back, or forth, to a snapshot of this stream, of a fork of it, or of another stream of the same model.</summary>
    /// <exception cref="ArgumentException">The snapshot is of another model.</exception>
    public void Restore(StreamSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (!ReferenceEquals(snapshot.Model, _plan.Model)) throw new ArgumentException("the snapshot is of a stream of another model; carry it over as bytes if the weights are the same");
        using OneAtATime.Turn turn = _use.Enter();
        snapshot.State.CopyTo(State);
        StepCount = snapshot.StepCount;
    }

    /// <summary>A second stream that continues from here on its own.</summary>
    public RecurrentStream Fork()
    {
        using OneAtATime.Turn turn = _use.Enter();
        return new(this);
    }

    /// <summary>Bytes that the state takes (<see cref="WriteBytes"/>).</summary>
    public int ByteCount => StreamBytes.Count(_plan.StateSize);

    /// <summary>The state as bytes, with the fingerprint of the model (<see cref="Module.Fingerprint"/>) and a checksum, in an array of its own.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[ByteCount];
        WriteBytes(bytes);
        return bytes;
    }

    /// <summary>Writes the same bytes without allocation.</summary>
    /// <param name="bytes">At least <see cref="ByteCount"/>.</param>
    /// <returns><see cref="ByteCount"/>.</returns>
    /// <exception cref="ArgumentException">The span is shorter.</exception>
    public int WriteBytes(Span<byte> bytes)
    {
        int count = ByteCount;
        if (bytes.Length < count) throw new ArgumentException($"the state takes {count} bytes, there is room for {bytes.Length}", nameof(bytes));
        using OneAtATime.Turn turn = _use.Enter();
        StreamBytes.Write(bytes, _plan.Model.CurrentFingerprint(), StepCount, State);
        return count;
    }

    /// <summary>Continues from bytes that <see cref="ToBytes"/> made, with the same weights, in this process or another.</summary>
    /// <exception cref="ElmanException">The bytes are not a whole stream state, or are of another model; nothing was changed.</exception>
    public void Restore(ReadOnlySpan<byte> bytes)
    {
        using OneAtATime.Turn turn = _use.Enter();
        StepCount = StreamBytes.Read(bytes, _plan.Model.CurrentFingerprint(), State);
    }

    /// <summary>Whether the caller may use the stream now; it must <see cref="Leave"/>.</summary>
    internal bool TryEnter() => _use.TryEnter();

    /// <summary>The caller that entered is done.</summary>
    internal void Leave() => _use.Leave();

    internal Module Model => _plan.Model;

    /// <summary>What is carried from step to step.</summary>
    internal Span<float> State => All[.._plan.StateSize];

    /// <summary>The state, and the output where that is not part of it.</summary>
    private Span<float> All => _values.AsSpan(AlignedArray.First(_values), _plan.Values);
}

/// <summary>The state of a <see cref="RecurrentStream"/> at one moment.</summary>
public sealed class StreamSnapshot
{
    internal StreamSnapshot(Module model, float[] state, long stepCount) => (Model, State, StepCount) = (model, state, stepCount);

    /// <summary>Steps that had been taken.</summary>
    public long StepCount { get; }

    internal Module Model { get; }

    internal float[] State { get; }
}
