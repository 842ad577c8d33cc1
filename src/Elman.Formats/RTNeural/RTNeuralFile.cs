using System.Text;
using System.Text.Json;

namespace Elman.Formats;

/// <summary>
/// Models as JSON in the way of RTNeural, a library that runs small networks inside audio plug-ins (https://github.com/jatinchowdhury18/RTNeural): a list of layers
/// with weights in Keras's order, or a PyTorch state dict whose tensors are nested arrays. Files of AIDA-X, with gains and a skip from input to output, and of GuitarML
/// (NeuralPi, Proteus) are read too.
/// </summary>
/// <example><code>
/// Sequential amplifier = RTNeuralFile.Read("amplifier.json");
/// RecurrentStream stream = amplifier.OpenStream();
/// for (int i = 0; i &lt; samples.Length; i++) samples[i] = stream.Step(samples[i])[0];
/// </code></example>
public static class RTNeuralFile
{
    private static readonly (string Token, string Overflow)[] NotJson = [("NaN", "9e999"), ("-Infinity", "-9e999"), ("Infinity", "9e999")];

    /// <summary>Reads a model, strictly: every key is known, every weight is used, fits and is finite.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Layers that take sequences [N, L, I].</returns>
    /// <remarks>A state dict does not say what lies between its layers: they are applied one after the other in the file's order, without activations.</remarks>
    /// <exception cref="ElmanException">There is no such file, or it holds no such model; the message names the layer.</exception>
    public static Sequential Read(string path) => Read(path, Read);

    /// <summary>What RTNeural computes with a model.</summary>
    internal static Func<Probe, IReadOnlyList<ProbeOutput>> Original(string path, ReadOptions options) => Read(path, root =>
    {
        Read(root);
        return RTNeuralTwin.Of(root);
    }).Run;

    /// <summary>Writes a model in one piece, with weights in Keras's order. Read again it computes the same bits; dropout, which changes no output, is left out.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="network">A <see cref="Sequential"/> of <see cref="Linear"/>, <see cref="Conv1d"/>, <see cref="Lstm"/>, <see cref="Gru"/>, <see cref="Activate"/> (tanh, ReLU, sigmoid, ELU),
    /// <see cref="Softmax"/> and <see cref="Dropout"/>, nested at will; or one of them.</param>
    /// <exception cref="ArgumentException">The format has no words for a module, or for one of its options, or a weight is not finite; the message names it.</exception>
    /// <exception cref="ElmanException">The place cannot be written; the old file, if any, is unchanged.</exception>
    public static void Write(string path, Module network)
    {
        ArgumentNullException.ThrowIfNull(network);
        AtomicFile.Write(path, stream => RTNeuralWriter.Write(stream, network));
    }

    private static T Read<T>(string path, Func<JsonElement, T> use)
    {
        byte[] bytes = InputFile.Read(path, InputFile.ReadAll);
        try
        {
            using JsonDocument json = Parse(bytes);
            return use(json.RootElement);
        }
        catch (ElmanException failure)
        {
            throw new ElmanException($"{path}: {failure.Message}", failure);
        }
        catch (InvalidOperationException failure)
        {
            // What JsonElement says of strings that are no Unicode.
            throw new ElmanException($"{path}: {failure.Message.ReplaceLineEndings(" ")}; the file is damaged", failure);
        }
    }

    private static Sequential Read(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("layers", out _)) return RTNeuralLayers.Read(root);
        if (GuitarMLFile.Fits(root)) return GuitarMLFile.Read(root);
        if (RTNeuralStateDict.Fits(root)) return RTNeuralStateDict.Read(root);
        throw new ElmanException("this JSON is no model of RTNeural: it has neither 'layers' nor named arrays of weights");
    }

    /// <summary>Parses the document. JSON has no NaN, but Python writes it: then it counts as a number that is not finite, so that the layer is named.</summary>
    private static JsonDocument Parse(byte[] bytes)
    {
        try
        {
            return JsonDocument.Parse(bytes);
        }
        catch (JsonException failure)
        {
            ElmanException damaged = new($"this is no JSON: {failure.Message.ReplaceLineEndings(" ")}", failure);
            if (bytes.AsSpan().IndexOf("NaN"u8) < 0 && bytes.AsSpan().IndexOf("Infinity"u8) < 0) throw damaged;
            string text = Encoding.UTF8.GetString(bytes);
            foreach ((string token, string overflow) in NotJson) text = text.Replace(token, overflow, StringComparison.Ordinal);
            try
            {
                return JsonDocument.Parse(text);
            }
            catch (JsonException)
            {
                throw damaged;
            }
        }
    }
}
