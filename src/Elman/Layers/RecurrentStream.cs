using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// A model that is fed one time step after the other. What the steps have left behind is a value: it can be kept (<see cref="Snapshot"/>),
/// gone back to (<see cref="Restore(StreamSnapshot)"/>), duplicated (<see cref="Fork"/>) and written to bytes. Any number of streams
/// share one model, each used by one thread at a time; a warm <see cref="Step"/> allocates nothing.
/// </summary>
public sealed class RecurrentStream
{
    private const uint Magic = 0x31534C45;
    private const int HeaderSize = 48, DigestSize = 8;

    private readonly Module _model;
    private readonly IStreamable _steps;
    private readonly float[] _output;

    /// <summary>From a cache line on: every step stores vectors there and reads them back at once, which takes longer across two lines.</summary>
    private readonly ArraySegment<float> _state, _workspace;

    internal RecurrentStream(Module model)
    {
        _steps = model as IStreamable ?? throw new InvalidOperationException($"{model.Description} cannot be computed step by step");
        if (_steps.WhyNotStreamable is { } reason) throw new InvalidOperationException($"no stream: {reason}");
        _model = model;
        InputSize = _steps.StepInputSize ?? throw new InvalidOperationException($"{model.Description} takes inputs of any size; put it behind a layer that has one");
        _output = new float[_steps.StepOutputSize(InputSize)];
        _workspace = AlignedArray.Allocate(_steps.StepWorkspace(InputSize));
        _state = AlignedArray.Allocate(_steps.StateSize);
        _steps.InitializeState(_state);
    }

    private RecurrentStream(RecurrentStream other)
    {
        (_model, _steps, InputSize, StepCount) = (other._model, other._steps, other.InputSize, other.StepCount);
        _output = [.. other._output];
        _workspace = AlignedArray.Allocate(other._workspace.Count);
        _state = AlignedArray.Allocate(other._state.Count);
        other._state.CopyTo(_state);
    }

    /// <summary>Values per step that go in.</summary>
    public int InputSize { get; }

    /// <summary>Values per step that come out.</summary>
    public int OutputSize => _output.Length;

    /// <summary>Steps taken since the stream began; forks, snapshots and bytes carry it on.</summary>
    public long StepCount { get; private set; }

    /// <summary>Takes one time step.</summary>
    /// <param name="input">[<see cref="InputSize"/>]</param>
    /// <returns>[<see cref="OutputSize"/>], valid until the next step.</returns>
    /// <exception cref="ArgumentException">The input has another size.</exception>
    public ReadOnlySpan<float> Step(params ReadOnlySpan<float> input)
    {
        if (input.Length != InputSize) throw OfAnotherSize(input.Length);
        _steps.Step(input, _output, Values(_state), Values(_workspace));
        StepCount++;
        return _output;
    }

    // Apart, because a method that makes such a message clears room for it whenever it is called.
    private ArgumentException OfAnotherSize(int size) => new($"a step of this stream takes {InputSize} values, got {size}");

    /// <summary>As the segment's own conversion, in a third of the instructions: they count beside those of a small cell.</summary>
    private static Span<float> Values(ArraySegment<float> segment) => MemoryMarshal.CreateSpan(ref segment.Array![segment.Offset], segment.Count);

    /// <summary>Begins anew.</summary>
    public void Reset()
    {
        _steps.InitializeState(_state);
        StepCount = 0;
    }

    /// <summary>What the steps so far have left behind.</summary>
    public StreamSnapshot Snapshot() => new(_model, [.. _state], StepCount);

    /// <summary>Goes back, or forth, to a snapshot of this stream, of a fork of it, or of another stream of the same model.</summary>
    /// <exception cref="ArgumentException">The snapshot is of another model.</exception>
    public void Restore(StreamSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (!ReferenceEquals(snapshot.Model, _model)) throw new ArgumentException("the snapshot is of a stream of another model; carry it over as bytes if the weights are the same");
        snapshot.State.CopyTo(_state.AsSpan());
        StepCount = snapshot.StepCount;
    }

    /// <summary>A second stream that continues from here on its own.</summary>
    public RecurrentStream Fork() => new(this);

    /// <summary>
    /// The state as bytes, little-endian: magic [4], fingerprint of the model [32], steps [8], number of floats [4], floats, and the first 8 bytes
    /// of the SHA-256 of all that.
    /// </summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[HeaderSize + (4 * _state.Count) + DigestSize];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        _model.Fingerprint().CopyTo(bytes, 4);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(36), StepCount);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(44), _state.Count);
        for (int i = 0; i < _state.Count; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(HeaderSize + (4 * i)), _state[i]);
        Sha256.Of(bytes.AsSpan(..^DigestSize)).AsSpan(..DigestSize).CopyTo(bytes.AsSpan(^DigestSize..));
        return bytes;
    }

    /// <summary>Continues from bytes that <see cref="ToBytes"/> made, with the same weights, in this process or another.</summary>
    /// <exception cref="ElmanException">The bytes are not a whole stream state, or are of another model.</exception>
    public void Restore(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize + DigestSize || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic) throw new ElmanException("these bytes are not the state of a stream");
        if (!bytes.Slice(4, 32).SequenceEqual(_model.Fingerprint())) throw new ElmanException("the state belongs to a model with other weights or another architecture");
        int expected = HeaderSize + (4 * _state.Count) + DigestSize;
        if (bytes.Length != expected) throw new ElmanException($"the state is cut off or damaged: expected {expected} bytes, got {bytes.Length}");
        if (!Sha256.Of(bytes[..^DigestSize]).AsSpan(..DigestSize).SequenceEqual(bytes[^DigestSize..])) throw new ElmanException("the state is damaged: its bytes do not have the digest that they end with");
        StepCount = BinaryPrimitives.ReadInt64LittleEndian(bytes[36..]);
        for (int i = 0; i < _state.Count; i++) _state[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(HeaderSize + (4 * i))..]);
    }
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
