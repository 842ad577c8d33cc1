using Microsoft.ML.OnnxRuntime;

namespace Elman.Peers;

// Inside the namespace, where it comes before Elman's own.
using RunOptions = Microsoft.ML.OnnxRuntime.RunOptions;

/// <summary>A row in ONNX Runtime. Inputs and outputs are bound once, so that a run allocates none.</summary>
internal sealed class OnnxLayer : ILayerContender
{
    private readonly LayerRow _row;
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly OrtIoBinding _binding;
    private readonly List<OrtValue> _values = [];
    private readonly float[] _output;

    public OnnxLayer(LayerProblem problem, int threads)
    {
        _row = problem.Row;
        using SessionOptions options = Options(threads);
        _session = new InferenceSession(OnnxModel.Of(_row, problem.Weights), options);
        _binding = _session.CreateIoBinding();
        _output = new float[_row.L * _row.Directions * _row.N * _row.H];
        _binding.BindInput("x", Value(Axes.Swap<float>(problem.Input, _row.N, _row.L, _row.I), _row.L, _row.N, _row.I));
        if (_row.Ragged) _binding.BindInput("lengths", Value(problem.Lengths, _row.N));
        _binding.BindOutput("y", Value(_output, _row.L, _row.Directions, _row.N, _row.H));
    }

    public string Library => Libraries.Onnx;

    /// <summary>ONNX Runtime for .NET has no training any more.</summary>
    public bool Trains => false;

    public static SessionOptions Options(int threads) => new()
    {
        IntraOpNumThreads = threads,
        InterOpNumThreads = 1,
        LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
    };

    public void Infer() => _session.RunWithBinding(_options, _binding);

    public void Train() => throw new NotSupportedException();

    public float[] Output()
    {
        Infer();
        float[] sideBySide = Enumerable.Range(0, _row.L).SelectMany(time => Axes.Swap<float>(_output.AsSpan(time * _row.Directions * _row.N * _row.H, _row.Directions * _row.N * _row.H), _row.Directions, _row.N, _row.H)).ToArray();
        return Axes.Swap<float>(sideBySide, _row.L, _row.N, _row.Directions * _row.H);
    }

    public IReadOnlyDictionary<string, float[]> Gradients() => throw new NotSupportedException();

    public void Dispose()
    {
        _binding.Dispose();
        foreach (OrtValue value in _values) value.Dispose();
        _options.Dispose();
        _session.Dispose();
    }

    private OrtValue Value<T>(T[] values, params ReadOnlySpan<int> shape)
        where T : unmanaged
    {
        OrtValue value = OrtValue.CreateTensorValueFromMemory(values, Array.ConvertAll(shape.ToArray(), extent => (long)extent));
        _values.Add(value);
        return value;
    }
}
