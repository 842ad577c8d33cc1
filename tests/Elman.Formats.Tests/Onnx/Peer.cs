using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Elman.Formats.Tests.Onnx;

/// <summary>ONNX Runtime, live: the oracle of what it accepts.</summary>
internal static class Peer
{
    /// <summary>All outputs of a model. Inputs are converted to the types that the model states.</summary>
    public static Dictionary<string, Tensor> Run(byte[] model, IReadOnlyDictionary<string, Tensor> inputs)
    {
        using SessionOptions options = new() { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        using InferenceSession session = new(model, options);
        List<NamedOnnxValue> values = [.. inputs.Select(input => Value(input.Key, input.Value, session.InputMetadata[input.Key].ElementDataType))];
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results = session.Run(values);
        return results.ToDictionary(result => result.Name, Tensor);
    }

    /// <summary>Runs a model here and there and compares every output.</summary>
    public static void Agrees(TestModel model, float tolerance, params (string Name, Tensor Value)[] inputs) =>
        Agrees(model.Bytes, tolerance, inputs.ToDictionary(input => input.Name, input => input.Value));

    /// <inheritdoc cref="Agrees(TestModel, float, ValueTuple{string, Tensor}[])"/>
    public static void Agrees(byte[] model, float tolerance, IReadOnlyDictionary<string, Tensor> inputs)
    {
        IReadOnlyDictionary<string, Tensor> own = OnnxFile.Read(model, "test.onnx").Run(inputs);
        Dictionary<string, Tensor> peer = Run(model, inputs);
        Assert.Equal(peer.Keys.Order(), own.Keys.Order());
        foreach ((string name, Tensor expected) in peer)
        {
            Assert.Equal(expected.Shape, own[name].Shape);
            Near.Equal(expected.Span, own[name].Span, tolerance);
        }
    }

    private static NamedOnnxValue Value(string name, Tensor tensor, TensorElementType type)
    {
        int[] shape = tensor.Shape.Extents.ToArray();
        float[] floats = tensor.Span.ToArray();
        return type switch
        {
            TensorElementType.Int64 => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<long>(Array.ConvertAll(floats, value => (long)value), shape)),
            TensorElementType.Int32 => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<int>(Array.ConvertAll(floats, value => (int)value), shape)),
            TensorElementType.Bool => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<bool>(Array.ConvertAll(floats, value => value != 0), shape)),
            _ => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>(floats, shape)),
        };
    }

    private static Tensor Tensor(DisposableNamedOnnxValue result) => result.ElementType switch
    {
        TensorElementType.Int64 => Wrapped(result.AsTensor<long>(), value => value),
        TensorElementType.Int32 => Wrapped(result.AsTensor<int>(), value => value),
        TensorElementType.Bool => Wrapped(result.AsTensor<bool>(), value => value ? 1 : 0),
        _ => Wrapped(result.AsTensor<float>(), value => value),
    };

    private static Tensor Wrapped<T>(Tensor<T> tensor, Func<T, float> convert) => Elman.Tensor.From([.. tensor.Select(convert)], tensor.Dimensions);
}
