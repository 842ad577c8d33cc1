using System.Buffers;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// Steps that many streams of one model take together: the weights are read once for all of them, and not once for each, which is several times as fast where they exceed the second-level cache.
/// Which streams take part may change from step to step; each gets the bits that <see cref="RecurrentStream.Step"/> would have given it. A group has no state, and any number of threads may use
/// it, each with streams of its own. A warm step on one thread allocates nothing.
/// </summary>
/// <example><code>
/// StreamGroup group = new(model);
/// group.Step(streams, inputs, outputs);   // streams [N], inputs [N, in], outputs [N, out]
/// </code></example>
public sealed class StreamGroup
{
    /// <summary>Rows that are computed at once: of more, what they work in would leave the cache.</summary>
    private const int MostRows = 64;

    /// <summary>Rows that share the reading of the weights well enough to be a thread's share.</summary>
    private const int FewestRows = 8;

    /// <summary>Multiply-adds that are worth another thread.</summary>
    private const long WorthAThread = 1 << 18;

    private readonly StreamPlan _plan;
    private readonly long _weights;

    /// <summary>A group of streams of a model.</summary>
    /// <param name="model">The model.</param>
    /// <exception cref="InvalidOperationException">It cannot be computed step by step: the message says why.</exception>
    public StreamGroup(Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _plan = model.CurrentStreamPlan();
        _weights = model.ParameterCount;
    }

    /// <summary>Values per stream and step that go in.</summary>
    public int InputSize => _plan.InputSize;

    /// <summary>Values per stream and step that come out.</summary>
    public int OutputSize => _plan.OutputSize;

    /// <summary>Takes one time step of each stream.</summary>
    /// <param name="streams">[N], of the group's model, each once.</param>
    /// <param name="inputs">[N, <see cref="InputSize"/>]</param>
    /// <param name="outputs">[N, <see cref="OutputSize"/>], written.</param>
    /// <exception cref="ArgumentException">A span has another size, a stream is of another model, or one is there twice. Then, and if a module throws, no stream has stepped.</exception>
    /// <exception cref="InvalidOperationException">Another thread is using one of the streams; none has stepped.</exception>
    public void Step(ReadOnlySpan<RecurrentStream> streams, ReadOnlySpan<float> inputs, Span<float> outputs)
    {
        int count = streams.Length;
        if (inputs.Length != (long)count * InputSize || outputs.Length != (long)count * OutputSize)
            throw new ArgumentException($"a step of {count} streams takes {(long)count * InputSize} values and gives {(long)count * OutputSize}, got {inputs.Length} and room for {outputs.Length}");
        Enter(streams);
        try
        {
            StepAll(streams, inputs, outputs);
        }
        finally
        {
            foreach (RecurrentStream stream in streams) stream.Leave();
        }
    }

    private void StepAll(ReadOnlySpan<RecurrentStream> streams, ReadOnlySpan<float> inputs, Span<float> outputs)
    {
        int count = streams.Length;
        // Whoever shares the rows cannot take spans along.
        ArrayPool<float> pool = ArrayPool<float>.Shared;
        int size = _plan.StateSize, states = checked(count * size);
        Job job = new(this, ArrayPool<RecurrentStream>.Shared.Rent(count), pool.Rent(inputs.Length), pool.Rent(outputs.Length), pool.Rent(states), count, RowsAtOnce(count));
        streams.CopyTo(job.Streams);
        inputs.CopyTo(job.Inputs);
        Workers.Run((count + job.Rows - 1) / job.Rows, job, static (job, part) => job.Group.Step(job, part * job.Rows));
        job.Outputs.AsSpan(0, outputs.Length).CopyTo(outputs);
        for (int row = 0; row < count; row++)
        {
            job.States.AsSpan(row * size, size).CopyTo(streams[row].State);
            streams[row].StepCount++;
        }
        ArrayPool<RecurrentStream>.Shared.Return(job.Streams, clearArray: true);
        foreach (float[] rented in (ReadOnlySpan<float[]>)[job.Inputs, job.Outputs, job.States]) pool.Return(rented);
    }

    /// <summary>Takes the streams for this step: all of them, or none.</summary>
    private void Enter(ReadOnlySpan<RecurrentStream> streams)
    {
        for (int i = 0; i < streams.Length; i++)
        {
            RecurrentStream? stream = streams[i];
            string? wrong = stream is null ? "null" : !ReferenceEquals(stream.Model, _plan.Model) ? "of another model" : null;
            if (wrong is null && stream!.TryEnter()) continue;
            foreach (RecurrentStream entered in streams[..i]) entered.Leave();
            if (wrong is null && !streams[..i].Contains(stream!)) throw OneAtATime.InUse();
            throw new ArgumentException($"stream {i} of the step is {wrong ?? "there twice"}", nameof(streams));
        }
    }

    private int RowsAtOnce(int count)
    {
        int threads = (int)Math.Clamp(count * _weights / WorthAThread, 1, Compute.Threads);
        return Math.Clamp((count + threads - 1) / threads, FewestRows, MostRows);
    }

    private void Step(Job job, int first)
    {
        int rows = Math.Min(job.Rows, job.Count - first), size = _plan.StateSize, needed = GroupSteps.Workspace(_plan.Steps, rows, InputSize);
        Span<float> states = job.States.AsSpan(first * size, rows * size);
        for (int row = 0; row < rows; row++) job.Streams[first + row].State.CopyTo(states[(row * size)..]);
        float[] workspace = StepWorkspace.Take(needed);
        GroupSteps.Step(_plan.Steps, rows, job.Inputs.AsSpan(first * InputSize, rows * InputSize), job.Outputs.AsSpan(first * OutputSize, rows * OutputSize), states, size,
            workspace.AsSpan(AlignedArray.First(workspace), needed));
        StepWorkspace.Return(workspace);
    }

    /// <summary>A step of all streams.</summary>
    /// <param name="Rows">Of each part.</param>
    private readonly record struct Job(StreamGroup Group, RecurrentStream[] Streams, float[] Inputs, float[] Outputs, float[] States, int Count, int Rows);
}
