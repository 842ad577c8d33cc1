using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Elman.Peers;

// Inside the namespace, where they come before the other library's.
using ElmanTensor = Elman.Tensor;
using TorchLinear = TorchSharp.Modules.Linear;
using TorchTensor = TorchSharp.torch.Tensor;

/// <summary>A net of the forecaster, <see cref="ForecastNet"/>, of two layers, without dropout, whose random masks would differ.</summary>
internal static class ForecastModel
{
    public const int Batch = 64, Context = 56, Features = 8, Hidden = 64, Horizon = 14;

    private const int Known = 5;
    private const double Rate = 3e-3;
    private static readonly float[] Levels = [0.1f, 0.5f, 0.9f];

    /// <summary>[N, context + horizon, features]</summary>
    private static float[] Windows => RandomNumbers.Uniform(2, Batch * (Context + Horizon) * Features);

    /// <summary>[N, horizon]</summary>
    private static float[] Targets => RandomNumbers.Uniform(3, Batch * Horizon);

    public static ElmanModel InElman()
    {
        RandomStream random = new(1);
        ForecasterOptions options = new() { Context = Context, Horizon = Horizon, Hidden = Hidden, Layers = 2, Dropout = 0, Quantiles = [.. Levels] };
        ForecastNet net = new(Features, Known, options, random);
        // The heads of a fresh forecaster are zero, and so is every gradient below them; later steps differ.
        foreach ((string name, ElmanTensor value) in net.Parameters())
            if (!name.StartsWith("encoder", StringComparison.Ordinal)) value.CopyFrom(RandomNumbers.Uniform(4, value.Count, 0.1f));
        ElmanTensor windows = ElmanTensor.From(Windows, Batch, Context + Horizon, Features), targets = ElmanTensor.From(Targets, Batch, Horizon);
        return new ElmanModel(net, Rate, () => Loss.Pinball(net.Forward(windows), targets, Levels));
    }

    public static TorchModel InTorch(ElmanModel same)
    {
        LSTM encoder = nn.LSTM(Features, Hidden, 2);
        TorchLinear head = nn.Linear(Hidden + Features, Horizon * Levels.Length), future = nn.Linear(Known, Levels.Length, hasBias: false);
        TorchTensor windows = tensor(Windows, [Batch, Context + Horizon, Features]), targets = tensor(Targets, [Batch, Horizon, 1]);
        TorchTensor context = windows.narrow(1, 0, Context).transpose(0, 1).contiguous();
        TorchTensor row = context[Context - 1].clone(), last = row.narrow(1, 0, 1).reshape(Batch, 1, 1);
        TorchTensor known = windows.narrow(1, Context, Horizon).narrow(2, Features - Known, Known).contiguous();
        TorchTensor levels = tensor(Levels), opposite = levels - 1;
        Dictionary<string, nn.Module> parts = new() { ["encoder"] = encoder, ["head"] = head, ["future"] = future };
        return new TorchModel(parts, same.Weights, Rate, Pinball);

        TorchTensor Pinball()
        {
            TorchTensor hidden = encoder.call(context).Item2[1];
            TorchTensor forecast = last + head.call(cat([hidden, row], 1)).reshape(Batch, Horizon, Levels.Length) + future.call(known);
            TorchTensor error = targets - forecast;
            return maximum(levels * error, opposite * error).mean();
        }
    }
}
