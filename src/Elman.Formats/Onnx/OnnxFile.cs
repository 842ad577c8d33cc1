using Google.Protobuf;
using Onnx;

namespace Elman.Formats;

/// <summary>ONNX models in and out; see docs/formats-onnx.md for what is covered.</summary>
public static class OnnxFile
{
    /// <summary>Of a protobuf message of 2 GB some megabytes are left for the rest.</summary>
    private const int MostWeights = (int.MaxValue - (1 << 24)) / sizeof(float);

    /// <summary>Reads a model as a graph that can be run. Everything in it is checked first: what is not covered is refused, and named with its place.</summary>
    /// <param name="path">The file; its constants lie inside it, or in files in its folder.</param>
    /// <exception cref="ElmanException">There is no such file, it is no sound ONNX model, or something in it is not covered.</exception>
    public static OnnxGraph Read(string path)
    {
        ModelProto model = Parse(InputFile.Guard(path, () => File.ReadAllBytes(path)), path);
        ExternalData.Bring(model, path);
        return Read(model, path);
    }

    /// <summary>Reads a model from the bytes of its file, all constants inside.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="source">What to call them in error messages.</param>
    /// <exception cref="ElmanException">They are no sound ONNX model, or something in it is not covered.</exception>
    public static OnnxGraph Read(ReadOnlySpan<byte> bytes, string source) => Read(Parse(bytes, source), source);

    /// <summary>Writes a network as a model of operator set 17, in one piece.</summary>
    /// <remarks>
    /// The input is <c>input</c> [batch, time, features], or classes [batch, time] of int64 if the network begins with an embedding, the output <c>output</c>; batch and
    /// time are free. See <see cref="OnnxWriteOptions"/> for states and lengths.
    /// </remarks>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="network">A layer, or a <see cref="Sequential"/> of layers, or a forecaster's network.</param>
    /// <param name="options">Whether states and lengths are inputs; by default both are. A forecaster's network has neither.</param>
    /// <exception cref="ArgumentException">A module, or an option of it, has no form in ONNX; the message names it.</exception>
    /// <exception cref="ElmanException">The place cannot be written; the old file, if any, is unchanged.</exception>
    public static void Write(string path, Module network, OnnxWriteOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (network.ParameterCount > MostWeights) throw new ArgumentException($"a network of {network.ParameterCount} weights does not fit the 2 GB that an ONNX file can hold");
        ModelProto model = ModuleWriter.Write(network, options ?? new OnnxWriteOptions());
        AtomicFile.Write(path, model.WriteTo);
    }

    internal static OnnxGraph Read(ModelProto model, string source) => new(GraphReader.Read(model, source));

    internal static ModelProto Parse(ReadOnlySpan<byte> bytes, string source)
    {
        try
        {
            return ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            throw new ElmanException($"{source}: it is cut off, damaged or no ONNX model; write or fetch it again");
        }
    }
}
