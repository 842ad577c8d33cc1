using System.Text.Json;

namespace Elman.Formats;

/// <summary>Builds the modules of a chain of Keras's layers and fills them.</summary>
internal sealed class KerasModel
{
    private readonly IKerasArrays _arrays;
    private readonly KerasVersion _version;
    private readonly List<Module> _modules = [];

    /// <summary>The mask over all modules from one on, if there is one: its place and the value of masked steps.</summary>
    private (int From, float Value)? _mask;

    /// <summary>Values per step; null while it is not known.</summary>
    private int? _size;

    /// <summary>Whether there are steps, [N, L, ..], rather than rows [N, ..]; null while it is not known.</summary>
    private bool? _steps;

    private KerasModel(IKerasArrays arrays, KerasVersion version) => (_arrays, _version) = (arrays, version);

    /// <summary>The network of some layers.</summary>
    /// <exception cref="ElmanException">A layer, a setting or an array is not understood, or does not fit.</exception>
    public static Sequential Build(KerasLayer[] layers, IKerasArrays arrays, KerasVersion version)
    {
        KerasModel model = new(arrays, version);
        foreach (KerasLayer layer in layers) model.Add(layer);
        arrays.Finish();
        if (model._mask is not var (from, value)) return new Sequential([.. model._modules]);
        return new Sequential([.. model._modules[..from], new Masking(value, new Sequential([.. model._modules[from..]]))]);
    }

    /// <summary>Keeps a network to the size of its arrays, each of which passes through a few tensors on its way into a layer.</summary>
    public static AllocationLimit Limit(byte[] arrays) => AllocationLimit.Of((1 << 16) + (4L * arrays.Length));

    /// <summary>Refuses an array of another shape.</summary>
    public static void Check(KerasLayer layer, string name, Tensor array, params ReadOnlySpan<int> expected)
    {
        if (array.Shape != new Shape(expected)) throw new ElmanException($"{layer}: '{name}' has shape {array.Shape}, expected {new Shape(expected)}");
    }

    private void Add(KerasLayer layer)
    {
        if (_modules.Count == 0 && _size is null && _steps is null) ReadInputShape(layer);
        switch (layer.Class)
        {
            case "InputLayer": AddInput(layer); break;
            case "CuDNNLSTM" or "CuDNNGRU":
                throw new ElmanException($"{layer}: its weights lie as cuDNN wants them, which are not read; load them in Keras into {layer.Class["CuDNN".Length..]}(…, recurrent_activation='sigmoid'{(layer.Class == "CuDNNGRU" ? ", reset_after=True" : "")}) and save that");
            case "Embedding": AddEmbedding(layer); break;
            case "SimpleRNN" or "LSTM" or "GRU": AddRecurrent(layer); break;
            case "Bidirectional": AddBidirectional(layer); break;
            case "TimeDistributed": AddTimeDistributed(layer); break;
            case "Masking": AddMasking(layer); break;
            case "RepeatVector": AddRepeat(layer); break;
            default: AddStepwise(layer, layer, "", ""); break;
        }
    }

    /// <summary>Layers that treat each step alone.</summary>
    /// <param name="layer">The layer that the model has.</param>
    /// <param name="inner">The same, or the one that it wraps.</param>
    /// <param name="prefix">Where the arrays stand within the layer in an archive.</param>
    /// <param name="within">What their full names in an HDF5 file contain.</param>
    private void AddStepwise(KerasLayer layer, KerasLayer inner, string prefix, string within)
    {
        KerasSettings settings = new(inner, _version);
        switch (inner.Class)
        {
            case "Dense": AddDense(layer, settings, prefix, within); break;
            case "LayerNormalization": AddLayerNormalization(layer, settings, prefix, within); break;
            case "BatchNormalization": AddBatchNormalization(layer, settings, prefix, within); break;
            case "Activation": AddActivation(settings.ActivationModule("activation")); break;
            case "Dropout": AddDropout(settings); break;
            default:
                throw new ElmanException(
                    $"{inner}: there is no such layer here; known are InputLayer, Embedding, SimpleRNN, LSTM, GRU, Bidirectional, Dense, LayerNormalization, BatchNormalization, Dropout, TimeDistributed, Activation, Masking, RepeatVector");
        }
        settings.Finish();
    }

    private void AddInput(KerasLayer layer)
    {
        KerasSettings settings = new(layer, _version);
        settings.Ignore("optional");
        settings.Unset("sparse", "inputs are dense here");
        settings.Unset("ragged", "sequences of different lengths are padded here, and come with their lengths");
        settings.Finish();
        if (_modules.Count > 0) throw new ElmanException($"{layer}: is not the first layer");
    }

