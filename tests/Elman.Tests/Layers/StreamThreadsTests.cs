namespace Elman.Tests.Layers;

/// <summary>A stream is used by one thread at a time, by whichever.</summary>
public class StreamThreadsTests
{
    private static readonly Dictionary<string, Action<RecurrentStream, StreamSnapshot, byte[]>> Uses = new()
    {
        ["step"] = (stream, _, _) => stream.Step(1),
        ["reset"] = (stream, _, _) => stream.Reset(),
        ["snapshot"] = (stream, _, _) => stream.Snapshot(),
        ["fork"] = (stream, _, _) => stream.Fork(),
        ["bytes"] = (stream, _, _) => stream.ToBytes(),
        ["restore"] = (stream, snapshot, _) => stream.Restore(snapshot),
        ["restore bytes"] = (stream, _, bytes) => stream.Restore(bytes),
        ["group"] = (stream, snapshot, _) => new StreamGroup(snapshot.Model).Step([snapshot.Model.OpenStream(), stream], [1, 1], new float[2]),
    };

    public static TheoryData<string> Names => [.. Uses.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_thread_that_comes_while_another_steps_is_refused(string use)
    {
        Meeting meeting = new();
        RecurrentStream stream = meeting.OpenStream();
        StreamSnapshot snapshot = stream.Snapshot();
        byte[] bytes = stream.ToBytes();
        Exception? refused = null;
        meeting.During = () =>
        {
            meeting.During = () => { };
            refused = Task.Run(() => Record.Exception(() => Uses[use](stream, snapshot, bytes))).Result;
        };
        Assert.Equal(1, stream.Step(5)[0]);
        Assert.StartsWith("the stream is being used by another thread", Assert.IsType<InvalidOperationException>(refused).Message, StringComparison.Ordinal);
        // What came too early has changed nothing, and now it is let in.
        Assert.Equal(1, stream.StepCount);
        await Task.Run(() => Uses[use](stream, snapshot, bytes), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_step_that_fails_does_not_keep_the_stream()
    {
        Meeting meeting = new() { During = () => throw new TimeoutException() };
        RecurrentStream stream = meeting.OpenStream();
        Assert.Throws<TimeoutException>(() => { stream.Step(1); });
        meeting.During = () => { };
        Assert.Equal(2, stream.Step(1)[0]);
        Assert.Equal(1, stream.StepCount);
    }

    /// <summary>Counts steps, and calls somebody in the middle of each.</summary>
    private sealed class Meeting : Module, IStreamable
    {
        public Action During { get; set; } = () => { };

        public int? StepInputSize => 1;

        public int StateSize => 1;

        public string? WhyNotStreamable => null;

        public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => input;

        public int StepOutputSize(int inputSize) => 1;

        public int StepWorkspace(int inputSize) => 0;

        public void InitializeState(Span<float> state) => state.Clear();

        public void Step(ReadOnlySpan<float> input, Span<float> output, Span<float> state, Span<float> workspace)
        {
            output[0] = ++state[0];
            During();
        }
    }
}
