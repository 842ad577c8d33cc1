using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Elman.Peers;

// Inside the namespace, where it comes before Elman's own.
using Tensor = TorchSharp.torch.Tensor;

/// <summary>A stream in libtorch: the layer over one step, with the states passed in and handed back.</summary>
internal sealed class TorchStream : IDisposable
{
    private readonly nn.Module _module;
    private readonly Tensor _input;
    private Tensor _hidden, _cell;

    public TorchStream(LayerProblem problem)
    {
        set_num_threads(1);
        LayerRow row = problem.Row;
        _module = row.Cell == "lstm" ? nn.LSTM(row.I, row.H) : nn.GRU(row.I, row.H);
        _module.eval();
        TorchLayer.LoadWeights(_module, problem.Weights);
        _input = tensor(problem.Input, [1, 1, row.I]);
        (_hidden, _cell) = (zeros(1, 1, row.H), zeros(1, 1, row.H));
    }

    public float[] Output => _hidden.data<float>().ToArray();

    public void Step()
    {
        using IDisposable inference = inference_mode();
        if (_module is LSTM lstm)
        {
            (Tensor output, Tensor hidden, Tensor cell) = lstm.call(_input, (_hidden, _cell));
            output.Dispose();
            _cell.Dispose();
            Replace(hidden);
            _cell = cell;
        }
        else
        {
            (Tensor output, Tensor hidden) = ((GRU)_module).call(_input, _hidden);
            output.Dispose();
            Replace(hidden);
        }
    }

    public void Dispose()
    {
        _module.Dispose();
        _input.Dispose();
        _hidden.Dispose();
        _cell.Dispose();
    }

    private void Replace(Tensor hidden)
    {
        _hidden.Dispose();
        _hidden = hidden;
    }
}
