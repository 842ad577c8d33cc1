using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.utils.rnn;

namespace Elman.Peers;

// Inside the namespace, where it comes before Elman's own.
using Tensor = TorchSharp.torch.Tensor;

/// <summary>A row in libtorch, through TorchSharp.</summary>
internal sealed class TorchLayer : ILayerContender
{
    private readonly LayerRow _row;
    private readonly nn.Module _module;
    private readonly Func<Tensor, Tensor> _forward;
    private readonly Tensor _input, _slope;
    private readonly Tensor? _lengths;

    public TorchLayer(LayerProblem problem, int threads)
    {
        set_num_threads(threads);
        _row = problem.Row;
        (_module, _forward) = Create();
        _module.eval();
        LoadWeights(_module, problem.Weights);
        _input = tensor(Axes.Swap<float>(problem.Input, _row.N, _row.L, _row.I), [_row.L, _row.N, _row.I]).requires_grad_();
        _slope = tensor(Axes.Swap<float>(problem.Slope, _row.N, _row.L, _row.Directions * _row.H), [_row.L, _row.N, _row.Directions * _row.H]);
        if (_row.Ragged) _lengths = tensor(Array.ConvertAll(problem.Lengths, length => (long)length));
    }

    public string Library => Libraries.Torch;

    public bool Trains => true;

    public static void LoadWeights(nn.Module module, IReadOnlyList<Weight> weights)
    {
        using IDisposable unrecorded = no_grad();
        Dictionary<string, Parameter> parameters = module.named_parameters().ToDictionary(named => named.name, named => named.parameter);
        foreach (Weight weight in weights)
        {
            using Tensor values = tensor(weight.Values, Array.ConvertAll(weight.Shape, extent => (long)extent));
            parameters[weight.Name].copy_(values);
        }
    }

    public void Infer()
    {
        using IDisposable inference = inference_mode();
        using var scope = NewDisposeScope();
        _forward(_input);
    }

    public void Train()
    {
        using var scope = NewDisposeScope();
        _module.zero_grad();
        _input.grad = null;
        _forward(_input).backward([_slope]);
    }

    public float[] Output()
    {
        using IDisposable inference = inference_mode();
        using var scope = NewDisposeScope();
        return BatchFirst(_forward(_input), _row.Directions * _row.H);
    }

    public IReadOnlyDictionary<string, float[]> Gradients()
    {
        Train();
        using var scope = NewDisposeScope();
        Dictionary<string, float[]> gradients = _module.named_parameters().ToDictionary(named => named.name, named => named.parameter.grad!.data<float>().ToArray());
        gradients.Add("input", BatchFirst(_input.grad!, _row.I));
        return gradients;
    }

    public void Dispose()
    {
        _module.Dispose();
        _input.Dispose();
        _slope.Dispose();
        _lengths?.Dispose();
    }

    private (nn.Module Module, Func<Tensor, Tensor> Forward) Create()
    {
        switch (_row.Cell)
        {
            case "lstm":
                LSTM lstm = nn.LSTM(_row.I, _row.H, _row.Layers, bidirectional: _row.Bidirectional);
                return (lstm, input => _lengths is null ? lstm.call(input).Item1 : Unpacked(lstm.call(Packed(input)).Item1));
            case "gru":
                GRU gru = nn.GRU(_row.I, _row.H, _row.Layers, bidirectional: _row.Bidirectional);
                return (gru, input => _lengths is null ? gru.call(input).Item1 : Unpacked(gru.call(Packed(input)).Item1));
            default:
                RNN rnn = nn.RNN(_row.I, _row.H, _row.Layers, nn.NonLinearities.Tanh, bidirectional: _row.Bidirectional);
                return (rnn, input => _lengths is null ? rnn.call(input).Item1 : Unpacked(rnn.call(Packed(input)).Item1));
        }
    }

    private PackedSequence Packed(Tensor input) => pack_padded_sequence(input, _lengths!, enforce_sorted: false);

    private Tensor Unpacked(PackedSequence output) => pad_packed_sequence(output, total_length: _row.L).Item1;

    private float[] BatchFirst(Tensor timeMajor, int inner) => Axes.Swap<float>(timeMajor.contiguous().data<float>().ToArray(), _row.L, _row.N, inner);
}
