using System.Text.Json;

namespace Elman.Formats;

/// <summary>
/// Models that Keras has saved: <c>.keras</c> archives (Keras 2.12 and later) and <c>.h5</c> files with the whole model (all versions). Architecture and weights become
/// layers of this library.
/// </summary>
/// <example><code>
/// Sequential model = KerasFile.Read("sentiment.keras");
/// Tensor probability = model.Forward(Tensor.From(words, 1, words.Length));
/// </code></example>
public static class KerasFile
{
    private static ReadOnlySpan<byte> ZipMagic => "PK\u0003\u0004"u8;

    private static ReadOnlySpan<byte> HdfMagic => [0x89, (byte)'H', (byte)'D', (byte)'F', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Reads a sequential model, or a functional one that is a chain; strictly: every setting is understood, every weight is used, fits and is finite.</summary>
    /// <param name="path">The file; its kind is seen from its content.</param>
    /// <returns>The layers, which take [N, L, I], or classes [N, L] if the first is an embedding.</returns>
    /// <exception cref="ElmanException">There is no such file, it is damaged, or the model has something that cannot be done here; the message names the layer.</exception>
    public static Sequential Read(string path) => Read(path, KerasModel.Build);

    /// <summary>What Keras computes with a model, by the equations of its documentation.</summary>
    internal static Func<Probe, IReadOnlyList<ProbeOutput>> Original(string path, ReadOptions options) => Read(path, (layers, arrays, version) =>
    {
        KerasRecorder recorder = new(arrays);
        KerasModel.Build(layers, recorder, version);
        return KerasTwin.Of([.. layers.Select(layer => (layer, recorder.Of(layer)))], version);
    }).Run;

    private static T Read<T>(string path, KerasUse<T> use)
    {
        byte[] bytes = InputFile.Read(path, InputFile.ReadAll);
        try
        {
            if (bytes.AsSpan().StartsWith(ZipMagic)) return KerasArchive.Read(bytes, use);
            if (bytes.AsSpan().StartsWith(HdfMagic)) return KerasLegacyFile.Read(bytes, use);
            throw new ElmanException("neither a .keras archive nor an HDF5 file");
        }
        catch (ElmanException failure)
        {
            throw new ElmanException($"{path}: {failure.Message}", failure);
        }
        catch (Exception failure) when (failure is InvalidOperationException or JsonException)
        {
            // What System.Text.Json says of what is no JSON, and of strings that are no Unicode; and what a network of more values than the file has says.
            throw new ElmanException($"{path}: {failure.Message.ReplaceLineEndings(" ")}; the file is damaged", failure);
        }
    }
}
