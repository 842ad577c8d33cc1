using Microsoft.ML.OnnxRuntime;

namespace Elman.Peers;

// Inside the namespace, where it comes before Elman's own.
using RunOptions = Microsoft.ML.OnnxRuntime.RunOptions;

/// <summary>A stream in ONNX Runtime: two sets of states, bound once; each step reads one and writes the other.</summary>
internal sealed class OnnxStream : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly OrtIoBinding[] _bindings = new OrtIoBinding[2];
    private readonly List<OrtValue> _values = [];
    private readonly float[][] _hidden;
    private int _current;

    public OnnxStream(LayerProblem problem)
    {
        LayerRow row = problem.Row;
        using SessionOptions options = OnnxLayer.Options(threads: 1);
        _session = new InferenceSession(OnnxModel.Of(row, problem.Weights, step: true), options);
        _hidden = [new float[row.H], new float[row.H]];
        OrtValue input = Value(problem.Input, 1, 1, row.I);
        OrtValue[] hidden = [Value(_hidden[0], 1, 1, row.H), Value(_hidden[1], 1, 1, row.H)];
        OrtValue[] cell = [Value(new float[row.H], 1, 1, row.H), Value(new float[row.H], 1, 1, row.H)];
        for (int from = 0; from < 2; from++)
        {
            OrtIoBinding binding = _bindings[from] = _session.CreateIoBinding();
            binding.BindInput("x", input);
            binding.BindInput("h", hidden[from]);
            binding.BindOutput("h_next", hidden[1 - from]);
            if (row.Cell != "lstm") continue;
            binding.BindInput("c", cell[from]);
            binding.BindOutput("c_next", cell[1 - from]);
        }
    }

    public float[] Output => _hidden[_current];

    public void Step()
    {
        _session.RunWithBinding(_options, _bindings[_current]);
        _current = 1 - _current;
    }

    public void Dispose()
    {
        foreach (OrtIoBinding binding in _bindings) binding.Dispose();
        foreach (OrtValue value in _values) value.Dispose();
        _options.Dispose();
        _session.Dispose();
    }

    private OrtValue Value(float[] values, params ReadOnlySpan<int> shape)
    {
        OrtValue value = OrtValue.CreateTensorValueFromMemory(values, Array.ConvertAll(shape.ToArray(), extent => (long)extent));
        _values.Add(value);
        return value;
    }
}
