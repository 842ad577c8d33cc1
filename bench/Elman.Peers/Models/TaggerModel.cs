using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.utils.rnn;

namespace Elman.Peers;

// Inside the namespace, where they come before the other library's.
using ElmanTensor = Elman.Tensor;
using TorchLinear = TorchSharp.Modules.Linear;
using TorchTensor = TorchSharp.torch.Tensor;

/// <summary>A tag for every word of sentences of different lengths, from given word vectors: a bidirectional LSTM, a linear head, cross-entropy.</summary>
internal static class TaggerModel
{
    public const int Batch = 32, Length = 25, Features = 100, Hidden = 128, Tags = 17;

    private const double Rate = 1e-3;

    private static int[] Lengths => new LayerRow("", "lstm", Batch, Length, Features, Hidden) { Ragged = true }.Lengths;

    /// <summary>[N, L, features]</summary>
    private static float[] Words => RandomNumbers.Uniform(2, Batch * Length * Features);

    /// <summary>[N, L], ignored in padding.</summary>
    private static int[] Targets
    {
        get
        {
            int[] lengths = Lengths, targets = RandomNumbers.Classes(3, Batch * Length, Tags);
            for (int row = 0; row < Batch; row++) targets.AsSpan(row * Length, Length)[lengths[row]..].Fill(Loss.Ignored);
            return targets;
        }
    }

    public static ElmanModel InElman()
    {
        Net net = new(new RandomStream(1));
        ElmanTensor words = ElmanTensor.From(Words, Batch, Length, Features);
        int[] lengths = Lengths, targets = Targets;
        return new ElmanModel(net, Rate, () => Loss.CrossEntropy(net.Forward(words, lengths), targets));
    }

    public static TorchModel InTorch(ElmanModel same)
    {
        LSTM encoder = nn.LSTM(Features, Hidden, bidirectional: true);
        TorchLinear head = nn.Linear(2 * Hidden, Tags);
        TorchTensor words = tensor(Axes.Swap<float>(Words, Batch, Length, Features), [Length, Batch, Features]);
        TorchTensor lengths = tensor(Array.ConvertAll(Lengths, length => (long)length));
        TorchTensor targets = tensor(Array.ConvertAll(Axes.Swap<int>(Targets, Batch, Length, 1), tag => (long)tag));
        return new TorchModel(new Dictionary<string, nn.Module> { ["encoder"] = encoder, ["head"] = head }, same.Weights, Rate, CrossEntropy);

        TorchTensor CrossEntropy()
        {
            PackedSequence packed = pack_padded_sequence(words, lengths, enforce_sorted: false);
            TorchTensor hidden = pad_packed_sequence(encoder.call(packed).Item1, total_length: Length).Item1;
            return nn.functional.cross_entropy(head.call(hidden).reshape(Length * Batch, Tags), targets, ignore_index: Loss.Ignored);
        }
    }

    private sealed class Net : Module
    {
        private readonly RecurrentLayer _encoder;
        private readonly Elman.Linear _head;

        public Net(RandomStream random)
        {
            _encoder = AddChild("encoder", new Lstm(Features, Hidden, random, new RecurrentOptions { Direction = Direction.Both }));
            _head = AddChild("head", new Elman.Linear(2 * Hidden, Tags, random));
        }

        public override ElmanTensor Forward(ElmanTensor input, ReadOnlySpan<int> lengths = default) => _head.Forward(_encoder.Forward(input, lengths));
    }
}
