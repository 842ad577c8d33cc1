using Elman.Formats.PyTorch;

namespace Elman.Formats;

/// <summary>Turns files of one kind into another, and compares what the original computes with what the new file computes. That proves the numbers, not what was assumed of a file that does not tell it.</summary>
public static class Conversion
{
    /// <summary>Values that a network may compute for one probe: so many, and in proportion to its weights.</summary>
    private const long MostProbed = 1 << 24, ProbedPerWeight = 16;

    private const string TooMuch = "trying it would take more memory and time than its size justifies";

    /// <summary>Compares what two files compute for the same probes.</summary>
    /// <param name="expected">The first file.</param>
    /// <param name="actual">The second.</param>
    /// <param name="options">Names, and where remarks go; they apply to both.</param>
    /// <param name="seed">Makes the probes.</param>
    /// <returns>How far they are apart.</returns>
    /// <exception cref="ElmanException">A file cannot be read or run.</exception>
    public static ConversionProof Verify(string expected, string actual, ReadOptions options, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(options);
        ModelFormat first = ModelFormat.OfFile(expected);
        List<string> assumed = [];
        if (OrderFrom(actual, first, expected, options) is { Count: > 0 } order)
        {
            options = options with { Order = order };
            assumed.Add($"the architecture is that of {actual}");
        }
        Module network = ReadNetwork(first, expected, options with { Assumed = assumed.Add });
        return Compare(expected, first, network, actual, options, seed) with { Assumed = assumed };
    }

    /// <summary>Reads a file and writes it as another kind; nothing is written if the result computes something else.</summary>
    /// <param name="input">The file.</param>
    /// <param name="output">Where the new file goes; an existing one is replaced.</param>
    /// <param name="to">The kind of the new file.</param>
    /// <param name="options">Names, and where remarks go.</param>
    /// <param name="seed">Makes the probes.</param>
    /// <param name="tolerance">The largest difference that is accepted.</param>
    /// <returns>How far they are apart.</returns>
    /// <exception cref="ElmanException">The file cannot be read, or the new kind has no words for something in it.</exception>
    public static ConversionProof Convert(string input, string output, ModelFormat to, ReadOptions options, ulong seed, double tolerance)
    {
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(options);
        ModelFormat from = ModelFormat.OfFile(input);
        if (to.Write is not { } write) throw new ElmanException($"{to.Title} files are not written; choose another kind");
        List<string> assumed = [];
        Module network = ReadNetwork(from, input, options with { Assumed = assumed.Add });
        string trial = Path.Combine(Path.GetTempPath(), $"elman-{Random.Shared.NextInt64():x16}{to.Extensions[0]}");
        try
        {
            WriteNetwork(write, trial, network, to);
            ConversionProof proof = Compare(input, from, network, trial, options, seed, output) with { Assumed = assumed };
            if (proof.Largest <= tolerance) WriteNetwork(write, output, network, to);
            return proof;
        }
        finally
        {
            File.Delete(trial);
        }
    }

    /// <summary>Weights alone do not tell an architecture, but the other file may: its order, where it has the modules of the first.</summary>
    private static IReadOnlyList<string> OrderFrom(string actual, ModelFormat first, string expected, ReadOptions options)
    {
        if (options is not { As: null, Order.Count: 0 } || first.Kind is not (FileKind.PyTorch or FileKind.SafeTensors) || ModelFormat.OfFile(actual) is not { Kind: FileKind.Elman } second) return [];
        ReadOptions quiet = options with { Remark = null };
        IReadOnlyList<string> order = TorchOrder.Of(ReadNetwork(second, actual, quiet));
        try
        {
            if (order.Count > 0) ReadNetwork(first, expected, quiet with { Order = order });
            return order;
        }
        catch (ElmanException)
        {
            return [];
        }
    }

    private static Module ReadNetwork(ModelFormat format, string path, ReadOptions options) =>
        format.Read?.Invoke(path, options) ?? throw new ElmanException($"{path}: {format.Title} files are not read");

