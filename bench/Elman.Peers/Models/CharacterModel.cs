using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Elman.Peers;

// Inside the namespace, where they come before the other library's.
using ElmanTensor = Elman.Tensor;
using TorchLinear = TorchSharp.Modules.Linear;
using TorchTensor = TorchSharp.torch.Tensor;

/// <summary>The next character of a text: an embedding, a two-layer LSTM, a linear head, cross-entropy.</summary>
internal static class CharacterModel
{
    public const int Batch = 32, Length = 100, Features = 64, Hidden = 256, Characters = 65;

    private const double Rate = 1e-3;

    /// <summary>[N, L]</summary>
    private static int[] Text => RandomNumbers.Classes(2, Batch * Length, Characters);

    /// <summary>[N, L]</summary>
    private static int[] Next => RandomNumbers.Classes(3, Batch * Length, Characters);

    public static ElmanModel InElman()
    {
        Net net = new(new RandomStream(1));
        int[] text = Text, next = Next;
        return new ElmanModel(net, Rate, () => Loss.CrossEntropy(net.Forward(text), next));
    }

    public static TorchModel InTorch(ElmanModel same)
    {
        TorchSharp.Modules.Embedding embedding = nn.Embedding(Characters, Features);
        LSTM encoder = nn.LSTM(Features, Hidden, 2);
        TorchLinear head = nn.Linear(Hidden, Characters);
        TorchTensor text = tensor(TimeMajor(Text), [Length, Batch]), next = tensor(TimeMajor(Next));
        Dictionary<string, nn.Module> parts = new() { ["embedding"] = embedding, ["encoder"] = encoder, ["head"] = head };
        return new TorchModel(parts, same.Weights, Rate, CrossEntropy);

        TorchTensor CrossEntropy()
        {
            TorchTensor hidden = encoder.call(embedding.call(text)).Item1;
            return nn.functional.cross_entropy(head.call(hidden).reshape(Length * Batch, Characters), next);
        }
    }

    private static long[] TimeMajor(int[] classes) => Array.ConvertAll(Axes.Swap<int>(classes, Batch, Length, 1), one => (long)one);

    private sealed class Net : Module
    {
        private readonly Elman.Embedding _embedding;
        private readonly RecurrentLayer _encoder;
        private readonly Linear _head;

        public Net(RandomStream random)
        {
            _embedding = AddChild("embedding", new Elman.Embedding(Characters, Features, random));
            _encoder = AddChild("encoder", new Lstm(Features, Hidden, random, new RecurrentOptions { Layers = 2 }));
            _head = AddChild("head", new Linear(Hidden, Characters, random));
        }

        public ElmanTensor Forward(ReadOnlySpan<int> text) => Scores(_embedding.Forward(text, Batch, Length));

        public override ElmanTensor Forward(ElmanTensor input, ReadOnlySpan<int> lengths = default) => Scores(_embedding.Forward(input));

        private ElmanTensor Scores(ElmanTensor vectors) => _head.Forward(_encoder.Forward(vectors));
    }
}
