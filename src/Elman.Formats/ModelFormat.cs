namespace Elman.Formats;

/// <summary>One kind of file: how models of it are read and written. A new kind is one entry of <see cref="All"/>, and a line in <see cref="FileKinds"/>.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Title">Its name in a sentence.</param>
/// <param name="Extensions">What files of the kind end with, the first being the usual one.</param>
public sealed record ModelFormat(FileKind Kind, string Name, string Title, params IReadOnlyList<string> Extensions)
{
    private static readonly OriginalRules PyTorchRules = new("PyTorch's rules in double precision, on the file's own numbers", PyTorchFile.Original);

    /// <summary>Every kind that is known.</summary>
    public static IReadOnlyList<ModelFormat> All { get; } =
    [
        new(FileKind.Elman, "elman", "Elman", ".elman") { Read = (path, _) => ReadElman(path), Write = NetworkFile.Save },
        new(FileKind.PyTorch, "pytorch", "PyTorch", ".pt", ".pth", ".bin", ".ckpt") { Read = PyTorchFile.Read, Original = PyTorchRules, Describe = PyTorchFile.Describe, Rerun = PyTorchFile.Rerun },
        new(FileKind.SafeTensors, "safetensors", "safetensors", ".safetensors") { Read = PyTorchFile.Read, Write = PyTorchFile.Write, Original = PyTorchRules, Describe = PyTorchFile.Describe, Rerun = PyTorchFile.Rerun },
        new(FileKind.Onnx, "onnx", "ONNX", ".onnx")
        {
            Read = (path, _) => OnnxOriginal.Read(path),
            Write = (path, network) => OnnxFile.Write(path, network),
            Original = new("the graph as the file states it, node by node", (path, _) => OnnxOriginal.Open(path)),
            Describe = (path, _) => OnnxOriginal.Describe(path),
            Rerun = (path, _) => OnnxOriginal.Open(path),
            FixedShape = OnnxOriginal.FixedShape,
        },
        new(FileKind.Keras, "keras", "Keras", ".keras", ".h5")
        {
            Read = (path, _) => KerasFile.Read(path),
            Original = new("Keras's equations in double precision, on the file's own numbers", KerasFile.Original),
        },
        new(FileKind.RTNeural, "rtneural", "RTNeural", ".json")
        {
            Read = (path, _) => RTNeuralFile.Read(path),
            Write = RTNeuralFile.Write,
            Original = new("RTNeural's equations in double precision, on the file's own numbers", RTNeuralFile.Original),
        },
    ];

    /// <summary>Builds the network that a file holds, with its weights; null if files of the kind cannot be read.</summary>
    public Func<string, ReadOptions, Module>? Read { get; init; }

    /// <summary>Writes a network; null if files of the kind cannot be written.</summary>
    public Action<string, Module>? Write { get; init; }

    /// <summary>
    /// What the file's own system computes with it, by a path of its own: not the network that <see cref="Read"/> built, but the system's rules on the file's
    /// numbers. Null where there is no such second path; then the network that was read speaks for the file.
    /// </summary>
    public OriginalRules? Original { get; init; }

    /// <summary>Shows what a file holds, without building a network; null if the network says it all.</summary>
    public Func<string, ReadOptions, FileDescription>? Describe { get; init; }

    /// <summary>
    /// Runs a file beside the network that it should be: for a kind whose files do not tell the whole architecture, or are better run as they are. Null where the file is
    /// read into a network of its own.
    /// </summary>
    public Func<string, Module, Func<Probe, IReadOnlyList<ProbeOutput>>>? Rerun { get; init; }

    /// <summary>The batch and the number of steps that a file fixes, each null where it is free; null if files of the kind fix neither.</summary>
    public Func<string, (int? Batch, int? Steps)>? FixedShape { get; init; }

    /// <summary>The format of a kind.</summary>
    /// <exception cref="ElmanException">Files of the kind are neither read nor written.</exception>
    public static ModelFormat Of(FileKind kind) => All.FirstOrDefault(format => format.Kind == kind) ?? throw new ElmanException($"{kind} files are not covered");

    /// <summary>The format of a file that is there, by its content.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ElmanException">There is no such file, or it is of no known kind.</exception>
    public static ModelFormat OfFile(string path) => FileKinds.Detect(path) is var kind and not FileKind.Unknown ? Of(kind)
        : FileKinds.IsLfsPointer(path) ? throw new ElmanException($"{path}: a pointer to a file that Git LFS keeps, not the file; fetch it with git lfs pull")
        : throw new ElmanException($"{path}: its content is not that of a model file that Elman knows; check that it is the right file");

    /// <summary>The format that a file which is to be written has by its name, or null.</summary>
    public static ModelFormat? ByExtension(string path) =>
        All.FirstOrDefault(format => format.Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase));

    /// <summary>A network, or that of a task.</summary>
    private static Module ReadElman(string path)
    {
        ModelFile file = ModelFile.Read(path);
        if (file.Task != Forecaster.TaskName) return NetworkFile.Load(file);
        return Forecaster.Load(path).Nets is [ForecastNet first, ..] ? first : throw new ElmanException($"{path}: the forecaster averages simple methods; there is no network in it");
    }
}

/// <summary>A second way to compute what a file says, apart from the network that is made of it.</summary>
/// <param name="Name">What is computed, for people.</param>
/// <param name="Open">Reads the file and gives what runs a probe.</param>
public sealed record OriginalRules(string Name, Func<string, ReadOptions, Func<Probe, IReadOnlyList<ProbeOutput>>> Open);