    private static void WriteNetwork(Action<string, Module> write, string path, Module network, ModelFormat to)
    {
        try
        {
            write(path, network);
        }
        catch (ArgumentException failure)
        {
            throw new ElmanException($"cannot be written as {to.Title}: {failure.Message.ReplaceLineEndings(" ")}", failure);
        }
    }

    private static ConversionProof Compare(string expected, ModelFormat first, Module network, string actual, ReadOptions options, ulong seed, string? name = null)
    {
        string shown = name ?? actual;
        ReadOptions quiet = options with { Remark = null, Assumed = null };
        ModelFormat second = ModelFormat.OfFile(actual);
        Module? layers = null;
        Func<Probe, IReadOnlyList<ProbeOutput>> other = TryRerun(second, actual, network) ?? RunOf(layers = ReadNetwork(second, actual, quiet));
        Func<Probe, IReadOnlyList<ProbeOutput>> original = (options.As is null ? first.Original : null)?.Open(expected, quiet) ?? RunOf(network);
        List<ProbeComparison> worst = [];
        // A graph does not say which values it takes; layers do.
        Module teller = network is IProbed && layers is not (null or IProbed) ? layers : network;
        (int? batch, int? steps) = FixedShape(first, expected);
        (int? otherBatch, int? otherSteps) = FixedShape(second, actual);
        foreach (Probe probe in Probe.For(teller, seed, batch ?? otherBatch, steps ?? otherSteps))
        {
            try
            {
                // A small file may ask for any amount of work: a graph of few nodes, a layer that repeats a step ten million times.
                using AllocationLimit limit = AllocationLimit.Of(MostProbed + ProbedPerWeight * network.ParameterCount, TooMuch);
                Merge(worst, ProbeComparison.Of(original(probe), other(probe)));
            }
            catch (Exception failure) when (failure is InvalidOperationException or ElmanException && failure.Message.Contains(TooMuch, StringComparison.Ordinal))
            {
                throw new ElmanException($"{expected}: {failure.Message}", failure);
            }
            catch (ArgumentException failure) when (probe.IsRagged)
            {
                options.Remark?.Invoke($"not compared with sequences of different lengths: {failure.Message.ReplaceLineEndings(" ")}");
            }
            catch (ArgumentException failure)
            {
                throw new ElmanException($"{shown}: it does not take what {expected} takes: {failure.Message.ReplaceLineEndings(" ")}", failure);
            }
        }
        return new(worst, options.As is null ? first.Original?.Name : null);
    }

    private static (int? Batch, int? Steps) FixedShape(ModelFormat format, string path) => format.FixedShape?.Invoke(path) ?? default;

    private static Func<Probe, IReadOnlyList<ProbeOutput>> RunOf(Module network) => probe => probe.Run(network);

    /// <summary>Null where there is no such way, or the file is not that of the network: then it has to tell its architecture itself.</summary>
    private static Func<Probe, IReadOnlyList<ProbeOutput>>? TryRerun(ModelFormat format, string path, Module network)
    {
        try
        {
            return format.Rerun?.Invoke(path, network);
        }
        catch (Exception failure) when (failure is ElmanException or ArgumentException)
        {
            return null;
        }
    }

    private static void Merge(List<ProbeComparison> worst, IReadOnlyList<ProbeComparison> more)
    {
        foreach (ProbeComparison one in more)
        {
            int at = worst.FindIndex(other => other.Name == one.Name);
            if (at < 0) worst.Add(one);
            else worst[at] = new(one.Name, worst[at].Count + one.Count, Math.Max(worst[at].Difference, one.Difference));
        }
    }
}

/// <summary>What a conversion, or two files, were measured to differ by.</summary>
/// <param name="Outputs">The largest differences, by output.</param>
/// <param name="By">By which rules of its own system the first file was computed; null if Elman's network of the file spoke for it.</param>
public sealed record ConversionProof(IReadOnlyList<ProbeComparison> Outputs, string? By)
{
    /// <summary>What the first file does not tell and was taken for granted: no comparison proves it.</summary>
    public IReadOnlyList<string> Assumed { get; init; } = [];

    /// <summary>The largest difference of all.</summary>
    public double Largest => Outputs.Max(output => output.Difference);
}