    /// <summary>The shape that the first layer states: [null, L, I], or [null, I], or classes [null, L].</summary>
    private void ReadInputShape(KerasLayer layer)
    {
        if (!layer.Config.TryGetProperty("batch_shape", out JsonElement shape) && !layer.Config.TryGetProperty("batch_input_shape", out shape)) return;
        if (shape.ValueKind != JsonValueKind.Array || shape.GetArrayLength() is < 2 or > 3)
            throw new ElmanException($"{layer}: inputs of shape {shape.GetRawText().ReplaceLineEndings("")} are not read; expected [null, L, I] or [null, I]");
        _steps = shape.GetArrayLength() == 3;
        JsonElement last = shape[shape.GetArrayLength() - 1];
        _size = last.ValueKind == JsonValueKind.Number && last.TryGetInt32(out int size) && size > 0 ? size : null;
    }

    private void AddEmbedding(KerasLayer layer)
    {
        if (_modules.Count > 0) throw new ElmanException($"{layer}: an embedding is read as the first layer only");
        if (_steps == true && _size != 1) throw new ElmanException($"{layer}: takes one class per step, [null, L]");
        KerasSettings settings = new(layer, _version);
        int classes = settings.Size("input_dim"), dimension = settings.Size("output_dim");
        bool mask = settings.Flag("mask_zero", false);
        settings.Ignore("input_length", "sparse");
        if (settings.Has("lora_rank")) throw new ElmanException($"{layer}: 'lora_rank' is set; merge the adapters into the weights first");
        settings.Finish();
        Tensor[] arrays = _arrays.Take(layer, [new KerasArray("embeddings", "vars/0")]);
        Check(layer, "embeddings", arrays[0], classes, dimension);
        if (mask) Mask(layer, 0);
        Embedding module = new(classes, dimension, new RandomStream(0));
        Load(layer, module, new() { ["weight"] = arrays[0] });
        (_size, _steps) = (dimension, true);
    }

    private void AddMasking(KerasLayer layer)
    {
        KerasSettings settings = new(layer, _version);
        float value = settings.Number("mask_value", 0);
        settings.Finish();
        NeedSteps(layer);
        Mask(layer, value);
    }

    private void Mask(KerasLayer layer, float value) =>
        _mask = _mask is null ? (_modules.Count, value) : throw new ElmanException($"{layer}: is a second mask in the chain; one is read");

    private void AddRecurrent(KerasLayer layer)
    {
        KerasCell cell = KerasCell.Of(layer, _version);
        if (cell.Backwards && cell.Sequences)
            throw new ElmanException($"{layer}: 'go_backwards' with 'return_sequences' reverses the outputs in time; only the last output, or a Bidirectional layer, is read");
        Tensor[] arrays = _arrays.Take(layer, [.. cell.Arrays()]);
        int inputs = Inputs(layer, cell, arrays[0]);
        cell.Check(layer, arrays, inputs);
        Dictionary<string, Tensor> parameters = [];
        cell.AddParameters(parameters, arrays, "_l0");
        Load(layer, cell.Layer(inputs, cell.Backwards ? Direction.Reverse : Direction.Forward), parameters);
        Finish(cell, cell.Units, cell.Backwards ? cell.Units : 0);
    }

    private void AddBidirectional(KerasLayer layer)
    {
        KerasSettings settings = new(layer, _version);
        KerasLayer forward = settings.Inner("layer");
        KerasCell cell = Recurrent(forward);
        if (settings.Has("backward_layer") && Recurrent(settings.Inner("backward_layer")) is var backward && backward != cell with { Backwards = true })
            throw new ElmanException($"{layer}: the backward layer has other settings than the forward one");
        if (cell.Backwards) throw new ElmanException($"{layer}: the forward layer has 'go_backwards'");
        if (!settings.Has("merge_mode")) throw new ElmanException($"{layer}: 'merge_mode' is null, which makes two outputs; models of one output are read");
        Merge merge = MergeOf(layer, settings.Text("merge_mode"));
        settings.Finish();
        Tensor[] arrays = _arrays.Take(layer, [.. cell.Arrays("forward_layer/", "/forward_"), .. cell.Arrays("backward_layer/", "/backward_")]);
        Tensor[][] directions = [arrays[..(arrays.Length / 2)], arrays[(arrays.Length / 2)..]];
        int inputs = Inputs(layer, cell, arrays[0]);
        Dictionary<string, Tensor> parameters = [];
        for (int i = 0; i < 2; i++)
        {
            cell.Check(layer, directions[i], inputs);
            cell.AddParameters(parameters, directions[i], i == 0 ? "_l0" : "_l0_reverse");
        }
        // The last outputs of the two directions belong to different steps, so they can be merged only after they have been taken.
        Load(layer, cell.Layer(inputs, Direction.Both, cell.Sequences ? merge : Merge.Concat), parameters);
        Finish(cell, merge == Merge.Concat ? 2 * cell.Units : cell.Units, cell.Units);
        if (!cell.Sequences && merge != Merge.Concat) _modules.Add(new MergeHalves(merge));
    }

