namespace Elman.Tests.Layers;

/// <summary>Modules that do not fit together are refused when they are put together, not when the first batch comes.</summary>
public class SequentialFitTests
{
    private static readonly RandomStream Random = new(1);

    private static Lstm Of(Direction direction, Merge merge = Merge.Concat, int layers = 1) =>
        new(3, 8, Random, new RecurrentOptions { Direction = direction, Merge = merge, Layers = layers });

    public static TheoryData<string, Func<Module>> Misfits => new()
    {
        { "module 1: Linear of input size 8 cannot follow an output of size 16", () => new Sequential(Of(Direction.Both), new Linear(8, 2, Random)) },
        { "module 2: lstm of input size 3 cannot follow an output of size 8", () => new Sequential(Of(Direction.Forward), new Dropout(0.1f), Of(Direction.Forward)) },
        { "module b.0: Linear of input size 8 cannot follow", () => Sequential.Named(("a", Of(Direction.Both)), ("b", new Sequential(new Linear(8, 2, Random)))) },
        { "module 1.inner: gru of input size 5 cannot follow", () => new Sequential(new Linear(3, 4, Random), new Masking(0, new Gru(5, 2, Random))) },
        { "module 3: Linear of input size 7 cannot follow an output of size 4", () => new Sequential(new Gru(3, 4, Random), new StepPool(true), new Repeat(3), new Linear(7, 1, Random)) },
        { "module 2: Linear of input size 16 cannot follow an output of size 8", () => new Sequential(Of(Direction.Both), new MergeHalves(Merge.Mean), new Linear(16, 1, Random)) },
        { "module 1: it merges halves and cannot follow an output of size 3", () => new Sequential(new Linear(2, 3, Random), new MergeHalves(Merge.Sum)) },
        { "module 1: LayerNorm", () => new Sequential(new Linear(2, 3, Random), new LayerNorm(4)) },
        { "module 0: the directions of lstm 3 → 8, bidirectional, merge none stay apart", () => new Sequential(Of(Direction.Both, Merge.None)) },
    };

    public static TheoryData<string, Func<Module>> Ranks => new()
    {
        { "module 2: lstm 8 → 8 takes sequences [N, L, F], and cannot follow one row", () => new Sequential(Of(Direction.Forward), new LastStep(), new Lstm(8, 8, Random)) },
        { "module 2: last step takes sequences", () => new Sequential(Of(Direction.Forward), new StepPool(false), new LastStep()) },
        { "module 1: repeat 3 times takes one row", () => new Sequential(Of(Direction.Forward), new Repeat(3)) },
    };

    public static TheoryData<string, Func<Module>> Ends => new()
    {
        { "module 1: LastStep() behind a layer of a backward direction, which ends at the first step: write LastStep(reversed: 8), or LastStep(0)", () => new Sequential(Of(Direction.Both), new LastStep()) },
        { "module 1: LastStep() behind a layer of a backward direction, which ends at the first step: write LastStep(reversed: 8), or LastStep(0)", () => new Sequential(Of(Direction.Reverse), new LastStep()) },
        { "module 2.1: LastStep() behind a layer of a backward", () => new Sequential(Of(Direction.Both, layers: 2), new Dropout(0.1f), new Sequential(new Activate(Activation.Relu), new LastStep())) },
        { "module 1: LastStep() behind values that are mixed", () => new Sequential(Of(Direction.Both, Merge.Sum), new LastStep()) },
        { "module 2: LastStep() behind values that are mixed", () => new Sequential(Of(Direction.Both), new Linear(16, 4, Random), new LastStep()) },
        { "module 1: LastStep(reversed: 4) behind values of which a backward direction made 8", () => new Sequential(Of(Direction.Both), new LastStep(4)) },
        { "module 1: LastStep(reversed: 8) behind values of which a backward direction made 0", () => new Sequential(Of(Direction.Forward), new LastStep(8)) },
    };

    [Theory]
    [MemberData(nameof(Misfits))]
    [MemberData(nameof(Ends))]
    [MemberData(nameof(Ranks))]
    public void What_does_not_fit_is_refused_at_construction(string message, Func<Module> make) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(make).Message, StringComparison.Ordinal);

    [Fact]
    public void What_fits_is_not()
    {
        _ = new Sequential(Of(Direction.Both), new LastStep(8), new MergeHalves(Merge.Mean), new Linear(8, 2, Random));
        _ = new Sequential(Of(Direction.Both), new LastStep(0), new Linear(16, 2, Random));
        _ = new Sequential(Of(Direction.Both), new Gru(16, 4, Random), new LastStep(), new Linear(4, 2, Random));
        _ = new Sequential(Of(Direction.Reverse), new LastStep(8));
        _ = new Sequential(new Embedding(5, 3, Random), new Masking(0, Of(Direction.Forward)), new LayerNorm(8), new LastStep(), new Softmax());
        _ = new Sequential(new Linear(4, 7, Random), new GruD(3, 5, Random), new LastStep());
        // What a module of one's own does to the values, nobody knows.
        _ = new Sequential(Of(Direction.Both), new Own(), new LastStep(), new Linear(7, 2, Random));
    }

    [Fact]
    public void A_file_keeps_what_its_last_step_means()
    {
        using Files.TemporaryFolder folder = new();
        NetworkFile.Save(folder["net"], new Sequential(Of(Direction.Both), new LastStep(0)));
        Assert.Equal(0, Assert.IsType<LastStep>(NetworkFile.Load(folder["net"]).Children[1].Module).Reversed);
    }

    private sealed class Own : Module
    {
        public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => input;
    }
}
