using Elman.Formats;

namespace Elman.Fuzz;

/// <summary>Every reader of files that come from elsewhere, and what it promises whatever the bytes are.</summary>
internal static class FileReaders
{
    /// <summary>What a reader may allocate: so much at all, and so much for each byte of the file.</summary>
    private const long FixedAllocation = 1 << 24, AllocationPerByte = 2000;

    private static readonly ReadOptions Options = new();

    /// <summary>The readers by name: null, or the network that the file of that name holds.</summary>
    public static IReadOnlyDictionary<string, Func<string, Module?>> All { get; } = new Dictionary<string, Func<string, Module?>>
    {
        ["elman"] = NetworkFile.Load,
        ["keras"] = KerasFile.Read,
        ["onnx"] = OnnxFile.Read,
        ["pytorch"] = path =>
        {
            _ = ModelFormat.Of(FileKind.PyTorch).Describe!(path, Options);
            return PyTorchFile.Read(path, Options);
        },
        ["rtneural"] = RTNeuralFile.Read,
        ["safetensors"] = path =>
        {
            _ = SafeTensorsFile.Read(path);
            return null;
        },
    };

    /// <summary>Reads a file. It may be refused, with one line; what is taken must be finite.</summary>
    /// <exception cref="InvalidOperationException">The reader has broken a promise. Other exceptions than <see cref="ElmanException"/> pass, too: none is allowed.</exception>
    public static void Check(string reader, string path)
    {
        try
        {
            FileKinds.Detect(path);
        }
        catch (ElmanException)
        {
            // A zip file that is cut off: its reader says so, too.
        }
        long before = GC.GetAllocatedBytesForCurrentThread(), length = new FileInfo(path).Length;
        try
        {
            if (All[reader](path) is { } network) CheckFinite(network);
        }
        catch (ElmanException refusal)
        {
            if (refusal.Message.Contains('\n', StringComparison.Ordinal)) throw new InvalidOperationException($"a refusal of several lines: {refusal.Message}", refusal);
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > FixedAllocation + (AllocationPerByte * length)) throw new InvalidOperationException($"{allocated} bytes were allocated for a file of {length}");
    }

    private static void CheckFinite(Module network)
    {
        foreach ((string name, Tensor value) in network.Parameters())
            if (value.Span.ContainsAnyExceptInRange(float.MinValue, float.MaxValue)) throw new InvalidOperationException($"'{name}' is not finite");
    }
}