    private static Merge MergeOf(KerasLayer layer, string mode) => mode switch
    {
        "concat" => Merge.Concat,
        "sum" => Merge.Sum,
        "mul" => Merge.Product,
        "ave" => Merge.Mean,
        _ => throw new ElmanException($"{layer}: 'merge_mode' is {SafeTensorsHeader.Quote(mode)}; known are concat, sum, mul, ave"),
    };

    private KerasCell Recurrent(KerasLayer layer) => layer.Class is "SimpleRNN" or "LSTM" or "GRU"
        ? KerasCell.Of(layer, _version)
        : throw new ElmanException($"{layer}: such a layer is not read in both directions; read are SimpleRNN, LSTM and GRU");

    /// <summary>I, which the first kernel tells if nothing else has.</summary>
    private int Inputs(KerasLayer layer, KerasCell cell, Tensor kernel)
    {
        NeedSteps(layer);
        if (cell.ZeroForMask && _mask is not null) throw new ElmanException($"{layer}: 'zero_output_for_mask' is true; a masked step has the output of the step before it here");
        return _size ?? (kernel.Rank == 2 && kernel.Shape[0] > 0 ? kernel.Shape[0] : throw new ElmanException($"{layer}: 'kernel' has shape {kernel.Shape}, expected [inputs, {cell.Gates * cell.Units}]"));
    }

    private void Finish(KerasCell cell, int outputs, int reversed)
    {
        if (!cell.Sequences) _modules.Add(new LastStep(reversed));
        (_size, _steps) = (outputs, cell.Sequences);
    }

    private void AddTimeDistributed(KerasLayer layer)
    {
        NeedSteps(layer);
        KerasSettings settings = new(layer, _version);
        KerasLayer inner = settings.Inner("layer");
        settings.Finish();
        AddStepwise(layer, inner, "layer/", "");
    }

    private void AddRepeat(KerasLayer layer)
    {
        KerasSettings settings = new(layer, _version);
        int count = settings.Size("n");
        settings.Finish();
        if (_steps == true) throw new ElmanException($"{layer}: takes rows, [N, F], not sequences");
        _modules.Add(new Repeat(count));
        _steps = true;
    }

    private void AddDense(KerasLayer layer, KerasSettings settings, string prefix, string within)
    {
        int units = settings.Size("units");
        bool bias = settings.Flag("use_bias");
        Module? activation = settings.ActivationModule("activation");
        if (settings.Has("lora_rank")) throw new ElmanException($"{layer}: 'lora_rank' is set; merge the adapters into the weights first");
        settings.Ignore("lora_alpha");
        List<KerasArray> wanted = [new("kernel", $"{prefix}vars/0", within)];
        if (bias) wanted.Add(new("bias", $"{prefix}vars/1", within));
        Tensor[] arrays = _arrays.Take(layer, wanted);
        int inputs = _size ?? (arrays[0].Rank == 2 ? arrays[0].Shape[0] : 0);
        Check(layer, "kernel", arrays[0], inputs, units);
        if (arrays[0].Count == 0) throw new ElmanException($"{layer}: 'kernel' of shape {arrays[0].Shape} is empty");
        Dictionary<string, Tensor> parameters = new() { ["weight"] = arrays[0].Transpose() };
        if (bias)
        {
            Check(layer, "bias", arrays[1], units);
            parameters["bias"] = arrays[1];
        }
        Load(layer, new Linear(inputs, units, new RandomStream(0), bias), parameters);
        AddActivation(activation);
        _size = units;
    }

