using System.Text.Json;
using Elman.Cli.Tests;

namespace Elman.Formats.Tests;

/// <summary>Small files of kinds that people have, with the numbers of the systems that wrote them.</summary>
public sealed class CasesTests : IDisposable
{
    private const double Tolerance = 1e-5;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("multistep_checkpoint.pt")]
    [InlineData("namespace_checkpoint.pt")]
    [InlineData("numpy_checkpoint.pt")]
    [InlineData("size_checkpoint.pt")]
    [InlineData("vocab_checkpoint.pt")]
    [InlineData("swa.pt")]
    [InlineData("tutorial_checkpoint.pt")]
    [InlineData("weight_norm.pt")]
    [InlineData("spectral_norm.pt")]
    [InlineData("deflated_pybridge.pt", "lstm", "fc")]
    [InlineData("criterion.ckpt", "lstm", "fc")]
    [InlineData("named_model.pt")]
    [InlineData("keras122_lstm.h5")]
    [InlineData("keras209_gru.h5")]
    [InlineData("windows_keras2.keras")]
    public void The_network_computes_what_its_own_system_did(string file, params string[] order)
    {
        string path = Case(file);
        Module network = ModelFormat.OfFile(path).Read!(path, new ReadOptions { Order = order });
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(path + ".json"));
        (Tensor input, Tensor expected) = (Numbers(json.RootElement.GetProperty("input")), Numbers(json.RootElement.GetProperty("expected")));
        Tensor output = network.Forward(input);
        Assert.Equal(expected.Shape, output.Shape);
        for (int i = 0; i < expected.Count; i++) Assert.Equal(expected.Span[i], output.Span[i], Tolerance);
    }

    [Theory]
    [InlineData("06-keras215-saved-on-windows.keras")]
    [InlineData("07-batch-normalization.keras")]
    [InlineData("08-aidax-in_skip.json")]
    [InlineData("08-aidax-metadata.json")]
    [InlineData("09-guitarml-neuralpi-proteus.json")]
    public void The_network_computes_what_the_rules_of_its_system_say(string file)
    {
        string path = Case(file), converted = _folder.File("m.elman");
        Assert.InRange(Conversion.Convert(path, converted, ModelFormat.Of(FileKind.Elman), new ReadOptions(), 1, Tolerance).Largest, 0, Tolerance);
    }

    [Fact]
    public void An_amplifier_adds_its_input_and_gains()
    {
        Sequential whole = RTNeuralFile.Read(Case("08-aidax-in_skip.json")), bare = RTNeuralFile.Read(Case("08-aidax-metadata.json"));
        Tensor sound = Tensor.From([0.1f, -0.7f, 0.4f], 1, 3, 1);
        float gain = MathF.Pow(10, -3 / 20f);
        Tensor expected = bare.Forward(sound), got = whole.Forward(sound);
        for (int i = 0; i < 3; i++) Assert.Equal(gain * (expected.Span[i] + sound.Span[i]), got.Span[i], 1e-6);
        RecurrentStream stream = whole.OpenStream();
        for (int i = 0; i < 3; i++) Assert.Equal(got.Span[i], stream.Step(sound.Span[i])[0]);
    }

    [Fact]
    public void An_amplifier_goes_to_ONNX_with_its_shortcut() => Assert.InRange(
        Conversion.Convert(Case("08-aidax-in_skip.json"), _folder.File("m.onnx"), ModelFormat.Of(FileKind.Onnx), new ReadOptions(), 1, Tolerance).Largest, 0, Tolerance);

    [Theory]
    [InlineData("whole_model.pt", "'__main__.F', not built: a whole model is a program")]
    [InlineData("quantized.pt", "it asks for 'torch.ScriptObject', of which no weights are made here")]
    [InlineData("script.pt", "a program that torch.jit has saved")]
    public void What_holds_more_than_weights_is_refused_by_name(string file, string expected) =>
        Assert.Contains(expected, Assert.Throws<ElmanException>(() => PyTorchFile.Read(Case(file))).Message, StringComparison.Ordinal);

    [Fact]
    public void Layers_for_cuDNN_are_refused_with_a_way_out() => Assert.Contains(
        "CuDNNLSTM): its weights lie as cuDNN wants them, which are not read; load them in Keras into LSTM(", Assert.Throws<ElmanException>(() => KerasFile.Read(Case("keras224_cudnnlstm.h5"))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_pointer_of_Git_LFS_is_called_one() =>
        Assert.Contains("Git LFS", Assert.Throws<ElmanException>(() => ModelFormat.OfFile(Case("13-git-lfs-pointer.h5"))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_prefix_stays_where_the_network_has_it()
    {
        RandomStream random = new(1);
        Sequential inner = Sequential.Named(("model", Sequential.Named(("lstm", new Lstm(3, 4, random)), ("fc", new Linear(4, 2, random)))));
        PyTorchFile.Write(_folder.File("m.safetensors"), inner);
        Sequential again = Sequential.Named(("model", Sequential.Named(("lstm", new Lstm(3, 4, new RandomStream(2))), ("fc", new Linear(4, 2, new RandomStream(2))))));
        PyTorchFile.ReadInto(_folder.File("m.safetensors"), again);
        Assert.Equal(inner.Parameters().SelectMany(one => one.Value.Span.ToArray()), again.Parameters().SelectMany(one => one.Value.Span.ToArray()));
    }

    private static string Case(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", "cases", name);

    private static Tensor Numbers(JsonElement json)
    {
        List<int> shape = [];
        for (JsonElement inner = json; inner.ValueKind == JsonValueKind.Array; inner = inner[0]) shape.Add(inner.GetArrayLength());
        List<float> values = [];
        Flatten(json);
        return Tensor.From(values.ToArray(), [.. shape]);

        void Flatten(JsonElement part)
        {
            if (part.ValueKind == JsonValueKind.Number) values.Add(part.GetSingle());
            else foreach (JsonElement one in part.EnumerateArray()) Flatten(one);
        }
    }
}