    private void AddLayerNormalization(KerasLayer layer, KerasSettings settings, string prefix, string within)
    {
        float epsilon = settings.Number("epsilon");
        bool center = settings.Flag("center", true), scale = settings.Flag("scale", true);
        settings.Unset("rms_scaling", "the mean is always subtracted here");
        CheckInnermost(layer, settings);
        List<KerasArray> wanted = [];
        if (scale) wanted.Add(new("gamma", $"{prefix}vars/{wanted.Count}", within));
        if (center) wanted.Add(new("beta", $"{prefix}vars/{wanted.Count}", within));
        Tensor[] arrays = _arrays.Take(layer, wanted);
        int size = _size ?? (arrays.Length > 0 ? arrays[0].Count : throw new ElmanException($"{layer}: nothing tells its size"));
        foreach ((KerasArray array, Tensor values) in wanted.Zip(arrays)) Check(layer, array.Name, values, size);
        Load(layer, new LayerNorm(size, epsilon), new() { ["weight"] = scale ? arrays[0] : Tensor.Ones(size), ["bias"] = center ? arrays[^1] : Tensor.Zeros(size) });
        _size = size;
    }

    /// <summary>
    /// At inference, a scale and a shift of each value by fixed numbers: y = γ (x − μ) / √(σ² + ε) + β (Ioffe and Szegedy 2015, algorithm 2). It becomes a linear layer with these on its
    /// diagonal.
    /// </summary>
    private void AddBatchNormalization(KerasLayer layer, KerasSettings settings, string prefix, string within)
    {
        float epsilon = settings.Number("epsilon");
        bool center = settings.Flag("center", true), scale = settings.Flag("scale", true);
        settings.Ignore("momentum", "renorm", "renorm_clipping", "renorm_momentum", "fused", "virtual_batch_size", "adjustment", "mode", "synchronized");
        settings.Ignore("moving_mean_initializer", "moving_variance_initializer");
        CheckInnermost(layer, settings);
        List<KerasArray> wanted = [];
        if (scale) wanted.Add(new("gamma", $"{prefix}vars/{wanted.Count}", within));
        if (center) wanted.Add(new("beta", $"{prefix}vars/{wanted.Count}", within));
        foreach (string moving in (ReadOnlySpan<string>)["moving_mean", "moving_variance"]) wanted.Add(new(moving, $"{prefix}vars/{wanted.Count}", within));
        Tensor[] arrays = _arrays.Take(layer, wanted);
        int size = _size ?? arrays[^1].Count;
        foreach ((KerasArray array, Tensor values) in wanted.Zip(arrays)) Check(layer, array.Name, values, size);
        ReadOnlySpan<float> mean = arrays[^2].Span, variance = arrays[^1].Span;
        Tensor weight = Tensor.Zeros(size, size), bias = Tensor.Zeros(size);
        for (int i = 0; i < size; i++)
        {
            double factor = (scale ? arrays[0].Span[i] : 1) / Math.Sqrt((double)variance[i] + epsilon);
            weight.Writable()[(i * size) + i] = (float)factor;
            bias.Writable()[i] = (float)((center ? arrays[^3].Span[i] : 0) - (mean[i] * factor));
        }
        Load(layer, new Linear(size, size, new RandomStream(0)), new() { ["weight"] = weight, ["bias"] = bias });
        _size = size;
    }

    /// <summary>The axis is a number, or a list of one: −1, or 2 of [N, L, F]. A layer that is applied to each step sees [N, F].</summary>
    private void CheckInnermost(KerasLayer layer, KerasSettings settings)
    {
        if (!settings.Has("axis")) return;
        JsonElement axis = settings.Layer.Config.GetProperty("axis");
        if (axis.ValueKind == JsonValueKind.Array && axis.GetArrayLength() == 1) axis = axis[0];
        bool? steps = layer == settings.Layer ? _steps : false;
        bool innermost = axis.ValueKind == JsonValueKind.Number && axis.TryGetInt32(out int number) && (number == -1 || (number == 2 && steps != false) || (number == 1 && steps != true));
        if (!innermost) throw new ElmanException($"{layer}: 'axis' is {axis.GetRawText().ReplaceLineEndings("")}; only the innermost axis is normalised here");
    }

    private void AddDropout(KerasSettings settings)
    {
        settings.Ignore("noise_shape");
        _modules.Add(new Dropout(settings.Rate("rate")));
    }

    private void AddActivation(Module? activation)
    {
        if (activation is not null) _modules.Add(activation);
    }

    private void NeedSteps(KerasLayer layer)
    {
        if (_steps == false) throw new ElmanException($"{layer}: takes sequences, [N, L, F], not rows; the layer before it gives the last step only");
    }

    private void Load(KerasLayer layer, Module module, Dictionary<string, Tensor> parameters)
    {
        try
        {
            module.Load(parameters);
        }
        catch (ElmanException failure)
        {
            throw new ElmanException($"{layer}: {failure.Message}", failure);
        }
        _modules.Add(module);
    }
}
